import Foundation
import TestSupport
import Testing

@testable import Messaging

/// What any transport must promise, against the real broker with quorum queues.
@Suite struct ConformanceTests {
  @Test("what is published is delivered, in order, with all it carries")
  func publishAndTake() async throws {
    try await onThread {
      let place = try Place()
      let publisher = place.publisher()
      let outcomes = try publisher.publish(
        place.messages(0..<2_500), confirmWithin: 10, deadline: 60)
      #expect(outcomes == Array(repeating: .confirmed, count: 2_500))
      let consumer = place.consumer()
      let got = try collect(2_500, from: consumer)
      #expect(ids(got) == expectedIDs(0..<2_500))
      #expect(got.allSatisfy { !$0.redelivered && $0.message.properties.persistent })
      #expect(got.last.map { String(decoding: $0.message.body, as: UTF8.self) } == "body 2499")
      publisher.close()
      consumer.close()
    }
  }

  @Test(
    "confirms may be awaited batch by batch while the next batch is under way, outcomes in order")
  func batchByBatch() async throws {
    try await onThread {
      let place = try Place()
      let publisher = place.publisher()
      var lost = place.message(7)
      lost.routingKey = "no-such-queue"
      try publisher.send(place.messages(0..<500) + [lost])
      for round in 1...4 {
        try publisher.send(place.messages(round * 500..<round * 500 + 500))
        let count = round == 1 ? 501 : 500
        let outcomes = try publisher.awaitConfirms(first: count, within: 10, deadline: 60)
        #expect(outcomes.count == count)
        #expect(outcomes.prefix(500).allSatisfy { $0 == .confirmed })
        if round == 1 { #expect(outcomes.last == .returned(code: 312, text: "NO_ROUTE")) }
        #expect(publisher.outstanding == 500)
      }
      #expect(try publisher.awaitConfirms(within: 10, deadline: 60).count == 500)
      #expect(ids(try collect(2_500, from: place.consumer())) == expectedIDs(0..<2_500))
      publisher.close()
    }
  }

  @Test("properties and headers of every field type survive the way")
  func everythingSurvives() async throws {
    try await onThread {
      let place = try Place()
      let sent = place.full
      let publisher = place.publisher()
      #expect(try publisher.publish([sent], confirmWithin: 10, deadline: 30) == [.confirmed])
      #expect(try collect(1, from: place.consumer()).first?.message == sent)
    }
  }

  @Test(
    "bodies from nothing to several frames arrive whole",
    arguments: [0, 1, 131_063, 131_064, 1_000_000])
  func bodySizes(size: Int) async throws {
    try await onThread {
      let place = try Place()
      var message = place.message(1)
      message.body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
      let publisher = place.publisher()
      let outcomes = try publisher.publish(
        [message, place.message(2)], confirmWithin: 10, deadline: 30)
      #expect(outcomes == [.confirmed, .confirmed])
      let got = try collect(2, from: place.consumer())
      #expect(got.first?.message.body == message.body)
      #expect(ids(got) == expectedIDs(1..<3))
    }
  }

  @Test("what is not acknowledged comes again, marked as redelivered")
  func redelivery() async throws {
    try await onThread {
      let place = try Place()
      _ = try place.publisher().publish(place.messages(0..<10), confirmWithin: 10, deadline: 30)
      let first = place.consumer()
      let got = try collect(10, from: first, acknowledging: false)
      #expect(first.acknowledge(through: got[3].tag))
      first.close()
      let again = try collect(6, from: place.consumer())
      #expect(ids(again) == expectedIDs(4..<10))
      #expect(again.allSatisfy { $0.redelivered })
    }
  }

  @Test("no acknowledgement, no next: the prefetch bounds what is under way")
  func prefetchBounds() async throws {
    try await onThread {
      let place = try Place()
      _ = try place.publisher().publish(place.messages(0..<10), confirmWithin: 10, deadline: 30)
      let consumer = place.consumer(prefetch: 3)
      let got = try collect(3, from: consumer, acknowledging: false)
      #expect(try consumer.take(max: 10, wait: 0.3).isEmpty)
      #expect(consumer.acknowledge(through: got[1].tag))
      #expect(ids(try collect(2, from: consumer, acknowledging: false)) == expectedIDs(3..<5))
    }
  }

  @Test("a rejected delivery returns to the queue or leaves it, as asked")
  func rejection() async throws {
    try await onThread {
      let place = try Place()
      _ = try place.publisher().publish(place.messages(0..<2), confirmWithin: 10, deadline: 30)
      let consumer = place.consumer()
      let got = try collect(2, from: consumer, acknowledging: false)
      #expect(consumer.reject(got[0].tag, requeue: false))
      #expect(consumer.reject(got[1].tag, requeue: true))
      let again = try collect(1, from: consumer)
      #expect(ids(again) == ["id-1"])
      #expect(!consumer.acknowledge(through: got[1].tag), "an acknowledged tag is not sent again")
    }
  }

  @Test("a tag of an earlier connection acknowledges nothing on a later one")
  func staleTags() async throws {
    try await onThread {
      let place = try Place()
      let consumer = place.consumer()
      _ = try place.publisher().publish(place.messages(0..<1), confirmWithin: 10, deadline: 30)
      let tag = try #require(try collect(1, from: consumer, acknowledging: false).first?.tag)
      let stale = DeliveryTag(generation: tag.generation - 1, number: tag.number)
      #expect(!consumer.acknowledge(through: stale))
      #expect(!consumer.acknowledge(stale))
      #expect(!consumer.reject(stale, requeue: false))
      #expect(consumer.acknowledge(tag))
    }
  }

  @Test("a closed consumer and a closed publisher say so; another goes on where they ended")
  func closing() async throws {
    try await onThread {
      let place = try Place()
      let publisher = place.publisher()
      _ = try publisher.publish(place.messages(0..<4), confirmWithin: 10, deadline: 30)
      publisher.close()
      publisher.close()
      #expect(throws: MessagingError(.closed, at: "", "")) {
        try publisher.publish(place.messages(4..<5), confirmWithin: 10, deadline: 30)
      }
      let consumer = place.consumer()
      _ = try collect(2, from: consumer)
      consumer.close()
      consumer.close()
      #expect(throws: MessagingError(.closed, at: "", "")) { try consumer.take(max: 1, wait: 1) }
      #expect(ids(try collect(2, from: place.consumer())) == expectedIDs(2..<4))
    }
  }

  @Test("closing a publisher loses nothing that was sent")
  func closeAfterSend() async throws {
    try await onThread {
      let place = try Place()
      let publisher = place.publisher()
      try publisher.send(place.messages(0..<500), deadline: 30)
      publisher.close()
      #expect(ids(try collect(500, from: place.consumer())) == expectedIDs(0..<500))
    }
  }

  @Test("sending may overlap with other work and several sends are awaited at once")
  func overlappingSends() async throws {
    try await onThread {
      let place = try Place()
      let publisher = place.publisher()
      for start in stride(from: 0, to: 300, by: 100) {
        try publisher.send(place.messages(start..<start + 100), deadline: 30)
      }
      #expect(publisher.outstanding == 300)
      let outcomes = try publisher.awaitConfirms(within: 10, deadline: 30)
      #expect(outcomes == Array(repeating: .confirmed, count: 300))
      #expect(try publisher.publish([], confirmWithin: 1, deadline: 1).isEmpty)
    }
  }

  @Test("many publishers and consumers at once lose and double nothing")
  func concurrency() async throws {
    let place = try await onThread { try Place() }
    let seen = Log()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<4 {
        group.addTask {
          try await onThread {
            let publisher = place.publisher()
            for start in stride(from: lane * 500, to: lane * 500 + 500, by: 50) {
              _ = try publisher.publish(
                place.messages(start..<start + 50), confirmWithin: 10, deadline: 60)
            }
            publisher.close()
          }
        }
      }
      for _ in 0..<2 {
        group.addTask {
          try await onThread {
            let consumer = place.consumer(prefetch: 100)
            _ = try eventually {
              let batch = try consumer.take(max: 64, wait: 0.2)
              for id in ids(batch) { seen.add(id) }
              if let last = batch.last { consumer.acknowledge(through: last.tag) }
              return seen.all.count >= 2_000
            }
            consumer.close()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(seen.all.sorted() == expectedIDs(0..<2_000).sorted())
  }

  @Test("an unroutable message is returned in its own slot; the others are confirmed")
  func unroutable() async throws {
    try await onThread {
      let place = try Place()
      var batch = place.messages(0..<300)
      let lost = [0, 7, 8, 150, 299]
      for index in lost { batch[index].routingKey = "nowhere" }
      let outcomes = try place.publisher().publish(batch, confirmWithin: 10, deadline: 30)
      for (index, outcome) in outcomes.enumerated() {
        let expected: Publisher.Outcome =
          lost.contains(index) ? .returned(code: 312, text: "NO_ROUTE") : .confirmed
        #expect(outcome == expected, "message \(index)")
      }
      #expect(try collect(295, from: place.consumer()).count == 295)
    }
  }

  @Test("an empty queue gives an empty batch, and the next message wakes the wait")
  func waiting() async throws {
    try await onThread {
      let place = try Place()
      let consumer = place.consumer()
      #expect(try consumer.take(max: 5, wait: 0).isEmpty)
      #expect(try consumer.take(max: 5, wait: 0.05).isEmpty)
      #expect(consumer.isConnected)
      _ = try place.publisher().publish(place.messages(0..<1), confirmWithin: 10, deadline: 30)
      #expect(try consumer.take(max: 5, wait: 30).count == 1)
    }
  }
}
