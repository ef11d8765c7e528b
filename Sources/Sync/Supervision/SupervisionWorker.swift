import Events
import Lanes
import Messaging
import Storage
import Supervision

/// Looks at clocks whose time has come: issues cards, and tells those whom the flow names. The time is a column of the
/// clock, so it survives every restart, and any number of workers share the clocks.
package final class SupervisionWorker {
  /// Clocks in one transaction.
  static let batch = 500
  /// Seconds between two looks when nothing is due.
  static let rest = 0.5

  private let database: Database
  private let surroundings: Surroundings
  private let log: Log
  private let calendar: Shelf<WorkCalendar>
  /// The calendar that the clocks' times were made with; nil until the database has told.
  private var edition: String?
  private var flows = FlowLibrary()

  package init(endpoints: Endpoints, surroundings: Surroundings, calendar: Shelf<WorkCalendar>) {
    let log = surroundings.log.named("tongban supervision")
    database = Database(endpoints.database, name: "tongban supervision", log: { log.info($0) })
    self.surroundings = surroundings
    self.log = log
    self.calendar = calendar
  }

  /// Works until the stop signal.
  package func run() {
    while !surroundings.stop.isSet {
      var looked = 0
      guard surroundings.persist("supervising", log: log, { looked = try look() }) else { break }
      if looked == 0 { surroundings.stop.wait(seconds: SupervisionWorker.rest) }
    }
    database.close()
  }

  /// Looks at one batch; returns how many clocks were due.
  func look() throws -> Int {
    try takeCalendar()
    let now = surroundings.now()
    let count = try database.transaction {
      let rows = try database.query(
        SupervisionWorker.select,
        [.timestamp(microseconds: now.microseconds), .int(Int64(SupervisionWorker.batch))])
      var looks: [Look] = []
      for row in rows {
        do {
          looks.append(try self.look(at: row, now))
        } catch let error as StorageError {
          throw error
        } catch {
          try setAside(row, because: error, at: now)
        }
      }
      try write(looks, at: now)
      if rows.count > 0 { surroundings.failpoint("supervision.prepared") }
      return rows.count
    }
    if count > 0 { surroundings.failpoint("supervision.looked") }
    return count
  }

  /// A changed calendar moves ends: every clock that runs is looked at again. Which one the clocks know stands in the
  /// database, so that a change while no hub was running is found too.
  private func takeCalendar() throws {
    let newest = calendar.current.value.edition
    guard newest != edition else { return }
    let moment = Parameter.timestamp(microseconds: surroundings.now().microseconds)
    try database.transaction {
      let known = try database.query("select edition from supervision_calendar for update")
      if known.count == 1, try known[0].text(0) == newest { return }
      try database.query(
        """
        insert into supervision_calendar (edition) values ($1)
        on conflict (one_row) do update set edition = $1
        """, [.text(newest)])
      let clocks = try database.query(
        "update supervised_clock set due = $1 where stopped_at is null and due is not null",
        [moment]
      ).affected
      log.info("the calendar is \(newest) now; \(clocks) running clocks are looked at again")
    }
    edition = newest
  }

  /// A card refers to its case, so the case is locked with the clock: whoever holds the case and wants the clock would
  /// wait for this worker, and this worker for the case.
  private static let select = """
    select \(Docket.columns), part, department, started_at, stopped_at, extended, issued,
      array(select (extract(epoch from turn) * 1000000)::bigint from unnest(turns) as turn)
    from supervised_clock join case_record on case_record.id = case_id
    where supervised_clock.due <= $1
    order by supervised_clock.due limit $2
    for key share of case_record skip locked for update of supervised_clock skip locked
    """

  /// What one look at a clock led to.
  private struct Look {
    let caseID, part, department: String
    let clock: Clock
    let card: Card?
    let next: Instant?
    let used: Double?
    let messages: [Message]
  }

  /// A clock that cannot be read must not hold up the others; it is tried again after an hour.
  private func setAside(_ row: Row, because reason: any Error, at now: Instant) throws {
    let (id, part) = (try row.text(0), try row.text(8))
    log.error("the clock \(part) of case \(id) cannot be looked at: \(reason)")
    let later = now.adding(seconds: TimerWorker.setAside)
    try database.query(
      "update supervised_clock set due = $3 where case_id = $1 and part = $2",
      [.text(id), .text(part), .timestamp(microseconds: later.microseconds)])
  }

  private func look(at row: Row, _ now: Instant) throws -> Look {
    let flow = try flows.flow(try row.text(1), try row.int(2), in: database)
    let part = try row.text(8)
    let department = try row.text(9)
    let limits = part.isEmpty ? flow.limits : flow.index(of: part).flatMap { flow.steps[$0].limits }
    guard let limits else {
      throw DocumentError(what: "case \(try row.text(0))", path: "limits of \(part)")
    }
    let calendar = calendar.current.value
    var clock = Clock(
      limits: limits, started: Instant(microseconds: try row.timestamp(10)),
      turns: try row.ints(14).map { Instant(microseconds: $0) },
      stopped: try row.optionalTimestamp(11).map { Instant(microseconds: $0) },
      extended: Int(try row.int(12)), issued: Set(try row.texts(13).compactMap(Card.init)))
    let (card, next) = clock.look(at: now, calendar)
    var messages: [Message] = []
    if let card {
      let stored = try Case(row, of: flow)
      messages = notice(of: card, part, stored, flow, clock, at: now)
    }
    return Look(
      caseID: try row.text(0), part: part, department: department, clock: clock, card: card,
      next: next, used: clock.stopped == nil ? nil : clock.used(at: now, calendar),
      messages: messages)
  }

  private func notice(
    of card: Card, _ part: String, _ case: Case, _ flow: Flow, _ clock: Clock, at now: Instant
  ) -> [Message] {
    let step = flow.index(of: part).map { flow.steps[$0] }
    let subject = CaseNotice.Subject(
      key: "\(part)/\(card.rawValue)",
      values: [
        .init("card", .string(card.rawValue)), .init("step", .string(step?.title ?? flow.title)),
        .init("department", .string(step?.department ?? "")),
        .init("began", .string(clock.started.description)),
      ])
    let kind: NoticeKind =
      switch card {
      case .warning: .warning
      case .yellow: .yellowCard
      case .red, .breach: .redCard
      }
    return CaseNotice(kind, `case`, flow, at: now, about: subject).messages
  }

  private func write(_ looks: [Look], at now: Instant) throws {
    guard !looks.isEmpty else { return }
    let moment = Parameter.timestamp(microseconds: now.microseconds)
    var statements: [(String, [Parameter])] = [
      (
        """
        update supervised_clock set issued = string_to_array(new.issued, ','),
          due = case when new.due >= 0 then to_timestamp(0) + new.due * interval '1 microsecond' end,
          used = case when new.used >= 0 then new.used end
        from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::float8[])
          as new(case_id, part, issued, due, used)
        where supervised_clock.case_id = new.case_id and supervised_clock.part = new.part
        """,
        [
          .texts(looks.map(\.caseID)), .texts(looks.map(\.part)),
          .texts(looks.map { $0.clock.issued.sorted().map(\.rawValue).joined(separator: ",") }),
          .ints(looks.map { $0.next?.microseconds ?? -1 }), .doubles(looks.map { $0.used ?? -1 }),
        ]
      )
    ]
    let carded = looks.filter { $0.card != nil }
    if !carded.isEmpty {
      statements.append(
        (
          """
          insert into supervision_card (case_id, part, department, colour, issued_at)
          select case_id, part, department, colour, $5
          from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as new(case_id, part, department, colour)
          on conflict do nothing
          """,
          [
            .texts(carded.map(\.caseID)), .texts(carded.map(\.part)),
            .texts(carded.map(\.department)), .texts(carded.compactMap { $0.card?.rawValue }),
            moment,
          ]
        ))
    }
    try database.pipeline(statements)
    try Outbox.enqueue(looks.flatMap(\.messages), in: database)
  }
}
