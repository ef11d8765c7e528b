import Messaging
import Storage

/// Messages that a transaction causes, written down in that transaction and published after it (transactional
/// outbox): either both happen or neither.
///
/// A message keeps its id from here on; a repeat after a crash has the same. `OutboxRelay` publishes them.
package enum Outbox {
  /// Enters messages in the caller's transaction, to be published in this order.
  package static func enqueue(_ messages: [Message], in database: Database) throws(StorageError) {
    guard !messages.isEmpty else { return }
    try database.query(
      """
      insert into outbox (message_id, exchange, routing_key, head, body)
      select message_id, exchange, routing_key, head, body
      from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[]) with ordinality
        as entered(message_id, exchange, routing_key, head, body, position)
      order by position
      """,
      [
        .texts(messages.map { $0.properties.messageID ?? "" }), .texts(messages.map(\.exchange)),
        .texts(messages.map(\.routingKey)),
        .byteses(
          messages.map { StoredHead(properties: $0.properties, headers: $0.headers).octets }),
        .byteses(messages.map(\.body)),
      ])
  }

  /// What waits for the relay.
  package static func count(in database: Database) throws(StorageError) -> Int64 {
    try database.query("select count(*) from outbox")[0].int(0)
  }

  struct Entry {
    let number: Int64
    let message: Message
  }

  /// The oldest entries. One transaction enters its messages in their order, and a transaction that began after
  /// another's commit has higher numbers; so what follows from something else stands behind it.
  static func oldest(_ count: Int, in database: Database) throws -> [Entry] {
    let rows = try database.query(
      "select id, exchange, routing_key, head, body from outbox order by id limit $1",
      [.int(Int64(count))])
    return try rows.map { row in
      let head = try StoredHead(octets: try row.bytes(3))
      return Entry(
        number: try row.int(0),
        message: Message(
          exchange: try row.text(1), routingKey: try row.text(2), properties: head.properties,
          headers: head.headers, body: try row.bytes(4)))
    }
  }

  static func remove(_ entries: [Entry], in database: Database) throws(StorageError) {
    try database.query("delete from outbox where id = any($1)", [.ints(entries.map(\.number))])
  }
}
