import Records
import Testing

@testable import Mapping

@Suite("Coverage") struct CoverageTests {
  private func coverage(_ fields: String, _ records: [String]) throws -> Coverage {
    let mapping = try Mapping.fields(fields)
    var machine = MappingMachine()
    machine.trace = MappingTrace(of: mapping)
    var output = Tree()
    for record in records { _ = mapping.run(try Tree(json: record), into: &output, on: &machine) }
    let trace = machine.trace
    return mapping.coverage(try #require(trace))
  }

  @Test("coverage tells the rules that never gave a value and the codes that were never met")
  func silent() throws {
    var coverage = try coverage(ExplanationTests.text, [#"{"C":"x","D":{"n":"1"}}"#])
    #expect(coverage.silentRules.map(\.target) == ["a", "e"])
    #expect(
      coverage.tables == [Coverage.Table(name: "fields.b.table", count: 2, unseen: ["y"])])
    #expect(coverage.ruleCount == 5 && coverage.percent == 60)
    coverage = try self.coverage(
      ExplanationTests.text,
      [#"{"C":"x","D":{"n":"1"}}"#, #"{"K":"1","A":"a","B":"y","E":{"k":"v","w":"w"}}"#])
    #expect(coverage.silentRules.isEmpty && coverage.percent == 100)
    #expect(coverage.tables.allSatisfy { $0.unseen.isEmpty })
  }

  @Test("each alternative is a rule of its own, and one that never came first is silent")
  func alternatives() throws {
    let coverage = try coverage(
      "{v: {first: [{from: 'A', when: {K: '1'}}, {constant: 'x'}]}}", ["{}", #"{"A":"a"}"#])
    #expect(coverage.silentRules.map(\.path) == ["fields.v.first[0]"])
  }

  /// Rules of two fields, a record, and those that gave no value.
  static let ends: [(String, String, [String])] = [
    // Found, but the last step leaves nothing.
    ("{a: {from: 'A', split: ';', part: 2}, b: 'B'}", #"{"A":"x","B":"y"}"#, ["fields.a"]),
    ("{a: {from: 'A', absent: ['x']}, b: 'B'}", #"{"A":"x","B":"y"}"#, ["fields.a"]),
    ("{a: {from: 'A', absent: ['x'], default: 'd'}}", #"{"A":"x"}"#, []),
    // A value in hand from before is none of a group that is not there.
    (
      "{a: 'A', g: {when: {K: '1'}, b: 'B'}, h: {c: 'C'}}", #"{"A":"x","B":"y"}"#,
      ["fields.g.b", "fields.h.c"]
    ),
    ("{a: {join: ['A', 'B']}}", #"{"A":"x"}"#, ["fields.a.join[1]"]),
    ("{a: {each: 'L'}, b: 'B'}", #"{"L":[],"B":"y"}"#, ["fields.a"]),
  ]

  @Test("a rule is exercised where a value is in hand at its end", arguments: ends)
  func end(fields: String, record: String, silent: [String]) throws {
    #expect(try coverage(fields, [record]).silentRules.map(\.path) == silent)
  }

  @Test("native fields that no rule mentions are told with [*] for items")
  func unmentioned() throws {
    let mapping = try Mapping.fields(
      "{v: 'A', l: {each: 'L', item: {n: 'n'}}}", more: ", drop: ['B']")
    let record = try Tree(json: #"{"A":"1","B":{"c":"2"},"L":[{"n":"1"},{"m":"2"}],"Z":"3"}"#)
    #expect(mapping.unmentioned(in: record) == ["L[*].m", "Z"])
  }
}
