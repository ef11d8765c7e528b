import Foundation
import TestSupport

/// The real command, as `make test` has built it, with an environment of its own.
package final class Tongban: @unchecked Sendable {
  // @unchecked: `Process` is used by the test that owns this value alone, never by two threads at once.
  private let process: Process
  private let output: URL

  /// The binary beside the test bundle.
  package static var binary: URL {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let folder =
      bundle?.deletingLastPathComponent()
      ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return folder.appending(path: "tongban")
  }

  /// The project's own folder, with `topology/` and `adapters/`.
  package static var project: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  /// Starts a command; it runs until it ends or is stopped.
  package init(_ arguments: [String], environment: [String: String]) {
    process = Process()
    process.executableURL = Self.binary
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, own in own }
    output = FileManager.default.temporaryDirectory.appending(
      path: "tongban-\(UUID().uuidString).log")
    do {
      try Data().write(to: output)
      let file = try FileHandle(forWritingTo: output)
      process.standardOutput = file
      process.standardError = file
      process.standardInput = FileHandle.nullDevice
      try process.run()
    } catch { preconditionFailure("cannot start \(Self.binary.path): \(error)") }
  }

  deinit {
    if isRunning { kill() }
    try? FileManager.default.removeItem(at: output)
  }

  package var isRunning: Bool { process.ended == nil }

  /// What it has written so far.
  package var text: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

  /// SIGKILL, and waits for the end.
  package func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    _ = status()
  }

  /// SIGTERM, and the exit status; nil if it did not end in time and was killed.
  package func stop(within seconds: Double = 120) -> Int32? {
    Foundation.kill(process.processIdentifier, SIGTERM)
    guard let status = status(within: seconds) else {
      kill()
      return nil
    }
    return status
  }

  /// Waits for its end; nil if it did not come.
  package func status(within seconds: Double = 120) -> Int32? {
    var status: Int32?
    _ = eventually(within: seconds) {
      status = process.ended
      return status != nil
    }
    return status
  }

  /// What a command said and how it ended.
  package struct Answer: Sendable {
    package let status: Int32
    package let output: String
    package let error: String
  }

  /// Runs a command to its end.
  package static func run(
    _ arguments: [String], environment: [String: String] = [:], input: [UInt8] = []
  ) -> Answer {
    signal(SIGPIPE, SIG_IGN)
    let process = Process()
    process.executableURL = binary
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, own in own }
    let (standardOutput, standardError, standardInput) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = standardOutput
    process.standardError = standardError
    process.standardInput = standardInput
    do { try process.run() } catch { preconditionFailure("cannot start \(binary.path): \(error)") }
    // Written from another thread: a child that talks before it has read all must not hold both up.
    Thread { [handle = standardInput.fileHandleForWriting] in
      try? handle.write(contentsOf: Data(input))
      try? handle.close()
    }.start()
    let errors = Collected()
    let done = DispatchSemaphore(value: 0)
    Thread { [handle = standardError.fileHandleForReading] in
      errors.set(handle.drained())
      done.signal()
    }.start()
    let said = standardOutput.fileHandleForReading.drained()
    done.wait()
    var status: Int32?
    _ = eventually(within: 180) {
      status = process.ended
      return status != nil
    }
    return Answer(
      status: status ?? -1, output: String(decoding: said, as: UTF8.self),
      error: String(decoding: errors.get(), as: UTF8.self))
  }
}

/// Octets that one thread collects for another.
private final class Collected: @unchecked Sendable {
  // @unchecked: every access holds the lock.
  private let lock = NSLock()
  private var data = Data()

  func set(_ data: Data) { lock.withLock { self.data = data } }
  func get() -> Data { lock.withLock { data } }
}

extension Process {
  /// How it ended: the exit status or the signal; nil while it runs.
  ///
  /// Asked of the kernel (waitid(2), leaving the child for Foundation to reap), since under load
  /// Foundation may hear of an end very late.
  fileprivate var ended: Int32? {
    var child = siginfo_t()
    let answer = waitid(P_PID, id_t(processIdentifier), &child, WEXITED | WNOHANG | WNOWAIT)
    if answer == 0, child._sifields._sigchld.si_pid == processIdentifier {
      return child._sifields._sigchld.si_status
    }
    // Foundation has reaped it, and will say so.
    return answer == 0 || isRunning ? nil : terminationStatus
  }
}
