import Cryptography
import Events
import Foundation
import Lanes
import Messaging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Sync

/// The sync service on a real broker and database, with one stand-in for all departments.
@Suite("cases over the broker") struct ExchangeTests {
  /// A virtual host with the exchanges and queues of the sync service, and the workers on it.
  final class Exchange {
    let url: String
    let broker: BrokerURI
    let bench: Bench
    let stop = StopSignal()
    let crew = Crew()

    init() throws {
      url = TestServers.makeVirtualHost("sync")
      broker = try BrokerURI(url)
      bench = try Bench()
      let administration = try Administration(broker, name: "sync tests")
      defer { administration.close() }
      let queues = [
        (Sync.tasksExchange, "tasks"), (Sync.resultsExchange, "sync.0"),
        (Sync.noticesExchange, "notices"), (DeadLetter.exchange, "deadletters"),
      ]
      for (exchange, queue) in queues {
        try administration.declareExchange(exchange, type: "topic")
        try administration.declareQueue(
          queue, arguments: [Field("x-queue-type", .text("quorum"))])
        try administration.bindQueue(queue, to: exchange, routingKey: "#")
      }
    }

    func start(answering: @escaping @Sendable (Value, Message) -> [Message]) {
      let endpoints = Endpoints(broker: broker, database: bench.url)
      let surroundings = Surroundings.real(stop: stop, log: Log(level: .silent))
      crew.start("sync") {
        Lane(
          stage: SyncStage { ["market-regulation", "tax", "social-security"] },
          queue: "sync.0", endpoints: endpoints, surroundings: surroundings
        ).run()
      }
      crew.start("relay") { OutboxRelay(endpoints: endpoints, surroundings: surroundings).run() }
      crew.start("timers") { TimerWorker(endpoints: endpoints, surroundings: surroundings).run() }
      let (broker, stop) = (broker, stop)
      crew.start("departments") {
        StandIn(broker: broker, stop: stop, answering: answering).run()
      }
    }

    func end() {
      stop.set()
      crew.join(within: 30)
      TestServers.deleteVirtualHost(url)
    }

    func count(_ queue: String) throws -> Int {
      let administration = try Administration(broker, name: "sync tests")
      defer { administration.close() }
      return try administration.inspectQueue(queue).messages
    }
  }

  /// Takes every task and gives the answers that a test wants.
  struct StandIn {
    let broker: BrokerURI
    let stop: StopSignal
    let answering: @Sendable (Value, Message) -> [Message]

    func run() {
      let consumer = Consumer(
        broker, queue: "tasks", prefetch: 100, name: "departments", log: { _ in })
      let publisher = Publisher(broker, name: "departments", log: { _ in })
      while !stop.isSet {
        guard let deliveries = try? consumer.take(max: 100, wait: 0.1), let last = deliveries.last
        else { continue }
        let answers = deliveries.flatMap { delivery in
          (try? Value(json: delivery.message.body)).map { answering($0, delivery.message) } ?? []
        }
        guard (try? publisher.publish(answers, confirmWithin: 10, deadline: 30)) != nil else {
          continue
        }
        _ = consumer.acknowledge(through: last.tag)
      }
      consumer.close()
      publisher.close()
    }
  }

  /// What departments did, by key, as their own books have it.
  final class Books: Sendable {
    let acts = Mutex<[String: Int]>([:])
    let attempts = Mutex<[String: Int]>([:])

    func note(_ key: String, id: String) {
      acts.withLock { $0[key, default: 0] += 1 }
      attempts.withLock { $0[id, default: 0] += 1 }
    }
  }

  static func answer(_ task: Value, _ message: Message, _ outcome: Outcome) -> Message {
    let body = Value.object([
      .init("case", task.member("case") ?? .null), .init("step", task.member("step") ?? .null),
      .init("attempt", task.member("attempt") ?? .null),
      .init("outcome", .string(outcome.rawValue)),
      .init("data", number("N-\(task.member("attempt")?.int64 ?? 0)")),
      .init("reason", .string(outcome == .accepted ? "" : "as the test wants")),
    ])
    let event = Event(
      id: "\(message.properties.messageID ?? "")/answer", source: "/department", type: "answer",
      traceparent: message.text("traceparent"), correlationID: message.properties.correlationID)
    return event.message(
      exchange: Sync.resultsExchange, routingKey: message.routingKey, body: body.jsonBytes)
  }

  @Test(
    "cases with refusals and repeated answers all end right; each act is asked for under one key")
  func many() throws {
    let exchange = try Exchange()
    defer { exchange.end() }
    let books = Books()
    let refused = Mutex<Set<String>>([])
    exchange.start { task, message in
      books.note(task.member("key")?.text ?? "", id: message.properties.messageID ?? "")
      let id = task.member("case")?.text ?? ""
      let isRefused = message.routingKey == "tax.open" && refused.withLock { $0.contains(id) }
      let answer = Self.answer(task, message, isRefused ? .refused : .accepted)
      return [answer, answer]
    }
    var ids: [String] = []
    for position in 0..<60 {
      let id = Hasher128().key("case", "key-\(position)").hex
      if position % 3 == 0 { refused.withLock { _ = $0.insert(id) } }
      ids.append(try exchange.bench.submit("key-\(position)"))
    }
    let cases = exchange.bench.cases
    #expect(
      try eventually(within: 60) {
        try cases.count().allSatisfy { $0.state == "completed" || $0.state == "compensated" }
      })
    for (position, id) in ids.enumerated() {
      let file = try cases.show(id)
      #expect(file.case.state == (position % 3 == 0 ? .compensated : .completed))
      #expect(file.replayed == file.case)
    }
    // Three acts and, where one was refused, two that undo the others.
    let (acts, attempts) = (books.acts.withLock(\.count), books.attempts.withLock(\.count))
    #expect(acts == 220 && attempts == 220)
    // Two channels for a completed case, one for a compensated.
    #expect(try eventually { try exchange.count("notices") == 100 })
    #expect(try exchange.count("deadletters") == 0)
  }

  @Test("a task travels as an event of its case: id, correlation, trace and partition")
  func message() throws {
    let exchange = try Exchange()
    defer { exchange.end() }
    let seen = Mutex<Message?>(nil)
    exchange.start { _, message in
      seen.withLock { $0 = $0 ?? message }
      return []
    }
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let id = try exchange.bench.cases.submit(
      exchange.bench.file, application: application, key: "k", traceparent: trace
    ).id
    #expect(eventually { seen.withLock { $0 != nil } })
    let message = try #require(seen.withLock { $0 })
    #expect(message.exchange == "gov.tasks" && message.routingKey == "market-regulation.register")
    #expect(message.properties.messageID == "\(id)/base/1/do")
    #expect(message.properties.correlationID == id)
    #expect(message.text("traceparent") == trace)
    #expect(message.text(Partition.header) == String(Partition(entity: "case:\(id)".utf8).number))
    let body = try Value(json: message.body)
    #expect(
      body.members?.map(\.name) == [
        "case", "flow", "step", "attempt", "task", "kind", "key", "input", "deadline",
      ])
    #expect(body.member("input") == application && body.member("kind")?.text == "do")
  }

  @Test("a department that does not answer in time is asked again, by the timer")
  func silence() throws {
    let exchange = try Exchange()
    defer { exchange.end() }
    let text = diamondText.replacing("\"60s\"", with: "\"500ms\"").replacing(
      "\"10s\"", with: "\"100ms\"")
    let file = try FlowFile(Array(text.utf8), file: "fast.json5")
    exchange.start { task, message in
      // The first attempt at anything is lost.
      task.member("attempt")?.int64 == 1 && message.routingKey != "social-security.insure"
        ? [] : [Self.answer(task, message, .accepted)]
    }
    let now: @Sendable () -> Instant = { Instant(seconds: Date().timeIntervalSince1970) }
    let cases = Cases(exchange.bench.database, now: now)
    let id = try cases.submit(file, application: application, key: "k").id
    #expect(try eventually(within: 30) { try cases.show(id).case.state == .completed })
    #expect(try cases.show(id).case.steps.map(\.attempts) == [2, 2, 1])
  }
}
