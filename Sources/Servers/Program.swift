import Foundation

/// Other programs, started with a clean environment and none of our open files.
///
/// Not Foundation's `Process`: it notices the end of a program by a socket that the program inherits,
/// so a program that leaves a server behind would seem never to end.
enum Program {
  struct Outcome {
    let status: Int32
    /// The beginning of what it printed, both streams.
    let output: String
  }

  /// Runs a program to its end, or kills it when the time is over.
  static func run(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    as account: Account? = nil, within seconds: Double = Limits.program
  ) throws(ServersError) -> Outcome {
    let output = try temporaryFile()
    defer { close(output) }
    let words = prefix(account) + [path] + arguments
    let pid = try spawn(words, environment: environment, output: output)
    var status: Int32 = 0
    let ended = try waitUntil(within: seconds) { waitpid(pid, &status, WNOHANG) == pid }
    if !ended {
      kill(pid, SIGKILL)
      waitpid(pid, &status, 0)
      throw ServersError(.programFailed, at: path, "it did not end within \(Int(seconds)) s")
    }
    return Outcome(status: exitStatus(status), output: content(of: output))
  }

  /// Runs a program that must succeed and gives what it printed.
  @discardableResult
  static func succeed(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    as account: Account? = nil
  ) throws(ServersError) -> String {
    let outcome = try run(path, arguments, environment: environment, as: account)
    guard outcome.status == 0 else {
      let words = outcome.output.split(separator: "\n").suffix(6).joined(separator: "\n")
      throw ServersError(.programFailed, at: path, "status \(outcome.status): \(words)")
    }
    return outcome.output
  }

  /// Starts a program that goes on without us: in a session of its own, in `folder`, its output
  /// appended to `log`.
  static func detach(
    _ path: String, _ arguments: [String], environment: [String: String], as account: Account?,
    folder: URL, log: URL
  ) throws(ServersError) {
    let output = open(log.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard output >= 0 else { throw .system("cannot be opened for writing", at: log) }
    defer { close(output) }
    if let account { try account.own(log) }
    let words =
      ["/usr/bin/setsid", "--fork"] + prefix(account)
      + ["/usr/bin/env", "--chdir", folder.path, path] + arguments
    let pid = try spawn(words, environment: environment, output: output)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    guard exitStatus(status) == 0 else {
      throw ServersError(.programFailed, at: path, "setsid could not start it")
    }
  }

  /// `setpriv` (util-linux) becomes the account and then the program.
  private static func prefix(_ account: Account?) -> [String] {
    guard let account else { return [] }
    return [
      "/usr/bin/setpriv", "--reuid", "\(account.user)", "--regid", "\(account.group)",
      "--init-groups", "--",
    ]
  }

  private static func spawn(
    _ words: [String], environment: [String: String], output: Int32
  ) throws(ServersError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    // A pipe that a server kept open would keep whoever reads our output waiting for ever.
    for descriptor in 3...max(3, highestDescriptor) {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals that this process ignores (SIGPIPE) or that our thread blocks (Dispatch's threads block
    // SIGTERM, and a server would inherit that and never stop) are the program's own business again.
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
    let clean = [
      "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
    ].merging(environment) { $1 }
    let status = withCStrings(words) { arguments in
      withCStrings(clean.map { "\($0.key)=\($0.value)" }) { variables in
        var pid: pid_t = 0
        let status = posix_spawn(&pid, words[0], &actions, &attributes, arguments, variables)
        return status == 0
          ? .success(pid) : Result<pid_t, SpawnFailure>.failure(.init(errno: status))
      }
    }
    switch status {
    case .success(let pid): return pid
    case .failure(let failure):
      throw ServersError(
        .programMissing, at: words[0],
        "it could not be started (\(String(cString: strerror(failure.errno)))): run scripts/setup")
    }
  }

  private struct SpawnFailure: Error { let errno: Int32 }

  private static var highestDescriptor: Int32 {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { Int32($0) }.max() ?? 1_024
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }

  private static func temporaryFile() throws(ServersError) -> Int32 {
    var name = Array("/tmp/tongban-output-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
      throw .system("cannot hold a program's output", at: URL(fileURLWithPath: "/tmp"))
    }
    unlink(name)
    return descriptor
  }

  private static func content(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: Limits.output)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// As a shell has it: 128 and the signal's number for a program that a signal ended.
  private static func exitStatus(_ status: Int32) -> Int32 {
    status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}
