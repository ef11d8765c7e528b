import Foundation
import Messaging
import Servers

/// `tongban bench`: the hub beside a bare relay, alternating in one run against the same broker and
/// database, so that what is told is a ratio and not a machine.
enum Bench {
  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let plan = BenchPlan(
      messages: try arguments.number("--messages", default: 60_000, in: 1_000...10_000_000),
      rounds: try arguments.number("--rounds", default: 3, in: 1...20),
      paced: try arguments.number("--paced", default: 2_500, in: 0...1_000_000))
    let json = arguments.flag("--json")
    let what = arguments.next() ?? "core"
    guard what == "core" else { throw UsageError("there is no bench \"\(what)\"; expected core") }
    try arguments.end()
    let settings = try Settings.loadOrStart()
    let place = try BenchPlace(settings)
    defer { place.remove() }
    let rows = try CoreBench(place: place, plan: plan, log: settings.log).run()
    if json {
      for row in rows { try printJSON(row) }
    } else {
      print(BenchRow.table(rows))
    }
    return .done
  }
}

struct BenchPlan {
  /// Messages in each round of each row.
  let messages: Int
  let rounds: Int
  /// Messages of the paced run, for latency; 0 for none.
  let paced: Int
}

/// One row of the result: the median of its rounds.
struct BenchRow: Encodable {
  let name: String
  let messagesPerSecond: Double
  /// Of `relay` in the same run.
  let ratio: Double
  /// Milliseconds from publishing into the first queue to arrival from the last, at 500 a second.
  let latencyP50, latencyP99: Double
  /// Microseconds of CPU for each message.
  let hubCPU, brokerCPU, databaseCPU: Double

  static func table(_ rows: [BenchRow]) -> String {
    var table = Table([
      ("ROW", .left), ("MESSAGES/S", .right), ("× RELAY", .right), ("P50 MS", .right),
      ("P99 MS", .right), ("HUB µS/MSG", .right), ("BROKER µS/MSG", .right),
      ("DATABASE µS/MSG", .right),
    ])
    for row in rows {
      table.add([
        row.name, String(format: "%.0f", row.messagesPerSecond), String(format: "%.2f", row.ratio),
        String(format: "%.1f", row.latencyP50), String(format: "%.1f", row.latencyP99),
        String(format: "%.1f", row.hubCPU), String(format: "%.1f", row.brokerCPU),
        String(format: "%.1f", row.databaseCPU),
      ])
    }
    return table.text
  }
}
