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
    Command("flow graph", "FLOW", "draw a flow as a Mermaid flowchart", run: graph),
    Command(
      "flow simulate", "FLOW [--seeds N] [--from SEED] [--json]",
      "run random schedules of a flow and check every invariant; exit 1 if one is violated",
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
    let name = try arguments.required("the flow's name")
    try arguments.end()
    print(try flow(name).flow.mermaid)
    return .done
  }

  static func simulate(_ arguments: inout Arguments) throws -> ExitCode {
    let name = try arguments.required("the flow's name")
    let seeds = try arguments.number("--seeds", default: 2000, in: 1...100_000_000)
    let first = try arguments.number("--from", default: 1, in: 0...Int.max / 2)
    let json = arguments.flag("--json")
    try arguments.end()
    let flow = try flow(name).flow
    let faults = flow.check(departments: flow.steps.compactMap(\.department))
    guard faults.isEmpty else { throw faults[0] }
    let simulation = Simulation(flow)
    var states: [String: Int] = [:]
    var events = 0
    var violated = 0
    for seed in UInt64(first)..<UInt64(first + seeds) {
      let run = simulation.run(seed: seed)
      states[run.state.rawValue, default: 0] += 1
      events += run.events
      guard !run.violations.isEmpty else { continue }
      violated += 1
      for violation in run.violations { complain("seed \(seed): \(violation)") }
    }
    let result = SimulationLine(
      flow: flow.name, seeds: seeds, events: events, states: states, violated: violated)
    if json { try printJSON(result) } else { print(result.text) }
    return violated == 0 ? .done : .no
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

private struct SimulationLine: Encodable {
  let flow: String
  let seeds: Int
  let events: Int
  let states: [String: Int]
  let violated: Int

  var text: String {
    let ends = states.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      .joined(separator: ", ")
    let invariants =
      violated == 0 ? "every invariant held" : "\(violated) runs violated an invariant"
    return "\(flow): \(seeds) runs, \(events) events: \(ends); \(invariants)"
  }
}
