import Events
import Foundation
import Lanes
import Messaging
import SampleCity
import Storage
import Sync
import Synchronization

/// What the sync role runs, and a fake department that accepts everything, until so many answers are folded and committed.
struct SagaWorkers {
  let place: BenchPlace
  let log: Log

  static let steps = 5
  private static let department = "fake"
  private static let partitions = 2
  private static let submitters = 4

  static func flow() throws -> FlowFile {
    let steps = (1...steps).map { number in
      """
      step\(number): { department: "\(department)", task: "act\(number)", timeout: "1h",
        \(number > 1 ? "after: [\"step\(number - 1)\"]," : "") input: { name: "application.name" },
        retry: { attempts: 3, backoff: "1m" }, compensation: { task: "undo\(number)", timeout: "1h" } }
      """
    }
    let text = """
      { name: "bench", title: "bench", version: 1, operators: { queue: "desk", remind: "1d" },
        steps: { \(steps.joined(separator: ",\n")) } }
      """
    return try FlowFile(Array(text.utf8), file: "bench.json5")
  }

  static func application(_ number: Int) -> Value {
    .object([.init("name", .string("杭州西湖第\(number)号科技有限公司")), .init("employees", .int(12))])
  }

  /// The exchanges and queues as the topology has them.
  static func declare(on place: BenchPlace) throws {
    let administration = try Administration(place.endpoints.broker, name: "tongban bench")
    defer { administration.close() }
    let quorum = [Field("x-queue-type", .text("quorum"))]
    for exchange in [Sync.tasksExchange, Sync.resultsExchange] {
      try administration.declareExchange(exchange, type: "topic")
    }
    let hash = Sync.resultsExchange + ".partitions"
    try administration.declareExchange(
      hash, type: "x-consistent-hash", arguments: [Field("hash-header", .text(Partition.header))])
    try administration.bindExchange(hash, to: Sync.resultsExchange, routingKey: "#")
    for number in 0..<partitions {
      try administration.declareQueue(
        "sync.\(number)", arguments: quorum + [Field("x-single-active-consumer", .bool(true))])
      try administration.bindQueue("sync.\(number)", to: hash, routingKey: "1")
    }
    try administration.declareQueue("tasks.\(department)", arguments: quorum)
    try administration.bindQueue(
      "tasks.\(department)", to: Sync.tasksExchange, routingKey: "\(department).#")
  }

  private func surroundings(_ stop: StopSignal) -> Surroundings {
    Surroundings(
      now: { Instant(seconds: Date().timeIntervalSince1970) },
      random: { Double.random(in: 0..<1) }, stop: stop, log: log)
  }

  /// Submits the cases, each in a transaction of its own; returns the seconds that it took.
  func submit(_ cases: Int, round: Int) throws -> Double {
    let file = try Self.flow()
    let failures = Mutex<[String]>([])
    let crew = Crew()
    let (url, now) = (place.endpoints.database, surroundings(StopSignal()).now)
    let start = ContinuousClock.now
    for part in 0..<Self.submitters {
      crew.start("bench submitter") {
        let database = Database(url, name: "tongban bench submitter")
        defer { database.close() }
        do {
          for number in stride(from: part, to: cases, by: Self.submitters) {
            _ = try Cases(database, now: now).submit(
              file, application: Self.application(number), key: "round-\(round)-\(number)")
          }
        } catch { failures.withLock { $0.append("\(error)") } }
      }
    }
    crew.join()
    if let failure = failures.withLock({ $0.first }) { throw SettingsError(failure) }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Works until so many answers are committed; returns the seconds that it took.
  func work(_ answers: Int) throws -> Double {
    let database = Database(place.endpoints.database, name: "tongban bench sagas")
    defer { database.close() }
    let before = try folded(in: database)
    let (stop, crew, endpoints) = (StopSignal(), Crew(), place.endpoints)
    let surroundings = surroundings(stop)
    let start = ContinuousClock.now
    for number in 0..<Self.partitions {
      crew.start("bench sync \(number)") {
        Lane(
          stage: SyncStage(departments: { [Self.department] }), queue: "sync.\(number)",
          endpoints: endpoints, surroundings: surroundings
        ).run()
      }
    }
    crew.start("bench outbox") {
      OutboxRelay(endpoints: endpoints, surroundings: surroundings).run()
    }
    crew.start("bench timers") {
      TimerWorker(endpoints: endpoints, surroundings: surroundings).run()
    }
    crew.start("bench fake department") {
      StandInDepartment(Self.department, broker: endpoints.broker, surroundings: surroundings) {
        _ in .accept
      }.run()
    }
    defer {
      stop.set()
      crew.join(within: 60)
    }
    while try folded(in: database) - before < answers {
      guard ContinuousClock.now - start < .seconds(600) else {
        throw SettingsError("\(answers) answers were not folded within ten minutes")
      }
      usleep(20_000)
    }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// The ledger is written in the transaction of each batch, so it tells what is durable.
  private func folded(in database: Database) throws -> Int {
    let entries = try Ledger.totals(in: database).filter { $0.stage == "sync" }
    guard entries.allSatisfy({ $0.dead == 0 }) else {
      throw SettingsError("an answer of the bench became a dead letter")
    }
    return entries.reduce(0) { $0 + Int($1.published) }
  }
}
