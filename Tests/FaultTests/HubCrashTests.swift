import Foundation
import HubSupport
import Messaging
import TestSupport
import Testing

/// kill -9 of the hub: nothing lost, nothing under two ids, the books balanced.
@Suite struct HubCrashTests {
  @Test("kill -9 again and again in the middle of the load loses and doubles nothing")
  func killedUnderLoad() async throws {
    try await onThread {
      let place = try Place()
      let load = 6_000
      let publishing = Thread { try? place.publish(0..<load) }
      publishing.start()
      var hub = place.start(["core"])
      for round in 1...4 {
        let goal = Int64(load * round / 6)
        _ = eventually(within: 180) { (place.books()?.accepted ?? 0) >= goal }
        hub.kill()
        hub = place.start(["core"])
      }
      try place.expectWhole(load)
      #expect(hub.stop() == 0, "SIGTERM ends the hub with 0: \(hub.text)")
    }
  }

  @Test(
    "a crash between any two effects of the core lane loses and doubles nothing",
    arguments: ["core.admitted", "core.confirmed", "core.committed", "core.acknowledged"])
  func crashedBetweenEffects(failpoint: String) async throws {
    try await onThread {
      let place = try Place()
      try place.publish(0..<1_200)
      for _ in 0..<2 {
        let hub = place.start(["core"], failpoint: failpoint)
        #expect(
          hub.status(within: 180) != nil,
          "the failpoint \(failpoint) was never reached: \(hub.text)"
        )
      }
      let hub = place.start(["core"])
      try place.expectWhole(1_200)
      #expect(hub.stop() == 0)
    }
  }

  @Test("two hubs share the partitions, and one takes over when the other is killed")
  func takeOver() async throws {
    try await onThread {
      let place = try Place()
      let first = place.start(["core"])
      let second = place.start(["core"])
      try place.publish(0..<2_000)
      _ = eventually(within: 180) { (place.books()?.accepted ?? 0) >= 500 }
      first.kill()
      try place.publish(2_000..<4_000)
      try place.expectWhole(4_000)
      #expect(second.stop() == 0)
    }
  }
}
