import Adapters
import Foundation

/// `tongban bench map`: what a record costs on its way through the hub's own code, beside what one would
/// use in its place. No server is needed.
struct MapBench {
  let rounds: Int

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let records = try arguments.number("--records", default: 20_000, in: 1_000...1_000_000)
    let rounds = try arguments.number("--rounds", default: 5, in: 1...100)
    let only = try arguments.option("--only")
    let isAlone = arguments.flag("--alone")
    let json = arguments.flag("--json")
    try arguments.end()
    let trials = try MapTrials(
      corpus: MapCorpus(records: records),
      own: OwnWorks(
        adapters: try AdapterSet.load(home: Settings.home), today: MappingCommands.today),
      place: try PeerPlace(home: Settings.home, state: Settings.state, installs: !isAlone)
    ).all().filter { only.map($0.name.contains) ?? true }
    guard !trials.isEmpty else { throw UsageError("--only leaves nothing: no work is named so") }
    let bench = MapBench(rounds: rounds)
    let rows = try trials.flatMap(bench.rows)
    if json {
      for row in rows { try printJSON(row) }
    } else {
      print(MapRow.table(rows))
    }
    return .done
  }

  /// The contenders take turns, so that a slow minute of the machine touches them all.
  private func rows(of trial: Trial) throws -> [MapRow] {
    defer { for contender in trial.contenders { contender.end() } }
    var passes: [[Pass]] = trial.contenders.map { _ in [] }
    for _ in 0..<rounds {
      for (place, contender) in trial.contenders.enumerated() {
        if let pass = try contender.pass() { passes[place].append(pass) }
      }
    }
    let first = passes.first.flatMap(MapRow.rate)
    return zip(trial.contenders, passes).map { MapRow(trial, $0, $1, first: first) }
  }
}
