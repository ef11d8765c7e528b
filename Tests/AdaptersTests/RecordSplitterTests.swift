import Testing

@testable import Adapters

@Suite struct RecordSplitterTests {
  private func cut(
    _ text: String, _ splitter: RecordSplitter, chunk: Int, limit: Int = 100
  ) -> [String] {
    var cutter = RecordCutter(splitter, limit: limit)
    var parts: [String] = []
    func take(_ cut: RecordCutter.Cut) {
      switch cut {
      case .record(let octets): parts.append(String(decoding: octets, as: UTF8.self))
      case .tooLarge: parts.append("too large")
      }
    }
    let octets = Array(text.utf8)
    for start in stride(from: 0, to: octets.count, by: chunk) {
      octets[start..<min(start + chunk, octets.count)].withUnsafeBytes { cutter.take($0, take) }
    }
    cutter.finish(take)
    return parts
  }

  @Test(
    "lines are messages, wherever the chunks end; blank ones are none, and the end of the last may be missing",
    arguments: [
      ("a\nb\n", ["a", "b"]), ("a\r\nb", ["a", "b"]), ("a\n\n  \nb\n", ["a", "b"]),
      (" a \n", [" a "]), ("a\rb\n", ["a\rb"]), ("", [""]), ("\n \r\n", [""]),
      ("abc\r\ndef\n", ["abc", "def"]),
    ], [1, 2, 3, 100])
  func lines(item: (text: String, parts: [String]), chunk: Int) {
    #expect(cut(item.text, .lines, chunk: chunk) == item.parts)
  }

  @Test("a whole file is one message, an empty one too", arguments: ["", "a\nb\n"], [1, 100])
  func whole(text: String, chunk: Int) {
    #expect(cut(text, .whole, chunk: chunk) == [text])
  }

  @Test(
    "a record above the bound is told and not held; its neighbours go on", arguments: [1, 3, 100])
  func tooLarge(chunk: Int) {
    #expect(
      cut("abc\r\nabcd\nabc\n", .lines, chunk: chunk, limit: 3) == ["abc", "too large", "abc"])
    #expect(cut("abcdefgh\na", .lines, chunk: chunk, limit: 3) == ["too large", "a"])
    #expect(cut("abcd", .whole, chunk: chunk, limit: 3) == ["too large"])
    #expect(cut("abc", .whole, chunk: chunk, limit: 3) == ["abc"])
  }

  @Test("equal octets are counted, and no number comes twice although the count is bounded")
  func occurrences() {
    var occurrences = Occurrences<String>(bound: 3)
    let numbers = ["a", "b", "a", "a", "b", "a", "a"].map { occurrences.next($0) }
    #expect(numbers == [0, 0, 1, 3, 3, 4, 6])
  }
}
