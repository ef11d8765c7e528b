import Sync

/// What many random runs of one flow led to, for people and, as JSON, for programs.
struct FlowSimulation: Encodable {
  let flow: String
  let seeds: Int
  private(set) var events = 0
  /// How many runs ended in each state.
  private(set) var states: [String: Int] = [:]
  /// How many runs violated an invariant.
  private(set) var violated = 0

  /// Runs the flow, and tells each violation with its seed as it is found.
  init(_ flow: Flow, seeds: Int, from first: Int) {
    self.flow = flow.name
    self.seeds = seeds
    let simulation = Simulation(flow)
    for seed in UInt64(first)..<UInt64(first + seeds) {
      let run = simulation.run(seed: seed)
      states[run.state.rawValue, default: 0] += 1
      events += run.events
      guard !run.violations.isEmpty else { continue }
      violated += 1
      for violation in run.violations { complain("\(flow.name), seed \(seed): \(violation)") }
    }
  }

  /// A line a flow, with a column for each end that any of them reached.
  static func table(_ results: [FlowSimulation], from first: Int) -> String {
    let ends = Case.State.allCases.map(\.rawValue).filter { end in
      results.contains { $0.states[end] != nil }
    }
    var table = Table(
      [("flow", .left), ("runs", .right), ("events", .right)]
        + ends.map { ($0, .right) } + [("violated", .right)])
    for result in results {
      table.add(
        [result.flow, String(result.seeds), String(result.events)]
          + ends.map { String(result.states[$0, default: 0]) } + [String(result.violated)])
    }
    let runs = results.reduce(0) { $0 + $1.seeds }
    let violated = results.reduce(0) { $0 + $1.violated }
    let verdict =
      violated == 0 ? "every invariant held" : "\(violated) runs violated an invariant"
    return table.text + "\n\(runs) runs, seeds from \(first): \(verdict)"
  }
}
