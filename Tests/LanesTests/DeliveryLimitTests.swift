import Foundation
import Messaging
import Storage
import TestSupport
import Testing

@testable import Lanes

/// Trouble must not become dead letters through the queue's own delivery limit.
@Suite struct DeliveryLimitTests {
  /// The queue `in` again, which gives up what came back three times.
  private static func limit(_ place: Place) throws {
    let administration = try Administration(place.endpoints.broker, name: "test")
    try administration.deleteQueue("in")
    try administration.declareQueue(
      "in",
      arguments: [
        Field("x-queue-type", .text("quorum")), Field("x-single-active-consumer", .bool(true)),
        Field("x-delivery-limit", .int(3)),
        Field("x-dead-letter-exchange", .text(DeadLetter.exchange)),
      ])
    administration.close()
  }

  @Test(
    "commits that always end in a lost connection give the messages back once, not time after time")
  func lostCommits() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      try Self.limit(place)
      try database.script(
        """
        create function cut() returns trigger language plpgsql as
          $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create constraint trigger cut after insert or update on ledger
          deferrable initially deferred for each row execute function cut();
        """)
      try place.publish(events(0..<10))
      let lane = Running(place)
      #expect(eventually { place.log.all.filter { $0.contains("next try in") }.count >= 6 })
      try database.script("drop trigger cut on ledger")
      #expect(try eventually(within: 60) { try place.ledger(database).accepted == 10 })
      lane.end()
      #expect(try place.take("letters") { _ in true }.isEmpty)
      let entry = try place.ledger(database)
      #expect([entry.published, entry.duplicate, entry.redelivered] == [10, 0, 0])
    }
  }

  @Test("in long trouble the messages are given back once, and taken again when it is over")
  func longTrouble() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      try Self.limit(place)
      let administration = try Administration(place.endpoints.broker, name: "test")
      try administration.deleteExchange("out")
      try place.publish(events(0..<10))
      var limits = LaneLimits()
      limits.holdAtMost = 0.5
      let lane = Running(place, limits: limits)
      #expect(eventually { place.log.all.contains { $0.contains("is given back") } })
      #expect(try eventually { try administration.inspectQueue("in").messages == 10 })
      let before = place.log.all.filter { $0.contains("next try in") }.count
      #expect(
        eventually { place.log.all.filter { $0.contains("next try in") }.count >= before + 3 })
      #expect(place.log.all.filter { $0.contains("is given back") }.count == 1)
      #expect(try administration.inspectQueue("in").messages == 10)
      try administration.declareExchange("out", type: "topic")
      try administration.bindQueue("published", to: "out", routingKey: "known.#")
      #expect(try eventually(within: 60) { try place.ledger(database).accepted == 10 })
      let published = try place.take("published") { Set(ids($0)).count == 10 }
      lane.end()
      #expect(Set(bodies(published)).count == 10)
      #expect(try place.take("letters") { _ in true }.isEmpty)
    }
  }
}
