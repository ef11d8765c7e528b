import Foundation

/// One row of the result: the median of its rounds.
struct MapRow: Encodable {
  let work: String
  let name: String
  let eventsPerSecond: Double?
  let megabytesPerSecond: Double?
  let microsecondsPerEvent: Double?
  /// Of the rate of the first row of the same work.
  let ratio: Double?
  /// How often memory is asked for; of the hub's own work only.
  let allocationsPerEvent: Double?
  let remark: String

  init(
    _ trial: Trial, _ contender: any Contender, _ passes: [Pass], first: Double?,
    allocations: AllocationCount?
  ) {
    allocationsPerEvent = allocations?.perEvent
    work = trial.name
    name = contender.name
    remark = contender.remark
    let rate = MapRow.rate(passes)
    eventsPerSecond = rate
    microsecondsPerEvent = rate.map { 1e6 / $0 }
    megabytesPerSecond =
      passes.isEmpty ? nil : median(passes.map { Double($0.bytes) / $0.seconds / 1e6 })
    ratio = rate.flatMap { rate in first.map { rate / $0 } }
  }

  static func rate(_ passes: [Pass]) -> Double? {
    passes.isEmpty ? nil : median(passes.map { Double($0.events) / $0.seconds })
  }

  static func table(_ rows: [MapRow]) -> String {
    var table = Table([
      ("WORK", .left), ("BY", .left), ("EVENTS/S", .right), ("MB/S", .right), ("µS/EVENT", .right),
      ("× FIRST", .right), ("ALLOCATIONS/EVENT", .right), ("REMARK", .left),
    ])
    var last = ""
    for row in rows {
      table.add([
        row.work == last ? "" : row.work, row.name, cell(row.eventsPerSecond, "%.0f"),
        cell(row.megabytesPerSecond, "%.1f"), cell(row.microsecondsPerEvent, "%.2f"),
        cell(row.ratio, "%.3f"), cell(row.allocationsPerEvent, "%.2f"), row.remark,
      ])
      last = row.work
    }
    return table.text
  }

  private static func cell(_ value: Double?, _ format: String) -> String {
    value.map { String(format: format, $0) } ?? "-"
  }
}
