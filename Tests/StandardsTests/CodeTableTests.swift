import Foundation
import Testing

@testable import Standards

@Suite("code tables") struct CodeTableTests {
  private let sample = #"""
    # name: tax.status
    # version: 3
    # source: 金三
    # a remark
    code,standard,label
    03,normal,正常
    05,abnormal,"非正常, ""失联"""

    06,cancelled,注销

    """#

  @Test("a code is found with its standard and its label, and an unknown one is not")
  func lookup() throws {
    let table = try CodeTable.read(
      Array(sample.replacing("销\n", with: "销\r\n").utf8), file: "t.csv")
    #expect((table.name, table.version, table.source, table.count) == ("tax.status", "3", "金三", 3))
    let row = try #require(table.row(of: "05"))
    #expect((table.standard(of: row), table.label(of: row)) == ("abnormal", "非正常, \"失联\""))
    #expect(table.row(of: "6") == nil)
    #expect(table.row(of: "") == nil)
    #expect(table.standard(of: try #require(table.row(of: "06"))) == "cancelled")
  }

  @Test(
    "a broken table names file, line and what was expected",
    arguments: [
      ("code\n1\n", 0, "name"),
      ("# name: a\n# version: 1\n# source: s\nlabel,code\n", 4, "code first"),
      ("# name: a\n# version: 1\n# source: s\ncode,label\n1,x\n2\n", 6, "2 fields"),
      ("# name: a\n# version: 1\n# source: s\ncode,label\n1,\"x\n", 5, "closing quote"),
      ("# name: a\n# version: 1\n# source: s\ncode,label\n1,\"x\"y\n", 5, "comma"),
      ("# name: a\n# version: 1\n# source: s\ncode,label\n,x\n", 5, "a code"),
      ("# name: a\n# version: 1\n# source: s\ncode,label\n1,x\n1,y\n", 0, "twice"),
      ("# name: a\n# version: 1\ncode,label\n1,x\n", 0, "source"), ("", 0, "code first"),
    ])
  func faults(text: String, line: Int, words: String) {
    #expect {
      try CodeTable.read(Array(text.utf8), file: "t.csv")
    } throws: { error in
      guard let error = error as? CodeTableError else { return false }
      return error.line == line && "\(error)".hasPrefix("t.csv")
        && error.expectation.contains(words)
    }
  }

  @Test("bytes that are not UTF-8 are refused")
  func encoding() {
    #expect(throws: CodeTableError.self) { try CodeTable.read([0xFF, 0xFE], file: "t.csv") }
  }

  @Test("a code that was given out again is the last one; a code of many is found")
  func histories() throws {
    let table = try CodeTable(
      name: "h", version: "1", source: "s", columns: ["code", "label", "from", "to"],
      rows: [["1", "old", "1980", "1990"], ["2", "other", "", ""], ["1", "new", "1991", ""]])
    #expect(table.label(of: try #require(table.row(of: "1"))) == "new")
    let many = try CodeTable(
      name: "m", version: "1", source: "s",
      entries: (0..<5_000).map { ("\($0)", "s\($0)", "l\($0)") })
    for number in 0..<5_000 {
      #expect(many.standard(of: try #require(many.row(of: "\(number)"))) == "s\(number)")
    }
    #expect(many.row(of: "5000") == nil)
  }

  @Test("every table of the project is read, and names itself after its file")
  func project() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: tables.path)
      .filter { $0.hasSuffix(".csv") }
    #expect(files.count == 13)
    for file in files {
      let table = try table(file)
      #expect(table.count > 3)
      #expect(table.name.replacing(".", with: "-") + ".csv" == file)
    }
    #expect(
      try table("gbt3304.csv").standard(of: try #require(table("gbt3304.csv").row(of: "1"))) == "01"
    )
  }

  @Test("a division of today, of former times and of no time are told apart")
  func divisions() throws {
    let divisions = Divisions(
      present: try table("gbt2260.csv"), history: try table("gbt2260-history.csv"))
    #expect(withBytes(of: "330106", divisions.standing(of:)) == .present)
    #expect(withBytes(of: "330106001002", divisions.standing(of:)) == .present)
    #expect(withBytes(of: "110200", divisions.standing(of:)) == .former)
    #expect(withBytes(of: "119999", divisions.standing(of:)) == .unknown)
    #expect(withBytes(of: "3301", divisions.standing(of:)) == .unknown)
    #expect(withBytes(of: "33010X", divisions.standing(of:)) == .unknown)
    #expect(divisions.name(of: "330106") == "西湖区")
    #expect(divisions.name(of: "110200") == "县")
    #expect(divisions.name(of: "119999") == nil)
    let reference = Reference(divisions: divisions)
    let vectors: [(String, Expected)] = [
      ("11010519491231002X", .valid), ("330103198001011017", .valid),
      ("190101199003078819", .warning(.unknownRegion)), ("810000199003078818", .valid),
    ]
    for (number, expected) in vectors {
      #expect(Expected(IdentifierKind.gb11643.check(written: number, reference)) == expected)
    }
  }

  private var tables: URL {
    URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "../../topology/codes").standardizedFileURL
  }

  private func table(_ file: String) throws -> CodeTable {
    let bytes = [UInt8](try Data(contentsOf: tables.appending(path: file)))
    return try CodeTable.read(bytes, file: file)
  }
}

@Suite("days") struct CivilDateTests {
  @Test(
    "a day is read if the calendar has it",
    arguments: [
      ("20200229", "2020-02-29"), ("19000228", "1900-02-28"), ("20000229", "2000-02-29"),
      ("00010101", "0001-01-01"), ("99991231", "9999-12-31"),
    ])
  func real(basic: String, extended: String) throws {
    let date = try #require(withBytes(of: basic, CivilDate.init(basic:)))
    #expect(date.description == extended)
    #expect(withBytes(of: extended, CivilDate.init(extended:)) == date)
  }

  @Test(
    "a day that no calendar has is none",
    arguments: [
      "20210229", "19000229", "20201301", "20200001", "20200431", "20200100", "00000101", "2020022",
      "2020022a", "",
    ])
  func unreal(basic: String) {
    #expect(withBytes(of: basic, CivilDate.init(basic:)) == nil)
  }

  @Test("days are counted from 1970")
  func counted() {
    #expect(CivilDate(year: 1970, month: 1, day: 1)?.daysSince1970 == 0)
    #expect(CivilDate(year: 2026, month: 11, day: 24)?.daysSince1970 == 20_781)
    #expect(CivilDate(daysSince1970: .max) == nil)
    #expect(CivilDate(daysSince1970: -719_163) == nil)
  }

  @Test(
    "an edition is in force from its first day to its last, and a year is all of it",
    arguments: [
      ("2000", "2009", [20_000_101, 20_091_231], [19_991_231, 20_100_101]),
      ("2007-03-01", "", [20_070_301, 99_991_231], [20_070_228]),
      ("", "1984-12-31", [1, 19_841_231], [19_850_101]),
      ("", "", [1, 99_991_231], []),
    ] as [(String, String, [Int32], [Int32])])
  func periods(from: String, to: String, inside: [Int32], outside: [Int32]) throws {
    let period = try #require(Period(from: from, to: to))
    #expect(inside.allSatisfy { period.contains($0) })
    #expect(!outside.contains { period.contains($0) })
  }

  @Test(
    "what is no day, or ends before it begins, is no period",
    arguments: [("2000", "1999"), ("20000101", ""), ("2000-02-30", ""), ("x", ""), ("", "99999")])
  func noPeriods(from: String, to: String) {
    #expect(Period(from: from, to: to) == nil)
  }

  @Test("a file that is called like another and its version is an edition of that one")
  func gathered() throws {
    func table(_ name: String, _ version: String) throws -> CodeTable {
      try CodeTable(
        name: name, version: version, source: "test", columns: ["code"], rows: [["1"]])
    }
    var tables = [
      "a": try table("a", "2"), "a-1": try table("a-1", "1"), "a-b": try table("a-b", "3"),
    ]
    CodeTable.gatherEditions(&tables)
    #expect(tables["a"]?.editions.map(\.version) == ["1", "2"])
    #expect(tables["a-b"]?.editions.map(\.version) == ["3"])
    let file = try CodeTable.read(
      Array("# name: x\n# version: 1\n# from: 1984\n# source: s\ncode\n1\n".utf8), file: "x.csv")
    #expect(file.period == Period(from: "1984", to: ""))
    #expect(throws: CodeTableError.self) {
      try CodeTable.read(
        Array("# name: x\n# version: 1\n# from: soon\n# source: s\ncode\n1\n".utf8), file: "x.csv")
    }
  }
}
