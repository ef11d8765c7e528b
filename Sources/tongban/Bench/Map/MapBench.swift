import Adapters
import Foundation

/// `tongban bench map`: what a record costs on its way through the hub's own code, beside what one would
/// use in its place. No server is needed.
struct MapBench {
  private let rounds: Int
  private let counts: [AllocationCount]
  private let progress = Progress()

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let records = try arguments.number("--records", default: 20_000, in: 1_000...1_000_000)
    let rounds = try arguments.number("--rounds", default: 5, in: 1...100)
    let only = try arguments.option("--only")
    let isAlone = arguments.flag("--alone")
    let countsOnly = arguments.flag("--allocations")
    let json = arguments.flag("--json")
    try arguments.end()
    let place = try PeerPlace(
      home: Settings.home, state: Settings.state, installs: !isAlone && !countsOnly)
    let trials = MapTrials(
      corpus: MapCorpus(records: records),
      own: OwnWorks(
        adapters: try AdapterSet.load(home: Settings.home), today: MappingCommands.today),
      place: place
    ).all().filter { only.map($0.name.contains) ?? true }
    guard !trials.isEmpty else { throw UsageError("--only leaves nothing: no work is named so") }
    if AllocationCounter.isHere {
      for count in try AllocationCounter.counts(trials) { try printJSON(count) }
      return .done
    }
    let counts = AllocationCounter.ask(
      ["--records", "1000"] + (only.map { ["--only", $0] } ?? []), in: place.folder)
    if countsOnly {
      for count in counts { try printJSON(count) }
      return counts.isEmpty ? .no : .done
    }
    let rows = try trials.flatMap(MapBench(rounds: rounds, counts: counts).rows)
    if json {
      for row in rows { try printJSON(row) }
    } else {
      print(MapRow.table(rows))
    }
    return .done
  }

  private init(rounds: Int, counts: [AllocationCount]) {
    self.rounds = rounds
    self.counts = counts
  }

  /// The contenders take turns, so that a slow minute of the machine touches them all.
  private func rows(of trial: Trial) throws -> [MapRow] {
    let contenders = try trial.contenders()
    defer {
      for contender in contenders { contender.end() }
      progress.clear()
    }
    var passes: [[Pass]] = contenders.map { _ in [] }
    for round in 1...rounds {
      for (place, contender) in contenders.enumerated() {
        progress.show("\(trial.name), round \(round) of \(rounds): \(contender.name)")
        if let pass = try contender.pass() { passes[place].append(pass) }
      }
    }
    let first = passes.first.flatMap(MapRow.rate)
    return zip(contenders, passes).map { contender, passes in
      MapRow(
        trial, contender, passes, first: first,
        allocations: counts.first { $0.work == trial.name && $0.name == contender.name })
    }
  }
}
