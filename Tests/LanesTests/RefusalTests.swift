import Events
import Foundation
import Messaging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Lanes

/// A stage whose messages say what is wrong with them: `nul` with their source, `user` with what they cause.
private struct Awkward: Stage {
  let name = "relay"

  mutating func work(_ batch: inout Batch) {
    for index in batch.items.indices {
      let body = batch.items[index].delivery.message.body
      let word = String(decoding: body.prefix { $0 != 0x20 }, as: UTF8.self)
      batch.items[index].source = word == "nul" ? "ta\0x" : "tax"
      guard case .undecided = batch.items[index].verdict else { continue }
      var output = Event(id: batch.items[index].key.hex, source: "/hub", type: "output").message(
        exchange: "out", routingKey: "known.thing", body: body)
      if word == "user" { output.properties.userID = "somebody else" }
      batch.items[index].verdict = .outputs([output])
    }
  }
}

/// Text that no compression makes short.
func randomText(_ count: Int) -> String {
  String((0..<count).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() ?? "x" })
}

@Suite struct RefusalTests {
  @Test("an id that message_id could not hold is a dead letter, and its neighbours go on")
  func longID() async throws {
    try await onThread {
      let place = try Place()
      var message = event("id-1", "ok 1")
      message.properties.messageID = nil
      message.headers.removeAll { $0.name == "cloudEvents_id" }
      message.headers.append(Field("cloudEvents_id", .text(randomText(9_000))))
      try place.publish([event("id-0", "ok 0"), message, event("id-2", "ok 2")])
      let lane = Running(place)
      let letters = try place.take("letters") { $0.count == 1 }
      let published = try place.take("published") { $0.count == 2 }
      lane.end()
      #expect(reasons(letters) == ["ID_TOO_LONG"])
      #expect(bodies(published) == ["ok 0", "ok 2"])
    }
  }

  @Test("whose message it is may be what the books refuse: it dies alone, counted as unknown")
  func source() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      var messages = events(0..<20)
      messages.insert(event("id-n", "nul 1"), at: 7)
      try place.publish(messages)
      let lane = Running(place, Awkward())
      #expect(
        try eventually {
          try Ledger.totals(in: database).reduce(0) { $0 + $1.accepted } == 21
        })
      let letters = try place.take("letters") { $0.count == 1 }
      lane.end()
      #expect(reasons(letters) == ["REFUSED_BY_DATABASE"])
      let entries = try Ledger.totals(in: database)
      #expect(entries.map(\.source) == ["tax", "unknown"])
      #expect(entries.map(\.dead) == [0, 1])
    }
  }

  @Test("what the broker refuses with reply 406 dies alone and stops nobody")
  func precondition() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      var messages = events(0..<20)
      messages.insert(event("id-u", "user 1"), at: 7)
      try place.publish(messages)
      let lane = Running(place, Awkward())
      #expect(try eventually { try place.ledger(database).accepted == 21 })
      let letters = try place.take("letters") { !$0.isEmpty }
      let published = try place.take("published") { Set(ids($0)).count == 20 }
      lane.end()
      #expect(Set(reasons(letters)) == ["REFUSED_BY_BROKER"])
      #expect(bodies(letters).allSatisfy { $0 == "user 1" })
      #expect(Set(bodies(published)) == Set((0..<20).map { "ok \($0)" }))
      let entry = try place.ledger(database)
      #expect([entry.published, entry.dead] == [20, 1])
    }
  }

  @Test("a value that is too large for an index is the message's fault")
  func tooLargeForIndex() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      try database.script("create table written (body text unique)")
      try place.publish(
        [event("id-l", "ok " + randomText(9_000))] + events(0..<5))
      let lane = Running(place, stage: TestStage(writes: true))
      let letters = try place.take("letters") { !$0.isEmpty }
      #expect(try eventually { try place.ledger(database).accepted == 6 })
      lane.end()
      #expect(reasons(letters) == ["REFUSED_BY_DATABASE"])
      #expect(try database.query("select count(*) from written")[0].int(0) == 5)
    }
  }

  @Test(
    "what the broker refuses of the outbox becomes a dead letter, and what stands behind it goes out"
  )
  func outbox() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      var messages = (0..<20).map { OutboxTests.message($0) }
      messages[7].properties.userID = "somebody else"
      try Outbox.enqueue(messages, in: database)
      let relay = Running(relayOf: place)
      let letters = try place.take("letters") { $0.count == 1 }
      #expect(try eventually { try Outbox.count(in: database) == 0 })
      let published = try place.take("published") { Set(ids($0)).count == 19 }
      relay.end()
      #expect(reasons(letters) == ["REFUSED_BY_BROKER"])
      #expect(letters[0].body == messages[7].body)
      #expect(!ids(published).contains("id-7"))
    }
  }

  @Test("a body above the broker's bound leaves the outbox as a letter without it")
  func hugeBody() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      var huge = OutboxTests.message(0)
      huge.body = [UInt8](repeating: 1, count: (128 << 20) + 1)
      try Outbox.enqueue([huge], in: database)
      try Outbox.enqueue([OutboxTests.message(1)], in: database)
      let relay = Running(relayOf: place)
      let published = try place.take("published") { !$0.isEmpty }
      let letters = try place.take("letters") { !$0.isEmpty }
      #expect(try eventually { try Outbox.count(in: database) == 0 })
      relay.end()
      #expect(ids(published).last == "id-1")
      #expect(reasons(letters) == ["REFUSED_BY_BROKER"])
      #expect(letters[0].body.isEmpty && letters[0].text(DeadLetter.Header.cut) != nil)
    }
  }

  @Test("what the broker does not confirm in time is halved, and nobody dies of it")
  func confirmTimeout() {
    let deliveries = (0..<4).map { number in
      Delivery(
        tag: DeliveryTag(generation: 1, number: UInt64(number)), redelivered: false,
        message: event("id-\(number)", "ok"))
    }
    let late = MessagingError(.confirmTimeout, at: "broker", "late")
    let whole = WorkedBatch(Batch(deliveries, consumer: "test"))
    let parts = whole.parts(after: late, stage: "test") ?? []
    #expect(parts.map(\.batch.items.count) == [2, 2])
    let single = WorkedBatch(Batch(Array(deliveries.prefix(1)), consumer: "test"))
    #expect(single.parts(after: late, stage: "test") == nil)
  }

  @Test("a batch ends with the octets that it may hold, and nothing is left behind")
  func octets() async throws {
    try await onThread {
      let place = try Place()
      try place.publish((0..<100).map { event("id-\($0)", "123456") })
      let consumer = Consumer(
        place.endpoints.broker, queue: "in", prefetch: 100, octetBudget: 10, name: "test",
        log: { _ in })
      var sizes: [Int] = []
      #expect(
        try eventually {
          sizes.append(try consumer.take(max: 100, wait: 0.1).count)
          return sizes.reduce(0, +) == 100
        })
      consumer.close()
      #expect(sizes.allSatisfy { $0 <= 2 } && sizes.contains(2))
    }
  }

  @Test("an event is known for eight weeks, here and in the hub")
  func weeks() { #expect(LaneLimits().inboxWeeks == 8) }
}

@Suite struct SurroundingsTests {
  @Test("a line that cannot be written is lost, and the process goes on")
  func log() throws {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    Log.put("nobody reads this\n", to: full)
    close(full)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    signal(SIGPIPE, SIG_IGN)
    Log.put("nor this\n", to: ends[1])
    close(ends[1])
    Log.put("nor this\n", to: -1)
  }

  @Test("a line is written whole, however long it is")
  func longLine() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let (reader, writer) = (FileHandle(fileDescriptor: ends[0]), ends[1])
    let text = String(repeating: "通办", count: 100_000)
    let thread = Thread {
      Log.put(text, to: writer)
      close(writer)
    }
    thread.start()
    #expect(String(decoding: reader.drained(), as: UTF8.self) == text)
    try reader.close()
  }

  /// A clock of which each look takes ten seconds.
  private final class Leaping: Clock {
    private let hand = Mutex(ContinuousClock.now)
    var now: ContinuousClock.Instant {
      hand.withLock { hand in
        hand += .seconds(10)
        return hand
      }
    }
    var minimumResolution: Duration { .seconds(10) }
    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {}
  }

  @Test("a wait goes by a clock that is handed in and never by the time of day")
  func wait() {
    let begin = ContinuousClock.now
    StopSignal().wait(seconds: 60, by: Leaping())
    #expect(ContinuousClock.now - begin < .seconds(20))
    StopSignal().wait(seconds: 0.05)
  }
}
