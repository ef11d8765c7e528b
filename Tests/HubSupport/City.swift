import Foundation
import TestSupport
import Testing

/// A place with a running hub and agents of some departments, whose systems are folders.
package final class City: @unchecked Sendable {
  // @unchecked: each test uses its city from one thread.
  package let place: Place
  package let hub: Tongban
  private let edge = FileManager.default.temporaryDirectory.appending(
    path: "edge-\(UUID().uuidString)")
  private var agents: [Tongban] = []

  package init(departments: [String], home: URL? = nil) throws {
    place = try Place(home: home)
    hub = place.start(["core", "distribute", "archive"])
    let isAtWork = eventually { [hub] in hub.text.contains("at work") }
    try #require(isAtWork, "\(hub.text)")
    for department in departments { try join(department) }
  }

  /// Gives a department its folders and its agent.
  package func join(_ department: String) throws {
    for name in ["out", "in"] {
      try FileManager.default.createDirectory(
        at: folder(department).appending(path: name), withIntermediateDirectories: true)
    }
    agents.append(
      Tongban(
        ["run", "--role", "agent", "--department", department, "--edge", edge.path],
        environment: place.environment))
  }

  package func end() {
    for agent in agents { #expect(agent.stop() == 0, "\(agent.text)") }
    #expect(hub.stop() == 0, "\(hub.text)")
    try? FileManager.default.removeItem(at: edge)
  }

  package func folder(_ department: String) -> URL { edge.appending(path: department) }

  /// The department's system writes a file, as careful systems do.
  package func drop(_ department: String, _ name: String, _ octets: [UInt8]) throws {
    let out = folder(department).appending(path: "out")
    let part = out.appending(path: name + ".part")
    try Data(octets).write(to: part)
    try FileManager.default.moveItem(at: part, to: out.appending(path: name))
  }

  /// What lies in the department's place: files, or the lines of files of lines; waits for the first.
  package func delivered(to department: String) throws -> [[UInt8]] {
    let place = folder(department).appending(path: "in")
    func read() throws -> [[UInt8]] {
      try FileManager.default.contentsOfDirectory(atPath: place.path).sorted().flatMap { name in
        let octets = Array(try Data(contentsOf: place.appending(path: name)))
        return name.hasSuffix(".xml")
          ? [octets]
          : octets.split(separator: 0x0A).map { line in
            Array(line.last == 0x0D ? line.dropLast() : line)
          }
      }
    }
    _ = try eventually { try !read().isEmpty }
    return try read()
  }

  /// Takes one message off a queue with `amqp-get`, a client that we did not write; waits for it.
  package func take(_ queue: String) -> String {
    var body = ""
    _ = eventually {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/amqp-get")
      process.arguments = ["--url", place.environment["TONGBAN_AMQP_URL"] ?? "", "-q", queue]
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      body = String(decoding: output.fileHandleForReading.drained(), as: UTF8.self)
      process.waitUntilExit()
      return process.terminationStatus == 0 && !body.isEmpty
    }
    return body
  }
}
