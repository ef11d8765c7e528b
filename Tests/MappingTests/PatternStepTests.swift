import Mapping
import Testing

@Suite("Regular expressions in a mapping") struct PatternStepTests {
  @Test(
    "a text must match, and the part that is asked for is the value",
    arguments: [
      ("match: '^(\\\\d+)号$', group: 1", "12号", "12"),
      ("match: '^\\\\d+号$'", "12号", "12号"), ("match: '\\\\d+'", "文一路12号", "12"),
      ("match: '(\\\\d+)号(\\\\d+)?', group: 2", "12号", nil),
      ("match: '(.+?)(省|市)', group: 1", "浙江省杭州市", "浙江"),
      ("match: '^ (x) $', group: 1, trim: false", " x ", "x"),
      ("match: '^\\\\d+$', unmatched: 'keep'", "一号", "一号"),
      ("match: '^\\\\d+$', unmatched: 'absent'", "一号", nil),
      ("match: '\\\\d{6}', date: 'yyyyMM', day: 'last', group: 0", "x202402", "2024-02-29"),
      ("match: 'a', split: ';', part: 1", "ba;c", "a"), ("match: '(x*)', group: 1", "ab", nil),
    ] as [(String, String, String?)])
  func matching(words: String, text: String, expected: String?) throws {
    let result = try mapped("{from: 'A', \(words)}", "{\"A\": \(quoted(text))}")
    #expect(result.faults == [])
    #expect(result.tree.text("v") == expected)
  }

  @Test("a text that does not match is refused with the pattern, not with the text")
  func refused() throws {
    let result = try mapped("{from: 'A', match: '^\\\\d+号$'}", #"{"A":"secret"}"#)
    #expect(result.codes == [.malformedValue])
    #expect(result.faults.first?.expectation == "a text that matches ^\\d+号$")
  }

  @Test(
    "each match is replaced, one pattern after the other",
    arguments: [
      ("{'-': ''}", "1-2-3", "123"), ("{'^0571-?': ''}", "0571-8888", "8888"),
      ("{'(\\\\d+)号': 'No. $1'}", "1号2号", "No. 1No. 2"),
      ("{'(a)(b)?': '[$1|$2]'}", "aab", "[a|][a|b]"), ("{a: 'b', b: 'c'}", "ab", "cc"),
      ("{'a*': '-'}", "baac", "-b--c-"), ("{'^': '浙'}", "A123", "浙A123"),
      ("{'$': '号'}", "12", "12号"), ("{x: '$$'}", "axb", "a$b"), ("{'.': '$0$0'}", "𠀀b", "𠀀𠀀bb"),
      ("{'x': 'y'}", "abc", "abc"), ("{'.*': ''}", "abc", nil),
      ("{'（(.*?)）': '($1)'}", "甲（乙）丙（丁）", "甲(乙)丙(丁)"),
      ("{'\\\\s+': ' '}", "a \\t  b", "a b"),
    ] as [(String, String, String?)])
  func replacing(pairs: String, text: String, expected: String?) throws {
    let result = try mapped("{from: 'A', replace: \(pairs)}", "{\"A\": \"\(text)\"}")
    #expect(result.faults == [])
    #expect(result.tree.text("v") == expected)
  }

  @Test(
    "mistakes are found when the mapping is read",
    arguments: [
      ("match: '('", "is not a regular expression"),
      ("match: '(?=a)b'", "without look-around"), ("match: 'a', group: 1", "there is no group 1"),
      ("group: 1", "unknown name \"group\""), ("replace: {}", "at least one pattern"),
      ("replace: {a: '$1'}", "there is no group 1"), ("replace: {a: '$'}", "a group's number"),
      ("match: 'a', unmatched: 'kep'", "did you mean \"keep\"?"),
    ])
  func mistakes(words: String, message: String) {
    #expect {
      try Mapping.fields("{v: {from: 'A', \(words)}}")
    } throws: {
      "\($0)".contains(message)
    }
  }

  @Test("a text that a pattern would go through for too long is refused, and ends soon")
  func bounded() throws {
    let text = String(repeating: "a", count: 1 << 13)
    let bomb = try mapped("{from: 'A', match: '(a+)+$', group: 1}", "{\"A\": \"\(text)\"}")
    #expect(bomb.tree.text("v") == text)
    let quadratic = try mapped("{from: 'A', replace: {'a.*b|a': 'c'}}", "{\"A\": \"\(text)\"}")
    #expect(quadratic.codes == [.tooLarge])
  }

  @Test("a rule says in words what it does")
  func words() throws {
    let mapping = try Mapping.fields(
      "{v: {from: 'A', match: '(a)b', group: 1, unmatched: 'keep', replace: {x: 'y'}}}")
    #expect(
      mapping.rules.first?.steps == ["replace x with \"y\"", "group 1 of (a)b, unmatched keep"])
  }
}
