import Events
import Foundation
import Messaging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Lanes

@Suite struct RepeatTests {
  @Test("the same id with another body is a dead letter, once for each such body")
  func reusedID() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      try place.publish([
        event("id-1", "ok first"), event("id-1", "ok second"), event("id-1", "ok first"),
        event("id-1", "ok second"), event("id-1", "ok first", source: "/other"),
      ])
      let lane = Running(place)
      #expect(try eventually { try place.ledger(database).accepted == 5 })
      try place.publish([
        event("id-1", "ok second"), event("id-1", "ok third"), event("id-1", "ok first"),
      ])
      #expect(try eventually { try place.ledger(database).accepted == 8 })
      lane.end()
      let letters = try place.take("letters") { $0.count == 2 }
      #expect(reasons(letters) == ["ID_REUSED", "ID_REUSED"])
      #expect(bodies(letters) == ["ok second", "ok third"])
      #expect(Set(letters.map { $0.text(DeadLetter.Header.letter) }).count == 2)
      #expect(bodies(try place.take("published") { $0.count == 2 }) == ["ok first", "ok first"])
      let entry = try place.ledger(database)
      #expect([entry.published, entry.duplicate, entry.dead] == [2, 4, 2])
    }
  }

  @Test(
    "copies that come again after a lost acknowledgement count nowhere, second copies count as duplicates"
  )
  func lostAcknowledgement() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      // The second half repeats ids of the first; all of it is under way when the connection ends.
      try place.publish(events(0..<200) + events(0..<50) + events(200..<300) + events(250..<300))
      var limits = LaneLimits()
      limits.batch = 100
      let once = Mutex(true)
      let lane = Running(place, limits: limits) { point in
        guard point == "relay.committed",
          once.withLock({
            let first = $0
            $0 = false
            return first
          })
        else { return }
        do { try place.cutConnections("tongban relay") } catch { Issue.record(error) }
      }
      #expect(try eventually { try place.ledger(database).accepted == 400 })
      let published = try place.take("published") { Set(ids($0)).count == 300 }
      lane.end()
      let entry = try place.ledger(database)
      #expect(
        [entry.accepted, entry.published, entry.duplicate, entry.dead] == [400, 300, 100, 0])
      #expect(entry.redelivered >= 100)
      #expect(Set(bodies(published)).count == 300)
    }
  }

  @Test("an auditor's replay gets one more try; a replay of what lives is a duplicate")
  func replays() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      func replay(_ message: Message, _ number: Int64) -> Message {
        var message = message
        message.headers.append(Field(DeadLetter.Header.replay, .int(number)))
        return message
      }
      let (bad, good) = (event("id-1", "bad 1"), event("id-2", "ok 2"))
      try place.publish([bad, good])
      let lane = Running(place)
      #expect(try eventually { try place.ledger(database).accepted == 2 })
      try place.publish([replay(bad, 1), replay(bad, 1), replay(good, 1), bad])
      #expect(try eventually { try place.ledger(database).accepted == 6 })
      try place.publish([replay(bad, 1), replay(bad, 2)])
      #expect(try eventually { try place.ledger(database).accepted == 8 })
      lane.end()
      let letters = try place.take("letters") { $0.count == 3 }
      #expect(Set(letters.map { $0.text(DeadLetter.Header.letter) }).count == 1)
      #expect(letters.map(\.replayCount) == [0, 1, 2])
      let entry = try place.ledger(database)
      #expect([entry.published, entry.duplicate, entry.dead] == [1, 4, 3])
    }
  }

  @Test("the inbox knows an event across its weekly partitions, and drops old ones whole")
  func partitions() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      let inbox = Inbox(consumer: "test")
      let week = 604_800.0
      let first = Instant(seconds: 1_800_000_000)
      func admit(_ id: String, at moment: Instant) throws -> Batch.Verdict {
        try Inbox.retain(weeks: 2, at: moment, in: database)
        var batch = Batch(
          [
            Delivery(
              tag: DeliveryTag(generation: 1, number: 1), redelivered: false,
              message: event(id, "x"))
          ], consumer: "test")
        var returned = ReturnedCopies(isOrdered: true)
        try inbox.admit(&batch, returned: &returned, to: database, at: moment)
        try database.commit()
        return batch.items[0].verdict
      }
      func isDuplicate(_ verdict: Batch.Verdict) -> Bool {
        if case .duplicate = verdict { true } else { false }
      }
      #expect(!isDuplicate(try admit("id-1", at: first)))
      #expect(isDuplicate(try admit("id-1", at: first)))
      #expect(isDuplicate(try admit("id-1", at: first.adding(seconds: 2 * week))))
      #expect(
        !isDuplicate(try admit("id-1", at: first.adding(seconds: 3 * week))), "forgotten by then")
      let count = try database.query("select count(*) from pg_partition_tree('inbox') where isleaf")
      #expect(try count[0].int(0) == 4)
    }
  }
}

@Suite struct ReturnedCopiesTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var isOrdered = true
    /// (connection, comes again, its event is known)
    let copies: [(UInt64, Bool, Bool)]
    /// Of the known ones: whether each had been counted.
    let counted: [Bool]
  }

  static let rows: [Row] = [
    Row(
      testDescription: "new copies", copies: [(1, false, false), (1, false, true)], counted: [false]
    ),
    Row(
      testDescription: "what was recorded stands in front",
      copies: [(2, true, true), (2, true, true), (2, true, false), (2, true, true)],
      counted: [true, true, false]),
    Row(
      testDescription: "after a copy that never was handed out nothing comes again",
      copies: [(2, true, true), (2, false, true), (2, true, true)], counted: [true, false, false]),
    Row(
      testDescription: "each connection begins anew",
      copies: [(1, false, false), (2, true, true), (2, true, false), (3, true, true)],
      counted: [true, true]),
    Row(
      testDescription: "a shared queue has no such order", isOrdered: false,
      copies: [(1, false, false), (1, true, true), (1, false, true)], counted: [true, false]),
  ]

  @Test("a returned copy is told from a second one by what stands before it", arguments: rows)
  func table(row: Row) {
    var returned = ReturnedCopies(isOrdered: row.isOrdered)
    var counted: [Bool] = []
    for (generation, redelivered, known) in row.copies {
      let delivery = Delivery(
        tag: DeliveryTag(generation: generation, number: 1), redelivered: redelivered,
        message: Message(exchange: "", routingKey: "", body: []))
      if known { counted.append(returned.isCounted(delivery)) }
      returned.note(delivery, isRecorded: known)
    }
    #expect(counted == row.counted)
  }
}
