import Events
import Foundation
import Lanes
import Messaging
import TestSupport
import Testing

@testable import Adapters

@Suite struct DelivererTests {
  @Test(
    "what the department's queue never takes is a dead letter with its octets, and the others are delivered"
  )
  func refused() throws {
    let url = TestServers.makeVirtualHost("agents")
    defer { TestServers.deleteVirtualHost(url) }
    let broker = try BrokerURI(url)
    let administration = try Administration(broker, name: "test")
    defer { administration.close() }
    try administration.declareExchange("gov.deadletters", type: "topic")
    try administration.declareQueue("deadletters")
    try administration.bindQueue("deadletters", to: "gov.deadletters", routingKey: "#")
    try administration.declareQueue(
      "department.tax", arguments: [Field("x-dead-letter-exchange", .text("gov.deadletters"))])
    try administration.declareQueue("tax.inbox")
    let publisher = Publisher(broker, name: "test", log: { _ in })
    defer { publisher.close() }
    let messages = (0..<5).map {
      Message(
        exchange: "", routingKey: "department.tax", properties: Properties(messageID: "\($0)"),
        body: Array("\($0)".utf8))
    }
    #expect(try publisher.deliver(messages).isEmpty)

    let stop = StopSignal()
    let crew = Crew()
    crew.start("deliverer") {
      let consumer = Consumer(
        broker, queue: "department.tax", prefetch: 10, name: "test", log: { _ in })
      defer { consumer.close() }
      Deliverer(
        department: "tax",
        place: PickyPlace(
          QueuePlace(queue: "tax.inbox", publisher: Publisher(broker, name: "test", log: { _ in }))),
        surroundings: Surroundings(
          now: { Instant(microseconds: 0) }, random: { 0 }, stop: stop, log: Log(level: .silent))
      ).run(from: consumer)
    }
    defer {
      stop.set()
      crew.join(within: 20)
    }
    // The first, one in the middle and the last are refused.
    #expect(try bodies("deadletters", at: broker, until: ["0", "2", "4"]))
    #expect(try bodies("tax.inbox", at: broker, until: ["1", "3"]))
    let isEmpty = try eventually(within: 20) {
      try administration.inspectQueue("department.tax").messages == 0
    }
    #expect(isEmpty)
  }
}

/// Makes every second message one that AMQP cannot carry, before it goes on.
private final class PickyPlace: DeliveryPlace {
  private let place: QueuePlace

  init(_ place: QueuePlace) {
    self.place = place
  }

  func put(_ messages: [Message], at now: Instant) throws -> [Int] {
    try place.put(
      messages.map { message in
        var message = message
        if ["0", "2", "4"].contains(message.properties.messageID ?? "") {
          message.properties.contentType = String(repeating: "c", count: 300)
        }
        return message
      }, at: now)
  }

  func idle() { place.idle() }
}

/// Whether exactly these bodies come out of the queue.
func bodies(_ queue: String, at broker: BrokerURI, until expected: Set<String>) throws -> Bool {
  let consumer = Consumer(broker, queue: queue, prefetch: 10, name: "test", log: { _ in })
  defer { consumer.close() }
  var found: [String] = []
  return try eventually(within: 20) {
    for delivery in try consumer.take(max: 10, wait: 0.2) {
      found.append(String(decoding: delivery.message.body, as: UTF8.self))
    }
    return Set(found) == expected
  }
}
