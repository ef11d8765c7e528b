import Testing

@testable import Adapters

@Suite struct RecordSplitterTests {
  private func cut(_ text: String, _ splitter: RecordSplitter) -> [String] {
    let octets = Array(text.utf8)
    var parts: [String] = []
    octets.withUnsafeBytes { buffer in
      splitter.split(buffer) { range in
        parts.append(String(decoding: buffer[range], as: UTF8.self))
        return true
      }
    }
    return parts
  }

  @Test(
    "lines are messages; blank ones are none, and the end of the last may be missing",
    arguments: [
      ("a\nb\n", ["a", "b"]), ("a\r\nb", ["a", "b"]), ("a\n\n  \nb\n", ["a", "b"]),
      (" a \n", [" a "]), ("a\rb\n", ["a\rb"]), ("", [""]), ("\n \r\n", [""]),
    ])
  func lines(text: String, parts: [String]) {
    #expect(cut(text, .lines) == parts)
  }

  @Test("a whole file is one message, an empty one too", arguments: ["", "a\nb\n"])
  func whole(text: String) {
    #expect(cut(text, .whole) == [text])
  }

  @Test("cutting ends where the taker has enough")
  func ends() {
    var count = 0
    Array("a\nb\nc\n".utf8).withUnsafeBytes { buffer in
      RecordSplitter.lines.split(buffer) { _ in
        count += 1
        return count < 2
      }
    }
    #expect(count == 2)
  }
}
