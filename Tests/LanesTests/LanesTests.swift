import Cryptography
import Events
import Foundation
import Messaging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Lanes

/// A virtual host and a database of their own on the real servers, with the queues of a small exchange:
/// `in` is worked on, `published` and `letters` take what comes of it.
final class Place: Sendable {
  let brokerURL: String
  let databaseURL: String
  let endpoints: Endpoints
  let log = Lines()

  init() throws {
    brokerURL = TestServers.makeVirtualHost("lanes")
    databaseURL = TestServers.makeDatabase("lanes")
    endpoints = Endpoints(broker: try BrokerURI(brokerURL), database: databaseURL)
    let administration = try Administration(endpoints.broker, name: "test setup")
    let quorum = Field("x-queue-type", .text("quorum"))
    try administration.declareQueue(
      "in", arguments: [quorum, Field("x-single-active-consumer", .bool(true))])
    for queue in ["published", "letters"] {
      try administration.declareQueue(queue, arguments: [quorum])
    }
    try administration.declareExchange("out", type: "topic")
    try administration.bindQueue("published", to: "out", routingKey: "known.#")
    try administration.declareExchange(DeadLetter.exchange, type: "topic")
    try administration.bindQueue("letters", to: DeadLetter.exchange, routingKey: "#")
    administration.close()
    try database().migrate(LaneMigrations.name, LaneMigrations.all)
  }

  deinit {
    TestServers.deleteVirtualHost(brokerURL)
    TestServers.dropDatabase(databaseURL)
  }

  func database(_ name: String = "test") -> Database { Database(databaseURL, name: name) }

  func surroundings(
    _ stop: StopSignal, failpoint: @escaping @Sendable (String) -> Void = { _ in }
  ) -> Surroundings {
    Surroundings(
      now: { Instant(seconds: Date().timeIntervalSince1970) }, random: { Double.random(in: 0..<1) },
      stop: stop, log: Log(level: .debug) { [log] in log.add($0) }, failpoint: failpoint)
  }

  func publish(_ messages: [Message]) throws {
    let publisher = Publisher(endpoints.broker, name: "test publisher", log: { _ in })
    let outcomes = try publisher.publish(messages, confirmWithin: 10, deadline: 60)
    #expect(outcomes.allSatisfy { $0 == .confirmed })
    publisher.close()
  }

  /// Everything that is in a queue or comes until `isEnough`.
  func take(_ queue: String, until isEnough: ([Message]) throws -> Bool) throws -> [Message] {
    let consumer = Consumer(
      endpoints.broker, queue: queue, prefetch: 1_000, name: "test consumer", log: { _ in })
    defer { consumer.close() }
    var messages: [Message] = []
    let held = try eventually(within: 60) {
      let deliveries = try consumer.take(max: 1_000, wait: 0.1)
      messages += deliveries.map(\.message)
      if let last = deliveries.last { consumer.acknowledge(through: last.tag) }
      return try isEnough(messages)
    }
    #expect(held, "\(messages.count) messages came from \(queue)")
    return messages
  }

  /// The ledger's sums of the test stage.
  func ledger(_ database: Database) throws -> Ledger.Entry {
    try Ledger.totals(in: database).first ?? Ledger.Entry()
  }

  /// Ends the AMQP connections of a name, as an operator would in the console; waits until there are some to end.
  func cutConnections(_ name: String) throws {
    #expect(try eventually(within: 20) { try closeConnections(name) > 0 })
  }

  private func closeConnections(_ name: String) throws -> Int {
    struct Listed: Decodable {
      struct Properties: Decodable { let connectionName: String? }
      let name: String
      let clientProperties: Properties?
      let userProvidedName: String?
    }
    let host = endpoints.broker.virtualHost
    let text = TestServers.run(
      "/usr/bin/curl", ["-sSf", "\(TestServers.managementURL)/api/vhosts/\(host)/connections"])
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    var count = 0
    for one in try decoder.decode([Listed].self, from: Data(text.utf8))
    where (one.userProvidedName ?? one.clientProperties?.connectionName ?? "").hasPrefix(name) {
      let path = one.name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      TestServers.run(
        "/usr/bin/curl",
        ["-sS", "-X", "DELETE", "\(TestServers.managementURL)/api/connections/\(path)"])
      count += 1
    }
    return count
  }

  func endBackends(_ name: String, through database: Database) throws {
    try database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity "
        + "where datname = current_database() and application_name like $1", [.text(name + "%")])
  }
}

/// The lines of a log.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  func add(_ line: String) { lines.withLock { $0.append(line) } }
  var all: [String] { lines.withLock { $0 } }
}

/// A lane at work on a thread of its own until it is told to stop.
final class Running {
  private let stop = StopSignal()
  private let ended = DispatchSemaphore(value: 0)

  init(
    _ place: Place, stage: TestStage = TestStage(), limits: LaneLimits = LaneLimits(),
    failpoint: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    let surroundings = place.surroundings(stop, failpoint: failpoint)
    run {
      Lane(
        stage: stage, queue: "in", endpoints: place.endpoints, surroundings: surroundings,
        limits: limits
      ).run()
    }
  }

  init(_ place: Place, _ stage: some Stage & Sendable) {
    let surroundings = place.surroundings(stop)
    run {
      Lane(stage: stage, queue: "in", endpoints: place.endpoints, surroundings: surroundings).run()
    }
  }

  init(relayOf place: Place, failpoint: @escaping @Sendable (String) -> Void = { _ in }) {
    let surroundings = place.surroundings(stop, failpoint: failpoint)
    run { OutboxRelay(endpoints: place.endpoints, surroundings: surroundings).run() }
  }

  private func run(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread { [ended] in
      body()
      ended.signal()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  func end() {
    stop.set()
    #expect(ended.wait(timeout: .now() + 60) == .success, "the lane stops when it is told to")
  }
}

/// A stage that does what the body says: `ok`, `two`, `bad`, `mixed`, `nowhere`, `large`, `nothing`, `poison`;
/// anything else stays undecided.
struct TestStage: Stage {
  let name = "relay"
  var writes = false
  /// What writes in `prepare` may not overlap.
  var mayOverlap: Bool { !writes }

  mutating func work(_ batch: inout Batch) {
    for index in batch.items.indices {
      batch.items[index].source = "tax"
      guard case .undecided = batch.items[index].verdict else { continue }
      let item = batch.items[index]
      let words = String(decoding: item.delivery.message.body, as: UTF8.self)
      let letter = DeadLetter(
        stage: "relay.work", code: "BAD", place: "word 1", expectation: "good")
      switch words.split(separator: " ").first {
      case "ok", "poison": batch.items[index].verdict = .outputs([output(of: item, "a")])
      case "two":
        batch.items[index].verdict = .outputs([output(of: item, "a"), output(of: item, "b")])
      case "bad": batch.items[index].verdict = .dead(letter)
      case "mixed": batch.items[index].verdict = .dead(letter, outputs: [output(of: item, "a")])
      case "nowhere":
        batch.items[index].verdict = .outputs([
          output(of: item, "a", "unknown.one"), output(of: item, "b"),
          output(of: item, "c", "unknown.two"),
        ])
      case "large":
        batch.items[index].verdict = .outputs([
          output(of: item, "a", String(repeating: "k", count: 300))
        ])
      case "nothing": batch.items[index].verdict = .outputs([])
      default: break
      }
    }
  }

  mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws {
    guard writes else { return }
    for item in batch.items where !item.verdict.outputs.isEmpty {
      let body = String(decoding: item.delivery.message.body, as: UTF8.self)
      try database.query("insert into written values ($1)", [.text(body)])
    }
  }

  private func output(of item: Batch.Item, _ part: String, _ key: String = "known.thing") -> Message
  {
    let id = Hasher128().key(item.key.hex, part).hex
    return Event(id: id, source: "/hub", type: "output").message(
      exchange: "out", routingKey: key, body: item.delivery.message.body)
  }
}

/// An event for the queue `in`.
func event(_ id: String, _ body: String, source: String = "/tax") -> Message {
  Event(id: id, source: source, type: "test").message(
    exchange: "", routingKey: "in", body: Array(body.utf8))
}

func events(_ range: Range<Int>, _ body: String = "ok") -> [Message] {
  range.map { event("id-\($0)", "\(body) \($0)") }
}

func bodies(_ messages: [Message]) -> [String] {
  messages.map { String(decoding: $0.body, as: UTF8.self) }
}

func ids(_ messages: [Message]) -> [String] { messages.map { $0.properties.messageID ?? "" } }

func reasons(_ letters: [Message]) -> [String] {
  letters.map { $0.text(DeadLetter.Header.reason) ?? "" }
}
