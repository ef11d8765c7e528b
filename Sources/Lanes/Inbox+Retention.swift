import Events
import Storage

/// Partitions of the inbox hold one week each and are dropped whole, so that forgetting costs nothing by row.
extension Inbox {
  /// Weeks since 1970-01-01.
  static func period(of now: Instant) -> Int64 { now.microseconds / 604_800_000_000 }

  /// Makes the partitions for this week and the next, and drops those older than `weeks`.
  ///
  /// Every lane calls it; one does the work. A partition is attached and not created in place, and dropped only
  /// if no lane stands in the way, since both would hold up all the others otherwise.
  package static func retain(weeks: Int64, at now: Instant, in database: Database) throws {
    let current = period(of: now)
    try database.transaction {
      try database.query("select pg_advisory_xact_lock($1)", [.int(lock)])
      let existing = try partitions(in: database)
      for period in [current, current + 1] where !existing.contains(period) {
        try database.script(
          """
          create table inbox_\(period) (like inbox);
          alter table inbox attach partition inbox_\(period) for values in (\(period));
          """)
      }
    }
    for period in try partitions(in: database) where period < current - weeks {
      do {
        try database.transaction {
          try database.script(
            """
            set local lock_timeout = '200ms';
            drop table if exists inbox_\(period);
            """)
        }
      } catch let error as StorageError where error.code == .conflict {
        // Lanes are at work; the next call may find them idle.
        continue
      }
    }
  }

  private static func partitions(in database: Database) throws -> Set<Int64> {
    let rows = try database.query(
      "select relid::regclass::text from pg_partition_tree('inbox') where isleaf")
    return Set(try rows.compactMap { Int64(try $0.text(0).dropFirst("inbox_".count)) })
  }

  /// Any number that nobody else locks: "inbox" in ASCII.
  private static let lock: Int64 = 0x69_6e62_6f78
}
