import Events
import Lanes
import Messaging
import Storage
import TestSupport
import Testing

@testable import Inspection

@Suite struct BoundedLetterTests {
  /// A message as it lies in the queue of dead letters.
  private func letter(_ id: String, event: String, headers: [Field] = []) -> Message {
    Message(
      exchange: DeadLetter.exchange, routingKey: "tax",
      headers: [
        Field("cloudEvents_id", .text(event)), Field("cloudEvents_source", .text("/tax")),
        Field(DeadLetter.Header.letter, .text(id)),
        Field(DeadLetter.Header.department, .text("tax")),
        Field(DeadLetter.Header.reason, .text("BAD")),
      ] + headers, body: Array("body of \(id.prefix(8))".utf8))
  }

  private func random(_ count: Int) -> String {
    String((0..<count).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() ?? "x" })
  }

  @Test("ids of any length are archived, whoever made them up")
  func longIDs() async throws {
    try await onThread {
      let place = try Place()
      let archive = place.archive()
      let (event, id) = (random(9_000), random(9_000))
      try place.publish([
        letter("letter-1", event: "id-1"), letter("letter-2", event: event),
        letter(id, event: "id-3"), letter("letter-4", event: "id-4"),
      ])
      let running = Running(place).run(ArchiveStage(), "deadletters")
      #expect(try eventually { try archive.list(.init()).count == 4 })
      running.end()
      let letters = try archive.list(.init())
      #expect(letters.contains { $0.event.id == event })
      #expect(letters.allSatisfy { $0.reason == "BAD" && $0.id.utf8.count <= 255 })
    }
  }

  @Test(
    "a letter that the database refuses is kept in a bounded form with its whole body, and stops nobody"
  )
  func bounded() async throws {
    try await onThread {
      let place = try Place()
      let (archive, database) = (place.archive(), place.database())
      try database.script(
        "alter table dead_letter add constraint small check (length(headers::text) < 2000)")
      var letters = (0..<8).map { letter("letter-\($0)", event: "id-\($0)") }
      letters[3].headers.append(Field("huge", .text(random(5_000))))
      letters[3].properties.contentType = "text/plain"
      try place.publish(letters)
      let running = Running(place).run(ArchiveStage(), "deadletters")
      #expect(try eventually { try archive.list(.init()).count == 8 })
      let administration = try Administration(place.endpoints.broker, name: "test")
      #expect(try eventually { try administration.inspectQueue("deadletters").messages == 0 })
      running.end()
      let kept = try archive.letter("letter-3")
      #expect(kept.body == letters[3].body && kept.reason == "BAD" && kept.event.id == "id-3")
      #expect(kept.properties.contentType == "text/plain")
      let names = kept.headers.map(\.name)
      #expect(names.contains(DeadLetter.Header.cut) && names.contains("cloudEvents_id"))
      #expect(!names.contains("huge"))
    }
  }
}
