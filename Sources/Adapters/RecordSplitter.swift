import Foundation

/// How a file becomes messages: one for the whole file, or one a record line.
///
/// Cutting at the edge keeps the books per record: one bad line is one dead letter, and its
/// neighbours go on.
package enum RecordSplitter: String, Sendable, CaseIterable {
  /// The file is one message.
  case whole
  /// Each line that is not blank is a message; LF or CRLF ends a line. Safe in GB18030 and UTF-8,
  /// whose multi-byte characters never hold an octet below 0x30.
  case lines
}

/// Cuts the octets of a file, as they come in chunks, into records. Pure; holds at most one record of `limit` octets.
package struct RecordCutter {
  package enum Cut: Equatable {
    case record([UInt8])
    /// Here was a record of more than `limit` octets.
    case tooLarge
  }

  private let splitter: RecordSplitter
  private let limit: Int
  /// The record that the last chunk ended in, so far.
  private var begun: [UInt8] = []
  private var isTooLarge = false
  private var found = false

  package init(_ splitter: RecordSplitter, limit: Int = AdapterLimits.body) {
    self.splitter = splitter
    self.limit = limit
  }

  /// Takes the next octets of the file and gives `body` the records that end in them.
  package mutating func take(
    _ chunk: UnsafeRawBufferPointer, _ body: (Cut) throws -> Void
  ) rethrows {
    var start = 0
    while splitter == .lines, let end = RecordCutter.lineEnd(in: chunk, from: start) {
      add(UnsafeRawBufferPointer(rebasing: chunk[start..<end]))
      try endLine(body)
      start = end + 1
    }
    add(UnsafeRawBufferPointer(rebasing: chunk[start...]))
  }

  /// The file is at its end. An empty one is one empty record, so that it gets an answer like any other.
  package mutating func finish(_ body: (Cut) throws -> Void) rethrows {
    if splitter == .lines {
      try endLine(body)
      if !found { try body(.record([])) }
    } else {
      try body(isTooLarge ? .tooLarge : .record(begun))
    }
  }

  private mutating func add(_ octets: UnsafeRawBufferPointer) {
    // One more than the limit, for a CR that is none of the record's own.
    if begun.count + octets.count > limit + (splitter == .lines ? 1 : 0) {
      isTooLarge = true
      begun = []
    }
    if !isTooLarge { begun.append(contentsOf: octets) }
  }

  private mutating func endLine(_ body: (Cut) throws -> Void) rethrows {
    if begun.last == UInt8(ascii: "\r") { begun.removeLast() }
    let record = begun
    let tooLarge = isTooLarge || record.count > limit
    begun = []
    isTooLarge = false
    guard tooLarge || record.contains(where: { $0 != UInt8(ascii: " ") }) else { return }
    found = true
    try body(tooLarge ? .tooLarge : .record(record))
  }

  private static func lineEnd(in octets: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard start < octets.count, let base = octets.baseAddress,
      let end = memchr(base + start, 0x0A, octets.count - start)
    else { return nil }
    return UnsafeRawPointer(end) - base
  }
}

/// Counts how often the same octets stood before in a file, so that equal lines are changes of their own and a
/// repeated file has the same numbers. Bounded: after so many lines the count begins anew, from a number that no
/// line before has had.
struct Occurrences<Key: Hashable> {
  private let bound: Int
  private var counts: [Key: Int] = [:]
  private var lines = 0
  private var start = 0

  init(bound: Int = AdapterLimits.counted) {
    self.bound = bound
  }

  mutating func next(_ key: Key) -> Int {
    if lines == bound {
      counts.removeAll()
      (lines, start) = (0, start + bound)
    }
    lines += 1
    let occurrence = counts[key, default: start]
    counts[key] = occurrence + 1
    return occurrence
  }
}
