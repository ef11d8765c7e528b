/// Cuts a file into the messages that it becomes: one for the whole file, or one a record line.
///
/// Cutting at the edge keeps the books per record: one bad line is one dead letter, and its
/// neighbours go on. Pure: octets in, ranges out.
package enum RecordSplitter: String, Sendable, CaseIterable {
  /// The file is one message.
  case whole
  /// Each line that is not blank is a message; LF or CRLF ends a line. Safe in GB18030 and UTF-8,
  /// whose multi-byte characters never hold an octet below 0x30.
  case lines

  /// Calls `body` with the range of each message in the order of the file, until it returns false.
  /// An empty file is one empty message, so that it gets an answer like any other.
  package func split(_ octets: UnsafeRawBufferPointer, _ body: (Range<Int>) throws -> Bool) rethrows
  {
    switch self {
    case .whole: _ = try body(0..<octets.count)
    case .lines:
      var start = 0
      var found = false
      while start < octets.count {
        let end = octets[start...].firstIndex(of: UInt8(ascii: "\n")) ?? octets.count
        let line = start..<(end > start && octets[end - 1] == UInt8(ascii: "\r") ? end - 1 : end)
        start = end + 1
        guard octets[line].contains(where: { $0 != UInt8(ascii: " ") }) else { continue }
        found = true
        guard try body(line) else { return }
      }
      if !found { _ = try body(0..<0) }
    }
  }
}
