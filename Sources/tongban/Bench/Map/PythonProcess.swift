import Foundation

/// A process of a script of `bench/peers/`: says `ready` when it has done its work once, and then does it again for
/// each line, answering with the seconds that it took.
final class PythonProcess {
  private let process = Process()
  private let commands = Pipe()
  private let answers = Pipe()
  private let complaints: URL
  private(set) var isReady = false

  /// - Parameters:
  ///   - complaints: where its standard error goes.
  ///   - environment: what it gets besides; for what must not stand on a command line.
  init(
    _ python: URL, _ arguments: [String], complaints: URL, environment: [String: String] = [:]
  ) throws {
    self.complaints = complaints
    try Data().write(to: complaints)
    process.executableURL = python
    process.arguments = arguments
    process.environment = environment.merging(
      ["PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"]
    ) { own, _ in own }
    process.standardInput = commands
    process.standardOutput = answers
    process.standardError = try FileHandle(forWritingTo: complaints)
    try process.run()
    isReady = line() == "ready"
    if !isReady { end() }
  }

  /// The seconds of doing the work once; nil if the process is gone.
  func work() -> Double? {
    do { try commands.fileHandleForWriting.write(contentsOf: Data([0x0A])) } catch { return nil }
    return line().flatMap(Double.init)
  }

  /// Why it is not ready: the last line that it complained with.
  var lastWords: String {
    let text = FileManager.default.contents(atPath: complaints.path) ?? Data()
    let line = String(decoding: text, as: UTF8.self).split(separator: "\n").last
    return line.map { String($0.prefix(80)) } ?? "it ended without a word"
  }

  func end() {
    try? commands.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// The next line that it prints; nil at the end.
  private func line() -> String? {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = read(answers.fileHandleForReading.fileDescriptor, &byte, 1)
      if count == 1, byte != 0x0A {
        text.append(byte)
      } else if count == 1 {
        return String(decoding: text, as: UTF8.self)
      } else if count == 0 || errno != EINTR {
        return nil
      }
    }
  }
}
