import Cryptography
import Events
import Storage

/// Which events this consumer has had already: the de-duplication store, one round trip a batch.
///
/// An event is known by (consumer, source, id) and by the digest of its body. Partitions hold one week
/// each and are dropped whole (`retain`). The rows are written in the batch's transaction, so an event is
/// known only if what it caused is recorded too.
package struct Inbox {
  let consumer: String

  /// Marks what was here before, and enters the rest.
  ///
  /// - Returns: the transaction's number, to ask later whether a commit that was cut off went through.
  func admit(_ batch: inout Batch, to database: Database, at now: Instant) throws -> Int64 {
    var clashes = markRepeats(within: &batch)
    let fresh = batch.items.indices.filter {
      batch.items[$0].verdict.isFirst && !clashes.contains($0)
    }
    let rows = try insert(fresh.map { Entry(batch.items[$0]) }, into: database, at: now)
    let transaction = try rows[0].int(0)
    for position in 1..<rows.count {
      let row = rows[position]
      let index = fresh[Int(try row.int(0))]
      let digest = Key128(bytes: try row.bytes(1))
      let wasDead = try row.bool(2)
      if digest != batch.items[index].digest {
        clashes.append(index)
      } else if wasDead && batch.items[index].replay > 0 {
        try revive(batch.items[index], in: database)
      } else if batch.items[index].delivery.redelivered {
        batch.items[index].verdict = .redelivered
      } else {
        batch.items[index].verdict = .duplicate
      }
    }
    try refuse(clashes, of: &batch, in: database, at: now)
    return transaction
  }

  /// The first of equal events within the batch decides; equal bodies are duplicates, others are returned as clashes.
  private func markRepeats(within batch: inout Batch) -> [Int] {
    var first: [Key128: Int] = [:]
    first.reserveCapacity(batch.items.count)
    var clashes: [Int] = []
    for index in batch.items.indices {
      let item = batch.items[index]
      if let earlier = first[item.key] {
        if batch.items[earlier].digest == item.digest {
          batch.items[index].verdict = .duplicate
        } else {
          clashes.append(index)
        }
      } else {
        first[item.key] = index
      }
    }
    return clashes
  }

  private struct Entry {
    let key: Key128
    let digest: Key128
    let dead: Bool

    init(_ item: Batch.Item) {
      key = item.key
      digest = item.digest
      dead = item.verdict.isDead
    }

    init(key: Key128, digest: Key128, dead: Bool) {
      self.key = key
      self.digest = digest
      self.dead = dead
    }
  }

  /// The first row holds the transaction's number; then one row for each entry that was known before.
  private func insert(_ entries: [Entry], into database: Database, at now: Instant) throws -> Rows {
    let rows = try database.query(
      Inbox.insertion,
      [
        .byteses(entries.map(\.key.bytes)), .byteses(entries.map(\.digest.bytes)),
        .bools(entries.map(\.dead)), .int(Inbox.period(of: now)),
      ])
    let inserted = try rows[0].int(3)
    guard Int(inserted) + rows.count - 1 == entries.count else { throw InboxError.raced }
    return rows
  }

  private static let insertion = """
    with arrived as (
      select * from unnest($1::bytea[], $2::bytea[], $3::bool[]) with ordinality
        as arrived(key, digest, dead, position)),
    known as (
      select arrived.position - 1 as position, inbox.digest, inbox.dead
      from arrived join inbox using (key)),
    entered as (
      insert into inbox (key, digest, dead, period)
      select key, digest, dead, $4 from arrived
      where position - 1 not in (select position from known)
      order by key
      on conflict do nothing returning 1)
    select pg_current_xact_id()::text::bigint, null::bytea, null::bool, (select count(*) from entered)
    union all
    select position, digest, dead, 0 from known
    """

  /// An auditor sent a dead message again: it is no longer dead, unless it dies again now.
  private func revive(_ item: Batch.Item, in database: Database) throws {
    _ = try database.query(
      "update inbox set dead = $2 where key = $1",
      [.bytes(item.key.bytes), .bool(item.verdict.isDead)])
  }

  /// Same id, other body: each such body is a dead letter once.
  private func refuse(
    _ indices: [Int], of batch: inout Batch, in database: Database, at now: Instant
  ) throws {
    guard !indices.isEmpty else { return }
    let entries = indices.map { index in
      let item = batch.items[index]
      return Entry(
        key: Hasher128().key(item.key.hex, item.digest.hex), digest: item.digest, dead: true)
    }
    for index in indices { batch.items[index].verdict = .dead(Inbox.clash) }
    let rows = try insert(entries, into: database, at: now)
    for position in 1..<rows.count {
      let index = indices[Int(try rows[position].int(0))]
      if batch.items[index].delivery.redelivered { batch.items[index].verdict = .redelivered }
    }
  }

  func markDead(_ indices: [Int], of batch: Batch, in database: Database) throws {
    _ = try database.query(
      "update inbox set dead = true where key = any($1::bytea[])",
      [.byteses(indices.map { batch.items[$0].key.bytes })])
  }

  private static let clash = DeadLetter(
    stage: "deduplicate", code: "ID_REUSED", place: "header \(Event.headerPrefix)id",
    expectation: "a new id: this id came before with another body")
}

/// Two lanes entered the same event at the same moment; the batch is tried again and then sees the other's row.
enum InboxError: Error, CustomStringConvertible {
  case raced
  var description: String { "another lane is admitting the same event" }
}

extension Batch.Verdict {
  var isDead: Bool {
    if case .dead = self { return true }
    return false
  }

  /// Not yet found to be a repeat.
  fileprivate var isFirst: Bool {
    switch self {
    case .undecided, .outputs, .dead: true
    case .duplicate, .redelivered: false
    }
  }
}

// MARK: Partitions

extension Inbox {
  /// Weeks since 1970-01-01.
  static func period(of now: Instant) -> Int64 { now.microseconds / 604_800_000_000 }

  /// Makes the partitions for this week and the next, and drops those older than `weeks`.
  package static func retain(weeks: Int64, at now: Instant, in database: Database) throws {
    let current = period(of: now)
    for period in [current, current + 1] {
      try database.script(
        "create table if not exists inbox_\(period) partition of inbox for values in (\(period))")
    }
    let rows = try database.query(
      "select relid::text from pg_partition_tree('inbox') where isleaf and relid::text ~ '^inbox_[0-9]+$'"
    )
    for row in rows {
      let name = try row.text(0)
      if let period = Int64(name.dropFirst("inbox_".count)), period < current - weeks {
        try database.script("drop table \(name)")
      }
    }
  }
}
