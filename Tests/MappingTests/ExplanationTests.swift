import Records
import Standards
import Testing

@testable import Mapping

@Suite("Explanation") struct ExplanationTests {
  static let text = """
    {a: {from: 'A', when: {K: '1'}}, b: {from: ['B', 'C'], table: {x: '1', y: '2'}},
     l: {each: 'D', item: {n: {from: 'n', as: 'number', required: true}, c: {constant: 'k'}}}, e: 'E[k=v].w'}
    """
  static let record =
    #"{"K":"1","A":"a","C":"x","D":[{"n":"1"},{"n":"2","m":"?"}],"E":{"k":"v","w":"W"},"F":"f","G":{"h":"i"}}"#

  @Test("each value of the output names its native field, its bytes and its rule")
  func fields() throws {
    let mapping = try Mapping.fields(Self.text, more: ", drop: ['F']")
    var machine = MappingMachine()
    let input = try Tree(json: Self.record)
    let explanation = mapping.explain(input, on: &machine)
    #expect(
      explanation.output.json()
        == #"{"a":"a","b":"1","l":[{"n":1,"c":"k"},{"n":2,"c":"k"}],"e":"W"}"#)
    #expect(
      explanation.fields.map(\.target) == ["a", "b", "l[0].n", "l[0].c", "l[1].n", "l[1].c", "e"])
    #expect(
      explanation.fields.map { $0.natives.map(\.path) } == [
        ["A"], ["C"], ["D[0].n"], [], ["D[1].n"], [], ["E.w"],
      ])
    let second = try #require(explanation.field("l[1].n"))
    let native = input.nodes[try #require(input.find("D[1].n"))]
    #expect(second.result == .value("2", .number))
    #expect(second.natives[0].byte == Int(native.source))
    #expect(second.natives[0].byteCount == Int(native.sourceCount))
    #expect(second.rule.sources == ["D[*].n"])
    #expect(second.rule.steps == ["as number"])
    #expect(second.rule.isRequired)
    #expect(explanation.fields[0].rule.steps == ["when K is \"1\""])
    #expect(explanation.fields[1].rule.steps == ["the first that is there", "table inline"])
  }

  @Test("each native field tells where it went")
  func natives() throws {
    let mapping = try Mapping.fields(Self.text, more: ", drop: ['F']")
    var machine = MappingMachine()
    let explanation = mapping.explain(try Tree(json: Self.record), on: &machine)
    let fates = Dictionary(uniqueKeysWithValues: explanation.natives.map { ($0.path, $0.fate) })
    #expect(fates["A"] == .mapped(["a"]))
    #expect(fates["K"] == .read(["a"]))
    #expect(fates["E.k"] == .unasked([]))
    #expect(fates["D[1].n"] == .mapped(["l[1].n"]))
    #expect(fates["F"] == .dropped)
    #expect(explanation.unmentioned == ["D[1].m", "G.h"])
  }

  @Test("tracing does not change what comes out")
  func same() throws {
    let mapping = try Mapping.fields(Self.text)
    var machine = MappingMachine()
    #expect(
      mapping.explain(try Tree(json: Self.record), on: &machine).output.json()
        == (try mapping.map(Self.record).json))
    let trace = machine.trace
    #expect(trace?.moments == nil)
  }

  @Test("each step shows the value before and after, in the words of the language, with its line")
  func moves() throws {
    let field = try explained(
      "{from: 'A', width: 'half', characters: [1, 8], date: 'yyyyMMdd'}", #"{"A":"２０２４０１３１99"}"#)
    #expect(field.result == .value("2024-01-31", .string))
    #expect(
      field.moves.map(\.words) == [
        "A", "to half width", "characters 1 to 8", "date yyyyMMdd into yyyy-MM-dd",
      ])
    #expect(field.moves.map(\.before) == [nil, "２０２４０１３１99", "2024013199", "20240131"])
    #expect(field.moves.map(\.after) == ["２０２４０１３１99", "2024013199", "20240131", "2024-01-31"])
    #expect(field.moves.allSatisfy { $0.file == "m.json5" && $0.line == 1 })
  }

  @Test("a translated code tells its table, the edition, the source and what the code means")
  func table() throws {
    let table = try CodeTable(
      name: "sex", version: "GB/T 2261.1-2003", source: "handbook, table 3",
      entries: [("M", "1", "男"), ("F", "2", "女")])
    var field = try explained("{from: 'A', table: 'sex'}", #"{"A":"F"}"#, tables: ["sex": table])
    let used = try #require(field.moves.last?.table)
    #expect(
      [used.name, used.version, used.source, used.label] == [
        "sex", "GB/T 2261.1-2003", "handbook, table 3", "女",
      ])
    field = try explained(
      "{from: 'A', table: 'sex', reverse: true}", #"{"A":"1"}"#, tables: ["sex": table])
    #expect(field.result == .value("M", .string) && field.moves.last?.table?.label == "男")
    field = try explained(
      "{from: 'A', table: 'sex', named: 'B'}", #"{"A":"F","B":"男"}"#, tables: ["sex": table])
    #expect(
      field.moves.suffix(2).map(\.words) == [
        "compared with B", "table sex, version GB/T 2261.1-2003",
      ])
    #expect(field.moves.suffix(2).map(\.after) == ["F", "2"])
    #expect(field.moves.dropLast().last?.warning?.code == .nameDisagrees)
  }

  /// A rule, a record without its value, and the reason that is told.
  static let absences: [(String, String, String)] = [
    ("'A'", "{}", "the record has no A"),
    ("'A'", #"{"A":"  "}"#, "A is empty"),
    ("'A'", #"{"A":null}"#, "A is empty"),
    ("{from: 'A', absent: ['0']}", #"{"A":"0"}"#, #"this step leaves no value: absent if "0""#),
    (
      "{from: 'A', when: {K: '1'}}", #"{"A":"x","K":"2"}"#,
      #"the condition does not hold: K is "1""#
    ),
    (
      "{from: 'A', table: {x: '1'}, unknown: 'absent'}", #"{"A":"y"}"#,
      #"the table does not have the code, and the rule says: unknown "absent""#
    ),
    ("{join: ['A', 'B']}", "{}", "none of the values to join is there"),
    (
      "{each: 'L', item: {n: 'n'}}", "{}", "the record has nothing at L"
    ),
    (
      "{when: {K: {present: true}}, n: 'A'}", #"{"A":"x"}"#,
      "the condition does not hold: K is there"
    ),
    ("[{k: {constant: 'c'}, n: 'A'}]", "{}", "nothing beside it has a value from the record"),
  ]

  @Test("a field that is not there says why", arguments: absences)
  func absence(rule: String, record: String, reason: String) throws {
    let result = try explained(rule, record).result
    #expect(result == .absent(reason))
  }

  @Test("a condition tells what it saw, and the fields inside a group name the group's condition")
  func conditions() throws {
    let field = try explained(
      "{when: {K: ['1', '2'], M: {not: 'x'}}, n: 'A'}", #"{"A":"a","K":"2"}"#)
    let condition = try #require(field.conditions.first)
    #expect(condition.words == #"K is one of "1", "2" and not (M is "x")"#)
    #expect(condition.holds == true)
    #expect(
      condition.seen == [Move.Seen(path: "K", text: "2"), Move.Seen(path: "M", text: nil)])
  }

  @Test("a value made of several names each of them, and a conversion made once is told for each")
  func several() throws {
    let mapping = try Mapping.fields(
      "{a: {join: ['A', 'B'], with: '-'}, b: {from: 'C', as: 'number'}, c: {from: 'C', as: 'number'}}"
    )
    var machine = MappingMachine()
    let explanation = mapping.explain(
      try Tree(json: #"{"A":"x","B":"y","C":"01"}"#), on: &machine)
    #expect(explanation.field("a")?.natives.map(\.path) == ["A", "B"])
    let (first, second) = (explanation.field("b"), explanation.field("c"))
    #expect(second?.moves.map(\.words) == ["C", "as number"])
    #expect(first?.moves.map(\.after) == second?.moves.map(\.after))
    let fates = Dictionary(uniqueKeysWithValues: explanation.natives.map { ($0.path, $0.fate) })
    #expect(fates["B"] == .mapped(["a"]) && fates["C"] == .mapped(["b", "c"]))
  }

  @Test("a refused record tells its faults where they arose, and all else that was found")
  func refused() throws {
    let mapping = try Mapping.fields(
      "{a: {from: 'A', as: 'number'}, b: {from: 'B', required: true}, c: 'C'}")
    var machine = MappingMachine()
    let explanation = mapping.explain(try Tree(json: #"{"A":"x","C":"c"}"#), on: &machine)
    #expect(explanation.outcome == .refused)
    #expect(explanation.field("a")?.result == .refused(explanation.faults[0]))
    #expect(explanation.field("a")?.moves.last?.fault?.code == .notANumber)
    #expect(explanation.field("b")?.moves.last?.kind == .required)
    #expect(explanation.field("c")?.result == .value("c", .string))
    #expect(explanation.natives.first?.fate == .refused(["a"]))
  }

  private func explained(
    _ rule: String, _ record: String, tables: [String: CodeTable] = [:]
  ) throws -> Explanation.Field {
    let mapping = try Mapping.fields("{v: \(rule)}", tables: tables)
    var machine = MappingMachine()
    return try #require(mapping.explain(try Tree(json: record), on: &machine).fields.first)
  }
}

extension Explanation {
  func field(_ target: String) -> Field? { fields.first { $0.target == target } }
}
