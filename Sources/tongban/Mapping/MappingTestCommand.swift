import Adapters
import Configuration
import Foundation
import Routing

/// `tongban mapping test`: every sample against what is expected of it, and what the samples do not touch.
enum MappingTestCommand {
  static let command = Command(
    "mapping test", "[DEPARTMENT…] [--accept] [--require-coverage PERCENT] [--verbose] [--json]",
    "run every sample against its expected output, say what no sample touches; exit 1 if one differs",
    run: run)

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let accept = arguments.flag("--accept")
    let verbose = arguments.flag("--verbose")
    let json = arguments.flag("--json")
    let required = try arguments.number("--require-coverage", default: 0, in: 0...100)
    let departments = arguments.rest()
    try arguments.end()
    let trials = try trials(of: departments, accept: accept)
    if json {
      for line in trials.flatMap(TrialLine.lines) { try printJSON(line) }
    } else {
      print(TrialPage(verbose: verbose).text(of: trials))
    }
    let short = trials.filter { $0.coverage.percent < required }
    for trial in short {
      complain(
        "\(trial.department) \(trial.name): \(trial.coverage.percent) % of the rules gave a value in a sample; --require-coverage asks for \(required) %"
      )
    }
    let isSound = trials.allSatisfy { $0.failures.isEmpty } && trials.contains { $0.count > 0 }
    return isSound && short.isEmpty ? .done : .no
  }

  private static func trials(of departments: [String], accept: Bool) throws -> [MappingTrial] {
    let home = Settings.home
    let adapters = try AdapterSet.load(home: home)
    let entitlements = try Entitlements(home: home)
    var trials: [MappingTrial] = []
    for department in departments.isEmpty ? adapters.adapters.keys.sorted() : departments {
      let adapter = try adapters.adapter(of: department)
      let samples = home.appending(path: "adapters/\(department)/samples")
      try lookForStrangers(in: samples, adapter)
      for event in adapter.intakes.values.sorted(by: { $0.event < $1.event }) {
        trials.append(
          try .intake(
            adapter, event, reference: adapters.reference, samples: samples, accept: accept))
      }
      for delivery in adapter.deliveries.values.sorted(by: { $0.schema < $1.schema }) {
        let entitlement = entitlements.entitlement(of: department, to: delivery.schema)
        if entitlement == nil { complain(Entitlements.remark(department, delivery.schema)) }
        trials.append(
          try .delivery(adapter, delivery, entitlement, samples: samples, accept: accept))
      }
      if !trials.contains(where: { $0.department == department && $0.count > 0 }) {
        complain("\(department) has no samples: expected adapters/\(department)/samples/")
      }
    }
    return trials
  }

  /// A folder that is called like no event and no delivery would never be run, and nobody would know.
  private static func lookForStrangers(in folder: URL, _ adapter: Adapter) throws {
    guard FileManager.default.fileExists(atPath: folder.path) else { return }
    let known = adapter.intakes.keys.sorted() + adapter.deliveries.keys.sorted()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where !name.hasPrefix(".") && !known.contains(name) && isFolder(folder.appending(path: name)) {
      let node = ConfigurationNode(
        value: .null, file: "adapters/\(adapter.department)/samples/\(name)", line: 0, path: "")
      throw node.unknown("event or delivery", name, known: known)
    }
  }

  private static func isFolder(_ place: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
