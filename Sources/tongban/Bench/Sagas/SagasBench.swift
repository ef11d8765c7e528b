import Events
import Foundation
import Lanes
import Storage
import Sync

/// `tongban bench sagas`: durable steps a second of cases of five steps, on the real broker and database, with the
/// lanes and the relay that the sync role runs. With `--open`, once more with so many open cases in the table.
struct SagasBench {
  private let place: BenchPlace
  private let log: Log
  private let cases: Int
  private let rounds: Int

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let cases = try arguments.number("--cases", default: 5_000, in: 1...1_000_000)
    let open = try arguments.number("--open", default: 0, in: 0...10_000_000)
    let rounds = try arguments.number("--rounds", default: 3, in: 1...20)
    let json = arguments.flag("--json")
    let isAlone = arguments.flag("--alone")
    try arguments.end()
    let settings = try Settings.loadOrStart()
    let place = try BenchPlace(settings)
    defer { place.remove() }
    try SagaWorkers.declare(on: place)
    let bench = SagasBench(place: place, log: settings.log, cases: cases, rounds: rounds)
    var rows = [try bench.row(open: 0, from: 0)]
    let peer = try isAlone ? nil : SagasPeer.row(in: place, rounds: rounds, beside: rows[0])
    if open > 0 {
      try OpenCases.fill(open, in: place)
      rows.append(try bench.row(open: open, from: rounds, beside: rows[0]))
    }
    if json {
      for row in rows { try printJSON(row) }
      if let peer { try printJSON(peer) }
    } else {
      print(SagasRow.table(rows))
      if let peer { print(SagasPeer.text(peer)) }
    }
    return .done
  }

  private func row(open: Int, from first: Int, beside few: SagasRow? = nil) throws -> SagasRow {
    var submits: [Double] = []
    var steps: [Double] = []
    for round in first..<first + rounds {
      let workers = SagaWorkers(place: place, log: log)
      submits.append(try workers.submit(cases, round: round))
      steps.append(try workers.work(cases * SagaWorkers.steps))
    }
    let rate = Double(cases * SagaWorkers.steps) / median(steps)
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return SagasRow(
      openCases: open, stepsPerSecond: rate, ratio: few.map { rate / $0.stepsPerSecond } ?? 1,
      stepsPerSecondWithSubmitting: Double(cases * SagaWorkers.steps)
        / median(zip(submits, steps).map(+)), peakMegabytes: usage.ru_maxrss / 1024)
  }
}

/// One row of the result: medians over the rounds.
struct SagasRow: Encodable {
  let openCases: Int
  let stepsPerSecond: Double
  /// Of the row with no other open cases.
  let ratio: Double
  /// The submissions, one transaction each on four connections, counted into the time.
  let stepsPerSecondWithSubmitting: Double
  /// Of this process, in which the fake department runs too.
  let peakMegabytes: Int

  static func table(_ rows: [SagasRow]) -> String {
    var table = Table([
      ("OPEN CASES", .right), ("STEPS/S", .right), ("× NONE OPEN", .right),
      ("STEPS/S WITH SUBMITTING", .right), ("PEAK MB", .right),
    ])
    for row in rows {
      table.add([
        String(row.openCases), String(format: "%.0f", row.stepsPerSecond),
        String(format: "%.2f", row.ratio),
        String(format: "%.0f", row.stepsPerSecondWithSubmitting), String(row.peakMegabytes),
      ])
    }
    return table.text
  }
}

/// Cases that wait for a department, each with its timer in a far future and the first line of its history.
enum OpenCases {
  static func fill(_ count: Int, in place: BenchPlace) throws {
    let database = Database(place.endpoints.database, name: "tongban bench sagas")
    defer { database.close() }
    let file = try SagaWorkers.flow()
    let now: @Sendable () -> Instant = { Instant(seconds: Date().timeIntervalSince1970) }
    let id = try Cases(database, now: now).submit(
      file, application: SagaWorkers.application(0), key: "open-cases"
    ).id
    // The pattern's own task is not to be worked on.
    try database.query("delete from outbox")
    try database.query(
      """
      insert into case_record (id, key, digest, flow, version, application, applicant, state, document,
        due, created_at, changed_at)
      select md5(number::text), 'open-' || number, digest, flow, version, application, applicant, state,
        document, now() + interval '30 days' + number * interval '1 second', created_at, changed_at
      from case_record, generate_series(1, $2) as number where id = $1
      """, [.text(id), .int(Int64(count))])
    try database.query(
      """
      insert into case_history (case_id, number, at, event, said)
      select md5(other::text), number, at, event, said
      from case_history, generate_series(1, $2) as other where case_id = $1
      """, [.text(id), .int(Int64(count))])
    try database.script("vacuum analyze")
  }
}
