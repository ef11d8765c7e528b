import CPostgres
import Glibc

/// One connection to the server. It ends at the first sign of loss: the owner drops it and makes another.
struct Connection: ~Copyable {
  /// Owned here and nowhere else: made in `init`, ended in `deinit`.
  private let handle: OpaquePointer
  /// Host, port and database, as errors name them.
  let place: String

  private init(_ handle: OpaquePointer) {
    self.handle = handle
    place = Self.place(of: handle)
    // Notices would go to standard error, which is not ours to write to.
    PQsetNoticeProcessor(handle, { _, _ in }, nil)
  }

  /// Connects and logs in, within `connect_timeout` for each address of the URL.
  static func open(_ url: String, name: String) throws(StorageError) -> Connection {
    try checkReadable(url)
    let options = options(url, name: name)
    let made = withCStrings(options.map(\.0)) { keywords in
      withCStrings(options.map(\.1)) { values in PQconnectdbParams(keywords, values, 1) }
    }
    guard let made else {
      throw StorageError(.unreachable, at: "database", "memory for a connection is lacking")
    }
    let connection = Connection(made)
    guard PQstatus(made) == CONNECTION_OK else {
      throw refusal(String(cString: PQerrorMessage(made)), at: connection.place)
    }
    return connection
  }

  deinit { PQfinish(handle) }

  /// Whether the connection still stands, as far as can be seen without waiting.
  ///
  /// While idle the server sends nothing but notices and its farewell; so only if the socket has something to
  /// read is libpq asked to look, and then the end is given a moment to follow the farewell.
  func isAlive() -> Bool {
    var patience: Int32 = 0
    for _ in 0..<3 {
      var entry = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
      if poll(&entry, 1, patience) <= 0 { break }
      guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { return false }
      patience = Limits.farewellMilliseconds
    }
    return PQstatus(handle) == CONNECTION_OK
  }

  var isLost: Bool { PQstatus(handle) != CONNECTION_OK }

  var isInTransaction: Bool {
    switch PQtransactionStatus(handle) {
    case PQTRANS_INTRANS, PQTRANS_INERROR, PQTRANS_ACTIVE: true
    default: false
    }
  }

  // MARK: statements

  /// Runs statements by the simple protocol: several at once, without parameters.
  func run(_ sql: String) throws(StorageError) -> Rows {
    try check(PQexec(handle, sql), sql)
  }

  func prepare(_ sql: String, as name: String, types: [UInt32]) throws(StorageError) {
    _ = try check(PQprepare(handle, name, sql, Int32(types.count), types), sql)
  }

  func execute(
    _ name: String, _ parameters: borrowing ParameterBuffer, _ sql: String
  ) throws(StorageError) -> Rows {
    let answer = parameters.withPointers { values, lengths, formats in
      PQexecPrepared(handle, name, Int32(parameters.count), values, lengths, formats, 1)
    }
    return try check(answer, sql)
  }

  // MARK: pipeline

  func enterPipeline() throws(StorageError) {
    guard PQenterPipelineMode(handle) == 1 else { throw failure(nil, "pipeline") }
  }

  /// Puts a prepared statement into the pipeline without waiting for its answer.
  func send(
    _ name: String, _ parameters: borrowing ParameterBuffer, _ sql: String
  ) throws(StorageError) {
    let sent = parameters.withPointers { values, lengths, formats in
      PQsendQueryPrepared(handle, name, Int32(parameters.count), values, lengths, formats, 1)
    }
    guard sent == 1 else { throw failure(nil, sql) }
  }

  /// Ends the pipeline: gives the answers of its statements, or the first error among them.
  func finishPipeline(_ statements: [String]) throws(StorageError) -> [Rows] {
    guard PQpipelineSync(handle) == 1 else { throw failure(nil, "pipeline") }
    var answers: [Rows] = []
    answers.reserveCapacity(statements.count)
    var first: StorageError?
    for sql in statements {
      do throws(StorageError) {
        let rows = try check(PQgetResult(handle), sql)
        if first == nil { answers.append(rows) }
      } catch {
        // What follows the first error was not executed.
        if first == nil { first = error }
      }
      if isLost { break }
      // The answer of each statement ends with a null.
      while let surplus = PQgetResult(handle) { PQclear(surplus) }
    }
    if !isLost {
      let sync = PQgetResult(handle)
      if PQresultStatus(sync) != PGRES_PIPELINE_SYNC, first == nil {
        first = failure(sync, "pipeline")
      }
      PQclear(sync)
      if PQexitPipelineMode(handle) != 1, first == nil { first = failure(nil, "pipeline") }
    }
    if let first { throw first }
    if isLost { throw failure(nil, "pipeline") }
    return answers
  }

  // MARK: answers

  /// Takes an answer over: rows, or the error that it tells.
  private func check(_ answer: OpaquePointer?, _ sql: String) throws(StorageError) -> Rows {
    switch PQresultStatus(answer) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
      guard let answer else { break }
      return Rows(Answer(answer, statement: Self.quoted(sql)))
    default: break
    }
    defer { PQclear(answer) }
    throw failure(answer, sql)
  }

  private func failure(_ answer: OpaquePointer?, _ sql: String) -> StorageError {
    func field(_ which: Int32) -> String? {
      answer.flatMap { PQresultErrorField($0, which) }.map { String(cString: $0) }
    }
    let statement = Self.quoted(sql)
    guard let state = field(TONGBAN_DIAG_SQLSTATE) else {
      let words = String(cString: PQerrorMessage(handle)).trimmed
      return StorageError(
        isLost ? .connectionLost : .refused, at: isLost ? "\(place), \(statement)" : statement,
        isLost ? "the connection ended (\(words))" : words)
    }
    let code = StorageError.code(sqlState: state)
    var reason = StorageError.withoutValues(field(TONGBAN_DIAG_MESSAGE) ?? "refused", code)
    if let position = field(TONGBAN_DIAG_POSITION) { reason += " at character \(position)" }
    if let column = field(TONGBAN_DIAG_COLUMN) { reason += ", column \(column)" }
    if let table = field(TONGBAN_DIAG_TABLE) { reason += ", table \(table)" }
    return StorageError(
      code, at: statement, reason, sqlState: state, constraint: field(TONGBAN_DIAG_CONSTRAINT))
  }

  /// The beginning of a statement on one line. Statements are ours and hold no values.
  static func quoted(_ sql: String) -> String {
    let line = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count > Limits.quotedStatement ? line.prefix(Limits.quotedStatement) + "…" : line
  }
}

// MARK: Opening

extension Connection {
  /// What comes before `dbname` gives way to what the URL says; what comes after does not.
  private static func options(_ url: String, name: String) -> [(String, String)] {
    [
      ("connect_timeout", String(Limits.connectSeconds)), ("keepalives", "1"),
      ("keepalives_idle", String(Limits.keepAliveIdle)),
      ("keepalives_interval", String(Limits.keepAliveInterval)),
      ("keepalives_count", String(Limits.keepAliveCount)),
      ("tcp_user_timeout", String(Limits.userTimeoutMilliseconds)), ("application_name", name),
      ("dbname", url), ("client_encoding", "UTF8"),
    ]
  }

  /// libpq's own words about a bad URL would repeat it, with its password.
  private static func checkReadable(_ url: String) throws(StorageError) {
    var words: UnsafeMutablePointer<CChar>?
    let options = PQconninfoParse(url, &words)
    PQfreemem(words)
    guard let options else {
      throw StorageError(
        .unreadableURL, at: "database URL",
        "expected postgresql://user:password@host:port/database?parameter=value as libpq reads it")
    }
    PQconninfoFree(options)
  }

  private static func place(of handle: OpaquePointer) -> String {
    func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
      pointer.map { String(cString: $0) } ?? ""
    }
    return "\(text(PQhost(handle))):\(text(PQport(handle)))/\(text(PQdb(handle)))"
  }

  /// libpq gives no SQLSTATE for a login that failed, so the server's words decide. In a language that we do not
  /// read the error counts as one that may pass.
  private static func refusal(_ words: String, at place: String) -> StorageError {
    let lasting = ["password authentication failed", "no password supplied", "pg_hba.conf"]
    if words.contains("certificate") { return StorageError(.notTrusted, at: place, words.trimmed) }
    if lasting.contains(where: words.contains)
      || words.contains("FATAL") && words.contains("not exist")
    {
      return StorageError(.accessRefused, at: place, words.trimmed)
    }
    return StorageError(.unreachable, at: place, words.trimmed)
  }

  /// A null-terminated array of C strings, valid during `body`.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
  ) -> Result {
    var owned: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    defer { for text in owned { free(text) } }
    owned.append(nil)
    return owned.map { UnsafePointer($0) }.withUnsafeBufferPointer { buffer in
      // The array has its final null at least, so there is an address.
      guard let base = buffer.baseAddress else { preconditionFailure("an array without its end") }
      return body(base)
    }
  }
}

extension String {
  /// Without line ends at both sides, and in one line.
  fileprivate var trimmed: String {
    split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) }
      .joined(separator: "; ")
  }
}
