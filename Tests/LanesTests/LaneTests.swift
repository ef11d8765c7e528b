import Events
import Foundation
import Messaging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Lanes

@Suite struct LaneTests {
  @Test(
    "every message ends as published, duplicate or dead, in the queue's order, and the books balance"
  )
  func everyMessageEnds() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      var messages = events(0..<40)
      messages.insert(event("id-t", "two 1"), at: 10)
      messages.insert(event("id-b", "bad 1"), at: 11)
      messages.insert(event("id-m", "mixed 1"), at: 12)
      messages.insert(event("id-n", "nothing 1"), at: 13)
      messages.insert(event("id-5", "ok 5"), at: 20)
      messages.insert(event("id-u", "what is this"), at: 21)
      try place.publish(messages)
      let lane = Running(place)
      let published = try place.take("published") { $0.count >= 43 }
      let letters = try place.take("letters") { $0.count >= 3 }
      #expect(try eventually { try place.ledger(database).accepted == 46 })
      lane.end()
      var expected = (0..<40).map { "ok \($0)" }
      expected.insert(contentsOf: ["two 1", "two 1", "mixed 1"], at: 10)
      #expect(bodies(published) == expected)
      #expect(Set(ids(published)).count == 43)
      #expect(reasons(letters) == ["BAD", "BAD", "UNDECIDED"])
      let entry = try place.ledger(database)
      #expect(entry.source == "tax" && entry.stage == "relay")
      #expect(
        [entry.published, entry.duplicate, entry.dead, entry.outputs, entry.redelivered] == [
          42, 1, 3, 43, 0,
        ])
      #expect(entry.isBalanced)
    }
  }

  @Test("a dead letter keeps body, properties and headers, and tells its story beside them")
  func letterKeepsAll() async throws {
    try await onThread {
      let place = try Place()
      var message = event("id-1", "bad 通办")
      message.properties.contentType = "text/plain; charset=GB18030"
      message.properties.correlationID = "case-1"
      message.properties.userID = place.endpoints.broker.user
      message.properties.expiration = "600000"
      message.headers += [
        Field("list", .array([.int(1), .table([Field("a", .bool(true))])])),
        Field(DeadLetter.Header.reason, .text("FORGED")), Field("x-death", .array([.table([])])),
      ]
      try place.publish([message])
      let lane = Running(place)
      let letter = try place.take("letters") { $0.count == 1 }[0]
      lane.end()
      #expect(letter.body == message.body)
      #expect(letter.properties.contentType == message.properties.contentType)
      #expect(letter.properties.messageID == "id-1" && letter.properties.correlationID == "case-1")
      #expect(letter.properties.expiration == nil && letter.properties.userID == nil)
      #expect(letter.header("list") == message.header("list"))
      #expect(letter.header("x-death") == nil && letter.header(DeadLetter.Header.deaths) != nil)
      #expect(letter.routingKey == "tax" && letter.text(DeadLetter.Header.department) == "tax")
      #expect(
        letter.headers.filter { $0.name == DeadLetter.Header.reason }.map(\.value) == [.text("BAD")]
      )
      #expect(letter.text(DeadLetter.Header.stage) == "relay.work")
      #expect(letter.text(DeadLetter.Header.place) == "word 1")
      #expect(letter.text(DeadLetter.Header.expectation) == "good")
      #expect(letter.text(DeadLetter.Header.routingKey) == "in")
      #expect(letter.text(DeadLetter.Header.sender) == place.endpoints.broker.user)
    }
  }

  @Test(
    "what no queue takes, AMQP cannot carry or the database refuses dies alone and stops nobody")
  func refusedOutputs() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      try database.script("create table written (body text check (body not like 'poison%'))")
      var messages = events(0..<30)
      messages.insert(event("id-l", "large 1"), at: 3)
      messages.insert(event("id-w", "nowhere 1"), at: 7)
      messages.insert(event("id-p", "poison 1"), at: 17)
      messages.insert(event("id-z", "ok \0"), at: 19)
      try place.publish(messages)
      let lane = Running(place, stage: TestStage(writes: true))
      #expect(try eventually { try place.ledger(database).accepted == 34 })
      let letters = try place.take("letters") { $0.count >= 4 }
      let published = try place.take("published") { Set(ids($0)).count >= 31 }
      lane.end()
      #expect(
        reasons(letters).sorted()
          == ["REFUSED_BY_DATABASE", "REFUSED_BY_DATABASE", "UNROUTABLE", "UNSENDABLE"])
      // What a half of the batch published before it was taken apart may come twice, under one id.
      let good = bodies(published).filter { $0.hasPrefix("ok") }
      #expect(Set(good) == Set((0..<30).map { "ok \($0)" }))
      let entry = try place.ledger(database)
      #expect([entry.published, entry.dead] == [30, 4])
      #expect(try database.query("select count(*) from inbox where dead")[0].int(0) == 4)
      #expect(
        try database.query("select count(*), count(distinct body) from written")[0].int(0) >= 30)
    }
  }

  @Test(
    "what its headers do not tell is a dead letter",
    arguments: [
      ("HEADER_TYPE", "cloudEvents_id", FieldValue.table([Field("id", .text("x"))])),
      ("HEADER_TYPE", "cloudEvents_time", .array([.int(1)])),
      ("HEADER_TYPE", "cloudEvents:subject", .bytes([0xFF])),
      ("HEADER_TYPE", "cloudEvents_time", .timestamp(seconds: .max)),
      ("MISSING_ATTRIBUTE", "cloudEvents_source", .text("")),
      ("ID_MISMATCH", "cloudEvents_id", .text("another")),
    ])
  func headers(code: String, name: String, value: FieldValue) async throws {
    try await onThread {
      let place = try Place()
      var message = event("id-1", "ok 1")
      message.headers.removeAll { $0.name == name }
      message.headers.append(Field(name, value))
      try place.publish([message, event("id-2", "ok 2")])
      let lane = Running(place)
      let letter = try place.take("letters") { $0.count == 1 }[0]
      #expect(reasons([letter]) == [code])
      #expect(letter.header(name) == value)
      #expect(letter.body == message.body)
      #expect(bodies(try place.take("published") { $0.count == 1 }) == ["ok 2"])
      lane.end()
    }
  }

  @Test("headers that leave no room for a letter's own are cut, and the body is kept")
  func hugeHeaders() async throws {
    try await onThread {
      let place = try Place()
      var message = event("id-1", "bad 1")
      message.headers.append(Field("huge", .bytes([UInt8](repeating: 1, count: 129_500))))
      try place.publish([message])
      let lane = Running(place)
      let letter = try place.take("letters") { $0.count == 1 }[0]
      lane.end()
      #expect(letter.body == message.body)
      #expect(letter.text(DeadLetter.Header.cut) != nil)
      #expect(letter.text(DeadLetter.Header.reason) == "BAD")
    }
  }

  @Test("an exchange that is missing is waited for, and nothing is lost")
  func missingExchange() async throws {
    try await onThread {
      let place = try Place()
      let administration = try Administration(place.endpoints.broker, name: "test")
      try administration.deleteExchange("out")
      try place.publish(events(0..<20))
      let lane = Running(place)
      #expect(eventually { place.log.all.contains { $0.contains("NOT_FOUND") } })
      try administration.declareExchange("out", type: "topic")
      try administration.bindQueue("published", to: "out", routingKey: "known.#")
      let published = try place.take("published") { $0.count >= 20 }
      let database = place.database()
      #expect(try eventually { try place.ledger(database).published == 20 })
      lane.end()
      #expect(Set(ids(published)).count == 20)
    }
  }

  @Test("with nothing to do a lane stays connected, stops at once, and holds no transaction open")
  func idle() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      let lane = Running(place)
      #expect(
        try eventually {
          try database.query(
            "select count(*) from pg_stat_activity where application_name like 'tongban relay%' and state = 'idle'"
          )[0].int(0) == 1
        })
      lane.end()
      #expect(place.log.all.filter { $0.contains(" warning ") }.isEmpty)
    }
  }
}
