import Cryptography
import Events
import Storage

/// Semantic locks: while a case is open, no other changes the entities that it has locked. They are rows, so they
/// survive every crash, and they go with the case's end in the same transaction.
enum EntityLocks {
  /// Takes all of them for the case, or none.
  ///
  /// - Returns: the id of a case that holds one of them or has waited longer for it; nil if all are the case's own now.
  static func take(
    _ entities: [Case.Entity], for id: String, in database: Database
  ) throws -> String? {
    let keys = keys(of: entities)
    guard !keys.isEmpty else { return nil }
    let waiting = try database.query(
      "select case_id from lock_wait where keys && $1 and case_id <> $2 order by turn limit 1",
      [.byteses(keys), .text(id)])
    if waiting.count > 0 { return try waiting[0].text(0) }
    return try take(keys, for: id, in: database)
  }

  private static func take(_ keys: [[UInt8]], for id: String, in database: Database) throws
    -> String?
  {
    let taken = try database.query(
      """
      insert into entity_lock (key, case_id) select key, $2 from unnest($1::bytea[]) as new(key) order by key
      on conflict do nothing returning 1
      """, [.byteses(keys), .text(id)])
    if taken.count == keys.count { return nil }
    let holders = try database.pipeline([
      ("delete from entity_lock where case_id = $1", [.text(id)]),
      ("select case_id from entity_lock where key = any($1) limit 1", [.byteses(keys)]),
    ])[1]
    return holders.count > 0 ? try holders[0].text(0) : "one that has just ended"
  }

  /// Enters the case among those that wait their turn.
  static func wait(
    _ entities: [Case.Entity], for id: String, at now: Instant, in database: Database
  ) throws {
    try database.query(
      "insert into lock_wait (case_id, keys, since) values ($1, $2, $3)",
      [
        .text(id), .byteses(keys(of: entities)), .timestamp(microseconds: now.microseconds),
      ])
  }

  /// Cases whose turn has come: nobody holds what they wait for, and none that waits longer wants it. Their locks are taken.
  static func admit(limit: Int, in database: Database) throws -> [String] {
    let rows = try database.query(
      """
      select case_id, array_to_string(array(select encode(key, 'hex') from unnest(keys) as key), ',')
      from lock_wait
      where not exists (select from entity_lock where entity_lock.key = any(lock_wait.keys))
        and not exists (select from lock_wait as other
          where other.keys && lock_wait.keys and other.turn < lock_wait.turn)
      order by turn limit $1 for update skip locked
      """, [.int(Int64(limit))])
    var admitted: [String] = []
    for row in rows {
      let id = try row.text(0)
      let keys = try row.text(1).split(separator: ",").compactMap { [UInt8](hex: String($0)) }
      if try take(keys, for: id, in: database) == nil { admitted.append(id) }
    }
    if !admitted.isEmpty {
      try database.query("delete from lock_wait where case_id = any($1)", [.texts(admitted)])
    }
    return admitted
  }

  private static func keys(of entities: [Case.Entity]) -> [[UInt8]] {
    let keys = entities.filter(\.isLocked).map {
      CaseKeys.entity(kind: $0.kind, value: $0.value).bytes
    }
    return Array(Set(keys)).sorted { $0.lexicographicallyPrecedes($1) }
  }
}
