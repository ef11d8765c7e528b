import Foundation

/// Where the peers of the bench are: their scripts in `bench/peers/`, their files and Python's libraries in
/// `.tongban/bench/`.
struct PeerPlace {
  let scripts: URL
  let folder: URL
  /// The Python that has the libraries of `requirements.txt`.
  let python: Result<URL, Missing>

  struct Missing: Error {
    let reason: String
  }

  /// - Parameter installs: false leaves the peers out.
  init(home: URL, state: URL, installs: Bool) throws {
    scripts = home.appending(path: "bench/peers")
    folder = state.appending(path: "bench")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    python = installs ? Self.install(scripts, into: folder) : .failure(Missing(reason: "left out"))
  }

  /// Makes the virtual environment, unless the one that is there has the same libraries.
  private static func install(_ scripts: URL, into folder: URL) -> Result<URL, Missing> {
    let requirements = scripts.appending(path: "requirements.txt")
    guard let wanted = FileManager.default.contents(atPath: requirements.path) else {
      return .failure(Missing(reason: "\(requirements.path) is not there"))
    }
    let environment = folder.appending(path: "venv")
    let python = environment.appending(path: "bin/python")
    let stamp = environment.appending(path: "requirements.txt")
    if FileManager.default.contents(atPath: stamp.path) == wanted { return .success(python) }
    let log = folder.appending(path: "install.log")
    let steps: [(program: String, arguments: [String])] = [
      ("/usr/bin/python3", ["-m", "venv", "--clear", environment.path]),
      (
        python.path,
        [
          "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1",
          "--timeout", "15", "--only-binary", ":all:", "--requirement", requirements.path,
        ]
      ),
    ]
    for step in steps {
      guard let status = try? runToEnd(step.program, step.arguments, output: log) else {
        return .failure(Missing(reason: "\(step.program) cannot be started"))
      }
      guard status == 0 else { return .failure(Missing(reason: lastLine(of: log))) }
    }
    do { try wanted.write(to: stamp) } catch {
      return .failure(Missing(reason: "\(stamp.path) cannot be written"))
    }
    return .success(python)
  }

  private static func lastLine(of log: URL) -> String {
    let text = FileManager.default.contents(atPath: log.path) ?? Data()
    return String(decoding: text, as: UTF8.self).split(separator: "\n").last.map(String.init)
      ?? "no reason given"
  }
}

/// Runs a program to its end with both streams in a file. - Returns: its exit status.
func runToEnd(_ program: String, _ arguments: [String], output: URL) throws -> Int32 {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  try Data().write(to: output)
  let file = try FileHandle(forWritingTo: output)
  defer { try? file.close() }
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = file
  process.standardError = file
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus
}
