import Events
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Lanes

/// A stage that has to ask before it can decide: it leaves messages undecided in `work` and asks in `prepare`.
@Suite struct AskingTests {
  private struct AskingStage: Stage {
    let name = "relay"
    let mayOverlap = true
    let isAway: @Sendable () -> Bool
    var inner = TestStage()

    struct Away: Error {}

    mutating func work(_ batch: inout Batch) {
      inner.work(&batch)
      for index in batch.items.indices where batch.items[index].asks {
        batch.items[index].verdict = .undecided
      }
    }

    mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws {
      guard batch.items.contains(where: \.isUndecided) else { return }
      if isAway() { throw Away() }
      inner.work(&batch)
    }
  }

  @Test("while nobody answers, the batch waits and no message dies; then everything goes on, once")
  func away() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      let tries = Mutex(0)
      try place.publish(events(0..<50) + [event("id-a", "ok ask")] + events(50..<100))
      let stage = AskingStage {
        tries.withLock {
          $0 += 1
          return $0 <= 3
        }
      }
      let lane = Running(place, stage)
      let published = try place.take("published") { $0.count >= 101 }
      #expect(try eventually { try place.ledger(database).accepted == 101 })
      lane.end()
      #expect(Set(ids(published)).count == 101)
      #expect(tries.withLock { $0 } >= 4)
      let entry = try place.ledger(database)
      #expect([entry.published, entry.dead] == [101, 0])
    }
  }
}

extension Batch.Item {
  fileprivate var asks: Bool { String(decoding: delivery.message.body, as: UTF8.self) == "ok ask" }

  fileprivate var isUndecided: Bool {
    if case .undecided = verdict { return true }
    return false
  }
}
