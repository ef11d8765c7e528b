import Events
import Lanes
import Messaging
import Storage

/// The cases of one batch: loaded and locked in one round trip, changed by events, and written with their
/// history and messages in the transaction that is open.
struct Docket {
  /// A case that is stored, with the flow that it began with.
  private struct Entry {
    var `case`: Case
    let flow: Flow
    /// As it was loaded.
    let before: Case
    let isNew: Bool
    var history: [HistoryEntry] = []
  }

  private var entries: [String: Entry] = [:]
  private var messages: [Message] = []
  private var clocks: [ClockRows.Change] = []
  /// Cases that are stored but cannot be read, and why.
  private(set) var unreadable: [String: String] = [:]

  /// Locks the cases, in the order of their ids, so that two batches never wait for each other in a circle.
  static func load(
    _ ids: [String], flows: inout FlowLibrary, from database: Database
  ) throws -> Docket {
    let rows = try database.query(
      "select \(columns) from case_record where id = any($1) order by id for update", [.texts(ids)])
    return try Docket(rows, flows: &flows, in: database)
  }

  /// Takes cases whose waits have ended, those that nobody else is at.
  static func loadDue(
    at now: Instant, limit: Int, flows: inout FlowLibrary, from database: Database
  ) throws -> Docket {
    let rows = try database.query(
      """
      select \(columns) from case_record where due <= $1
      order by due limit $2 for update skip locked
      """, [.timestamp(microseconds: now.microseconds), .int(Int64(limit))])
    return try Docket(rows, flows: &flows, in: database)
  }

  static let columns = """
    id, flow, version, application, applicant, traceparent, state, document
    """

  private init(_ rows: Rows, flows: inout FlowLibrary, in database: Database) throws {
    for row in rows {
      let id = try row.text(0)
      do {
        let flow = try flows.flow(try row.text(1), try row.int(2), in: database)
        let stored = try Case(row, of: flow)
        entries[id] = Entry(case: stored, flow: flow, before: stored, isNew: false)
      } catch let error as StorageError {
        throw error
      } catch {
        unreadable[id] = "\(error)"
      }
    }
  }

  /// A docket of one new case, not yet stored.
  init(new case: Case, of flow: Flow) {
    entries[`case`.id] = Entry(case: `case`, flow: flow, before: `case`, isNew: true)
  }

  var ids: [String] { entries.keys.sorted() }

  subscript(id: String) -> (case: Case, flow: Flow)? { entries[id].map { ($0.case, $0.flow) } }

  /// Applies an event to a case that is in the docket.
  mutating func apply(_ event: CaseEvent, to id: String, at now: Instant) -> Disposition {
    guard var entry = entries.removeValue(forKey: id) else {
      preconditionFailure("the caller asks for cases that the docket holds")
    }
    defer { entries[id] = entry }
    let transition = Machine(entry.flow).apply(event, to: entry.case, at: now)
    entry.case = transition.case
    for effect in transition.effects {
      switch effect {
      case .task(let order): messages.append(order.message(for: entry.case, at: now))
      case .notice(let kind):
        messages += CaseNotice(kind, entry.case, entry.flow, at: now).messages
      case .history(let line): entry.history.append(line)
      case .timer: break  // stored with the case, whose `due` it is
      case .clock: break  // below, all at once
      }
    }
    clocks += ClockRows.changes(transition.effects, of: id, in: entry.flow)
    return transition.disposition
  }

  /// Writes what changed, in a few statements however many cases there are.
  func write(in database: Database, at now: Instant) throws {
    let changed = ids.compactMap { entries[$0] }.filter { !$0.history.isEmpty }
    guard !changed.isEmpty else { return }
    let lines = changed.flatMap { entry in entry.history.map { (entry.case.id, $0) } }
    let keys = CaseKeys.statements(
      changed.map { .init(before: $0.before, after: $0.case, of: $0.flow, isNew: $0.isNew) })
    try database.pipeline(
      [
        (
          Docket.update,
          [
            .texts(changed.map(\.case.id)), .texts(changed.map(\.case.state.rawValue)),
            .texts(changed.map { $0.case.document(of: $0.flow).json }),
            .ints(changed.map { $0.case.due?.microseconds ?? -1 }),
            .timestamp(microseconds: now.microseconds),
          ]
        ),
        (
          Docket.insertHistory,
          [
            .texts(lines.map(\.0)), .ints(lines.map { Int64($0.1.number) }),
            .ints(lines.map(\.1.at.microseconds)), .texts(lines.map(\.1.event.document.json)),
            .texts(lines.map { $0.1.said.joined(separator: "\n") }),
          ]
        ),
      ] + keys + ClockRows.statements(clocks, at: now))
    try Outbox.enqueue(messages, in: database)
  }

  private static let update = """
    update case_record set state = new.state, document = new.document, changed_at = $5,
      due = case when new.due >= 0 then to_timestamp(0) + new.due * interval '1 microsecond' end
    from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as new(id, state, document, due)
    where case_record.id = new.id
    """

  private static let insertHistory = """
    insert into case_history (case_id, number, at, event, said)
    select case_id, number, to_timestamp(0) + at * interval '1 microsecond', event, said
    from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
      as new(case_id, number, at, event, said)
    """
}

extension Case {
  /// Reads a row of `Docket.columns`.
  init(_ row: Row, of flow: Flow) throws {
    self.init(
      id: try row.text(0), flow: flow, application: try Value(json: row.text(3)),
      applicant: try Value(json: row.text(4)), traceparent: try row.optionalText(5))
    guard let state = State(rawValue: try row.text(6)) else {
      throw DocumentError(what: "case \(id)", path: "state")
    }
    try restore(try Value(json: row.text(7)), state: state, of: flow)
  }
}
