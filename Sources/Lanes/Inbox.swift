import Cryptography
import Events
import Storage

/// Which events this consumer has had already: the de-duplication store, one round trip a batch.
///
/// An event is known by (consumer, source, id) and by the digest of its body. The rows are written in the batch's
/// transaction, so an event is known only if what it caused is recorded too. Repeats are told apart: a copy
/// that comes again after a lost acknowledgement counts nowhere (`redelivered`), another copy is a `duplicate`,
/// the same id with another body is a dead letter (`ID_REUSED`), and a dead message that an auditor sends again
/// gets another try.
package struct Inbox {
  let consumer: String

  /// Opens the batch's transaction, enters what is new and marks what was here before.
  ///
  /// - Parameter returned: what this connection has shown so far of copies that come again.
  func admit(
    _ batch: inout Batch, returned: inout ReturnedCopies, to database: Database, at now: Instant
  ) throws {
    let firsts = Firsts(of: batch)
    let entries = firsts.indices.map { Entry(batch.items[$0], key: batch.items[$0].key) }
    let known = try enter(entries, into: database, at: now, begin: true)
    if known.isEmpty && entries.count == batch.items.count {
      // The common case: all is new, and every verdict stands.
      for item in batch.items { returned.note(item.delivery, isRecorded: false) }
    } else {
      try judge(&batch, firsts, known, returned: &returned, in: database, at: now)
    }
  }

  /// Writes down that these items died after they had been entered.
  func markDead(_ indices: [Int], of batch: Batch, in database: Database) throws {
    guard !indices.isEmpty else { return }
    let keys = indices.flatMap { batch.items[$0].key.bytes }
    try database.query(
      "update inbox set dead = true where key = any($1::bytea[])",
      [.equalByteses(width: Inbox.keyWidth, keys)])
  }

  fileprivate static let keyWidth = 16
}

/// Two lanes entered the same event at the same moment; the batch is tried again and then sees the other's row.
enum InboxError: Error, CustomStringConvertible {
  case raced
  var description: String { "another lane is admitting the same event" }
}

// MARK: Repeats

extension Inbox {
  /// What the inbox knew of an event before this batch.
  private struct Known {
    let digest: Key128
    let isDead: Bool
    /// The number of the last replay that had its try.
    let replay: Int64
  }

  /// Where each event of a batch stands first.
  private struct Firsts {
    private(set) var indices: [Int] = []
    private var positions: [Key128: Int] = [:]

    init(of batch: Batch) {
      indices.reserveCapacity(batch.items.count)
      positions.reserveCapacity(batch.items.count)
      for index in batch.items.indices {
        let key = batch.items[index].key
        guard positions[key] == nil else { continue }
        positions[key] = index
        indices.append(index)
      }
    }

    func index(of key: Key128) -> Int? { positions[key] }
  }

  /// Goes through the batch in its order, since what stands before a copy tells what the copy is.
  private func judge(
    _ batch: inout Batch, _ firsts: Firsts, _ knownEvents: [Key128: Known],
    returned: inout ReturnedCopies, in database: Database, at now: Instant
  ) throws {
    var known = knownEvents
    let clashes = clashes(in: batch, firsts, known)
    if !clashes.isEmpty {
      known.merge(try refuse(clashes, of: &batch, in: database, at: now)) { $1 }
    }
    var seen: Set<Key128> = []
    for index in batch.items.indices {
      let item = batch.items[index]
      let key = clashes[index] ?? item.key
      let before = known[key]
      if let before, before.isDead, item.replay > before.replay {
        known[key] = Known(digest: before.digest, isDead: false, replay: item.replay)
        try revive(key, item, in: database)
        returned.note(item.delivery, isRecorded: false)
      } else if before != nil {
        batch.items[index].verdict = returned.isCounted(item.delivery) ? .redelivered : .duplicate
        returned.note(item.delivery, isRecorded: true)
      } else {
        if !seen.insert(key).inserted { batch.items[index].verdict = .duplicate }
        returned.note(item.delivery, isRecorded: false)
      }
    }
  }

  /// The items whose id came with another body, here or in an earlier batch, and the key of the pair of both.
  private func clashes(
    in batch: Batch, _ firsts: Firsts, _ known: [Key128: Known]
  ) -> [Int: Key128] {
    var clashes: [Int: Key128] = [:]
    for (index, item) in batch.items.enumerated() {
      let first = firsts.index(of: item.key).map { batch.items[$0].digest }
      guard let digest = known[item.key]?.digest ?? first, digest != item.digest else { continue }
      clashes[index] = Hasher128().key(item.key.hex, item.digest.hex)
    }
    return clashes
  }

  /// Same id, other body: each such body is a dead letter once. Gives those that had been here before.
  private func refuse(
    _ clashes: [Int: Key128], of batch: inout Batch, in database: Database, at now: Instant
  ) throws -> [Key128: Known] {
    var entries: [Key128: Entry] = [:]
    for (index, key) in clashes {
      batch.items[index].verdict = .dead(Inbox.clash)
      entries[key] = Entry(batch.items[index], key: key)
    }
    return try enter(Array(entries.values), into: database, at: now, begin: false)
  }

  /// An auditor sent a dead message again: it is no longer dead, unless it dies again now.
  private func revive(_ key: Key128, _ item: Batch.Item, in database: Database) throws {
    try database.query(
      "update inbox set dead = $2, replay = $3 where key = $1",
      [.bytes(key.bytes), .bool(item.verdict.isDead), .int(item.replay)])
  }

  private static let clash = DeadLetter(
    stage: "deduplicate", code: "ID_REUSED", place: "header \(Event.headerPrefix)id",
    expectation: "a new id: this id came before with another body")
}

// MARK: Rows

extension Inbox {
  private struct Entry {
    let key: Key128
    let digest: Key128
    let isDead: Bool
    let replay: Int64

    init(_ item: Batch.Item, key: Key128) {
      self.key = key
      digest = item.digest
      isDead = item.verdict.isDead
      replay = item.replay
    }
  }

  /// Enters what is not there yet, and gives what was there before.
  private func enter(
    _ entries: [Entry], into database: Database, at now: Instant, begin: Bool
  ) throws -> [Key128: Known] {
    var (keys, digests): ([UInt8], [UInt8]) = ([], [])
    keys.reserveCapacity(entries.count * Inbox.keyWidth)
    digests.reserveCapacity(entries.count * Inbox.keyWidth)
    for entry in entries {
      keys.append(contentsOf: entry.key.bytes)
      digests.append(contentsOf: entry.digest.bytes)
    }
    let parameters: [Parameter] = [
      .equalByteses(width: Inbox.keyWidth, keys), .equalByteses(width: Inbox.keyWidth, digests),
      .bools(entries.map(\.isDead)), .ints(entries.map(\.replay)), .int(Inbox.period(of: now)),
    ]
    let rows = try database.pipeline([(Inbox.insertion, parameters)], begin: begin)[0]
    guard try rows[0].int(4) + Int64(rows.count) - 1 == Int64(entries.count) else {
      throw InboxError.raced
    }
    var known: [Key128: Known] = [:]
    for row in rows.dropFirst() {
      known[entries[Int(try row.int(0)) - 1].key] = Known(
        digest: Key128(bytes: try row.bytes(1)), isDead: try row.bool(2), replay: try row.int(3))
    }
    return known
  }

  /// The first row tells how many were entered; then comes a row for each that was there before. The lookup is
  /// lateral with a limit so that it goes by the index whatever the statistics say.
  private static let insertion = """
    with arrived as (
      select * from unnest($1::bytea[], $2::bytea[], $3::bool[], $4::bigint[]) with ordinality
        as arrived(key, digest, dead, replay, position)),
    known as (
      select arrived.position, earlier.* from arrived cross join lateral (
        select digest, dead, replay from inbox where inbox.key = arrived.key
        order by period desc limit 1) as earlier),
    entered as (
      insert into inbox (key, digest, dead, replay, period)
      select key, digest, dead, replay, $5 from arrived
      where position not in (select position from known)
      order by key
      on conflict do nothing returning 1)
    select 0::bigint, null::bytea, null::bool, null::bigint, (select count(*) from entered)
    union all
    select position, digest, dead, replay, 0 from known
    """
}
