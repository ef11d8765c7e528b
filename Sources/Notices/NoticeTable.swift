import Cryptography
import Events
import Foundation
import Lanes
import Messaging
import Storage

/// The tables of this module.
package enum NoticeMigrations {
  package static let name = "notices"
  package static let all = [
    Migration(
      number: 1, name: "notices",
      sql: """
        create table notice (
          key text primary key, digest bytea not null, channel text not null, kind text not null,
          case_id text not null, state text not null check (state in ('pending', 'sent', 'dead')),
          replay bigint not null, attempts bigint not null default 0,
          entered_at timestamptz not null, expires_at timestamptz not null, due_at timestamptz not null,
          ended_at timestamptz, last_error text not null default '',
          language text, recipient text, subject text, text text, values jsonb,
          source text, traceparent text, body bytea);
        create index notice_due on notice (due_at) where state = 'pending';
        create index notice_case on notice (case_id);
        """),
    Migration(
      number: 2, name: "an index that takes the id of any case",
      sql: """
        drop index notice_case;
        create index notice_case on notice (left(case_id, 255));
        """),
  ]
}

/// A notice that waits for its next attempt.
struct PendingNotice {
  let key: String
  let channel: Notice.Channel
  let kind: String
  let caseID: String
  let language: String
  let recipient: String
  let subject: String
  let text: String
  let values: [String: NoticeValue]
  let enteredAt: Instant
  let expiresAt: Instant
  /// How often it was tried, the attempt under way included.
  let attempts: Int64
  /// The number of the replay that gave it this life; 0 for the first.
  let replay: Int64
}

/// The table of notices: each stands there once, by its key. What was sent or given up is emptied of all that is personal.
enum NoticeTable {
  enum Entry {
    case new
    /// The same notice is there already.
    case known
    /// The key is there with another content.
    case clash
  }

  /// Enters a notice, or gives one that had died another life if an auditor sent it again.
  static func enter(
    _ notice: Notice, _ content: (subject: String, text: String), from item: Batch.Item,
    expiresAt: Instant, at now: Instant, in database: Database
  ) throws -> Entry {
    let values = String(decoding: try JSONEncoder().encode(notice.values), as: UTF8.self)
    let rows = try database.query(
      insertion,
      [
        .text(notice.key), .bytes(item.digest.bytes), .text(notice.channel.rawValue),
        .text(notice.kind), .text(notice.caseID), .timestamp(microseconds: now.microseconds),
        .timestamp(microseconds: expiresAt.microseconds), .text(notice.language),
        .text(notice.recipient), .text(content.subject), .text(content.text), .json(values),
        .text(item.event.source), item.event.traceparent.map { .text($0) } ?? .null,
        .bytes(item.delivery.message.body), .int(item.replay),
      ])
    guard rows.isEmpty else { return .new }
    let known = try database.query("select digest from notice where key = $1", [.text(notice.key)])
    return try known[0].bytes(0) == item.digest.bytes ? .known : .clash
  }

  private static let insertion = """
    insert into notice (
      key, digest, channel, kind, case_id, state, entered_at, due_at, expires_at, language, recipient,
      subject, text, values, source, traceparent, body, replay)
    values ($1, $2, $3, $4, $5, 'pending', $6, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    on conflict (key) do update set
      state = 'pending', replay = excluded.replay, attempts = 0, entered_at = excluded.entered_at,
      due_at = excluded.due_at, expires_at = excluded.expires_at, ended_at = null, language = excluded.language,
      recipient = excluded.recipient, subject = excluded.subject, text = excluded.text,
      values = excluded.values, source = excluded.source, traceparent = excluded.traceparent, body = excluded.body
    where notice.state = 'dead' and excluded.replay > notice.replay and notice.digest = excluded.digest
    returning key
    """

  /// The notice that has waited longest, reserved for `lease` seconds and counted as tried, whatever becomes of us.
  ///
  /// - Parameter resting: receivers to be spared; of theirs, only what has expired is taken.
  static func claim(
    lease: Double, sparing resting: [Receiver] = [], at now: Instant, in database: Database
  ) throws -> PendingNotice? {
    let rows = try database.query(
      """
      update notice set attempts = attempts + 1, due_at = $2
      where key = (
        select key from notice where state = 'pending' and due_at <= $1
          and (expires_at <= $1
            or not exists (
              select from unnest($3::text[], $4::text[]) as resting(channel, recipient)
              where resting.channel = notice.channel
                and (resting.recipient = '' or resting.recipient = notice.recipient)))
        order by due_at limit 1 for update skip locked)
      returning key, channel, kind, case_id, language, recipient, subject, text, values::text, entered_at,
        expires_at, attempts, replay
      """,
      [
        .timestamp(microseconds: now.microseconds),
        .timestamp(microseconds: now.adding(seconds: lease).microseconds),
        .texts(resting.map(\.channel.rawValue)), .texts(resting.map { $0.subscriber ?? "" }),
      ])
    guard !rows.isEmpty else { return nil }
    let row = rows[0]
    guard let channel = Notice.Channel(rawValue: try row.text(1)) else {
      throw StrangeRow(column: "channel")
    }
    return PendingNotice(
      key: try row.text(0), channel: channel, kind: try row.text(2), caseID: try row.text(3),
      language: try row.text(4), recipient: try row.text(5), subject: try row.text(6),
      text: try row.text(7),
      values: try JSONDecoder().decode(
        [String: NoticeValue].self, from: Data(try row.text(8).utf8)),
      enteredAt: Instant(microseconds: try row.timestamp(9)),
      expiresAt: Instant(microseconds: try row.timestamp(10)), attempts: try row.int(11),
      replay: try row.int(12))
  }

  /// All that leads to a person is forgotten with the end.
  private static let emptied = """
    language = null, recipient = null, subject = null, text = null, values = null, source = null,
    traceparent = null, body = null
    """

  static func arrived(_ notice: PendingNotice, at now: Instant, in database: Database) throws {
    try database.query(
      "update notice set state = 'sent', ended_at = $3, last_error = '', \(emptied) where key = $1 and replay = $2",
      [.text(notice.key), .int(notice.replay), .timestamp(microseconds: now.microseconds)])
  }

  static func failed(
    _ notice: PendingNotice, _ error: String, dueAt: Instant, in database: Database
  ) throws {
    try database.query(
      "update notice set due_at = $3, last_error = $4 where key = $1 and replay = $2 and state = 'pending'",
      [
        .text(notice.key), .int(notice.replay), .timestamp(microseconds: dueAt.microseconds),
        .text(error),
      ])
  }

  /// Gives a notice up, and its letter to the outbox, in one transaction.
  ///
  /// What the letter holds is an event of its own, so that the inbox takes it as new when an auditor sends it
  /// again; the notice in it is the same to the last byte. The letter has the same id however often it dies.
  static func gaveUp(
    _ notice: PendingNotice, _ letter: DeadLetter, at now: Instant, in database: Database
  ) throws {
    try database.transaction {
      let rows = try database.query(
        "select source, traceparent, body from notice where key = $1 and replay = $2 and state = 'pending' for update",
        [.text(notice.key), .int(notice.replay)])
      guard !rows.isEmpty else { return }
      let event = Event(
        id: Hasher128().key("notice", notice.key, String(notice.replay)).hex,
        source: try rows[0].text(0), type: "tongban.notice.\(notice.kind).v1", time: now,
        dataContentType: "application/json", traceparent: try rows[0].optionalText(1),
        correlationID: notice.caseID.isEmpty ? nil : notice.caseID)
      let original = event.message(
        exchange: Notice.exchange, routingKey: "\(notice.channel.rawValue).\(notice.kind)",
        body: try rows[0].bytes(2),
        headers: notice.replay == 0 ? [] : [Field(DeadLetter.Header.replay, .int(notice.replay))])
      let letterID = Hasher128().key("notice", notice.key).hex
      try Outbox.enqueue(
        [letter.message(original: original, department: NoticeStage.source, id: letterID)],
        in: database)
      try database.query(
        "update notice set state = 'dead', ended_at = $3, last_error = $4, \(emptied) where key = $1 and replay = $2",
        [
          .text(notice.key), .int(notice.replay), .timestamp(microseconds: now.microseconds),
          .text(letter.expectation),
        ])
    }
  }

  /// How many notices are in each state.
  static func counts(in database: Database) throws -> [String: Int64] {
    var counts: [String: Int64] = [:]
    for row in try database.query("select state, count(*) from notice group by state") {
      counts[try row.text(0)] = try row.int(1)
    }
    return counts
  }
}

/// A row that this program did not write, or a newer one did.
struct StrangeRow: Error, CustomStringConvertible {
  let column: String
  var description: String {
    "table notice: the column \(column) has a value that this version does not know; was it written by a newer tongban?"
  }
}
