import Foundation

struct CorePlan {
  /// Messages in each round of each row.
  let messages: Int
  let rounds: Int
  /// Messages of the paced run, for latency; 0 for none.
  let paced: Int
}

/// One row of the result: the median of its rounds.
struct CoreRow: Encodable {
  let name: String
  let messagesPerSecond: Double
  /// Of `relay` in the same run.
  let ratio: Double
  /// Milliseconds from publishing into the first queue to arrival from the last, at 500 a second.
  let latencyP50, latencyP99: Double
  /// Microseconds of CPU for each message.
  let hubCPU, brokerCPU, databaseCPU: Double

  static func table(_ rows: [CoreRow]) -> String {
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
