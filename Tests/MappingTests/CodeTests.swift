import Configuration
import Mapping
import Standards
import Testing

@Suite("Codes and numbers of the standards") struct CodeTests {
  @Test("a code is translated by its table, and an unknown one is refused")
  func table() throws {
    let tables = ["sex": try codeTable("sex", [("1", "男"), ("2", "女"), ("男", "男")])]
    let rule = "{from: 'A', table: 'sex'}"
    #expect(try mapped(rule, #"{"A":" 2"}"#, tables: tables).tree.text("v") == "女")
    #expect(try mapped(rule, #"{"A":"男"}"#, tables: tables).tree.text("v") == "男")
    #expect(try mapped(rule, #"{"A":1}"#, tables: tables).json == #"{"v":"男"}"#)
    #expect(try mapped(rule, "{}", tables: tables).json == "{}")
    let unknown = try mapped(rule, #"{"A":"3"}"#, tables: tables)
    #expect(unknown.codes == [.unmappedCode])
    #expect(unknown.faults.first?.expectation == "a code of the table sex 1")
  }

  @Test(
    "the policy for unknown codes is stated in the rule, and anything but refusal is a warning",
    arguments: [
      ("'keep'", #"{"v":"x"}"#), ("'absent'", "{}"), ("{constant: '9'}", #"{"v":"9"}"#),
      ("{constant: false}", #"{"v":false}"#),
    ])
  func unknown(policy: String, expected: String) throws {
    let result = try mapped("{from: 'A', table: {a: '1'}, unknown: \(policy)}", #"{"A":"x"}"#)
    #expect(result.json == expected)
    #expect(result.faults == [])
    #expect(result.warnings.map(\.code) == [.unmappedCode])
  }

  @Test("a table written in the rule gives any kind of value")
  func inline() throws {
    let rule = "{from: 'A', table: {Y: true, N: false, '1': 2}}"
    #expect(try mapped(rule, #"{"A":"Y"}"#).json == #"{"v":true}"#)
    #expect(try mapped(rule, #"{"A":"1"}"#).json == #"{"v":2}"#)
    #expect(try mapped("{from: 'A', table: {true: 'ja'}}", #"{"A":true}"#).json == #"{"v":"ja"}"#)
  }

  @Test("a table is read backwards where that has one answer")
  func reverse() throws {
    let tables = [
      "good": try codeTable("good", [("a", "1"), ("b", "2")]),
      "bad": try codeTable("bad", [("a", "1"), ("b", "1")]),
    ]
    let rule = "{from: 'A', table: 'good', reverse: true}"
    #expect(try mapped(rule, #"{"A":"2"}"#, tables: tables).tree.text("v") == "b")
    #expect(try mapped(rule, #"{"A":"a"}"#, tables: tables).codes == [.unmappedCode])
    #expect {
      try mapped("{from: 'A', table: 'bad', reverse: true}", "{}", tables: tables)
    } throws: {
      "\($0)".contains("the codes \"a\" and \"b\" of table \"bad\" both mean \"1\"")
    }
  }

  @Test("large tables are found in whole")
  func large() throws {
    let entries = (0..<5000).map { ("c\($0)", "s\($0)") }
    let mapping = try Mapping.fields(
      "{v: {from: 'A', table: 't'}}", tables: ["t": try codeTable("t", entries)])
    for (code, standard) in entries {
      #expect(try mapping.map("{\"A\":\"\(code)\"}").tree.text("v") == standard)
    }
    #expect(try mapping.map(#"{"A":"c5000"}"#).codes == [.unmappedCode])
  }

  @Test(
    "a name beside the code that says something else is a warning, and the code counts",
    arguments: [
      ("正常", []), ("正常参保", []), (" 正 ", []), ("暂停", [.nameDisagrees]), ("", []),
    ] as [(String, [MappingFault.Code])])
  func named(name: String, warnings: [MappingFault.Code]) throws {
    let table = try CodeTable(
      name: "t", version: "1", source: "test",
      entries: [("1", "insured", "正常"), ("2", "paused", "暂停"), ("3", "other", "")])
    let mapping = try Mapping.fields(
      "{v: {from: 'A', table: 't', named: 'AMC'}}", tables: ["t": table])
    let result = try mapping.map("{\"A\":\"1\",\"AMC\":\"\(name)\"}")
    #expect(result.tree.text("v") == "insured")
    #expect((result.codes, result.warnings.map(\.code)) == ([], warnings))
    for record in [#"{"A":"1"}"#, #"{"A":"3","AMC":"x"}"#, #"{"A":"1","AMC":{"x":"y"}}"#] {
      #expect(try mapping.map(record).warnings == [])
    }
    #expect(try mapping.map(#"{"A":"9","AMC":"正常"}"#).codes == [.unmappedCode])
  }

  @Test("a name is compared only with a table that has meanings")
  func namedMistakes() throws {
    let table = try CodeTable(
      name: "t", version: "1", source: "test", entries: [("1", "insured", "")])
    for rule in ["table: 't', named: 'B'", "table: {a: 'b'}, named: 'B'"] {
      #expect {
        try Mapping.fields("{v: {from: 'A', \(rule)}}", tables: ["t": table])
      } throws: {
        "\($0)".contains("a table with meanings")
      }
    }
  }

  @Test("of a code that was given out again, the present meaning counts")
  func repeated() throws {
    let table = try CodeTable(
      name: "t", version: "1", source: "test", columns: ["code", "standard", "from"],
      rows: [["1", "old", "1980"], ["1", "new", "2000"]])
    let result = try mapped("{from: 'A', table: 't'}", #"{"A":"1"}"#, tables: ["t": table])
    #expect(result.tree.text("v") == "new")
  }

  @Test(
    "identity numbers are checked and brought to eighteen characters",
    arguments: [
      ("11010519491231002X", "11010519491231002X", nil),
      ("11010519491231002x", "11010519491231002X", nil),
      (" １１０１０５１９４９１２３１００２Ｘ ", "11010519491231002X", nil),
      ("110105491231002", "11010519491231002X", nil),
      ("110105194912310021", nil, .wrongCheckCharacter),
      ("11010519491331002X", nil, .wrongCheckCharacter),
      ("1101051949123100", nil, .malformedValue), ("***********", nil, .malformedValue),
    ] as [(String, String?, MappingFault.Code?)])
  func identity(text: String, expected: String?, code: MappingFault.Code?) throws {
    let result = try mapped("{from: 'A', as: 'identity-number'}", "{\"A\":\(quoted(text))}")
    #expect(result.codes == (code.map { [$0] } ?? []))
    if code == nil { #expect(result.tree.text("v") == expected) }
  }

  @Test(
    "the other numbers of the standards are words of the language too",
    arguments: [
      ("credit-code", "91350100m000100y43", "91350100M000100Y43"),
      ("uscc", "91350100M000100Y43", "91350100M000100Y43"),
      ("organisation-code", "D2143569-X", "D2143569X"),
      ("mobile-phone", "+86 138-0013-8000", "13800138000"),
    ])
  func others(kind: String, text: String, expected: String) throws {
    let result = try mapped("{from: 'A', as: '\(kind)'}", "{\"A\":\(quoted(text))}")
    #expect(result.tree.text("v") == expected)
    #expect(try mapped("{from: 'A', as: '\(kind)'}", #"{"A":"12"}"#).codes == [.malformedValue])
  }

  @Test("what a standard only warns of is a warning here")
  func warning() throws {
    // A credit code whose outer check is right and whose organisation code inside is not.
    let result = try mapped("{from: 'A', as: 'credit-code'}", #"{"A":"91330106MA00000005"}"#)
    let outcome = IdentifierKind.gb32100.check(written: "91330106MA00000005")
    #expect(result.faults.isEmpty == outcome.isAccepted)
    #expect(result.warnings.isEmpty || outcome.finding?.reason == .wrongEmbeddedCode)
  }

  @Test("a birth date in the future is refused when the machine knows what day it is")
  func today() throws {
    let mapping = try Mapping.fields("{v: {from: 'A', as: 'identity-number'}}")
    let record = #"{"A":"11010519491231002X"}"#
    let before = Reference(today: CivilDate(year: 1949, month: 12, day: 30))
    #expect(try mapping.map(record, reference: before).codes == [.futureDate])
    let on = Reference(today: CivilDate(year: 1949, month: 12, day: 31))
    #expect(try mapping.map(record, reference: on).codes == [])
  }

  @Test("a division code of another length is refused")
  func division() throws {
    for text in ["33010", "3301061", "33010A", ""] {
      let result = try mapped("{from: 'A', as: 'division'}", "{\"A\":\"\(text)\"}")
      #expect(result.codes == (text.isEmpty ? [] : [.malformedValue]))
    }
  }

  @Test("a division code that no table knows goes on, with one warning however often it is read")
  func unknownDivision() throws {
    let divisions = Divisions(
      present: try codeTable("gbt2260", [("330106", "西湖区")]),
      history: try codeTable("gbt2260-history", [("330103", "下城区")]))
    let mapping = try Mapping.fields(
      "{a: {from: 'A', as: 'division'}, b: {from: 'A', as: 'division'}}")
    for (text, code) in [("330106001", nil), ("330103", nil), ("330199001", "UNKNOWN_REGION")] {
      let result = try mapping.map(
        "{\"A\":\"\(text)\"}", reference: Reference(divisions: divisions))
      #expect(result.codes == [] && result.tree.text("a") == String(text.prefix(6)))
      #expect(result.warnings.map(\.code.rawValue) == (code.map { [$0] } ?? []))
    }
  }

  @Test(
    "a code table's file is read, and its mistakes have a place",
    arguments: [
      ("{name: 't', version: '1', source: 's', entries: {a: '1', b: ['2', 'two']}}", nil),
      ("{name: 't', version: '1', source: 's', entries: {a: []}}", "expected the standard code"),
      ("{name: 't', version: '1', source: 's', entries: {}}", "the code table is empty"),
      ("{name: 't', version: '1', entries: {a: '1'}}", "\"source\" is missing"),
      ("{name: 't', version: '1', source: 's', entry: {a: '1'}}", "\"entries\" is missing"),
      ("{name: 't', version: '1', source: 's', entries: {a: 1}}", "expected a string"),
    ] as [(String, String?)])
  func file(text: String, message: String?) throws {
    let node = try JSON5.read(Array(text.utf8), file: "codes/t.json5")
    if let message {
      #expect { try CodeTable.read(node) } throws: {
        "\($0)".contains(message) && "\($0)".hasPrefix("codes/t.json5:1")
      }
    } else {
      let table = try CodeTable.read(node)
      #expect(table.row(of: "b").map { table.standard(of: $0) } == "2")
      #expect(table.row(of: "b").map { table.label(of: $0) } == "two")
    }
  }
}
