import TestSupport
import Testing

@testable import Storage

@Suite struct TransactionTests {
  struct Refusal: Error {}

  @Test("a transaction is kept as a whole or not at all")
  func wholeOrNothing() async throws {
    try await onThread {
      let database = try Place().database()
      try database.script("create table t (a bigint primary key)")
      #expect(
        try database.transaction { try database.query("insert into t values (1)").affected } == 1)
      #expect(throws: Refusal.self) {
        try database.transaction {
          try database.query("insert into t values (2)")
          throw Refusal()
        }
      }
      #expect(!database.isInTransaction)
      let error = storageError {
        try database.transaction {
          try database.query("insert into t values (3)")
          try database.query("insert into t values (1)")
        }
      }
      #expect(error?.code == .constraint)
      #expect(try database.query("select a from t").map { try $0.int(0) } == [1])
    }
  }

  @Test("the commit of a transaction that failed before is an error, not a silent rollback")
  func failedCommit() async throws {
    try await onThread {
      let database = try Place().database()
      try database.begin()
      #expect(storageError { try database.query("select 1/0") }?.code == .invalidValue)
      #expect(storageError { try database.commit() }?.code == .noTransaction)
      #expect(storageError { try database.commit() }?.code == .noTransaction)
      try database.rollback()
      #expect(try database.query("select 1").count == 1)
    }
  }

  @Test("a lost connection in a transaction throws, undoes it, and the next call has a new one")
  func lossInTransaction() async throws {
    try await onThread {
      let place = try Place()
      let (database, other) = (place.database(), place.database("other"))
      try database.script("create table t (a bigint)")
      try database.begin()
      try database.query("insert into t values (1)")
      try other.query("select pg_terminate_backend($1::int)", [.int(try backend(of: database))])
      let error = storageError { try database.query("insert into t values (2)") }
      #expect(error?.code == .connectionLost)
      #expect(error?.isTransient == true)
      try database.rollback()
      #expect(!database.isInTransaction)
      #expect(try database.query("select count(*) from t")[0].int(0) == 0)
    }
  }

  @Test("an idle connection that the server ended is replaced before the next statement")
  func lossWhileIdle() async throws {
    try await onThread {
      let place = try Place()
      let (database, other) = (place.database(), place.database("other"))
      let first = try backend(of: database)
      try other.query("select pg_terminate_backend($1::int)", [.int(first)])
      let gone = try eventually {
        try other.query("select count(*) from pg_stat_activity where pid = $1", [.int(first)])[0]
          .int(0) == 0
      }
      #expect(gone)
      #expect(try backend(of: database) != first)
      #expect(
        try database.query("select $1::text", [.text("prepared anew")])[0].text(0)
          == "prepared anew")
    }
  }

  @Test("a statement under way when the server ends the connection is CONNECTION_LOST")
  func lossUnderWay() async throws {
    let place = try Place()
    let pid = try await onThread {
      let database = place.database("sleeper")
      return try backend(of: database)
    }
    #expect(pid > 0)
    async let outcome = onThread { () -> StorageError? in
      let database = place.database("sleeper")
      return storageError { try database.query("select pg_sleep(60)") }
    }
    try await onThread {
      let other = place.database("other")
      let ended = try eventually {
        try other.query(
          "select pg_terminate_backend(pid) from pg_stat_activity "
            + "where application_name = 'sleeper' and query like '%pg_sleep%'"
        ).count > 0
      }
      #expect(ended)
    }
    #expect(try await outcome?.code == .connectionLost)
  }

  @Test("settings hold on every connection, and a statement timeout is CANCELLED")
  func settings() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database("t", settings: [("statement_timeout", "50ms")])
      #expect(storageError { try database.query("select pg_sleep(10)") }?.code == .cancelled)
      try place.database("other").query(
        "select pg_terminate_backend($1::int)", [.int(try backend(of: database))])
      let again = eventually {
        (try? database.query("show statement_timeout")[0].text(0)) == "50ms"
      }
      #expect(again)
      #expect(try database.query("show application_name")[0].text(0) == "t")
    }
  }

  @Test("nobody there is UNREACHABLE, no such database ACCESS_REFUSED, nonsense UNREADABLE_URL")
  func connecting() async throws {
    try await onThread {
      func failure(_ url: String) -> StorageError? {
        storageError { try Database(url, name: "test").query("select 1") }
      }
      let nobody = failure("postgresql://user:secret@127.0.0.1:1/x")
      #expect(nobody?.code == .unreachable)
      #expect(nobody?.isTransient == true)
      let missing = failure(TestServers.databaseURL + "_no_such")
      #expect(missing?.code == .accessRefused)
      #expect(missing?.isTransient == false)
      for url in [
        "postgresql://user:secret@[host/x", "postgresql://u:secret@h/d?nonsense=1", "secret",
      ] {
        let error = failure(url)
        #expect(error?.code == .unreadableURL)
        #expect(error.map { "\($0)" }?.contains("secret") == false)
      }
      let closed = try Place().database()
      closed.close()
      closed.close()
      #expect(storageError { try closed.query("select 1") }?.code == .closed)
    }
  }
}
