import TestSupport
import Testing

@testable import Patterns

@Suite("patterns") struct PatternTests {
  @Test(
    "a pattern matches what ECMA-262 says",
    arguments: [
      ("^[0-9]{6}$", ["330106"], ["33010", "3301066", "33010a", "33010６"]),
      ("^(0|1|2|9)$", ["0", "9"], ["3", "", "10"]), ("a|b", ["xxb"], ["c", ""]),
      ("^$", [""], ["a"]), ("", ["", "a"], []), ("^", ["", "a"], []), ("$", ["", "a"], []),
      ("^a?b+c*$", ["b", "abbcc"], ["a", "ac", "c"]), ("^.$", ["a", "中", "𠀀"], ["", "\n", "ab"]),
      ("^[^a-c]+$", ["xyz", "中"], ["xaz", ""]), ("^[\\d_-]+$", ["1-_"], ["a"]),
      ("^\\w\\W\\d\\D\\s\\S$", ["a-1x\u{3000}y"], ["a-1x-y"]),
      ("^\\u4e2d\\x41\\u{20000}$", ["中A𠀀"], ["中B𠀀"]),
      ("^\\ud840\\udc00$", ["𠀀"], ["x"]), ("^\\p{L}+$", ["abc中é"], ["a1", ""]),
      ("^\\p{Script=Han}{2,4}$", ["张三", "欧阳小云"], ["张", "Zhang", "张三李四王"]),
      ("^\\P{Lu}$", ["a", "1"], ["A"]), ("^[\\p{Nd}a]$", ["५", "a"], ["b"]),
      ("^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]),
      ("^a{2,}$", ["aa", "aaaaa"], ["a"]), ("^(?:ab){2}$", ["abab"], ["ab"]),
      ("^(a|ab)(c|bcd)$", ["abcd", "ac"], ["ab"]),
      ("^a.*?b$", ["axxb"], ["a"]), ("[.]", ["."], ["x"]), ("^[\\w-.]+$", ["a-.1"], ["a,b"]),
      ("^[a-\\d]+$", ["a-1"], ["b"]), ("\\.", ["."], ["x"]),
      ("^\\cJ$", ["\n"], ["J"]),
      ("^(?=.*\\d)[a-z\\d]{3}$", ["ab1"], ["abc", "1234"]), ("^(?!ab)..$", ["ac"], ["ab"]),
      ("(?<=a)b", ["ab"], ["cb"]), ("(?<!a)b", ["cb", "b"], ["ab"]),
      ("^(a+)-\\1$", ["aa-aa"], ["aa-a"]),
      ("^(?<x>[ab])\\k<x>$", ["aa", "bb"], ["ab"]), ("\\bab\\b", ["x ab y", "ab"], ["xab"]),
      ("\\Bb", ["ab"], ["b"]),
      ("^(a*)*$", ["", "aaa"], ["b"]), ("^(a*)*\\b$", ["aaa"], ["b-"]), ("{", ["{"], ["a"]),
      ("]", ["]"], ["a"]),
      ("^[]$", [], ["", "a"]), ("^[^]$", ["a", "\n"], [""]), ("a$^", [], ["a", ""]),
      ("^(^a)$", ["a"], ["b"]),
      ("(a|$)b*$", ["a", "xabb", "", "c"], []), ("^[\\b]$", ["\u{8}"], ["b"]),
      ("^\\/\\-$", ["/-"], ["\\/"]),
    ] as [(String, [String], [String])])
  func matching(source: String, yes: [String], no: [String]) throws {
    let pattern = try Pattern(source)
    for text in yes { #expect(pattern.matches(text), "\(text)") }
    for text in no { #expect(!pattern.matches(text), "\(text)") }
  }

  @Test(
    "what is no pattern is refused with its place",
    arguments: [
      "(", ")", "a)", "[", "[a", "*", "a**", "a{2,1}", "+a", "\\", "\\Z", "\\a", "\\c1", "\\x1",
      "\\u12",
      "\\u{110000}", "[b-a]", "(?<a>x)(?<a>y)", "(?<1a", "(?x)", "\\1", "\\k<a>",
      "\\p{Nothing}", "\\p",
      "^*", "(?=a)*", "\\b+", "$?", "a{99999}", "\\00", "a{2}{3}", "\\ud840\\u0041",
    ])
  func refused(source: String) {
    #expect { try Pattern(source) } throws: {
      ($0 as? PatternError)?.description.contains("expected") ?? false
    }
  }

  @Test("a pattern that blows up the automaton is run in linear time nevertheless")
  func large() throws {
    let pattern = try Pattern("^(a|b)*a(a|b){14}$")
    #expect(!pattern.isAutomaton)
    #expect(pattern.matches(String(repeating: "ab", count: 5_000) + "a"))
    #expect(!pattern.matches(String(repeating: "b", count: 5_000)))
    #expect(try Pattern("x{10}$").matches(String(repeating: "x", count: 100)))
  }

  @Test("patterns that make backtracking explode end, one way or the other")
  func bounded() throws {
    let text = String(repeating: "a", count: 5_000) + "!"
    #expect(try !Pattern("^(a+)+$").matches(text))
    #expect(try !Pattern("^(a+)+\\b$").matches(text))
    #expect(try !Pattern("^(a|a)*(?=b)$").matches(text))
    #expect(throws: PatternError.self) { try Pattern("((a{100}){100}){100}") }
    #expect(throws: PatternError.self) { try Pattern(String(repeating: "(", count: 100_000)) }
  }

  @Test("the three ways of matching agree on random patterns and texts")
  func agreement() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    for _ in 0..<1_500 {
      let source = randomPattern(&random, 3)
      guard let syntax = try? PatternParser.parse(source), let graph = try? StateGraph(syntax),
        let automaton = Automaton(graph)
      else {
        Issue.record("seed \(seed): \(source) is not compiled")
        continue
      }
      for _ in 0..<10 {
        var text = String(
          (0..<Int.random(in: 0...6, using: &random)).map { _ in
            "abé中".randomElement(using: &random) ?? "a"
          })
        text.withUTF8 { bytes in
          let raw = UnsafeRawBufferPointer(bytes)
          let expected = Backtracking.matches(syntax, raw)
          #expect(
            automaton.matches(raw) == expected,
            "seed \(seed): \(source) on \(String(decoding: raw, as: UTF8.self))")
          #expect(
            graph.matches(raw) == expected,
            "seed \(seed): \(source) on \(String(decoding: raw, as: UTF8.self))")
        }
      }
    }
  }

  @Test("random characters never crash the parser")
  func garbage() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    let alphabet = Array("()[]{}?*+|^$\\.-,:=!<>abdkpuxwZ019中")
    for _ in 0..<20_000 {
      let source = String(
        (0..<Int.random(in: 0...12, using: &random)).map { _ in
          alphabet.randomElement(using: &random) ?? "a"
        })
      if let pattern = try? Pattern(source) { _ = pattern.matches("ab01中") }
    }
  }

  private func randomPattern(_ random: inout Seeded, _ depth: Int) -> String {
    switch depth == 0
      ? Int.random(in: 0...3, using: &random) : Int.random(in: 0...9, using: &random)
    {
    case 0: return "a"
    case 1: return "[b-é]"
    case 2: return "."
    case 3: return Bool.random(using: &random) ? "^" : "$"
    case 4...6: return randomPattern(&random, depth - 1) + randomPattern(&random, depth - 1)
    case 7: return "(?:\(randomPattern(&random, depth - 1))|\(randomPattern(&random, depth - 1)))"
    default:
      let marks = ["*", "+", "?", "{2}", "{1,2}", "{0}"]
      return "(?:\(randomPattern(&random, depth - 1)))\(marks.randomElement(using: &random) ?? "*")"
    }
  }
}
