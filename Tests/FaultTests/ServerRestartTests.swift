import Foundation
import HubSupport
import Messaging
import TestSupport
import Testing

/// Restarts of the broker and of the database under load, on private servers of the test's own.
@Suite(.serialized) struct ServerRestartTests {
  @Test("a restart of the broker under load loses and doubles nothing")
  func brokerRestart() async throws {
    try await onThread { try restart("broker") }
  }

  @Test("a restart of the database under load loses and doubles nothing")
  func databaseRestart() async throws {
    try await onThread { try restart("database") }
  }
}

private func restart(_ server: String) throws {
  let state = FileManager.default.temporaryDirectory.appending(
    path: "tongban-restart-\(UUID().uuidString)")
  // Empty is unset: `up` starts servers of its own there.
  let environment = [
    "TONGBAN_STATE": state.path, "TONGBAN_HOME": Tongban.project.path, "TONGBAN_AMQP_URL": "",
    "TONGBAN_AMQP_MANAGEMENT_URL": "", "TONGBAN_DATABASE_URL": "", "AMQP_URL": "",
    "DATABASE_URL": "",
  ]
  defer { _ = Tongban.run(["down", "--erase"], environment: environment) }
  let up = Tongban.run(["up", "--json"], environment: environment)
  try #require(up.status == 0, "\(up.output) \(up.error)")
  let place = try Place(servers: try addresses(environment))
  let hub = place.start(["core"])
  let load = 6_000
  let publishing = Thread { try? place.publish(0..<load) }
  publishing.start()
  _ = eventually(within: 180) { (place.books()?.accepted ?? 0) >= 1_000 }
  let down = Tongban.run(["down", "--only", server], environment: environment)
  #expect(down.status == 0, "\(down.output) \(down.error)")
  let again = Tongban.run(["up"], environment: environment)
  try #require(again.status == 0, "\(again.output) \(again.error)")
  try place.expectWhole(load)
  #expect(hub.isRunning, "the hub waits for its servers: \(hub.text)")
  #expect(hub.stop() == 0, "\(hub.text)")
}

/// The lines `export NAME='value'` of `tongban up --print-env`.
private func addresses(_ environment: [String: String]) throws -> [String: String] {
  let answer = Tongban.run(["up", "--print-env"], environment: environment)
  var found: [String: String] = [:]
  for line in answer.output.split(separator: "\n") {
    let words = line.replacing("export ", with: "").split(separator: "=", maxSplits: 1)
    guard words.count == 2 else { continue }
    found[String(words[0])] = words[1].trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
  }
  try #require(found["TONGBAN_AMQP_URL"] != nil, "\(answer.output) \(answer.error)")
  return found
}
