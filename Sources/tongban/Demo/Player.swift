import Foundation

/// A process that plays in the demo: started with the demo's environment, its words in a log file,
/// stopped by its own process id.
final class Player {
  private let process = Process()
  let name: String

  /// - Parameter program: nil is this very binary.
  init(
    _ name: String, program: String? = nil, _ arguments: [String], environment: [String: String],
    log: URL
  ) throws {
    self.name = name
    process.executableURL = URL(fileURLWithPath: program ?? "/proc/self/exe")
      .resolvingSymlinksInPath()
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, own in own }
    try Data().write(to: log)
    let file = try FileHandle(forWritingTo: log)
    process.standardOutput = file
    process.standardError = file
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  var isRunning: Bool { process.isRunning }
  var identifier: Int32 { process.processIdentifier }

  /// SIGTERM, and SIGKILL if it has not ended after `seconds`.
  func stop(within seconds: Double = 20) {
    guard process.isRunning else { return }
    process.terminate()
    let deadline = Date().addingTimeInterval(seconds)
    while process.isRunning, Date() < deadline { usleep(20_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}
