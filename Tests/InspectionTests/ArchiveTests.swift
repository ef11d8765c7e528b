import Cryptography
import Events
import Lanes
import Messaging
import Storage
import TestSupport
import Testing

@testable import Inspection

/// The broker keeps header tables in the order of their names.
func sorted(_ headers: [Field]) -> [Field] { headers.sorted { $0.name < $1.name } }

@Suite struct ArchiveTests {
  @Test(
    "a letter is archived with all it was and why it died, and is found by list and by the beginning of its id"
  )
  func archived() async throws {
    try await onThread {
      let place = try Place()
      let archive = place.archive()
      var message = event("id-1", "{\"text\": \"通办 \u{0}\"}")
      message.properties.userID = place.endpoints.broker.user
      message.headers += [
        Field("none", .text("\u{0} and \u{1F5C3}")),
        Field("list", .array([.int(-1), .bytes([0, 255])])),
        Field(
          "table", .table([Field("decimal", .decimal(places: 2, unscaled: 5)), Field("v", .void)])),
        Field("time", .timestamp(seconds: 1_900_000_000)),
      ]
      try place.publish([message, event("id-2", "{}")])
      let running = Running(place).run(Judge(), "work").run(ArchiveStage(), "deadletters")
      #expect(try eventually { try archive.list(.init()).count == 2 })
      running.end()
      let letter = try #require(try archive.list(.init()).first { $0.event.id == "id-1" })
      #expect(letter.body == message.body)
      #expect(sorted(letter.headers) == sorted(message.headers))
      #expect(
        letter.department == "tax" && letter.stage == "core.map" && letter.reason == "UNMAPPED_CODE"
      )
      #expect(letter.place == "record 1: /NSRZT_DM" && letter.expectation == "one of 01…05")
      #expect(letter.rule == "mappings/x.json5: fields.status")
      #expect(
        letter.exchange == "gov.intake" && letter.routingKey == "tax.registration-change.330106")
      #expect(letter.sender == place.endpoints.broker.user)
      #expect(letter.event.source == "/tax" && letter.event.type == "registration-change")
      #expect(
        letter.properties.messageID == "id-1" && letter.properties.correlationID == "case-id-1")
      #expect(letter.event.dataContentType == "application/json")
      #expect(letter.status == .open && letter.attempts == 1 && letter.replay == 0)
      #expect(try archive.letter(String(letter.id.prefix(8))).id == letter.id)
    }
  }

  @Test("a list is narrowed by department, reason and status, newest first, and bounded")
  func filters() async throws {
    try await onThread {
      let place = try Place()
      let archive = place.archive()
      try place.publish((0..<5).map { event("id-\($0)", "body \($0)") })
      let running = Running(place).run(Judge(), "work").run(ArchiveStage(), "deadletters")
      #expect(try eventually { try archive.list(.init()).count == 5 })
      running.end()
      func count(_ change: (inout Archive.Filter) -> Void) throws -> Int {
        var filter = Archive.Filter()
        change(&filter)
        return try archive.list(filter).count
      }
      #expect(try count { $0.department = "tax" } == 5)
      #expect(try count { $0.department = "police" } == 0)
      #expect(try count { $0.reason = "UNMAPPED_CODE" } == 5)
      #expect(try count { $0.reason = "OTHER" } == 0)
      #expect(try count { $0.status = .replayed } == 0)
      #expect(try count { $0.limit = 3 } == 3)
      #expect(throws: ArchiveError.self) { try archive.letter("no-such-letter") }
      #expect(throws: ArchiveError.self) { try archive.letter("") }
    }
  }

  @Test(
    "a replay that fails again is the same letter with one more attempt; one that succeeds stays replayed"
  )
  func replay() async throws {
    try await onThread {
      let place = try Place()
      let (archive, publisher) = (place.archive(), place.publisher())
      let message = event("id-1", "{}")
      try place.publish([message])
      var running = Running(place).run(Judge(), "work").run(ArchiveStage(), "deadletters")
      #expect(try eventually { try archive.list(.init()).count == 1 })
      try archive.replay(try archive.list(.init())[0], through: publisher)
      #expect(try eventually { try archive.list(.init()).first?.attempts == 2 })
      running.end()
      let again = try archive.list(.init())
      #expect(again.count == 1 && again[0].status == .open && again[0].replay == 1)
      #expect(again[0].body == message.body)
      running = Running(place).run(Judge(isMended: true), "work").run(ArchiveStage(), "deadletters")
      try archive.replay(again[0], through: publisher)
      let database = place.database()
      #expect(try eventually { try Ledger.totals(in: database).first?.published == 1 })
      // Once more does nothing: the event lives.
      try archive.replay(try archive.list(.init())[0], through: publisher)
      #expect(try eventually { try Ledger.totals(in: database).first?.duplicate == 1 })
      running.end()
      let last = try archive.list(.init())
      #expect(last.count == 1 && last[0].status == .replayed && last[0].attempts == 2)
      let entry = try #require(try Ledger.totals(in: database).first)
      #expect(entry.isBalanced && entry.dead == 2)
    }
  }

  @Test("a replayed message is the one that came: address, id, properties, headers and octets")
  func untouched() async throws {
    try await onThread {
      let place = try Place()
      let archive = place.archive()
      var message = event("id-1", "{}")
      message.headers.append(Field("own", .table([Field("a", .int(1))])))
      try place.publish([message])
      var running = Running(place).run(Judge(), "work")
      running = running.run(ArchiveStage(), "deadletters")
      #expect(try eventually { try archive.list(.init()).count == 1 })
      running.end()
      try archive.replay(try archive.list(.init())[0], through: place.publisher())
      var back = try place.takeOne()
      #expect(back.header(DeadLetter.Header.replay) == .int(1))
      // The broker sorts headers by name and counts deliveries in one of them.
      back.headers.removeAll {
        $0.name == DeadLetter.Header.replay || $0.name == "x-delivery-count"
      }
      message.headers = sorted(message.headers)
      #expect(back == message)
    }
  }

  @Test(
    "what the broker itself dead-lettered is told from x-death, and a story in it is not believed")
  func brokerDeath() async throws {
    try await onThread {
      let place = try Place()
      let archive = place.archive()
      var message = event("id-1", "{}")
      message.headers += [
        Field(DeadLetter.Header.letter, .text("another letter's id")),
        Field(DeadLetter.Header.reason, .text("FORGED")),
      ]
      try place.publish([message])
      // Two consumers in turn take it and go away: above the delivery limit.
      for _ in 0..<2 {
        let consumer = Consumer(
          place.endpoints.broker, queue: "work", prefetch: 1, name: "test", log: { _ in })
        #expect(try eventually { try !consumer.take(max: 1, wait: 1).isEmpty })
        consumer.close()
      }
      let running = Running(place).run(ArchiveStage(), "deadletters")
      #expect(try eventually { try archive.list(.init()).count == 1 })
      let letter = try archive.list(.init())[0]
      #expect(
        letter.stage == "broker" && letter.reason == "DELIVERY_LIMIT"
          && letter.place == "queue work")
      #expect(letter.department == "tax")
      #expect(
        letter.exchange == "gov.intake" && letter.routingKey == "tax.registration-change.330106")
      #expect(letter.id != "another letter's id" && letter.body == message.body)
      #expect(letter.headers.contains { $0.name == "x-death" })
      try archive.replay(letter, through: place.publisher())
      let back = try place.takeOne()
      running.end()
      #expect(back.body == message.body && back.header("x-death") == nil)
    }
  }

  @Test("a letter that has no queue to go back to stays open and says what to do")
  func noQueue() async throws {
    try await onThread {
      let place = try Place()
      let archive = place.archive()
      try place.publish([event("id-1", "{}")])
      let running = Running(place).run(Judge(), "work").run(ArchiveStage(), "deadletters")
      #expect(try eventually { try archive.list(.init()).count == 1 })
      running.end()
      let administration = try Administration(place.endpoints.broker, name: "test")
      try administration.deleteQueue("work")
      let letter = try archive.list(.init())[0]
      let error = #expect(throws: ArchiveError.self) {
        try archive.replay(letter, through: place.publisher())
      }
      #expect(error.map { "\($0)" }?.contains("topology apply") == true)
      #expect(try archive.list(.init())[0].status == .open)
    }
  }

  @Test(
    "a letter that comes twice is archived once, and a letter with unreadable headers is archived too"
  )
  func repeated() async throws {
    try await onThread {
      let place = try Place()
      let archive = place.archive()
      var letter = event("id-1", "{}")
      letter.exchange = DeadLetter.exchange
      letter.routingKey = "tax"
      letter.headers += [
        Field(DeadLetter.Header.letter, .text("letter-1")),
        Field(DeadLetter.Header.department, .text("tax")),
        Field(DeadLetter.Header.reason, .text("HEADER_TYPE")),
        Field("cloudEvents_time", .table([])),
      ]
      try place.publish([letter, letter, letter])
      let running = Running(place).run(ArchiveStage(), "deadletters")
      #expect(try eventually { try archive.list(.init()).count == 1 })
      let administration = try Administration(place.endpoints.broker, name: "test")
      #expect(try eventually { try administration.inspectQueue("deadletters").messages == 0 })
      running.end()
      let kept = try archive.list(.init())
      #expect(kept.count == 1 && kept[0].attempts == 1 && kept[0].reason == "HEADER_TYPE")
      #expect(kept[0].headers.contains(Field("cloudEvents_time", .table([]))))
    }
  }
}
