import Mapping
import Testing

@Suite("What rules change of a value that means the same is told") struct CleansingTests {
  static let changes: [(rule: String, value: String, told: [String])] = [
    ("{from: 'A', as: 'identity-number'}", "330103890307001", ["FROM_FIFTEEN_DIGITS v"]),
    ("{from: 'A', as: 'identity-number'}", "330103189003070016", []),
    ("{from: 'A', as: 'identity-number'}", "11010519491231002x", ["CANONICAL_FORM v"]),
    ("{from: 'A', as: 'identity-number'}", "３30103189003070016", ["CANONICAL_FORM v"]),
    ("{from: 'A', width: 'half'}", "Ａ1", ["TO_HALF_WIDTH v"]),
    ("{from: 'A', width: 'half'}", "王小宁", []),
    ("{from: 'A', letters: 'upper'}", "ab", ["LETTER_CASE v"]),
    ("{from: 'A', letters: 'upper'}", "AB", []),
    ("{from: 'A', without: '-'}", "1-2", ["CHARACTERS_DROPPED v"]),
    ("{from: 'A', width: 'half', letters: 'upper'}", "ａ", ["TO_HALF_WIDTH v", "LETTER_CASE v"]),
    ("'A'", "  padded  ", []),
  ]

  @Test("each change with its field, and nothing where nothing was changed", arguments: changes)
  func told(rule: String, value: String, told: [String]) throws {
    let result = try mapped(rule, "{\"A\":\"\(value)\"}")
    #expect(result.codes.isEmpty)
    #expect(result.cleansed == told)
  }

  @Test("in a list the field is told once, without its position")
  func list() throws {
    let mapping = try Mapping.fields("{l: {each: 'L', item: {v: {from: 'A', letters: 'upper'}}}}")
    let result = try mapping.map(#"{"L":[{"A":"a"},{"A":"b"},{"A":"C"}]}"#)
    #expect(result.cleansed == ["LETTER_CASE l[].v"])
  }

  @Test("a machine forgets what the record before had")
  func forgotten() throws {
    let mapping = try Mapping.fields("{v: {from: 'A', letters: 'upper'}}")
    #expect(try mapping.map(#"{"A":"a"}"#).cleansed == ["LETTER_CASE v"])
    #expect(try mapping.map(#"{"A":"A"}"#).cleansed == [])
  }
}
