import Foundation
import Testing

@testable import Records

/// Damaged bodies, twenty thousand a format and a million where TONGBAN_LONG is set: none breaks a promise.
@Suite struct MutationTests {
  /// A format with the dialects of it that are tried, and the folder of its seeds.
  struct Kind: Sendable, CustomStringConvertible {
    let description: String
    let dialects: [Dialect]
    /// How the department's samples in it are named.
    let ending: String
  }

  static let kinds = [
    Kind(description: "json", dialects: Dialect.json, ending: ".json"),
    Kind(description: "xml", dialects: Dialect.xml, ending: ".xml"),
    Kind(description: "delimited", dialects: Dialect.delimited, ending: ".csv"),
    Kind(description: "fixed-width", dialects: Dialect.fixedWidth, ending: ".txt"),
    Kind(description: "key-value", dialects: Dialect.keyValue, ending: ".properties"),
  ]

  @Test("a damaged body gives records and faults, and breaks no promise", arguments: kinds)
  func mutations(kind: Kind) throws {
    var random = Seeded.printed("mutations of \(kind)")
    var trials = try Damage(kind, &random)
    for round in 0..<Trials.count(20_000, long: 1_000_000) {
      if let broken = trials.next(&random) {
        Issue.record("round \(round): \(broken)")
        return
      }
    }
    #expect(trials.records > 1_000 && trials.faults > 1_000)
  }

  @Test(
    "every line of a damaged body is a record or a fault",
    arguments: [Dialect.json[2], Dialect.fixedWidth[0]])
  func everyLine(dialect: Dialect) throws {
    var random = Seeded.printed("lines of \(dialect)")
    for _ in 0..<Trials.count(2_000, long: 100_000) {
      var writer = RecordWriter(dialect.format)
      var body: [UInt8] = []
      for _ in 0...random.below(4) {
        try? writer.add(random.record(for: dialect.format), into: &body)
      }
      body = random.mutated(body)
      guard body.contains(where: { $0 > 0x20 }), !body.starts(with: [0xEF]) else { continue }
      let lines = body.split(separator: 0x0A).count { line in
        dialect.description == "JSON lines"
          ? line.contains { $0 > 0x20 } : line.contains { $0 != 0x0D }
      }
      let reading = Reading(body, dialect.format, .utf8)
      #expect(reading.records.count + reading.faults.count == lines)
    }
  }
}

/// Bodies of one format and what is done to them.
private struct Damage {
  private struct Seed {
    var body: [UInt8]
    var dialect: Int
    var charset: Charset
  }

  private let dialects: [Dialect]
  private var seeds: [Seed] = []
  private var promises: [String: Promises] = [:]

  init(_ kind: MutationTests.Kind, _ random: inout Seeded) throws {
    dialects = kind.dialects
    for body in try Self.samples(kind) {
      for (index, _) in dialects.enumerated() {
        for charset in [Charset.utf8, .gb18030, .utf16] {
          seeds.append(Seed(body: body, dialect: index, charset: charset))
        }
      }
    }
    for _ in 0..<400 {
      let (dialect, charset) = (
        random.below(dialects.count), random.pick(RecordsPropertyTests.charsets)
      )
      if let body = Self.body(dialects[dialect].format, charset, &random) {
        seeds.append(Seed(body: body, dialect: dialect, charset: charset))
      }
    }
  }

  /// The adapters' samples of the format, and the fuzzing target's seeds.
  private static func samples(_ kind: MutationTests.Kind) throws -> [[UInt8]] {
    let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    var files = try FileManager.default.contentsOfDirectory(
      at: root.appending(path: "Fuzz/seeds/\(kind)"), includingPropertiesForKeys: nil)
    let adapters = FileManager.default.enumerator(
      at: root.appending(path: "adapters"), includingPropertiesForKeys: nil)
    while let file = adapters?.nextObject() as? URL {
      if file.path.contains("/samples/"), file.path.hasSuffix(kind.ending) { files.append(file) }
    }
    return try files.map { [UInt8](try Data(contentsOf: $0)) }
  }

  private static func body(
    _ format: RecordFormat, _ charset: Charset, _ random: inout Seeded
  ) -> [UInt8]? {
    var writer = RecordWriter(format, charset: charset)
    var body: [UInt8] = []
    do throws(RecordError) {
      try writer.begin(into: &body)
      for _ in 0...random.below(4) {
        // A record that cannot be written so is left out.
        try? writer.add(random.record(for: format), into: &body)
      }
      try writer.end(into: &body)
    } catch { return nil }
    return body
  }

  /// Damages one body; the promise that it breaks, with the body, or nil.
  mutating func next(_ random: inout Seeded) -> String? {
    let seed = random.pick(seeds)
    let body = random.mutated(seed.body, with: random.pick(seeds).body)
    let isSmall = random.below(2) == 0
    let key = "\(seed.dialect) \(seed.charset) \(isSmall)"
    let fresh = promises[key] == nil ? promises(seed, isSmall) : nil
    if let fresh { promises[key] = fresh }
    let broken = body.withUnsafeBytes { promises[key]?.broken(by: $0) }
    return broken.map { "\(dialects[seed.dialect]) in \(seed.charset.rawValue): \($0): \(body)" }
  }

  private func promises(_ seed: Seed, _ isSmall: Bool) -> Promises {
    var limits = RecordLimits()
    if isSmall {
      limits.recordBytes = 256
      limits.depth = 4
      limits.nodes = 12
    }
    return Promises(dialects[seed.dialect].format, seed.charset, limits: limits)
  }

  var records: Int { promises.values.reduce(0) { $0 + $1.records } }
  var faults: Int { promises.values.reduce(0) { $0 + $1.faults } }
}
