import Foundation
import Messaging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Lanes

@Suite struct OutboxTests {
  static func message(_ number: Int, _ key: String = "known.thing") -> Message {
    Message(
      exchange: "out", routingKey: key, properties: Properties(messageID: "id-\(number)"),
      headers: [Field("number", .int(Int64(number)))], body: Array("body \(number)".utf8))
  }

  @Test(
    "what a transaction entered is published in order after it commits, and never if it does not")
  func publishes() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      let relay = Running(relayOf: place)
      try database.transaction {
        try Outbox.enqueue((0..<700).map { Self.message($0) }, in: database)
        try Outbox.enqueue((700..<1_300).map { Self.message($0) }, in: database)
        try Outbox.enqueue([], in: database)
      }
      try database.begin()
      try Outbox.enqueue([Self.message(9_999)], in: database)
      try database.rollback()
      try Outbox.enqueue([Self.message(1_300)], in: database)
      let published = try place.take("published") { $0.count >= 1_301 }
      #expect(try eventually { try Outbox.count(in: database) == 0 })
      relay.end()
      #expect(ids(published) == (0...1_300).map { "id-\($0)" })
      #expect(published.last?.header("number") == .int(1_300))
      #expect(published.last?.body == Array("body 1300".utf8))
      #expect(published.allSatisfy { $0.properties.persistent })
    }
  }

  @Test("after a crash between publish and commit the same messages go out under the same ids")
  func crash() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      try Outbox.enqueue((0..<50).map { Self.message($0) }, in: database)
      let once = Mutex(0)
      let relays = (0..<2).map { _ in
        Running(relayOf: place) { point in
          guard point == "outbox.confirmed",
            once.withLock({
              $0 += 1
              return $0
            }) == 1
          else { return }
          do { try place.endBackends("tongban outbox", through: place.database()) } catch {
            Issue.record(error)
          }
        }
      }
      #expect(try eventually { try Outbox.count(in: database) == 0 })
      for relay in relays { relay.end() }
      let published = try place.take("published") { $0.count >= 100 }
      #expect(ids(published).prefix(50).elementsEqual((0..<50).map { "id-\($0)" }))
      #expect(Set(ids(published)).count == 50)
      #expect(published.count == 100)
    }
  }

  @Test("what no queue takes or AMQP cannot carry becomes a dead letter and stops nobody")
  func undeliverable() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      try Outbox.enqueue(
        [
          Self.message(1), Self.message(2, "unknown.thing"),
          Self.message(3, String(repeating: "k", count: 256)), Self.message(4),
        ], in: database)
      let relay = Running(relayOf: place)
      let published = try place.take("published") { $0.count == 2 }
      let letters = try place.take("letters") { $0.count == 2 }
      relay.end()
      #expect(ids(published) == ["id-1", "id-4"])
      #expect(Set(reasons(letters)) == ["UNROUTABLE", "UNSENDABLE"])
      #expect(try Outbox.count(in: database) == 0)
    }
  }
}

@Suite struct StoredHeadTests {
  @Test("properties and headers come back exactly, whatever they are")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("stored heads: seed \(seed)")
    var random = SplitMix(state: seed)
    for _ in 0..<500 {
      let head = random.head()
      #expect(try StoredHead(octets: head.octets) == head)
    }
  }

  @Test("octets that are cut short, too long or of another form are refused")
  func refuses() {
    var random = SplitMix(state: 7)
    let octets = random.head().octets
    for count in 0..<octets.count {
      #expect(throws: StoredHeadError.self) { try StoredHead(octets: Array(octets.prefix(count))) }
    }
    #expect(throws: StoredHeadError.self) { try StoredHead(octets: octets + [0]) }
    #expect(throws: StoredHeadError.self) { try StoredHead(octets: [2] + octets.dropFirst()) }
  }
}

/// SplitMix64, with the messages that it makes.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func text() -> String {
    String(
      String.UnicodeScalarView(
        (0..<next() % 20).map { _ in Unicode.Scalar(UInt32(next() % 0xD7FF)) ?? "x" }))
  }

  mutating func head() -> StoredHead {
    func maybe<Value>(_ value: Value, _ draw: UInt64) -> Value? { draw % 2 == 0 ? value : nil }
    var properties = Properties()
    properties.contentType = maybe(text(), next())
    properties.contentEncoding = maybe(text(), next())
    properties.messageID = maybe(text(), next())
    properties.correlationID = maybe(text(), next())
    properties.replyTo = maybe(text(), next())
    properties.userID = maybe(text(), next())
    properties.appID = maybe(text(), next())
    properties.type = maybe(text(), next())
    properties.expiration = maybe(text(), next())
    properties.timestamp = maybe(next(), next())
    properties.priority = maybe(UInt8(next() % 256), next())
    properties.persistent = next() % 2 == 0
    return StoredHead(properties: properties, headers: fields(depth: 1))
  }

  mutating func fields(depth: Int) -> [Field] {
    (0..<next() % 5).map { _ in Field(text(), value(depth: depth)) }
  }

  mutating func value(depth: Int) -> FieldValue {
    switch next() % (depth < 6 ? 10 : 8) {
    case 0: .text(text())
    case 1: .bytes((0..<next() % 9).map { _ in UInt8(next() % 256) })
    case 2: .int(Int64(bitPattern: next()))
    case 3: .double(Double(next() >> 12))
    case 4: .bool(next() % 2 == 0)
    case 5: .timestamp(seconds: next())
    case 6: .decimal(places: UInt8(next() % 256), unscaled: UInt32(next() >> 32))
    case 7: .void
    case 8: .table(fields(depth: depth + 1))
    default: .array((0..<next() % 4).map { _ in value(depth: depth + 1) })
    }
  }
}
