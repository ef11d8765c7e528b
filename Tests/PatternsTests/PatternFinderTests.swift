import TestSupport
import Testing

@testable import Patterns

@Suite("finding with groups") struct PatternFinderTests {
  @Test(
    "the leftmost match counts, greedy before lazy, and each group tells what it took",
    arguments: [
      ("^(\\d+)号$", "12号", ["12号", "12"]), ("(\\d+)号", "文一路12号楼", ["12号", "12"]),
      ("a+", "baaab", ["aaa"]), ("a+?", "baaab", ["a"]), ("a|ab", "ab", ["a"]),
      ("ab|a", "ab", ["ab"]), ("(a|ab)(c|bcd)$", "abcd", ["abcd", "a", "bcd"]),
      ("^(.*?)-(.*)$", "1-2-3", ["1-2-3", "1", "2-3"]),
      ("^(.*)-(.*)$", "1-2-3", ["1-2-3", "1-2", "3"]),
      ("(a)|(b)", "b", ["b", nil, "b"]), ("(?:(a)|(b))*", "ab", ["ab", "a", "b"]),
      ("(\\w)*", "xyz", ["xyz", "z"]), ("(a{2,3})(a*)", "aaaa", ["aaaa", "aaa", "a"]),
      ("(a{2,3}?)(a*)", "aaaa", ["aaaa", "aa", "aa"]), ("(a*)*", "b", ["", nil]),
      ("([一-龥]+)(省|市)", "在浙江省", ["在浙江省", "在浙江", "省"]),
      ("(?<y>\\d{4})年", "x2024年", ["2024年", "2024"]),
      ("x(y)?z", "xz", ["xz", nil]), ("(^a|b)", "ba", ["b", "b"]), ("b$", "bab", ["b"]),
      ("", "a", [""]),
      ("𠀀(.)", "a𠀀䶮", ["𠀀䶮", "䶮"]), ("(x){0}a", "a", ["a", nil]),
      ("c", "ab", nil), ("^a", "ba", nil), ("a^", "aa", nil),
    ] as [(String, String, [String?]?)])
  func finding(source: String, text: String, expected: [String?]?) throws {
    #expect(try find(PatternFinder(source), text) == expected)
  }

  @Test("a search may begin later, and the start of the text stays where it is")
  func later() throws {
    #expect(try find(PatternFinder("a"), "aba", from: 1) == ["a"])
    #expect(try find(PatternFinder("^a"), "aba", from: 2) == nil)
    #expect(try find(PatternFinder("a*"), "baa", from: 3) == [""])
  }

  @Test(
    "what cannot be searched for in linear time is refused",
    arguments: ["(?=a)b", "\\bab", "(a)\\1", "(?<!a)b"])
  func refused(source: String) {
    #expect {
      try PatternFinder(source)
    } throws: {
      ($0 as? PatternError)?.description.contains("without look-around") ?? false
    }
  }

  @Test("a pattern is bounded in steps and groups")
  func bounds() {
    #expect(throws: PatternError.self) { try PatternFinder("(a{50}){50}") }
    #expect(throws: PatternError.self) { try PatternFinder(String(repeating: "(a)", count: 21)) }
  }

  @Test(
    "patterns that make backtracking explode take a look at each character for each step, on a megabyte",
    arguments: [
      ("(a+)+$", 1 << 20), ("^(a|a)*b", 1 << 16), ("(a*)*!", 1 << 16), ("(.*)(.*)(.*)x", 1 << 16),
      ("^((a+)+)+!$", 1 << 16),
    ])
  func bombs(source: String, size: Int) throws {
    let finder = try PatternFinder(source)
    let text = String(repeating: "a", count: size) + "?"
    var budget = (size + 2) * finder.program.count
    #expect(find(finder, text, budget: &budget) == nil)
    #expect(budget >= 0)
  }

  @Test("a search ends when its budget is used up")
  func budget() throws {
    let finder = try PatternFinder("a*b")
    var room = [Int32](repeating: 7, count: finder.roomCount)
    var budget = 1_000
    let found = [UInt8](repeating: 0x61, count: 10_000).withUnsafeBytes { text in
      room.withUnsafeMutableBufferPointer {
        finder.find(in: text, from: 0, budget: &budget, room: $0)
      }
    }
    #expect(found == .exhausted)
  }

  @Test("finding agrees with trying out, groups included, on random patterns and texts")
  func agreement() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    for _ in 0..<2_000 {
      let source = randomPattern(&random, 3)
      let finder = try PatternFinder(source)
      let syntax = try PatternParser.parse(source)
      for _ in 0..<10 {
        let text = String(
          (0..<Int.random(in: 0...7, using: &random)).map { _ in
            "abé中".randomElement(using: &random) ?? "a"
          })
        #expect(
          find(finder, text) == tried(syntax, text, count: finder.groupCount),
          "seed \(seed): \(source) on \(text)")
      }
    }
  }

  /// Parts that are repeated take at least a character: of those that may take none, ways differ.
  private func randomPattern(_ random: inout Seeded, _ depth: Int) -> String {
    switch depth == 0
      ? Int.random(in: 0...3, using: &random) : Int.random(in: 0...9, using: &random)
    {
    case 0: return "a"
    case 1: return "[b-é]"
    case 2: return "."
    case 3: return "b"
    case 4...5: return randomPattern(&random, depth - 1) + randomPattern(&random, depth - 1)
    case 6: return "(\(randomPattern(&random, depth - 1))|\(randomPattern(&random, depth - 1)))"
    case 7: return "(?:a\(randomPattern(&random, depth - 1)))?" + randomPattern(&random, depth - 1)
    default:
      let marks = ["*", "+", "{2}", "{1,2}", "*?", "+?", "{1,2}?", "??"]
      return "(a\(randomPattern(&random, depth - 1))|[b-é])"
        + (marks.randomElement(using: &random) ?? "*")
    }
  }

  private func find(_ finder: PatternFinder, _ text: String, from start: Int = 0) -> [String?]? {
    var budget = Int.max
    return find(finder, text, from: start, budget: &budget)
  }

  private func find(
    _ finder: PatternFinder, _ text: String, from start: Int = 0, budget: inout Int
  ) -> [String?]? {
    let bytes = Array(text.utf8)
    var room = [Int32](repeating: 7, count: finder.roomCount)
    let found = bytes.withUnsafeBytes { text in
      room.withUnsafeMutableBufferPointer {
        finder.find(in: text, from: start, budget: &budget, room: $0)
      }
    }
    guard found == .found else { return nil }
    return (0...finder.groupCount).map { group in
      let (first, end) = (Int(room[group * 2]), Int(room[group * 2 + 1]))
      return first < 0 || end < 0 ? nil : String(decoding: bytes[first..<end], as: UTF8.self)
    }
  }

  /// What the first match and its groups took, by trying out.
  private func tried(_ syntax: PatternSyntax, _ text: String, count: Int) -> [String?]? {
    let scalars = Array(text.unicodeScalars)
    var matcher = Backtracking(scalars.map(\.value))
    guard let whole = matcher.find(syntax) else { return nil }
    return (0...count).map { group in
      let range = group == 0 ? whole : matcher.captures[group]
      return range.map { String(String.UnicodeScalarView(scalars[$0])) }
    }
  }
}
