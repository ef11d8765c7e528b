import Events
import Lanes
import Messaging
import Storage

/// The archive of dead letters, as the auditors' commands see it.
package struct Archive {
  private let database: Database

  package init(_ database: Database) {
    self.database = database
  }

  /// What to list; nil means any.
  package struct Filter: Sendable {
    package var department: String?
    package var reason: String?
    package var status: ArchivedLetter.Status?
    package var limit: Int64 = 50

    package init() {}
  }

  /// The newest first.
  package func list(_ filter: Filter) throws -> [ArchivedLetter] {
    try database.query(
      """
      select \(ArchivedLetter.columns) from dead_letter
      where ($1::text is null or department = $1) and ($2::text is null or reason = $2)
        and ($3::text is null or status = $3)
      order by died_at desc, id limit $4
      """,
      [
        .optional(filter.department), .optional(filter.reason), .optional(filter.status?.rawValue),
        .int(filter.limit),
      ]
    ).map(ArchivedLetter.init)
  }

  /// - Parameter id: the whole id or the beginning of it, if only one letter begins so.
  /// - Throws: `ArchiveError` if no letter or more than one begins so.
  package func letter(_ id: String) throws -> ArchivedLetter {
    let rows = try database.query(
      "select \(ArchivedLetter.columns) from dead_letter where starts_with(id, $1) limit 2",
      [.text(id)])
    guard rows.count > 0 else { throw ArchiveError.none(id) }
    guard rows.count == 1 else { throw ArchiveError.several(id) }
    return try ArchivedLetter(rows[0])
  }

  /// Publishes the untouched message again, to where it came from, under its own id, and waits for the broker's word.
  ///
  /// If the process dies between the two steps the letter stays open; replaying it once more does nothing
  /// twice, since the inbox knows the event.
  ///
  /// - Throws: `ArchiveError.noQueue` if the broker has no queue for it any more.
  package func replay(_ letter: ArchivedLetter, through publisher: Publisher) throws {
    var headers = letter.headers.filter {
      !Archive.isBrokers($0.name) && $0.name != DeadLetter.Header.replay
    }
    headers.append(Field(DeadLetter.Header.replay, .int(letter.replay + 1)))
    let message = Message(
      exchange: letter.exchange, routingKey: letter.routingKey, properties: letter.properties,
      headers: headers, body: letter.body)
    let outcomes = try publisher.publish([message], confirmWithin: 10, deadline: 30)
    guard outcomes.first == .confirmed else {
      throw ArchiveError.noQueue(exchange: letter.exchange, routingKey: letter.routingKey)
    }
    _ = try database.query(
      "update dead_letter set status = 'replayed' where id = $1 and replay = $2",
      [.text(letter.id), .int(letter.replay)])
  }

  /// What the broker writes into a message, and writes anew when it travels again.
  private static func isBrokers(_ header: String) -> Bool {
    header == "x-death" || header == "x-delivery-count" || header.hasPrefix("x-first-death")
  }

  package static let migrations = [
    Migration(
      number: 1, name: "dead letters",
      sql: """
        create table dead_letter (
          id text primary key, department text not null, stage text not null, reason text not null,
          place text not null, expectation text not null, rule text not null, exchange text not null,
          routing_key text not null, sender text not null, event_id text not null,
          event_source text not null, event_type text not null, content_type text not null,
          properties json not null, headers json not null, body bytea not null,
          died_at timestamptz not null, replay bigint not null, attempts bigint not null default 1,
          status text not null default 'open');
        create index dead_letter_newest on dead_letter (died_at desc);
        create index dead_letter_event on dead_letter (event_id);
        """),
    Migration(
      number: 2, name: "an index that takes an id of any length",
      sql: """
        drop index dead_letter_event;
        create index dead_letter_event on dead_letter (md5(event_id));
        """),
  ]
}

package enum ArchiveError: Error, CustomStringConvertible {
  case none(String)
  case several(String)
  case noQueue(exchange: String, routingKey: String)

  package var description: String {
    switch self {
    case .none(let id):
      "no dead letter has an id that begins with \(id); see `tongban deadletter list`"
    case .several(let id):
      "more than one dead letter has an id that begins with \(id); give more of it"
    case .noQueue(let exchange, let key):
      "the broker has no queue for \(exchange) \(key): run `tongban topology apply`, then replay again"
    }
  }
}

extension Parameter {
  fileprivate static func optional(_ text: String?) -> Parameter {
    text.map { .text($0) } ?? .null
  }
}
