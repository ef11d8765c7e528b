import Events
import Storage

/// Where the cases of other systems stand, in the tables `followed_case` and `followed_case_history`.
package struct FollowedCases {
  /// One line of the list.
  package struct Summary: Sendable {
    package let key: FollowedCase.Key
    package let department: String
    package let item: String
    package let state: String?
    package let since: Instant?
    package let changedAt: Instant
  }

  /// Something that was told of a case, and what became of it.
  package struct Entry: Sendable {
    package let state: String
    package let at: Instant
    package let disposition: String
    /// The state that the case was in before.
    package let before: String?
    package let act: String
    package let heardAt: Instant
  }

  private let database: Database

  package init(_ database: Database) { self.database = database }

  /// The newest first; those of one number, where one is named, may be of several systems.
  package func list(number: String? = nil, limit: Int64 = 50) throws -> [Summary] {
    let rows = try database.query(
      """
      select system, number, department, item, state, since, changed_at from followed_case
      where $1::text is null or number = $1 order by changed_at desc, system, number limit $2
      """, [number.map { .text($0) } ?? .null, .int(limit)])
    return try rows.map { row in
      Summary(
        key: .init(system: try row.text(0), number: try row.text(1)), department: try row.text(2),
        item: try row.text(3), state: try row.optionalText(4),
        since: try row.optionalTimestamp(5).map { Instant(microseconds: $0) },
        changedAt: Instant(microseconds: try row.timestamp(6)))
    }
  }

  /// All that was told of a case, in the order in which it was heard.
  package func history(of key: FollowedCase.Key) throws -> [Entry] {
    try database.query(
      """
      select told, at, disposition, before, act, heard_at from followed_case_history
      where system = $1 and number = $2 order by position
      """, [.text(key.system), .text(key.number)]
    ).map { row in
      Entry(
        state: try row.text(0), at: Instant(microseconds: try row.timestamp(1)),
        disposition: try row.text(2), before: try row.optionalText(3), act: try row.text(4),
        heardAt: Instant(microseconds: try row.timestamp(5)))
    }
  }
}

// MARK: For the stage

extension FollowedCases {
  /// Steps of one case that are kept in mind; a review of more has the older ones in its history alone.
  private static let remembered: Int64 = 200

  /// The cases with these keys, each with its newest steps; a key that nobody has spoken of is a case without steps.
  func load(_ keys: [FollowedCase.Key]) throws -> [FollowedCase.Key: FollowedCase] {
    let rows = try database.query(
      """
      select asked.system, asked.number, step.told, step.at, step.act, step.disposition
      from unnest($1::text[], $2::text[]) as asked(system, number)
      cross join lateral (
        select told, at, act, disposition, position from followed_case_history as history
        where history.system = asked.system and history.number = asked.number
          and disposition in ('applied', 'taken-back')
        order by position desc limit $3) as step
      order by step.position
      """, [.texts(keys.map(\.system)), .texts(keys.map(\.number)), .int(Self.remembered)])
    var steps: [FollowedCase.Key: [FollowedCase.Step]] = [:]
    var takenBack: [FollowedCase.Key: [FollowedCase.Step]] = [:]
    for row in rows {
      let key = FollowedCase.Key(system: try row.text(0), number: try row.text(1))
      let step = FollowedCase.Step(
        state: try row.text(2), at: Instant(microseconds: try row.timestamp(3)),
        act: try row.text(4))
      if try row.text(5) == "applied" {
        steps[key, default: []].append(step)
      } else {
        takenBack[key, default: []].append(step)
      }
    }
    return Dictionary(
      keys.map { key in
        (key, FollowedCase(key, steps: steps[key] ?? [], takenBack: takenBack[key] ?? []))
      }
    ) { first, _ in first }
  }

  /// What a batch tells of cases, to be written in its transaction.
  struct Writing {
    fileprivate struct Told {
      let statement: CaseStatement
      let state: String
      let disposition: String
      let before: String?
    }

    fileprivate struct Line {
      let key: FollowedCase.Key
      let department: String
      let item: String
      let state: String?
      let since: Instant?
    }

    fileprivate var told: [Told] = []
    fileprivate var cases: [FollowedCase.Key: Line] = [:]
    /// Acts that were taken back.
    fileprivate var gone: [(key: FollowedCase.Key, act: String)] = []

    /// - Parameter before: the state that the case was in when it was said.
    mutating func add(
      _ statement: CaseStatement, _ disposition: CaseDisposition, before: String?,
      by states: CaseStates
    ) {
      let isDeleted = statement.kind == .deleted
      told.append(
        Told(
          statement: statement, state: isDeleted ? states.deleted : statement.state,
          disposition: disposition.word, before: before))
      if case .tookBack(let step) = disposition { gone.append((statement.key, step.act)) }
    }

    mutating func set(
      _ followed: FollowedCase, department: String, item: String, by states: CaseStates
    ) {
      cases[followed.key] = Line(
        key: followed.key, department: department, item: item, state: followed.state(by: states),
        since: followed.steps.last?.at)
    }
  }

  func write(_ writing: Writing, at now: Instant) throws {
    guard !writing.told.isEmpty else { return }
    _ = try database.pipeline(
      [Self.history(writing, at: now), Self.gone(writing), Self.lines(writing, at: now)]
        .compactMap { $0 })
  }

  private static func history(_ writing: Writing, at now: Instant) -> (String, [Parameter]) {
    let told = writing.told
    return (
      """
      insert into followed_case_history
        (system, number, told, at, disposition, before, act, heard_at)
      select system, number, told, timestamptz 'epoch' + at * interval '1 microsecond',
        disposition, nullif(before, ''), act, $8
      from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[],
        $7::text[]) with ordinality
        as new(system, number, told, at, disposition, before, act, turn)
      order by turn
      """,
      [
        .texts(told.map(\.statement.key.system)), .texts(told.map(\.statement.key.number)),
        .texts(told.map(\.state)), .ints(told.map(\.statement.at.microseconds)),
        .texts(told.map(\.disposition)), .texts(told.map { $0.before ?? "" }),
        .texts(told.map(\.statement.act)), .timestamp(microseconds: now.microseconds),
      ]
    )
  }

  private static func gone(_ writing: Writing) -> (String, [Parameter])? {
    guard !writing.gone.isEmpty else { return nil }
    return (
      """
      update followed_case_history as history set disposition = 'taken-back'
      from unnest($1::text[], $2::text[], $3::text[]) as gone(system, number, act)
      where history.system = gone.system and history.number = gone.number
        and history.act = gone.act and disposition = 'applied'
      """,
      [
        .texts(writing.gone.map(\.key.system)), .texts(writing.gone.map(\.key.number)),
        .texts(writing.gone.map(\.act)),
      ]
    )
  }

  private static func lines(_ writing: Writing, at now: Instant) -> (String, [Parameter])? {
    // In one order, so that two processes never wait for each other.
    let lines = writing.cases.values.sorted {
      ($0.key.system, $0.key.number) < ($1.key.system, $1.key.number)
    }
    guard !lines.isEmpty else { return nil }
    return (
      """
      insert into followed_case (system, number, department, item, state, since, changed_at)
      select system, number, department, item, nullif(state, ''),
        case when state <> '' then timestamptz 'epoch' + since * interval '1 microsecond' end, $7
      from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
        as new(system, number, department, item, state, since)
      on conflict (system, number) do update set department = excluded.department,
        item = excluded.item, state = excluded.state, since = excluded.since,
        changed_at = excluded.changed_at
      """,
      [
        .texts(lines.map(\.key.system)), .texts(lines.map(\.key.number)),
        .texts(lines.map(\.department)), .texts(lines.map(\.item)),
        .texts(lines.map { $0.state ?? "" }), .ints(lines.map { $0.since?.microseconds ?? 0 }),
        .timestamp(microseconds: now.microseconds),
      ]
    )
  }
}
