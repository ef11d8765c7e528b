import Configuration
import Mapping
import Records
import Standards
import Testing

@Suite("Editions of a code table") struct EditionTests {
  private static let file = """
    {name: 'rank', source: 'the handbook', versions: [
      {version: '1', to: '1999', entries: {'9': ['90', 'none'], '1': '10'}},
      {version: '2', from: '2000', to: '2007-02-28', entries: {'9': '80', '1': '10'}},
      {version: '3', from: '2007-03-01', entries: {'9': ['70', 'middle'], '2': '20'}}]}
    """

  private static func tables() throws -> [String: CodeTable] {
    let history = try CodeTable(
      name: "history", version: "2019", source: "test", columns: ["code", "label", "from", "to"],
      rows: [["110104", "宣武区", "", "2009"], ["110111", "房山区", "1986", ""]])
    let rank = try CodeTable.read(try JSON5.read(Array(file.utf8), file: "rank.json5"))
    return ["rank": rank, "history": history, "sex": try codeTable("sex", [("1", "男")])]
  }

  @Test(
    "a rule names its edition, or the day that chooses it; without either the present one holds",
    arguments: [
      ("table: 'rank'", "9", "", "70"), ("table: 'rank', edition: '1'", "9", "", "90"),
      ("table: 'rank', edition: '3'", "9", "", "70"),
      ("table: 'rank', at: 'D'", "9", "19991231", "90"),
      ("table: 'rank', at: 'D'", "9", "2000-1-1", "80"),
      ("table: 'rank', at: 'D'", "9", "20070228", "80"),
      ("table: 'rank', at: 'D'", "9", "20070301093000", "70"),
      ("table: 'rank', at: {from: 'D', date: 'yyyyMM', day: 'last'}", "9", "200702", "80"),
      ("table: 'rank', at: {from: 'D', default: '1990-01-01'}", "9", "", "90"),
      ("table: 'rank', at: 'D', reverse: true", "80", "2003-01-01", "9"),
      ("table: 'rank', at: {from: ['E', 'D']}", "1", "19800101", "10"),
      ("table: 'history', at: 'D'", "110104", "20091231", "110104"),
      ("table: 'history', at: 'D'", "110111", "19860101", "110111"),
    ])
  func editions(words: String, code: String, day: String, expected: String) throws {
    let result = try mapped(
      "{from: 'A', \(words)}", "{\"A\":\"\(code)\",\"D\":\"\(day)\"}", tables: Self.tables())
    #expect(result.faults == [])
    #expect(result.tree.text("v") == expected)
  }

  @Test(
    "a code that is not in force on the day is unknown, and a day that is not there is missing",
    arguments: [
      ("table: 'rank', at: 'D'", "2", "20000101", .unmappedCode),
      ("table: 'rank', at: 'D'", "9", "", .missingField),
      ("table: 'rank', at: 'D'", "9", "20000230", .impossibleDate),
      ("table: 'rank', edition: '1'", "2", "", .unmappedCode),
      ("table: 'history', at: 'D'", "110104", "20100101", .unmappedCode),
      ("table: 'history', at: 'D'", "110111", "19851231", .unmappedCode),
    ] as [(String, String, String, MappingFault.Code)])
  func notInForce(words: String, code: String, day: String, fault: MappingFault.Code) throws {
    let result = try mapped(
      "{from: 'A', \(words)}", "{\"A\":\"\(code)\",\"D\":\"\(day)\"}", tables: Self.tables())
    #expect(result.codes == [fault])
    let lenient = try mapped(
      "{from: 'A', \(words), unknown: 'absent'}", "{\"A\":\"\(code)\",\"D\":\"\(day)\"}",
      tables: Self.tables())
    #expect(lenient.codes == (fault == .unmappedCode ? [] : [fault]))
  }

  @Test(
    "without a code nobody asks for the day; in a list and between joined values each has its own")
  func places() throws {
    let tables = try Self.tables()
    let rule = "{from: 'A', table: 'rank', at: 'D'}"
    #expect(try mapped(rule, #"{"D":"x"}"#, tables: tables).json == "{}")
    let join = "{join: [\(rule), {from: 'B', table: 'rank', at: 'E'}, 'C'], with: '-'}"
    #expect(
      try mapped(
        join, #"{"A":"9","D":"19900101","B":"9","E":"20200101","C":"c"}"#, tables: tables
      ).tree.text("v") == "90-70-c")
    let list =
      "{each: 'L', item: {r: {from: 'A', table: 'rank', at: 'D'}, s: {from: 'A', table: 'rank', at: '$.D'}}}"
    #expect(
      try mapped(
        list, #"{"D":"2003-1-1","L":[{"A":"9","D":"19900101"},{"A":"9","D":"20200101"}]}"#,
        tables: tables
      ).json == #"{"v":[{"r":"90","s":"80"},{"r":"70","s":"80"}]}"#)
  }

  @Test("an explanation names the edition that the day chose, and what the code means there")
  func explained() throws {
    let mapping = try Mapping.fields(
      "{v: {from: 'A', table: 'rank', at: 'D'}}", tables: try Self.tables())
    #expect(
      mapping.rules.first?.steps == [
        "the day of D", "table rank, version in force on that day, of 1, 2, 3",
      ])
    var machine = MappingMachine()
    for (day, version, label) in [("19900101", "1", "none"), ("20200101", "3", "middle")] {
      let record = try Tree(json: #"{"A":"9","D":"\#(day)"}"#)
      let field = try #require(mapping.explain(record, on: &machine).fields.first)
      let move = try #require(field.moves.last)
      #expect((move.table?.version, move.table?.label, move.before) == (version, label, "9"))
      #expect(field.natives.map(\.path) == ["A"])
      #expect(field.moves.contains { $0.native?.path == "D" })
    }
  }

  @Test(
    "mistakes are found when the mapping is read",
    arguments: [
      ("table: 'rank', edition: '4'", "unknown edition of the table rank \"4\""),
      ("table: 'rank', edition: '1', at: 'D'", "\"edition\" or \"at\""),
      ("table: {a: 'b'}, at: 'D'", "has no editions"),
      ("table: {a: 'b'}, edition: '1'", "has no editions"),
      ("table: 'sex', at: 'D'", "does not say when its codes are in force"),
      ("table: 'rank', at: {constant: '1'}", "expected the path of a day"),
      ("table: 'rank', at: {from: 'D', default: 'x'}", "expected a \"default\""),
      ("at: 'D'", "unknown name \"at\""),
      ("table: 'rank', at: {from: 'D', date: 'yyyyMM', into: 'yyyy-MM'}", "gives a day"),
    ])
  func mistakes(words: String, message: String) {
    #expect {
      try Mapping.fields("{v: {from: 'A', \(words)}}", tables: Self.tables())
    } throws: {
      "\($0)".contains(message)
    }
  }

  @Test(
    "a table's file is refused if its versions are not in order or the same twice",
    arguments: [
      ("versions: []", "at least one version"),
      (
        "versions: [{version: '1', entries: {a: 'b'}}, {version: '1', entries: {a: 'b'}}]",
        "there twice"
      ),
      (
        "versions: [{version: '1', from: '2000', entries: {a: 'b'}}, {version: '2', entries: {a: 'b'}}]",
        "order of time"
      ),
      ("version: '1', from: '2000', to: '1999', entries: {a: 'b'}", "the earlier one first"),
      ("version: '1', from: '2000-02-30', entries: {a: 'b'}", "are days such as"),
    ])
  func files(text: String, message: String) {
    #expect {
      try CodeTable.read(
        try JSON5.read(Array("{name: 't', source: 's', \(text)}".utf8), file: "t.json5"))
    } throws: {
      "\($0)".contains(message)
    }
  }

  @Test("versions that are in force on the same days cannot be chosen by day")
  func overlapping() throws {
    let text =
      "{name: 't', source: 's', versions: [{version: '1', to: '2000', entries: {a: 'b'}}, {version: '2', from: '2000', entries: {a: 'b'}}]}"
    let table = try CodeTable.read(try JSON5.read(Array(text.utf8), file: "t.json5"))
    #expect {
      try Mapping.fields("{v: {from: 'A', table: 't', at: 'D'}}", tables: ["t": table])
    } throws: {
      "\($0)".contains("in force on the same days")
    }
  }
}
