import TestSupport
import Testing

@testable import Storage

@Suite struct StatementTests {
  @Test("a statement is prepared once a connection, and once for each set of parameter types")
  func preparedOnce() async throws {
    try await onThread {
      let database = try Place().database()
      for number in 0..<20 { try database.query("select $1::bigint + 1", [.int(Int64(number))]) }
      try database.query("select $1::bigint + 1", [.null])
      let rows = try database.query(
        "select statement, generic_plans + custom_plans from pg_prepared_statements where statement like '%+ 1'"
      )
      let runs = try rows.map { try $0.int(1) }.sorted()
      #expect(runs == [1, 20])
    }
  }

  @Test("prepared statements are bounded; what was unused for longest gives way")
  func bounded() async throws {
    try await onThread {
      let database = try Place().database()
      for number in 0..<(Limits.preparedStatements + 60) {
        try database.query("select \(number)")
        try database.query("select 'often used'")
      }
      let rows = try database.query(
        "select count(*), count(*) filter (where statement = 'select ''often used''') from pg_prepared_statements"
      )
      #expect(try rows[0].int(0) <= Int64(Limits.preparedStatements + 2))
      #expect(try rows[0].int(1) == 1)
      try database.pipeline((0..<400).map { ("select \($0), 'in a pipeline'", []) })
      #expect(
        try database.query("select count(*) from pg_prepared_statements")[0].int(0)
          <= Int64(Limits.preparedStatements + 2))
    }
  }

  @Test("a statement over a table that changed is prepared anew")
  func changedTable() async throws {
    try await onThread {
      let database = try Place().database()
      try database.script("create table t (a bigint); insert into t values (1)")
      #expect(try database.query("select * from t")[0].int(0) == 1)
      try database.script("alter table t alter a type text")
      #expect(try database.query("select * from t")[0].text(0) == "1")
      try database.script("deallocate all")
      #expect(try database.query("select * from t")[0].text(0) == "1")
      try database.script("alter table t alter a type bigint using a::bigint")
      #expect(
        storageError { try database.pipeline([("select * from t", [])]) }?.sqlState == "0A000")
      #expect(try database.pipeline([("select * from t", [])])[0][0].int(0) == 1)
    }
  }

  @Test("a pipeline gives the rows of each statement in order, and is one transaction")
  func pipeline() async throws {
    try await onThread {
      let database = try Place().database()
      try database.script("create table t (a bigint primary key)")
      let inserts = (0..<300).map {
        ("insert into t values ($1) returning a", [Parameter.int(Int64($0))])
      }
      let answers = try database.pipeline(inserts)
      #expect(try answers.map { try $0[0].int(0) } == Array(0..<300))
      let error = storageError {
        try database.pipeline([
          ("insert into t values (1000)", []), ("insert into t values (5)", []),
          ("insert into t values (1001)", []),
        ])
      }
      #expect(error?.code == .constraint)
      #expect(error?.sqlState == "23505")
      #expect(error?.constraint == "t_pkey")
      #expect(try database.query("select count(*) from t")[0].int(0) == 300, "nothing of it stayed")
      #expect(try database.pipeline([]).isEmpty)
    }
  }

  @Test("a pipeline may begin a transaction, and may commit one")
  func pipelineTransaction() async throws {
    try await onThread {
      let place = try Place()
      let (database, other) = (place.database(), place.database("other"))
      try database.script("create table t (a bigint primary key)")
      let answers = try database.pipeline(
        [("insert into t values (1) returning a", [])], begin: true)
      #expect(try answers.count == 1 && answers[0][0].int(0) == 1)
      #expect(database.isInTransaction)
      #expect(try other.query("select count(*) from t")[0].int(0) == 0)
      let last = try database.pipeline([("select count(*) from t", [])], commit: true)
      #expect(try last[0][0].int(0) == 1)
      #expect(!database.isInTransaction)
      #expect(try other.query("select count(*) from t")[0].int(0) == 1)
      try database.pipeline([("select 1", [])], begin: true)
      #expect(
        storageError { try database.pipeline([("select 1/0", [])], commit: true) }?.sqlState
          == "22012")
      #expect(storageError { try database.commit() }?.code == .noTransaction)
      try database.rollback()
      #expect(try database.query("select 1")[0].int(0) == 1)
    }
  }

  @Test("many large parameters through one pipeline neither block nor change")
  func largePipeline() async throws {
    try await onThread {
      let database = try Place().database()
      let body = [UInt8](repeating: 7, count: 100_000)
      let answers = try database.pipeline(
        (0..<200).map { _ in ("select $1::bytea", [.bytes(body)]) })
      #expect(answers.count == 200)
      #expect(try answers.allSatisfy { try $0[0].bytes(0) == body })
    }
  }

  @Test("an error tells SQLSTATE and statement, and no value")
  func errors() async throws {
    try await onThread {
      let database = try Place().database()
      try database.script("create table person (number text primary key, age int check (age > 0))")
      try database.query("insert into person values ($1, 1)", [.text("330106199001011234")])
      let twice = storageError {
        try database.query("insert into person values ($1, 1)", [.text("330106199001011234")])
      }
      #expect(twice?.code == .constraint)
      #expect(twice?.constraint == "person_pkey")
      #expect(twice?.isTransient == false)
      let large = storageError {
        try database.query("select $1::text::int", [.text("330106199001011234")])
      }
      #expect(large?.code == .invalidValue)
      #expect(large?.sqlState == "22003")
      let unreadable = storageError {
        try database.query("select $1::text::int", [.text("X3301061990010112")])
      }
      #expect(unreadable?.sqlState == "22P02")
      for error in [twice, large, unreadable] {
        #expect(error.map { "\($0)" }?.contains("330106") == false)
      }
      let syntax = storageError { try database.query("selec  1\n from x") }
      #expect(syntax?.code == .refused)
      #expect(syntax?.sqlState == "42601")
      #expect(syntax?.place == "selec 1 from x")
      #expect(storageError { try database.script("select 1; select 1/0") }?.sqlState == "22012")
      #expect(try database.query("select 2")[0].int(0) == 2, "and the connection goes on")
    }
  }

  @Test(
    "SQLSTATEs become codes",
    arguments: [
      ("57P01", StorageError.Code.connectionLost, true), ("08006", .connectionLost, true),
      ("40001", .conflict, true), ("40P01", .conflict, true), ("53300", .serverTrouble, true),
      ("57014", .cancelled, true), ("23505", .constraint, false), ("22P02", .invalidValue, false),
      ("42P01", .refused, false), ("28P01", .accessRefused, false), ("57P03", .unreachable, true),
      ("26000", .refused, true), ("55P03", .conflict, true),
    ])
  func codes(state: String, code: StorageError.Code, isTransient: Bool) {
    #expect(StorageError.code(sqlState: state) == code)
    let error = StorageError(code, at: "", "", sqlState: state)
    #expect(error.isTransient == isTransient)
  }
}
