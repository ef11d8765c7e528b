import Configuration
import Foundation
import Sync
import Topology

/// `tongban flow …`: flows as data, without any server.
enum FlowCommands {
  static let all = [
    Command(
      "flow check", "[FILE…]", "prove that flows are sound; all of topology/flows/ by default",
      run: check),
    Command(
      "flow graph", "FLOW [--svg FILE|--mermaid]",
      "draw a flow as SVG into a file, or as a Mermaid flowchart, the default", run: graph),
    Command(
      "flow simulate", "[FLOW…] [--seeds N] [--from SEED] [--json]",
      "run random schedules of flows, all by default, and check every invariant; exit 1 if one is violated",
      run: simulate),
  ]

  static func check(_ arguments: inout Arguments) throws -> ExitCode {
    let named = arguments.rest()
    try arguments.end()
    let paths = try named.isEmpty ? files() : named
    let known = try departments()
    var isSound = true
    for path in paths {
      let faults: [ConfigurationError]
      let flow: Flow?
      do throws(ConfigurationError) {
        let file = try FlowFile.load(path)
        flow = file.flow
        faults = file.flow.check(departments: known)
      } catch {
        (flow, faults) = (nil, [error])
      }
      for fault in faults { complain("\(fault)") }
      if faults.isEmpty, let flow {
        print("\(path): \(flow.title) is sound, \(flow.steps.count) steps")
      }
      isSound = isSound && faults.isEmpty
    }
    return isSound ? .done : .no
  }

  static func graph(_ arguments: inout Arguments) throws -> ExitCode {
    let picture = try arguments.option("--svg")
    let mermaid = arguments.flag("--mermaid")
    let name = try arguments.required("the flow's name")
    try arguments.end()
    let flow = try flow(name).flow
    guard let picture else {
      print(flow.mermaid)
      return .done
    }
    guard !mermaid else { throw UsageError("expected either --svg FILE or --mermaid") }
    try requireSound(flow)
    let participants = try Topology.load(folder: TopologyCommands.folder).participants
    let titles = Dictionary(
      participants.map { ($0.code, $0.title) }, uniquingKeysWith: { first, _ in first })
    let svg = FlowDrawing(flow, departments: titles).svg
    do {
      try Data(svg.utf8).write(to: URL(fileURLWithPath: picture), options: .atomic)
    } catch {
      throw ConfigurationError(
        file: picture, line: 0, path: "",
        message: "cannot be written; expected a file in a folder that exists and may be written to")
    }
    return .done
  }

  static func simulate(_ arguments: inout Arguments) throws -> ExitCode {
    let seeds = try arguments.number("--seeds", default: 2000, in: 1...100_000_000)
    let first = try arguments.number("--from", default: 1, in: 0...Int.max / 2)
    let json = arguments.flag("--json")
    let named = arguments.rest()
    try arguments.end()
    let flows =
      try named.isEmpty
      ? files().map { try FlowFile.load($0).flow } : named.map { try flow($0).flow }
    for flow in flows { try requireSound(flow) }
    var results: [FlowSimulation] = []
    for flow in flows {
      let result = FlowSimulation(flow, seeds: seeds, from: first)
      if json { try printJSON(result) }
      results.append(result)
    }
    if !json { print(FlowSimulation.table(results, from: first)) }
    return results.allSatisfy { $0.violated == 0 } ? .done : .no
  }

  private static func requireSound(_ flow: Flow) throws(ConfigurationError) {
    let faults = flow.check(departments: flow.steps.compactMap(\.department))
    guard faults.isEmpty else { throw faults[0] }
  }

  // MARK: Files

  /// A flow by its name in `topology/flows/`, or by the path of its file.
  static func flow(_ name: String) throws -> FlowFile {
    let path = name.hasSuffix(".json5") ? name : "\(folder)/\(name).json5"
    guard FileManager.default.fileExists(atPath: path) else {
      let known = (try? files()) ?? []
      let names = known.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
      let hint =
        nearestName(to: name, in: names).map { "did you mean \"\($0)\"?" }
        ?? "there are \(names.joined(separator: ", "))"
      throw ConfigurationError(file: path, line: 0, path: "", message: "no such flow; \(hint)")
    }
    return try FlowFile.load(path)
  }

  private static func files() throws -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let files = names.filter { $0.hasSuffix(".json5") }.sorted().map { "\(folder)/\($0)" }
    guard !files.isEmpty else {
      throw ConfigurationError(
        file: folder, line: 0, path: "", message: "no flow is here; expected *.json5")
    }
    return files
  }

  private static var folder: String { Settings.home.appending(path: "topology/flows").path }

  /// The departments of the exchange, by code.
  static func departments() throws(ConfigurationError) -> [String] {
    try Topology.load(folder: TopologyCommands.folder).departments
  }
}
