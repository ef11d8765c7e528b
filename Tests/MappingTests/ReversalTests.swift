import Configuration
import Mapping
import Records
import Standards
import Testing

/// The way back, derived from the mapping there.
@Suite("The way back") struct ReversalTests {
  /// A mapping there and the mapping back.
  struct Pair {
    let there: Mapping
    let back: Mapping

    init(
      _ fields: String, back: String = "", tables: [String: CodeTable] = [:],
      change: String = "{constant: 'updated'}", reverse: String = "'m'", targets: [String]? = nil
    ) throws {
      let file = try JSON5.read(
        Array(
          "{from: 'e', to: 'std.x.v1', event: {id: {constant: '1'}, change: \(change), region: {constant: '1'}, entity: {person: 'ID'}}, fields: {id: 'ID', \(fields.dropFirst())}"
            .utf8), file: "there.json5")
      there = try Mapping.compile(file, tables: tables)
      let text = "{from: 'std.x.v1', to: 'e', reverse: \(reverse), \(back)}"
      self.back = try Mapping.compile(
        try JSON5.read(Array(text.utf8), file: "back.json5"), tables: tables, knownTargets: targets
      ) { _ throws(ConfigurationError) in file }
    }

    /// What a native record becomes; each has an id.
    func standard(_ record: String) throws -> Mapped { try there.map(Self.withID(record)) }

    static func withID(_ record: String) -> String {
      "{\"ID\":\"1\"" + (record == "{}" ? "}" : "," + record.dropFirst())
    }

    /// What the standard record becomes, with the kind of change beside it, as a delivery has it.
    func delivered(_ standard: Mapped) throws -> Mapped {
      var json = standard.json
      json.removeLast()
      json += (json == "{" ? "" : ",") + "\"change\":\"\(standard.change?.rawValue ?? "")\"}"
      return back.map(try Tree(json: json))
    }
  }

  @Test(
    "undoes what can be undone: the native record comes back, or one that means the same",
    arguments: [
      // Plain, renamed, nested on either side.
      ("{a: 'A', 'b.c': 'B.C', 'b.d': 'D'}", #"{"A":"1","B":{"C":"2"},"D":"3"}"#, nil),
      // Dates into the native shape.
      (
        "{a: {from: 'A', date: ['yyyy年M月d日', 'any']}, b: {from: 'B', time: 'yyyyMMddHHmmss'}}",
        #"{"A":"2024年1月31日","B":"20240131093000"}"#, nil
      ),
      ("{a: {from: 'A', date: 'any'}}", #"{"A":"2024-1-31"}"#, #"{"A":"20240131"}"#),
      // Code tables, and values that are no text.
      ("{a: {from: 'A', table: {x: '1', y: '2'}}}", #"{"A":"y"}"#, nil),
      ("{a: {from: 'A', table: {Y: true, N: false}}}", #"{"A":"N"}"#, nil),
      ("{a: {from: 'A', table: {x: '1'}, unknown: 'keep'}}", #"{"A":"z"}"#, nil),
      ("{a: {from: 'A', table: {x: '1'}, default: 'none'}}", "{}", nil),
      // Harmless: half width, letters, blanks, numbers.
      (
        "{a: {from: 'A', width: 'half', letters: 'upper', without: '-'}, n: {from: 'N', as: 'number'}}",
        #"{"A":" ｘ-1","N":"012.50"}"#, #"{"A":"X1","N":12.50}"#
      ),
      // A text in parts, some of them empty.
      (
        "{a: {from: 'A', split: ';', part: 1}, b: {from: 'A', split: ';', part: 2}, c: {from: 'A', split: ';', part: 3, date: 'yyyyMMdd'}}",
        #"{"A":"x;;20240131"}"#, nil
      ),
      (
        "{a: {from: 'A', split: ';', part: 1}, b: {from: 'A', split: ';', part: 2}}",
        #"{"A":";y"}"#, nil
      ),
      // Values put together; the last has the rest.
      (
        "{a: {join: [{from: 'A', required: true}, {constant: 'k'}, 'B'], with: '-'}}",
        #"{"A":"x","B":"y-z"}"#, nil
      ),
      // A rule inside another.
      ("{a: {from: {from: 'A', letters: 'upper'}, table: {X: '1'}}}", #"{"A":"X"}"#, nil),
      // Items told apart by what only they have.
      (
        "{l: [{kind: {constant: 'a'}, n: 'A'}, {kind: {constant: 'b'}, n: 'B'}], one: [{n: 'C'}]}",
        #"{"B":"2","C":"3"}"#, nil
      ),
      // Lists.
      (
        "{l: {each: 'L', item: {k: {constant: 'x'}, n: 'N', d: {from: 'D', date: 'yyyyMMdd'}}}, v: 'V[*]', w: {each: 'W', item: {from: '.', table: {'1': 'one', '2': 'two'}}}}",
        #"{"L":[{"N":"1","D":"20240131"},{"N":"2"}],"V":["a","b"],"W":["2","1"]}"#, nil
      ),
      // The first that is there.
      ("{a: {from: ['A', 'B']}}", #"{"B":"1"}"#, #"{"A":"1"}"#),
      // A choice with a default.
      (
        "{a: {first: [{constant: 'x', when: {A: '1'}}, {constant: 'y', when: {A: '2'}}], default: 'z'}}",
        #"{"A":"2"}"#, nil
      ),
      (
        "{a: {first: [{constant: 'x', when: {A: '1'}}, {constant: 'y', when: {A: '2'}}], default: 'z'}}",
        "{}", nil
      ),
      // What has two ways takes the exact one.
      (
        "{a: {from: 'A', letters: 'upper'}, b: 'A', c: {from: 'A', characters: [1, 2]}}",
        #"{"A":"xyz"}"#, nil
      ),
    ] as [(String, String, String?)])
  func undone(fields: String, record: String, expected: String?) throws {
    let pair = try Pair(fields)
    let standard = try pair.standard(record)
    #expect(standard.faults.isEmpty)
    let native = try pair.delivered(standard)
    #expect(
      native.faults.isEmpty && native.json == Pair.withID(expected ?? record), "\(native.faults)")
    let again = pair.there.map(native.tree)
    #expect(again.json == standard.json && again.change == standard.change)
  }

  private static let acts = """
    {first: [{constant: 'reversed', when: {CX: '1'}}, {from: 'OP', table: {I: 'created', U: 'updated', D: 'deleted'}}]}
    """

  @Test("a condition that stands for one value is set again, and the rest comes from its table")
  func switches() throws {
    let pair = try Pair("{a: 'A'}", change: Self.acts)
    for (record, native) in [
      (#"{"CX":"1","OP":"U","A":"x"}"#, #"{"CX":"1","A":"x"}"#),
      (#"{"CX":"0","OP":"D","A":"x"}"#, #"{"OP":"D","A":"x"}"#),
    ] {
      let standard = try pair.standard(record)
      let delivered = try pair.delivered(standard)
      #expect(delivered.json == Pair.withID(native))
      let again = pair.there.map(delivered.tree)
      #expect(again.json == standard.json && again.change == standard.change)
    }
    // One field for both.
    let one = try Pair(
      "{a: 'A'}",
      change:
        "{first: [{constant: 'reversed', when: {OP: 'C'}}, {from: 'OP', table: {I: 'created', U: 'updated'}}]}"
    )
    for code in ["C", "I", "U"] {
      let record = "{\"OP\":\"\(code)\",\"A\":\"x\"}"
      #expect(try one.delivered(try one.standard(record)).json == Pair.withID(record))
    }
  }

  @Test(
    "constants are checked: what the way there would never make is refused, unless it is dropped")
  func constants() throws {
    let fields =
      "{a: 'A', 'e.kind': {constant: 'k'}, s: {first: [{constant: 'y', when: {S: '1'}}, {constant: 'n'}]}}"
    let pair = try Pair(fields)
    func codes(_ pair: Pair, _ json: String) throws -> [String] {
      pair.back.map(try Tree(json: json)).codes.map(\.rawValue)
    }
    #expect(try codes(pair, #"{"a":"1","e":{"kind":"k"},"s":"y"}"#) == [])
    #expect(try codes(pair, #"{"a":"1","s":"n"}"#) == [])
    #expect(try codes(pair, #"{"a":"1","e":{"kind":"other"}}"#) == ["UNMAPPED_CODE"])
    #expect(try codes(pair, #"{"a":"1","s":"z"}"#) == ["UNMAPPED_CODE"])
    let dropped = try Pair(fields, back: "drop: ['e']")
    #expect(try codes(dropped, #"{"a":"1","e":{"kind":"other"}}"#) == [])
  }

  @Test(
    "what has no way back is an error that names each field, why, and what to do",
    arguments: [
      (
        "{n: {from: 'A', as: 'identity-number'}, r: {from: 'R', as: 'division'}}", "'m'",
        [
          "A (15 digits became 18; such as { from: \"n\", as: \"identity-number\" }",
          "R (a longer code was cut to six digits", "Give these under \"fields\"",
        ]
      ),
      (
        "{a: {from: 'A', table: {x: '1', y: '1', z: '2'}}}", "'m'",
        ["A (the codes \"x\", \"y\" all mean \"1\": choose one of them under reverse.codes)"]
      ),
      ("{a: {from: 'A', characters: [1, 2]}}", "'m'", ["A (characters 1 to 2 cannot be undone)"]),
      ("{a: {from: 'A', split: ';', part: 2}}", "'m'", ["A (only part 2 of it is used)"]),
      (
        "{a: {join: ['A', 'B'], with: '-'}}", "'m'",
        ["A (pieces before the last may be missing", "B ("]
      ),
      ("{a: {join: ['A', 'B'], with: ''}}", "'m'", ["put together without a separator"]),
      (
        "{a: {from: 'A', date: 'yyyyMM', day: 'first'}}", "'m'",
        ["A (the native date does not say as much"]
      ),
      ("{a: {from: 'A', date: 'yyMMdd', century: 1930}}", "'m'", ["A (the native date"]),
      ("{a: {from: 'A', table: {x: '1'}, unknown: {constant: '9'}}}", "'m'", ["became \"9\""]),
      ("{a: {from: 'A', when: {K: ['1', '2']}}}", "'m'", ["K (conditions look at it"]),
      (
        "{a: {first: [{from: 'A', when: {K: '1'}}, 'B']}}", "'m'",
        ["A (it is one of several sources of a)"]
      ),
      (
        "{a: 'L[*].N', b: 'D[0].X', c: 'E[k=1].X'}", "'m'",
        ["L[*].N (it stands in a list", "D[0].X (", "E[k=1].X ("]
      ),
      (
        "{l: [{n: 'A', k: {from: 'K', table: {a: '1'}}}, {n: 'B', k: {constant: '1'}}]}", "'m'",
        ["A (nothing tells the item of l apart"]
      ),
      (
        "{l: {each: 'L', when: {K: '1'}, item: 'N'}}", "'m'",
        ["L[*] (only some of its items are taken)"]
      ),
      (
        "{n: {lookup: 'person', by: 'A', field: 'name'}}", "'m'",
        ["A (the library was asked with it)"]
      ),
      // Conditions must come out as they did.
      (
        "{a: {from: 'A', letters: 'upper'}, b: {from: 'B', when: {A: 'x'}}}", "'m'",
        ["A (conditions look at it, and it comes back in another form)"]
      ),
      (
        "{a: {from: 'A', absent: ['0']}, b: {from: 'B', when: {A: {present: true}}}}", "'m'",
        ["A (conditions look at it, and"]
      ),
      (
        "{l: {each: 'L', item: {n: 'N', 'g.k': {constant: 'x'}}}}", "'m'",
        ["L (the constants of g.k in its items would not be checked)"]
      ),
      ("{a: 'A'}", "{of: 'm', omit: ['AA']}", ["unknown field \"AA\"; did you mean \"A\"?"]),
      ("{a: 'A'}", "{of: 'm', codes: {B: {x: 'y'}}}", ["unknown field \"B\"; did you mean \"A\"?"]),
      ("{a: 'A'}", "{off: 'm'}", ["is \"off\" meant to be it?"]),
    ])
  func obstacles(fields: String, reverse: String, messages: [String]) throws {
    let error = #expect(throws: ConfigurationError.self) { try Pair(fields, reverse: reverse) }
    let text = "\(error.map { "\($0)" } ?? "")"
    for message in messages { #expect(text.contains(message), "\(text)") }
    #expect(error?.file == "back.json5" && error?.path.hasPrefix("reverse") == true)
  }

  @Test("what is given by hand counts, what is omitted or unknown to the format is not asked for")
  func byHand() throws {
    let fields = """
      {n: {from: 'A', as: 'identity-number', required: true}, t: {from: 'T', table: {x: '1', y: '1'}},
       b: 'B', c: 'C.D', d: 'C.E', e: 'X'}
      """
    let pair = try Pair(
      fields,
      back:
        "fields: {A: {from: 'n', as: 'identity-number'}, 'C.D': {from: 'c', letters: 'upper'}, Z: {constant: 'z'}}",
      reverse: "{of: 'm', codes: {T: {'1': 'y'}}, omit: ['B']}")
    let native = pair.back.map(
      try Tree(json: #"{"n":"11010519491231002X","t":"1","b":"b","c":"c","d":"d","e":"e"}"#))
    #expect(
      native.json
        == #"{"A":"11010519491231002X","T":"y","C":{"D":"C","E":"d"},"X":"e","Z":"z"}"#)
    let narrow = try Pair("{n: {from: 'A', as: 'division'}, b: 'B'}", targets: ["B"])
    #expect(narrow.back.map(try Tree(json: #"{"n":"1","b":"b"}"#)).json == #"{"B":"b"}"#)
  }

  @Test("a mapping that is a way back itself, leads elsewhere or divides records is refused")
  func wrongMappings() throws {
    let back = try JSON5.read(Array("{from: 'std.x.v1', to: 'e', reverse: 'm'}".utf8), file: "b")
    for (text, message) in [
      ("{from: 'std.x.v1', to: 'e', reverse: 'n', fields: {}}", "is a way back itself"),
      ("{from: 'e', to: 'y', fields: {a: 'A'}}", "is to y, not to std.x.v1"),
      (
        "{from: 'e', to: 'std.x.v1', records: {each: 'L'}, fields: {a: 'A'}, event: {id: 'A', change: {constant: 'updated'}, region: 'A', entity: {p: 'A'}}}",
        "makes several records of one"
      ),
    ] {
      let file = try JSON5.read(Array(text.utf8), file: "m.json5")
      #expect {
        try Mapping.compile(back) { _ throws(ConfigurationError) in file }
      } throws: { "\($0)".contains(message) }
    }
    #expect { try Mapping.compile(back) } throws: { "\($0)".contains("no other mappings here") }
  }

  @Test("record, standard, native, standard: the same again, for records of every shape")
  func property() throws {
    let pair = try Pair(
      """
      {a: 'A', b: {from: 'B', table: {x: '1', y: '2', z: '3'}}, c: {from: 'C', date: ['yyyy-M-d', 'yyyyMMdd']},
       d: {from: 'D', letters: 'upper', width: 'half'}, n: {from: 'N', as: 'number'},
       p: {from: 'P', split: '/', part: 1}, q: {from: 'P', split: '/', part: 2}, r: {from: 'P', split: '/', part: 3, table: {'1': true, '0': false}, unknown: 'absent'},
       j: {join: [{from: 'J', required: true}, 'K'], with: '+'},
       ids: [{kind: {constant: 'one'}, number: 'I1'}, {kind: {constant: 'two'}, number: {from: 'I2', as: 'credit-code'}}],
       l: {each: 'L', item: {v: 'V', w: {from: 'W', date: 'yyyyMMdd', open: 'keep'}}}, m: 'M[*]',
       g: {when: {G: {present: true}}, h: 'G', i: {constant: 'i'}},
       s: {first: [{constant: 'dead', when: {S: '9'}}, {constant: 'alive'}]}}
      """, change: Self.acts)
    var random = SeededGenerator.seeded("reversal")
    let values: [String: [String]] = [
      "A": ["甲", "a b", "1"], "B": ["x", "y", "z"], "C": ["2024-1-31", "20240229"],
      "D": ["ａb", "x", "Ｙ１"], "N": ["1", "-002.50", "+3"],
      "P": ["a/b/1", "/b", "a//0", "a/b/9", "//1", "a"], "J": ["j", "j-1"], "K": ["k", "k+l", "+"],
      "I1": ["1"], "I2": ["91350100M000100Y43"], "G": ["g"], "S": ["9", "8"], "CX": ["1", "0"],
      "OP": ["I", "U", "D"],
    ]
    var mapped = 0
    for _ in 0..<3_000 {
      var members: [String] = []
      for (name, texts) in values.sorted(by: { $0.key < $1.key })
      where ["J", "OP"].contains(name) || Int.random(in: 0..<4, using: &random) > 0 {
        members.append("\"\(name)\":\"\(texts.randomElement(using: &random) ?? "")\"")
      }
      let items = (0..<Int.random(in: 0..<4, using: &random)).map {
        "{\"V\":\"\($0)\",\"W\":\"\(["20240131", "99991231"].randomElement(using: &random) ?? "")\"}"
      }
      members.append("\"L\":[\(items.joined(separator: ","))],\"M\":[\"1\",\"2\"]")
      let record = "{\(members.shuffled(using: &random).joined(separator: ","))}"
      let standard = try pair.standard(record)
      guard standard.faults.isEmpty else { continue }
      mapped += 1
      let native = try pair.delivered(standard)
      #expect(native.faults.isEmpty, "\(record): \(native.faults)")
      let again = pair.there.map(native.tree)
      #expect(again.json == standard.json, "\(record) → \(native.json)")
      #expect(again.change == standard.change)
    }
    #expect(mapped == 3_000)
  }
}
