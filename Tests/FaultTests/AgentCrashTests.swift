import Foundation
import HubSupport
import Messaging
import SampleCity
import TestSupport
import Testing

/// kill -9 of an adapter agent between what it takes and what it gives.
@Suite struct AgentCrashTests {
  @Test(
    "an agent killed between publishing a file and moving it carries the file again under the same ids"
  )
  func collecting() async throws {
    try await onThread {
      let place = try Place()
      let edge = FileManager.default.temporaryDirectory.appending(path: "edge-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: edge) }
      let drop = edge.appending(path: "social-security/out")
      try FileManager.default.createDirectory(at: drop, withIntermediateDirectories: true)
      var lines: [UInt8] = []
      for number in 0..<700 {
        lines +=
          place.city.insuranceLine(
            number, of: place.city.person(number), at: place.city.enterprise(1)) + [0x0A]
      }
      try Data(lines).write(to: drop.appending(path: "changes.txt"))
      let agent = [
        "run", "--role", "agent", "--department", "social-security", "--edge", edge.path,
      ]
      var crashing = place.environment
      crashing["TONGBAN_FAILPOINT"] = "agent.collected"
      let first = Tongban(agent, environment: crashing)
      #expect(first.status(within: 180) != nil, "\(first.text)")
      #expect(FileManager.default.fileExists(atPath: drop.appending(path: "changes.txt").path))
      let second = Tongban(agent, environment: place.environment)
      let moved = eventually(within: 180) {
        FileManager.default.fileExists(atPath: drop.appending(path: "done/changes.txt").path)
      }
      #expect(moved, "\(second.text)")
      #expect(second.stop() == 0)
      let hub = place.start(["core"])
      let held = eventually(within: 180) {
        (place.books("core", "social-security")?.accepted ?? 0) >= 1_400
      }
      let books = place.books("core", "social-security")
      #expect(
        held && books?.published == 700 && books?.duplicate == 700, "\(String(describing: books))")
      #expect(hub.stop() == 0)
    }
  }

  @Test(
    "an agent killed between delivering and acknowledging leaves nothing twice in the department's folder"
  )
  func delivering() async throws {
    try await onThread {
      let place = try Place()
      let edge = FileManager.default.temporaryDirectory.appending(path: "edge-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: edge) }
      let publisher = Publisher(place.broker, name: "fault load", log: { _ in })
      func messages(_ numbers: Range<Int>) -> [Message] {
        numbers.map { number in
          Message(
            exchange: "gov.delivery", routingKey: "public-security.std.tax-registration.v1",
            properties: Properties(
              contentType: "application/xml; charset=GB18030", messageID: "d-\(number)"),
            body: Array("<ROOT>\(number)</ROOT>".utf8))
        }
      }
      _ = try publisher.publish(messages(0..<300), confirmWithin: 10, deadline: 60)
      let agent = [
        "run", "--role", "agent", "--department", "public-security", "--edge", edge.path,
      ]
      var crashing = place.environment
      crashing["TONGBAN_FAILPOINT"] = "agent.delivered"
      let first = Tongban(agent, environment: crashing)
      #expect(first.status(within: 180) != nil, "\(first.text)")
      // The department's system takes away what it found, as it would.
      var taken = try take(edge)
      #expect(!taken.isEmpty)
      let second = Tongban(agent, environment: place.environment)
      // What comes after the redelivered ones has them behind it.
      _ = try publisher.publish(messages(300..<301), confirmWithin: 10, deadline: 60)
      publisher.close()
      let all = try eventually(within: 180) {
        taken += try take(edge)
        return taken.contains("<ROOT>300</ROOT>")
      }
      #expect(all, "\(taken.count) of 301: \(second.text)")
      #expect(second.stop() == 0)
      taken += try take(edge)
      #expect(Set(taken).count == 301 && taken.count == 301, "each once")
    }
  }
}

/// Reads and removes every file in the department's place.
private func take(_ edge: URL) throws -> [String] {
  let folder = edge.appending(path: "public-security/in")
  guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
  return try FileManager.default.contentsOfDirectory(atPath: folder.path).map { name in
    let file = folder.appending(path: name)
    let text = try String(contentsOf: file, encoding: .utf8)
    try FileManager.default.removeItem(at: file)
    return text
  }
}
