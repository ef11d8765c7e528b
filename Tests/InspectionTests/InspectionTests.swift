import Cryptography
import Events
import Foundation
import Lanes
import Messaging
import Storage
import TestSupport
import Testing

@testable import Inspection

/// A virtual host and a database of their own, with the queue `work` (delivery limit 1, its dead to gov.deadletters)
/// and the queue `deadletters` that the archive reads.
final class Place: Sendable {
  let brokerURL: String
  let databaseURL: String
  let endpoints: Endpoints

  init() throws {
    brokerURL = TestServers.makeVirtualHost("inspection")
    databaseURL = TestServers.makeDatabase("inspection")
    endpoints = Endpoints(broker: try BrokerURI(brokerURL), database: databaseURL)
    let administration = try Administration(endpoints.broker, name: "test setup")
    let quorum = Field("x-queue-type", .text("quorum"))
    try administration.declareExchange(DeadLetter.exchange, type: "topic")
    try administration.declareQueue("deadletters", arguments: [quorum])
    try administration.bindQueue("deadletters", to: DeadLetter.exchange, routingKey: "#")
    try administration.declareExchange("gov.intake", type: "topic")
    try administration.declareQueue(
      "work",
      arguments: [
        quorum, Field("x-delivery-limit", .int(1)),
        Field("x-dead-letter-exchange", .text(DeadLetter.exchange)),
      ])
    try administration.bindQueue("work", to: "gov.intake", routingKey: "#")
    administration.close()
    let database = database()
    try database.migrate(LaneMigrations.name, LaneMigrations.all)
    try database.migrate("inspection", Archive.migrations)
  }

  deinit {
    TestServers.deleteVirtualHost(brokerURL)
    TestServers.dropDatabase(databaseURL)
  }

  func database() -> Database { Database(databaseURL, name: "test") }
  func archive() -> Archive { Archive(database()) }
  func publisher() -> Publisher { Publisher(endpoints.broker, name: "test", log: { _ in }) }

  func publish(_ messages: [Message]) throws {
    let publisher = publisher()
    let outcomes = try publisher.publish(messages, confirmWithin: 10, deadline: 60)
    #expect(outcomes.allSatisfy { $0 == .confirmed })
    publisher.close()
  }

  func takeOne() throws -> Message {
    let administration = try Administration(endpoints.broker, name: "test")
    var taken: Message?
    let came = try eventually {
      taken = try administration.takeOne("work")
      return taken != nil
    }
    #expect(came)
    administration.close()
    return try #require(taken)
  }
}

/// Lanes at work on threads of their own until they are told to stop.
final class Running {
  private let stop = StopSignal()
  private let crew = Crew()
  private let place: Place

  init(_ place: Place) { self.place = place }

  func run(_ stage: some Stage & Sendable, _ queue: String) -> Running {
    let surroundings = Surroundings(
      now: { Instant(seconds: Date().timeIntervalSince1970) }, random: { Double.random(in: 0..<1) },
      stop: stop, log: Log(level: .silent))
    let endpoints = place.endpoints
    crew.start(queue) {
      Lane(stage: stage, queue: queue, endpoints: endpoints, surroundings: surroundings).run()
    }
    return self
  }

  func end() {
    stop.set()
    #expect(crew.join(within: 60), "the lanes stop when they are told to")
  }
}

/// Kills everything, or nothing.
struct Judge: Stage {
  let name = "core"
  var isMended = false

  mutating func work(_ batch: inout Batch) {
    for index in batch.items.indices {
      batch.items[index].source = "tax"
      guard case .undecided = batch.items[index].verdict else { continue }
      batch.items[index].verdict =
        isMended
        ? .outputs([])
        : .dead(
          DeadLetter(
            stage: "core.map", code: "UNMAPPED_CODE", place: "record 1: /NSRZT_DM",
            expectation: "one of 01…05", rule: "mappings/x.json5: fields.status"))
    }
  }
}

func event(_ id: String, _ body: String) -> Message {
  var message = Event(id: id, source: "/tax", type: "registration-change").message(
    exchange: "gov.intake", routingKey: "tax.registration-change.330106", body: Array(body.utf8))
  message.properties.contentType = "application/json"
  message.properties.correlationID = "case-\(id)"
  return message
}
