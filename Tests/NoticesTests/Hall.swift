import Events
import Foundation
import HTTP
import Lanes
import Messaging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Notices

/// The real broker and database with the queues that notices need, a lane that enters and a sender that sends.
final class Hall {
  private let brokerURL = TestServers.makeVirtualHost("notices")
  private let databaseURL = TestServers.makeDatabase("notices")
  private let crew = Crew()
  let endpoints: Endpoints
  let stop = StopSignal()
  let clock = AheadClock()

  init() throws {
    endpoints = Endpoints(broker: try BrokerURI(brokerURL), database: databaseURL)
    let administration = try Administration(endpoints.broker, name: "test setup")
    for (exchange, queue) in [
      (Notice.exchange, Notice.queue), (DeadLetter.exchange, "deadletters"),
    ] {
      try administration.declareExchange(exchange, type: "topic")
      try administration.declareQueue(queue, arguments: [Field("x-queue-type", .text("quorum"))])
      try administration.bindQueue(queue, to: exchange, routingKey: "#")
    }
    administration.close()
    let database = database()
    try database.migrate(LaneMigrations.name, LaneMigrations.all)
    try database.migrate(NoticeMigrations.name, NoticeMigrations.all)
  }

  deinit {
    stop.set()
    crew.join(within: 60)
    TestServers.deleteVirtualHost(brokerURL)
    TestServers.dropDatabase(databaseURL)
  }

  func database() -> Database { Database(databaseURL, name: "test") }

  var surroundings: Surroundings {
    Surroundings(
      now: { [clock] in clock.now }, random: { 0.5 }, stop: stop, log: Log(level: .silent))
  }

  /// Starts the lane, the relay and as many senders.
  func start(_ rules: NoticeRules, senders: Int = 1) {
    crew.start("lane") { [endpoints, surroundings] in
      Lane(
        stage: NoticeStage(rules: rules), queue: Notice.queue, endpoints: endpoints,
        surroundings: surroundings
      ).run()
    }
    crew.start("relay") { [endpoints, surroundings] in
      OutboxRelay(endpoints: endpoints, surroundings: surroundings).run()
    }
    for number in 0..<senders {
      crew.start("sender \(number)") { [endpoints, surroundings] in
        NoticeSender(rules: rules, endpoints: endpoints, surroundings: surroundings).run()
      }
    }
  }

  func publish(_ messages: [Message]) throws {
    let publisher = Publisher(endpoints.broker, name: "test publisher", log: { _ in })
    let outcomes = try publisher.publish(messages, confirmWithin: 10, deadline: 60)
    #expect(outcomes.allSatisfy { $0 == .confirmed })
    publisher.close()
  }

  /// Waits for one letter.
  func letter() throws -> Message {
    let administration = try Administration(endpoints.broker, name: "test reader")
    defer { administration.close() }
    var letter: Message?
    _ = try eventually(within: 60) {
      letter = try administration.takeOne("deadletters")
      return letter != nil
    }
    return try #require(letter, "no dead letter came")
  }

  /// Waits until so many notices are in a state.
  func await(_ state: String, _ count: Int64) throws -> Bool {
    let database = database()
    return try eventually(within: 60) {
      try NoticeTable.counts(in: database)[state, default: 0] == count
    }
  }

  /// Waits until the lane has taken and counted so many messages; gives the ledger's sums.
  func entered(_ count: Int64) throws -> Ledger.Entry {
    let database = database()
    var entry: Ledger.Entry?
    _ = try eventually(within: 60) {
      entry = try Ledger.totals(in: database).first
      return entry?.accepted ?? 0 >= count
    }
    #expect(entry?.accepted == count)
    return try #require(entry, "the ledger is empty")
  }
}

/// The world's clock, or one ahead of it.
final class AheadClock: Sendable {
  private let seconds = Mutex(0.0)
  var now: Instant { Instant(seconds: Date().timeIntervalSince1970 + seconds.withLock { $0 }) }
  func advance(by more: Double) { seconds.withLock { $0 += more } }
}

/// A subscriber of webhooks that remembers what it was sent and answers as told.
final class Subscriber: Sendable {
  struct Delivery: Sendable {
    let id: String
    let timestamp: Int64
    let signature: String
    let body: [UInt8]
  }

  private let deliveries = Mutex<[Delivery]>([])
  let status = Mutex(204)

  var all: [Delivery] { deliveries.withLock { $0 } }

  func answer(_ request: HTTPServer.Request) -> HTTPServer.Response {
    deliveries.withLock {
      $0.append(
        Delivery(
          id: request.header("webhook-id") ?? "",
          timestamp: Int64(request.header("webhook-timestamp") ?? "") ?? 0,
          signature: request.header("webhook-signature") ?? "", body: request.body))
    }
    return HTTPServer.Response(status: status.withLock { $0 })
  }

  func serve(port: UInt16 = 0, tls: HTTPServer.TLS? = nil) throws -> HTTPServer {
    try HTTPServer(address: "127.0.0.1", port: port, tls: tls) { self.answer($0) }
  }
}
