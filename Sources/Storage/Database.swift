/// A database and the one connection to it: made at the first call, made anew after a loss.
///
/// Outside a transaction each call is a transaction of its own. A connection that is lost while a statement
/// is under way throws `CONNECTION_LOST`, since nobody can know whether the statement took effect; a loss in a
/// transaction undoes it on the server, and the caller begins again. One thread at a time.
package final class Database {
  private let url: String
  private let name: String
  private let settings: [(name: String, value: String)]
  private let log: @Sendable (String) -> Void
  private var connection: Connection?
  private var statements = PreparedStatements()
  private var parameters = ParameterBuffer()
  private var isClosed = false
  private var hasFailed = false

  /// - Parameters:
  ///   - url: `postgresql://user:password@host:port/database?…`, as libpq reads it.
  ///   - name: shown as `application_name` in the server's own lists.
  ///   - settings: server parameters for each connection, such as `("statement_timeout", "5s")`.
  package init(
    _ url: String, name: String, settings: [(name: String, value: String)] = [],
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.url = url
    self.name = name
    self.settings = settings
    self.log = log
  }

  /// Whether a transaction is open on the present connection.
  package var isInTransaction: Bool {
    switch connection {
    case .some(let connection): connection.isInTransaction
    case .none: false
    }
  }

  /// Runs one statement, prepared once a connection, with binary parameters and results.
  @discardableResult
  package func query(
    _ sql: String, _ parameters: [Parameter] = []
  ) throws(StorageError) -> Rows {
    try perform { database, connection throws(StorageError) in
      database.parameters.fill(parameters)
      let (key, prepared) = try database.preparation(of: sql, on: connection)
      do throws(StorageError) {
        return try connection.execute(prepared, database.parameters, sql)
      } catch {
        try database.forget(key, after: error, on: connection)
        // Outside a transaction nothing has happened yet, so it can simply be prepared and run again.
        guard !connection.isInTransaction, database.isStale(error) else { throw error }
        let (_, again) = try database.preparation(of: sql, on: connection)
        return try connection.execute(again, database.parameters, sql)
      }
    }
  }

  /// Runs several statements in one round trip (libpq's pipeline mode) and gives their rows in order.
  ///
  /// Unless a transaction is open or `begin` asks for one, they are one transaction together. The first
  /// error stops what follows it and is thrown.
  /// - Parameters:
  ///   - begin: opens a transaction before the first statement.
  ///   - commit: commits after the last.
  @discardableResult
  package func pipeline(
    _ statements: [(String, [Parameter])], begin: Bool = false, commit: Bool = false
  ) throws(StorageError) -> [Rows] {
    var all = statements
    precondition(!begin || !isInTransaction, "a transaction is open; transactions do not nest")
    guard begin || !commit || isInTransaction else {
      throw StorageError(.noTransaction, at: "commit", "no transaction is open on this connection")
    }
    if begin { all.insert(("begin", []), at: 0) }
    if commit { all.append(("commit", [])) }
    guard !all.isEmpty else { return [] }
    let (whole, first) = (all, begin ? 1 : 0)
    let answers = try perform { database, connection throws(StorageError) in
      try database.runPipeline(whole, on: connection)
    }
    if commit, let last = answers.last { try checkCommitted(last) }
    return Array(answers[first..<first + statements.count])
  }

  /// Runs statements without parameters by the simple protocol, several at once: for migrations and settings.
  package func script(_ sql: String) throws(StorageError) {
    _ = try perform { _, connection throws(StorageError) in try connection.run(sql) }
  }

  /// Ends the connection; a transaction that is open is undone. May be called again.
  package func close() {
    isClosed = true
    drop()
  }

  // MARK: transactions

  package func begin() throws(StorageError) {
    precondition(!isInTransaction, "a transaction is open; transactions do not nest")
    try script("begin")
  }

  /// Throws `NO_TRANSACTION` where none is open or the open one had failed before: nothing was committed then.
  package func commit() throws(StorageError) {
    guard isInTransaction else {
      throw StorageError(.noTransaction, at: "commit", "no transaction is open on this connection")
    }
    let answer = try perform { _, connection throws(StorageError) in try connection.run("commit") }
    try checkCommitted(answer)
  }

  /// Undoes the open transaction. Without one, or when the connection is lost, the server has done so already.
  package func rollback() throws(StorageError) {
    guard isInTransaction else { return }
    try script("rollback")
  }

  /// Runs `body` in a transaction: committed when it returns, undone when it throws.
  package func transaction<Result>(_ body: () throws -> Result) throws -> Result {
    try begin()
    do {
      let result = try body()
      try commit()
      return result
    } catch {
      // The reason is the body's error; a rollback that fails means the connection is gone, and the
      // transaction with it.
      try? rollback()
      throw error
    }
  }

  private func checkCommitted(_ answer: Rows) throws(StorageError) {
    guard answer.tag == "COMMIT" else {
      throw StorageError(
        .noTransaction, at: "commit",
        "the transaction had failed before, so the server undid it (\(answer.tag))")
    }
  }
}

// MARK: The connection

extension Database {
  /// Runs `work` on a connection that stands, as far as can be seen; drops it if it is lost meanwhile.
  private func perform<Result>(
    _ work: (Database, borrowing Connection) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    guard !isClosed else {
      throw StorageError(.closed, at: name, "the database is closed and takes no more statements")
    }
    try connect()
    do throws(StorageError) {
      switch connection {
      case .some(let connection): return try work(self, connection)
      case .none: throw StorageError(.unreachable, at: name, "there is no connection")
      }
    } catch {
      noteLoss(error)
      throw error
    }
  }

  private func connect() throws(StorageError) {
    switch connection {
    case .some(let connection):
      // In a transaction a loss must show in the statement, or the rest would run outside it.
      if connection.isInTransaction || connection.isAlive() { return }
    case .none: break
    }
    let replaced = connection != nil
    drop()
    do throws(StorageError) {
      let made = try Connection.open(url, name: name)
      for setting in Self.sessionSettings + settings {
        _ = try made.run("set \(setting.name) = '\(setting.value)'")
      }
      connection = consume made
    } catch {
      hasFailed = true
      throw error
    }
    if replaced || hasFailed { log("\(name): connected to the database again") }
    hasFailed = false
  }

  private func noteLoss(_ error: StorageError) {
    switch connection {
    case .some(let connection):
      guard connection.isLost || error.code == .connectionLost else { return }
    case .none: return
    }
    drop()
    hasFailed = true
    log("\(name): connection to the database lost: \(error)")
  }

  private func drop() {
    connection = nil
    statements = PreparedStatements()
  }

  /// The server, too, must notice a client that is gone, and let its locks go.
  private static var sessionSettings: [(name: String, value: String)] {
    [
      ("tcp_keepalives_idle", String(Limits.keepAliveIdle)),
      ("tcp_keepalives_interval", String(Limits.keepAliveInterval)),
      ("tcp_keepalives_count", String(Limits.keepAliveCount)),
      ("tcp_user_timeout", String(Limits.userTimeoutMilliseconds)),
    ]
  }
}

// MARK: Prepared statements

extension Database {
  /// The name under which the statement is prepared, with the types of the parameters in the buffer.
  private func preparation(
    of sql: String, on connection: borrowing Connection
  ) throws(StorageError) -> (PreparedStatements.Key, String) {
    let key = PreparedStatements.Key(sql: sql, types: parameters.types)
    if let known = statements.name(key) { return (key, known) }
    try deallocate(statements.trim(), on: connection)
    let name = statements.newName()
    try connection.prepare(sql, as: name, types: key.types)
    statements.add(key, name: name)
    return (key, name)
  }

  private func isStale(_ error: StorageError) -> Bool {
    error.sqlState.map(StorageError.stalePreparation.contains) ?? false
  }

  private func forget(
    _ key: PreparedStatements.Key, after error: StorageError, on connection: borrowing Connection
  ) throws(StorageError) {
    guard isStale(error) else { return }
    _ = statements.remove(key)
  }

  /// In a failed transaction nothing can be deallocated; the names then stay until the connection ends.
  private func deallocate(
    _ names: [String], on connection: borrowing Connection
  ) throws(StorageError) {
    guard !names.isEmpty else { return }
    _ = try connection.run(names.map { "deallocate \($0)" }.joined(separator: ";"))
  }

  private func runPipeline(
    _ all: [(String, [Parameter])], on connection: borrowing Connection
  ) throws(StorageError) -> [Rows] {
    // Preparing waits for an answer, which a pipeline does not; so all are prepared before it begins.
    var keys: [PreparedStatements.Key] = []
    for (sql, values) in all {
      let key = PreparedStatements.Key(sql: sql, types: values.map(\.type))
      keys.append(key)
      guard statements.name(key) == nil else { continue }
      let name = statements.newName()
      try connection.prepare(sql, as: name, types: key.types)
      statements.add(key, name: name)
    }
    try connection.enterPipeline()
    var sent: [String] = []
    var failure: StorageError?
    for (key, statement) in zip(keys, all) {
      guard let name = statements.name(key) else { preconditionFailure("prepared just before") }
      parameters.fill(statement.1)
      do throws(StorageError) {
        try connection.send(name, parameters, statement.0)
      } catch {
        failure = error
        break
      }
      sent.append(statement.0)
    }
    do throws(StorageError) {
      let answers = try connection.finishPipeline(sent)
      if let failure { throw failure }
      try deallocate(statements.trim(), on: connection)
      return answers
    } catch {
      if isStale(error) { statements = PreparedStatements() }
      throw error
    }
  }
}
