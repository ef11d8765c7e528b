import Events
import Storage

extension Cases {
  /// One line of a list.
  package struct Summary: Sendable {
    package let id: String
    package let flow: String
    package let version: Int64
    package let state: String
    package let createdAt: Instant
    package let changedAt: Instant
    package let due: Instant?
  }

  /// A case with all that has happened to it.
  package struct File: Sendable {
    package let summary: Summary
    package let `case`: Case
    package let flow: Flow
    package let history: [HistoryEntry]

    /// The case as its history alone makes it; differs from `case` only if somebody changed the tables by hand.
    package var replayed: Case {
      let first = Case(
        id: self.case.id, flow: flow, application: self.case.application,
        applicant: self.case.applicant, traceparent: self.case.traceparent)
      return history.reduce(first) { Machine(flow).apply($1.event, to: $0, at: $1.at).case }
    }
  }

  /// The newest first.
  ///
  /// - Parameter about: the kind and number of something that the cases are about.
  package func list(
    state: Case.State? = nil, about: (kind: String, value: String)? = nil, limit: Int64 = 50
  ) throws -> [Summary] {
    try database.query(
      """
      select \(Summary.columns) from case_record where ($1::text is null or state = $1)
        and ($3::bytea is null or id in (select case_id from case_entity where key = $3))
      order by created_at desc, id limit $2
      """,
      [
        state.map { .text($0.rawValue) } ?? .null, .int(limit),
        about.map { .bytes(CaseKeys.entity(kind: $0.kind, value: $0.value).bytes) } ?? .null,
      ]
    ).map(Summary.init)
  }

  /// How many cases are in each state.
  package func count() throws -> [(state: String, cases: Int64)] {
    try database.query("select state, count(*) from case_record group by state order by state").map
    {
      (try $0.text(0), try $0.int(1))
    }
  }

  /// - Parameter id: the whole id or the beginning of it, if only one case begins so.
  package func find(_ id: String) throws -> String {
    let rows = try database.query(
      "select id from case_record where starts_with(id, $1) limit 2", [.text(id)])
    guard rows.count > 0 else { throw CasesError.none(id) }
    guard rows.count == 1 else { throw CasesError.several(id) }
    return try rows[0].text(0)
  }

  package func show(_ id: String) throws -> File {
    let id = try find(id)
    let row = try database.query(
      "select \(Docket.columns), created_at, changed_at, due from case_record where id = $1",
      [.text(id)])[0]
    var flows = FlowLibrary()
    let flow = try flows.flow(try row.text(1), try row.int(2), in: database)
    let summary = Summary(
      id: id, flow: flow.name, version: Int64(flow.version), state: try row.text(6),
      createdAt: Instant(microseconds: try row.timestamp(8)),
      changedAt: Instant(microseconds: try row.timestamp(9)),
      due: try row.optionalTimestamp(10).map { Instant(microseconds: $0) })
    return File(
      summary: summary, case: try Case(row, of: flow), flow: flow, history: try history(of: id))
  }

  private func history(of id: String) throws -> [HistoryEntry] {
    try database.query(
      "select number, at, event, said from case_history where case_id = $1 order by number",
      [.text(id)]
    ).map { row in
      HistoryEntry(
        number: Int(try row.int(0)), at: Instant(microseconds: try row.timestamp(1)),
        event: try CaseEvent(document: Value(json: row.text(2))),
        said: try row.text(3).split(separator: "\n").map(String.init))
    }
  }
}

extension Cases.Summary {
  fileprivate static let columns = "id, flow, version, state, created_at, changed_at, due"

  fileprivate init(_ row: Row) throws {
    self.init(
      id: try row.text(0), flow: try row.text(1), version: try row.int(2), state: try row.text(3),
      createdAt: Instant(microseconds: try row.timestamp(4)),
      changedAt: Instant(microseconds: try row.timestamp(5)),
      due: try row.optionalTimestamp(6).map { Instant(microseconds: $0) })
  }
}
