import Foundation

/// The private PostgreSQL: its folder, its settings, its processes.
struct DatabaseServer {
  let record: Record
  let account: Account?

  var folder: URL { URL(fileURLWithPath: record.data).appending(path: "database") }
  var log: URL { folder.appending(path: "server.log") }
  private var cluster: URL { folder.appending(path: "cluster") }
  /// Stands there once `initdb` has come to its end.
  private var initialised: URL { folder.appending(path: "initialised") }
  private var clusterName: String { "tongban-\(record.instance)" }

  /// The server's first process.
  func owns(_ words: [String]) -> Bool { words.contains("cluster_name=\(clusterName)") }

  /// Its children, which outlive a killed server for a moment and keep the next one from starting.
  private func ownsChild(_ words: [String]) -> Bool {
    words.first?.hasPrefix("postgres: \(clusterName): ") == true
  }

  var pids: [pid_t] { ProcessTable.find(owns) }
  var isAbsent: Bool { ProcessTable.hasNone(owns) }

  func isReady() throws(ServersError) -> Bool {
    let programs = try Self.programs()
    return try Program.run(
      "\(programs)/pg_isready", ["-q", "-h", "127.0.0.1", "-p", String(record.database)]
    ).status == 0
  }

  /// Debian's newest PostgreSQL from 15 on.
  static func programs() throws(ServersError) -> String {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    guard let newest = versions.compactMap({ Int($0) }).filter({ $0 >= 15 }).max() else {
      throw ServersError(
        .programMissing, at: root,
        "Debian's postgresql from version 15 on is needed: run scripts/setup")
    }
    return "\(root)/\(newest)/bin"
  }

  /// Makes the data folder at the first time, writes the settings and starts the server; it is not ready yet.
  func start() throws(ServersError) {
    let programs = try Self.programs()
    try Files.folder(folder, mode: 0o700, owner: account)
    if !Files.exists(initialised) { try initialise(programs) }
    try write(settings, to: cluster.appending(path: "postgresql.conf"))
    try write(access, to: cluster.appending(path: "pg_hba.conf"))
    try ProcessTable.end(ownsChild, by: [(0, 10), (SIGKILL, 10)], what: "PostgreSQL's children")
    // No process of this cluster is left: whoever has the number in these files now is somebody else.
    try Files.remove(cluster.appending(path: "postmaster.pid"))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(".s.PGSQL.") {
      try Files.remove(folder.appending(path: name))
    }
    try Program.detach(
      "\(programs)/postgres", ["-D", cluster.path, "-c", "cluster_name=\(clusterName)"],
      environment: [:], as: account, folder: folder, log: log)
  }

  private func initialise(_ programs: String) throws(ServersError) {
    // What an interrupted initdb left is of no use.
    try Files.remove(cluster)
    try Files.folder(cluster, mode: 0o700, owner: account)
    let password = folder.appending(path: "initial-password")
    try write(record.superuserPassword, to: password)
    try Program.succeed(
      "\(programs)/initdb",
      [
        "-D", cluster.path, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", password.path,
        "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions",
      ], as: account)
    try Files.remove(password)
    try write("", to: initialised)
  }

  /// Makes the hub's user and database if they are missing. The user may make databases and watch the
  /// server, and is no superuser.
  func ensureDatabase() throws(ServersError) {
    let user = Record.user
    try command(
      """
      do $$ begin
        if not exists (select from pg_roles where rolname = '\(user)') then
          create role \(user) login createdb in role pg_monitor password '\(record.databasePassword)';
        end if;
      end $$
      """)
    let known = try command("select 1 from pg_database where datname = '\(user)'")
    if known.isEmpty { try command("create database \(user) owner \(user)") }
  }

  @discardableResult
  private func command(_ sql: String) throws(ServersError) -> String {
    // By a file that only its owner reads: a command line is for everybody to see.
    let file = folder.appending(path: "command.sql")
    try write(sql, to: file)
    let output = try Program.succeed(
      "\(try Self.programs())/psql",
      [
        "-h", "127.0.0.1", "-p", String(record.database), "-U", "postgres", "-d", "postgres",
        "-v", "ON_ERROR_STOP=1", "-XAtq", "-f", file.path,
      ], environment: ["PGPASSWORD": record.superuserPassword], as: account)
    try Files.remove(file)
    return output
  }

  private func write(_ text: String, to file: URL) throws(ServersError) {
    try Files.write(text, to: file, owner: account)
  }

  private var settings: String {
    """
    # Written by `tongban up` at every start.
    listen_addresses = '127.0.0.1'
    port = \(record.database)
    unix_socket_directories = '\(socketFolder)'
    unix_socket_permissions = 0700
    password_encryption = scram-sha-256
    max_connections = 200
    shared_buffers = \(min(512, max(64, Machine.memory / (8 << 20))))MB
    # Every commit is on disk before it is answered.
    fsync = on
    synchronous_commit = on
    full_page_writes = on
    wal_compression = lz4
    wal_buffers = 16MB
    min_wal_size = 256MB
    max_wal_size = 2GB
    checkpoint_timeout = 15min
    checkpoint_completion_target = 0.9
    # Short statements only: compiling them never pays.
    jit = off
    timezone = 'UTC'
    log_timezone = 'UTC'
    log_line_prefix = '%m [%p] %a '
    # A statement's parameters are people's records: none of them in the log.
    log_parameter_max_length = 0
    log_parameter_max_length_on_error = 0
    log_min_error_statement = panic

    """
  }

  /// Linux's addresses of local sockets hold 107 bytes.
  private var socketFolder: String {
    let path = folder.path
    guard path.utf8.count + "/.s.PGSQL.00000".utf8.count <= 107,
      !path.contains(where: { "',\\".contains($0) })
    else { return "" }
    return path
  }

  private var access: String {
    """
    local all all scram-sha-256
    host all all 127.0.0.1/32 scram-sha-256

    """
  }
}
