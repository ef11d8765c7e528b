import Adapters
import Configuration
import Foundation
import Routing
import Standards

/// `tongban mapping …`: an adapter tried without any server.
enum MappingCommands {
  static let all = [
    Command(
      "mapping run", "DEPARTMENT EVENT [FILE]",
      "show what a native body becomes; exit 1 if any of it dies", run: run),
    Command(
      "mapping test", "[DEPARTMENT…] [--accept]",
      "run every sample against its expected output; exit 1 if one differs", run: test),
    DraftCommand.command,
  ]

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let department = try arguments.required("the department")
    let event = try arguments.required("the event")
    let body = try CheckCommands.octets(of: arguments.next())
    try arguments.end()
    let adapters = try AdapterSet.load(home: Settings.home)
    let adapter = try adapters.adapter(of: department)
    let rehearsal = Rehearsal(
      adapter, try adapter.intake(of: event), reference: adapters.reference, body: body,
      today: today)
    for line in rehearsal.events { print(line) }
    for line in rehearsal.deadLetters { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    return rehearsal.deadLetters.isEmpty ? .done : .no
  }

  static func test(_ arguments: inout Arguments) throws -> ExitCode {
    let accept = arguments.flag("--accept")
    let departments = arguments.rest()
    try arguments.end()
    let adapters = try AdapterSet.load(home: Settings.home)
    let chosen = departments.isEmpty ? adapters.adapters.keys.sorted() : departments
    var (passed, failed) = (0, 0)
    for department in chosen {
      let adapter = try adapters.adapter(of: department)
      let samples = try Sample.all(of: adapter, home: Settings.home)
      if samples.isEmpty {
        complain("\(department) has no samples: expected adapters/\(department)/samples/")
      }
      for sample in samples {
        let differences = try sample.check(
          adapter, adapters.reference, today: today, accept: accept)
        if differences.isEmpty { passed += 1 } else { failed += 1 }
        for difference in differences { complain("\(sample.name): \(difference)") }
      }
    }
    print("\(passed) samples as expected, \(failed) not")
    return failed == 0 && passed > 0 ? .done : .no
  }

  /// The day in China.
  static var today: CivilDate? {
    CivilDate(daysSince1970: Int((Date().timeIntervalSince1970 + 8 * 3600) / 86_400))
  }
}

/// A native body in `adapters/<department>/samples/<event>/`, and beside it what must come of it:
/// `NAME.events.ndjson` and `NAME.dead.ndjson`.
struct Sample {
  let event: String
  let file: URL

  var name: String { "\(event)/\(file.lastPathComponent)" }

  static func all(of adapter: Adapter, home: URL) throws -> [Sample] {
    let folder = home.appending(path: "adapters/\(adapter.department)/samples")
    return try adapter.intakes.keys.sorted().flatMap { event -> [Sample] in
      let place = folder.appending(path: event)
      guard FileManager.default.fileExists(atPath: place.path) else { return [] }
      return try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
        .filter { !$0.hasSuffix(".ndjson") && !$0.hasPrefix(".") }
        .map { Sample(event: event, file: place.appending(path: $0)) }
    }
  }

  /// What differs, a line each; empty if nothing does.
  func check(
    _ adapter: Adapter, _ reference: Reference, today: CivilDate?, accept: Bool
  ) throws -> [String] {
    let body = Array(try Data(contentsOf: file))
    let rehearsal = Rehearsal(
      adapter, try adapter.intake(of: event), reference: reference, body: body, today: today)
    return try compare(rehearsal.events, "events", accept: accept)
      + compare(rehearsal.deadLetters, "dead", accept: accept)
  }

  private func compare(_ lines: [String], _ kind: String, accept: Bool) throws -> [String] {
    let expectation = file.appendingPathExtension("\(kind).ndjson")
    if accept {
      if lines.isEmpty {
        try? FileManager.default.removeItem(at: expectation)
      } else {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: expectation)
      }
      return []
    }
    let expected =
      (FileManager.default.contents(atPath: expectation.path))
      .map { String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) } ?? []
    var differences: [String] = []
    for index in 0..<max(lines.count, expected.count) {
      let (found, wanted) = (lines[safely: index], expected[safely: index])
      if found != wanted {
        differences.append(
          "\(kind) line \(index + 1)\n  expected \(wanted ?? "nothing")\n  found    \(found ?? "nothing")"
        )
      }
    }
    return differences
  }
}

extension Array {
  fileprivate subscript(safely index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
