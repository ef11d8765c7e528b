import Events
import Storage
import Supervision

/// The door for supervisors: cards, how the departments do, and what only they may do: take a card back, extend a limit.
package struct Supervisors {
  private let database: Database
  private let now: @Sendable () -> Instant

  package init(_ database: Database, now: @escaping @Sendable () -> Instant) {
    self.database = database
    self.now = now
  }

  package struct IssuedCard: Sendable {
    package let number: Int64
    package let caseID, part, department: String
    package let card: Card
    package let issuedAt: Instant
    package let revokedBy, reason: String?
  }

  /// The newest first.
  ///
  /// - Parameters:
  ///   - department: only cards of this department's steps.
  ///   - isRevoked: only those that were, or were not, taken back; nil for both.
  package func cards(
    department: String? = nil, isRevoked: Bool? = nil, limit: Int64 = 100
  ) throws -> [IssuedCard] {
    try database.query(
      """
      select number, case_id, part, department, colour, issued_at, revoked_by, reason
      from supervision_card where ($1::text is null or department = $1)
        and ($2::boolean is null or (revoked_at is not null) = $2)
      order by number desc limit $3
      """,
      [
        department.map { .text($0) } ?? .null, isRevoked.map { .bool($0) } ?? .null, .int(limit),
      ]
    ).map(IssuedCard.init)
  }

  /// Takes a card back, for instance after an appeal. It stays in the books with who did it and why.
  ///
  /// - Throws: `SupervisionError` if there is no such card, or it was taken back before.
  package func revoke(_ number: Int64, reason: String, by person: String) throws -> IssuedCard {
    let rows = try database.query(
      """
      update supervision_card set revoked_at = $2, revoked_by = $3, reason = $4
      where number = $1 and revoked_at is null
      returning number, case_id, part, department, colour, issued_at, revoked_by, reason
      """,
      [
        .int(number), .timestamp(microseconds: now().microseconds), .text(person),
        .text(reason.asReason),
      ])
    guard rows.count == 1 else { throw SupervisionError.noCard(number) }
    return try IssuedCard(rows[0])
  }

  /// The most days by which a limit is extended: 15 for what departments handle jointly, 10 for one department (行政许可法 42).
  package static let longestExtension = (joint: Int64(15), single: Int64(10))

  /// Extends the limits of a running clock, once, with the approval of whoever heads the authority.
  ///
  /// - Parameter step: nil for the case as a whole.
  /// - Throws: `SupervisionError` if there is no such clock, it has ended, was extended before, or it is too much.
  package func extend(
    _ id: String, step: String?, days: Int64, reason: String, by person: String
  ) throws {
    let most =
      step == nil ? Supervisors.longestExtension.joint : Supervisors.longestExtension.single
    guard (1...most).contains(days) else { throw SupervisionError.tooLong(days, most: most) }
    let moment = Parameter.timestamp(microseconds: now().microseconds)
    try database.transaction {
      let changed = try database.query(
        """
        update supervised_clock set extended = $3, due = $4
        where case_id = $1 and part = $2 and stopped_at is null and extended = 0 returning 1
        """, [.text(id), .text(step ?? ""), .int(days), moment])
      guard changed.count == 1 else { throw SupervisionError.noClock(id, step: step) }
      try database.query(
        """
        insert into supervision_extension (case_id, part, days, reason, approved_by, approved_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        [.text(id), .text(step ?? ""), .int(days), .text(reason.asReason), .text(person), moment])
    }
  }

  /// How one department did with the steps whose time began in a period.
  package struct Standing: Sendable {
    package let department: String
    package let steps, open, inTime, late: Int64
    /// Of the promised time, by the steps that have ended.
    package let averageUse: Double?
    package let yellow, red: Int64
  }

  /// Of each department; those with the fewest late steps first, by their share.
  package func league(since: Instant) throws -> [Standing] {
    try database.query(
      """
      with cards as (
        select case_id, part, max((colour in ('red', 'breach'))::int) as red,
          max((colour = 'yellow')::int) as yellow
        from supervision_card where revoked_at is null group by case_id, part)
      select department, count(*), count(*) filter (where stopped_at is null),
        count(*) filter (where stopped_at is not null and coalesce(red, 0) = 0),
        count(*) filter (where coalesce(red, 0) = 1), avg(used),
        coalesce(sum(yellow), 0)::bigint, coalesce(sum(red), 0)::bigint
      from supervised_clock left join cards using (case_id, part)
      where part <> '' and department <> '' and started_at >= $1
      group by department
      order by count(*) filter (where coalesce(red, 0) = 1)::float8 / count(*), avg(used), department
      """, [.timestamp(microseconds: since.microseconds)]
    ).map { row in
      Standing(
        department: try row.text(0), steps: try row.int(1), open: try row.int(2),
        inTime: try row.int(3), late: try row.int(4), averageUse: try row.optionalDouble(5),
        yellow: try row.int(6), red: try row.int(7))
    }
  }
}

extension Supervisors.IssuedCard {
  fileprivate init(_ row: Row) throws {
    guard let card = Card(rawValue: try row.text(4)) else {
      throw DocumentError(what: "card \(try row.int(0))", path: "colour")
    }
    self.init(
      number: try row.int(0), caseID: try row.text(1), part: try row.text(2),
      department: try row.text(3), card: card,
      issuedAt: Instant(microseconds: try row.timestamp(5)), revokedBy: try row.optionalText(6),
      reason: try row.optionalText(7))
  }
}

package enum SupervisionError: Error, CustomStringConvertible {
  case noCard(Int64)
  case noClock(String, step: String?)
  case tooLong(Int64, most: Int64)

  package var description: String {
    switch self {
    case .noCard(let number):
      "there is no card \(number) that is not taken back; see `tongban supervision cards`"
    case .noClock(let id, let step):
      "\(step.map { "step \($0) of " } ?? "")case \(id) has no running clock that was not extended before"
    case .tooLong(let days, let most): "expected 1 to \(most) days, found \(days)"
    }
  }
}
