/// One step of a module's tables, applied once and never changed afterwards.
package struct Migration: Sendable {
  /// Ascends within a module.
  package let number: Int64
  /// What it brings, for people.
  package let name: String
  package let sql: String

  package init(number: Int64, name: String, sql: String) {
    self.number = number
    self.name = name
    self.sql = sql
  }
}

extension Database {
  /// Applies those of a module's migrations that the database has not had, in order, each in a transaction of
  /// its own. Of several processes that begin at once one works and the others wait for it.
  ///
  /// - Returns: the numbers of those applied now.
  @discardableResult
  package func migrate(
    _ module: String, _ migrations: [Migration]
  ) throws(StorageError) -> [Int64] {
    precondition(
      zip(migrations, migrations.dropFirst()).allSatisfy { $0.number < $1.number },
      "the migrations of \(module) ascend")
    // A session's lock: it outlives the transactions below and ends with the connection at the latest.
    try query("select pg_advisory_lock($1)", [.int(Self.migrationLock)])
    var applied: [Int64] = []
    do throws(StorageError) {
      try script(Self.migrationTable)
      let rows = try query(
        "select number from tongban_migration where module = $1", [.text(module)])
      var known: Set<Int64> = []
      for row in rows { known.insert(try row.int(0)) }
      for migration in migrations where !known.contains(migration.number) {
        try apply(migration, of: module)
        applied.append(migration.number)
      }
    } catch {
      try? rollback()
      // If this fails the connection is lost, and the lock with it.
      _ = try? query("select pg_advisory_unlock($1)", [.int(Self.migrationLock)])
      throw error
    }
    try query("select pg_advisory_unlock($1)", [.int(Self.migrationLock)])
    return applied
  }

  private func apply(_ migration: Migration, of module: String) throws(StorageError) {
    try begin()
    try script(migration.sql)
    try query(
      "insert into tongban_migration (module, number, name) values ($1, $2, $3)",
      [.text(module), .int(migration.number), .text(migration.name)])
    try commit()
  }

  /// Any number that nobody else locks: "tongban" in ASCII.
  private static var migrationLock: Int64 { 0x74_6f6e_6762_616e }

  private static var migrationTable: String {
    """
    create table if not exists tongban_migration (
      module text not null, number bigint not null, name text not null,
      applied_at timestamptz not null default now(), primary key (module, number))
    """
  }
}
