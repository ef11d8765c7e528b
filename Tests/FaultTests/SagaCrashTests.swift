import Cryptography
import Foundation
import HubSupport
import Lanes
import Messaging
import SampleCity
import Synchronization
import TestSupport
import Testing

/// kill -9 of the sync role with cases in flight: every case ends, and every act is done once.
@Suite struct SagaCrashTests {
  @Test("cases end right although the sync role is killed again and again, and no act has two keys")
  func killed() async throws {
    try await onThread {
      let place = try Place()
      let departments = Departments(place)
      defer { departments.end() }
      var hub = place.start(["sync"])
      try submit(24, to: place)
      for done in [4, 10, 16] {
        _ = eventually(within: 40) {
          cases(place, in: "completed") + cases(place, in: "compensated") >= done
        }
        hub.kill()
        hub = place.start(["sync"])
      }
      expectAllEnded(24, place, departments)
      #expect(hub.stop() == 0, "\(hub.text)")
    }
  }

  @Test(
    "a crash between any two effects of the sync lane, of its timers and of the outbox leaves all cases right",
    arguments: [
      "sync.admitted", "sync.committed", "sync.acknowledged", "outbox.confirmed",
      "outbox.committed",
    ])
  func failpoints(point: String) async throws {
    try await onThread {
      let place = try Place()
      let departments = Departments(place)
      defer { departments.end() }
      let crashing = place.start(["sync"], failpoint: point)
      let isAtWork = eventually { crashing.text.contains("at work") || !crashing.isRunning }
      try #require(isAtWork)
      try submit(8, to: place)
      #expect(
        crashing.status(within: 180) != nil,
        "the failpoint \(point) was never reached: \(crashing.text)")
      let hub = place.start(["sync"])
      expectAllEnded(8, place, departments)
      #expect(hub.stop() == 0, "\(hub.text)")
    }
  }
}

/// Every fourth applicant is one that tax refuses.
private func submit(_ count: Int, to place: Place) throws {
  for number in 0..<count {
    let name = number % 4 == 3 ? "皮包\(number)" : "科技\(number)"
    let application = """
      {"name":"\(name)","legalRepresentative":"王小宁","address":"文三路\(number)号","division":"330106"}
      """
    // The hub's first start makes the tables; until then a submission fails and is made again.
    let isIn = eventually {
      Tongban.run(
        ["case", "submit", "enterprise-startup", "-", "--key", "k\(number)"],
        environment: place.environment, input: Array(application.utf8)
      ).status == 0
    }
    try #require(isIn)
  }
}

private func cases(_ place: Place, in state: String) -> Int {
  Tongban.run(["case", "list", "--state", state, "--json"], environment: place.environment)
    .output.split(separator: "\n").count
}

private func expectAllEnded(_ count: Int, _ place: Place, _ departments: Departments) {
  let held = eventually(within: 90) {
    cases(place, in: "completed") == count * 3 / 4 && cases(place, in: "compensated") == count / 4
  }
  #expect(
    held,
    "\(cases(place, in: "completed")) completed, \(cases(place, in: "compensated")) compensated of \(count)"
  )
  // Five acts of a case that completes; of one that tax refuses the review, the refused one, and three done and undone.
  let acts = departments.acts
  #expect(acts.count == count * 3 / 4 * 5 + count / 4 * 8, "acts under different keys")
  #expect(departments.ids.count == acts.count, "tasks under different ids: a repeat has the same")
}

/// The four departments' stand-ins, and their own books of what they were asked.
private final class Departments: Sendable {
  private let stop = StopSignal()
  private let keys = Mutex<Set<String>>([])
  private let tasks = Mutex<Set<String>>([])
  private let crew = Mutex(Crew())

  init(_ place: Place) {
    let surroundings = Surroundings.real(stop: stop, log: Log(level: .silent))
    for department in ["market-regulation", "public-security", "tax", "social-security"] {
      let standIn = StandInDepartment(
        department, broker: place.broker, surroundings: surroundings
      ) { [self] task in
        _ = keys.withLock { $0.insert(task.key) }
        _ = tasks.withLock { $0.insert("\(task.key)/\(task.attempt)") }
        let isRefused = department == "tax" && task.kind == "do"
        return isRefused && task.input.name?.contains("皮包") == true
          ? .refuse(reason: "信用") : .accept
      }
      crew.withLock { $0.start("stand-in \(department)") { standIn.run() } }
    }
  }

  var acts: Set<String> { keys.withLock { $0 } }
  var ids: Set<String> { tasks.withLock { $0 } }

  func end() { stop.set() }
}
