import Adapters
import Catalogue
import Configuration
import Foundation
import Routing
import Standards

/// What an adapter's author expects of one body: a file in `adapters/<department>/samples/<event>/`, and beside it
/// what must come of it, `FILE.events.ndjson` and `FILE.dead.ndjson`; or a standard event in `samples/<schema>/`,
/// and beside it what the department gets, `FILE.native`, or `FILE.dead.ndjson`.
struct Sample {
  let file: URL

  var name: String { file.lastPathComponent }
  var octets: [UInt8] { get throws { Array(try Data(contentsOf: file)) } }

  private static let expectations = [".ndjson", ".native"]

  static func all(in folder: URL) throws -> [Sample] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { name in
        !name.hasPrefix(".") && !expectations.contains { name.hasSuffix($0) }
      }.map { Sample(file: folder.appending(path: $0)) }
  }

  // MARK: What came of it

  struct Found {
    var events: [String]?
    var native: [UInt8]?
    var dead: [String]
  }

  func differences(_ found: Found, in format: NativeFormat) -> [Difference] {
    var differences = Difference.between(
      expected: lines("dead.ndjson"), found: found.dead, "dead letter of record",
      keys: ["record", "item"])
    if let events = found.events {
      differences += Difference.between(
        expected: lines("events.ndjson"), found: events, "event", keys: ["id", "type"])
    } else {
      differences += Difference.between(
        expected: contents("native"), found: found.native, in: format)
    }
    return differences
  }

  /// Makes what was found the expectation.
  func accept(_ found: Found) throws {
    try write(text(found.dead), "dead.ndjson")
    if let events = found.events {
      try write(text(events), "events.ndjson")
    } else {
      try write(found.native, "native")
    }
  }

  private func text(_ lines: [String]) -> [UInt8]? {
    lines.isEmpty ? nil : Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  private func write(_ octets: [UInt8]?, _ kind: String) throws {
    let expectation = file.appendingPathExtension(kind)
    if let octets {
      try Data(octets).write(to: expectation)
    } else if FileManager.default.fileExists(atPath: expectation.path) {
      try FileManager.default.removeItem(at: expectation)
    }
  }

  private func contents(_ kind: String) -> [UInt8]? {
    FileManager.default.contents(atPath: file.appendingPathExtension(kind).path).map { Array($0) }
  }

  private func lines(_ kind: String) -> [String] {
    String(decoding: contents(kind) ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
