import Events
import Foundation
import HubSupport
import Lanes
import Messaging
import SampleCity
import Synchronization
import TestSupport
import Testing

/// kill -9 of the sync role between any two effects of its timers, its locks and the changes that cases await.
@Suite struct CaseFailpointTests {
  @Test(
    "cases that time out, wait their turn and await changes all end, whatever effect a crash came behind",
    arguments: [
      "timers.prepared", "timers.woken", "timers.admitted", "timers.begun", "case-events.admitted",
      "case-events.committed", "case-events.acknowledged", "supervision.prepared",
      "supervision.looked",
    ])
  func failpoints(point: String) async throws {
    try await onThread {
      let home = try Self.home()
      defer { try? FileManager.default.removeItem(at: home) }
      let place = try Place(home: home)
      let departments = FalteringDepartments(place)
      defer { departments.end() }
      let crashing = place.start(["sync"], failpoint: point)
      let isAtWork = eventually { crashing.text.contains("at work") || !crashing.isRunning }
      try #require(isAtWork)
      for number in 0..<6 {
        let isIn = eventually {
          Tongban.run(
            ["case", "submit", "crash-lab", "-", "--key", "k\(number)"],
            environment: place.environment,
            input: Array("{\"name\":\"enterprise \(number / 2)\"}".utf8)
          ).status == 0
        }
        try #require(isIn)
      }
      let publisher = Publisher(place.broker, name: "changes", log: { _ in })
      defer { publisher.close() }
      func tell() throws {
        _ = try publisher.publish(
          (0..<3).map(Self.change), confirmWithin: 20, deadline: 60)
      }
      try tell()
      #expect(
        crashing.status(within: 120) != nil,
        "the failpoint \(point) was never reached: \(crashing.text)")
      let hub = place.start(["sync"])
      try tell()
      let allEnd = eventually(within: 120) { Self.cases(place, in: "completed") == 6 }
      #expect(allEnd, "\(Self.cases(place, in: "completed")) of 6 completed; \(hub.text)")
      // Two acts a case, each under one key however often it was asked for, and never two holders of one name.
      #expect(departments.acts.count == 12, "\(departments.acts.sorted())")
      #expect(departments.overlaps.isEmpty, "\(departments.overlaps)")
      // Every first step was late before it waited for anything: one red card each.
      let isCarded = eventually { Self.redCards(place) == 6 }
      #expect(isCarded, "\(Self.redCards(place)) red cards of 6")
      #expect(hub.stop() == 0, "\(hub.text)")
    }
  }

  private static func home() throws -> URL {
    let home = FileManager.default.temporaryDirectory.appending(path: "lab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    for folder in ["topology", "adapters"] {
      try FileManager.default.copyItem(
        at: Tongban.project.appending(path: folder), to: home.appending(path: folder))
    }
    try Data(lab.utf8).write(to: home.appending(path: "topology/flows/crash-lab.json5"))
    return home
  }

  private static let lab = """
    { name: "crash-lab", title: "t", version: 1, operators: { queue: "desk", remind: "1d" },
      entities: [{ kind: "enterprise-name", value: "application.name", lock: true }],
      conflict: { wait: "1h" },
      steps: {
        hold: { department: "tax", task: "hold", timeout: "1s", limits: "500ms", retry: { attempts: 9, backoff: "200ms" },
          input: { name: "application.name" },
          awaits: [{ code: "HELD", event: "std.social-insurance.v1", member: "name", key: "application.name",
            within: "1h", again: "3s" }],
          compensation: { needless: "a trial" } },
        then: { department: "social-security", task: "then", after: "hold", timeout: "1s",
          input: { name: "application.name" },
          retry: { attempts: 9, backoff: "200ms" }, compensation: { needless: "a trial" } },
      } }
    """

  private static func change(_ number: Int) -> Message {
    let name = "std.social-insurance.v1.updated"
    return Event(id: UUID().uuidString, source: "/tongban/core", type: name).message(
      exchange: "gov.standard", routingKey: "\(name).330106",
      body: Array("{\"name\":\"enterprise \(number)\"}".utf8))
  }

  private static func redCards(_ place: Place) -> Int {
    Tongban.run(["supervision", "cards", "--json"], environment: place.environment)
      .output.split(separator: "\n").filter { $0.contains("\"red\"") && $0.contains("\"hold\"") }
      .count
  }

  private static func cases(_ place: Place, in state: String) -> Int {
    Tongban.run(["case", "list", "--state", state, "--json"], environment: place.environment)
      .output.split(separator: "\n").count
  }
}

/// Departments that say nothing to a first attempt and refuse a second one for now, and their books.
private final class FalteringDepartments: Sendable {
  private let stop = StopSignal()
  private let keys = Mutex<Set<String>>([])
  /// Which case holds a name, from its first task to its last.
  private let holders = Mutex<[String: String]>([:])
  private let clashes = Mutex<[String]>([])
  private let crew = Mutex(Crew())

  init(_ place: Place) {
    let surroundings = Surroundings.real(stop: stop, log: Log(level: .silent))
    for department in ["tax", "social-security"] {
      let standIn = StandInDepartment(
        department, broker: place.broker, surroundings: surroundings
      ) { [self] task in
        _ = keys.withLock { $0.insert(task.key) }
        hold(task)
        switch (department, task.attempt) {
        case (_, 1): return .silence
        case ("tax", 2): return .refuse(reason: "held elsewhere", code: "HELD")
        default: return .accept
        }
      }
      crew.withLock { $0.start("stand-in \(department)") { standIn.run() } }
    }
  }

  private func hold(_ task: StandInDepartment.Task) {
    guard let name = task.input.name else { return }
    let holder = holders.withLock { holders in
      let holder = holders[name] ?? task.case
      // The last step's accepted attempt is the end; a late repeat of it belongs to the case before.
      holders[name] = task.step == "hold" && task.attempt == 1 ? task.case : holder
      return holder
    }
    if holder != task.case, task.step == "hold", task.attempt > 1 {
      clashes.withLock { $0.append("\(name): \(task.case) while \(holder) holds it") }
    }
  }

  var acts: Set<String> { keys.withLock { $0 } }
  var overlaps: [String] { clashes.withLock { $0 } }

  func end() { stop.set() }
}
