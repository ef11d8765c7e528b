import Events
import Foundation
import Lanes
import Messaging
import Records
import TestSupport
import Testing

@testable import Adapters

@Suite struct QueueCollectorTests {
  private let keep = FileManager.default.temporaryDirectory.appending(
    path: "keep-\(UUID().uuidString)")

  private var collector: QueueCollector {
    QueueCollector(
      queue: "tax.outbox",
      envelope: IntakeEnvelope(
        department: "tax", source: "/tax", event: "change", region: "330106",
        contentType: "application/json"),
      order: OrderKey("", format: .json(JSONFormat()), charset: .utf8), keep: keep,
      surroundings: Surroundings(
        now: { Instant(microseconds: 0) }, random: { 0 }, stop: StopSignal(),
        log: Log(level: .silent)))
  }

  private func message(_ body: String, id: String? = nil, headers: [Field] = []) -> Message {
    Message(
      exchange: "", routingKey: "tax.outbox", properties: Properties(messageID: id),
      headers: headers, body: Array(body.utf8))
  }

  @Test(
    "the department's id stays; one that is too long becomes one made from it, the same for a repeat"
  )
  func ids() {
    let long = String(repeating: "i", count: 300)
    func id(_ message: Message) -> String { collector.standard(message).properties.messageID ?? "" }
    #expect(id(message("a", id: "one")) == "one")
    let made = id(message("a", headers: [Field("cloudEvents_id", .text(long))]))
    #expect(made.utf8.count == 32)
    #expect(made == id(message("a", headers: [Field("cloudEvents_id", .text(long))])))
    #expect(made != id(message("a", headers: [Field("cloudEvents_id", .text(long + "j"))])))
    #expect(id(message("a")) == id(message("a")) && id(message("a")) != id(message("b")))
  }

  @Test("a trace that is none and a time beyond all dates do not travel on")
  func attributes() {
    var strange = message(
      "a", headers: [Field("traceparent", .text(String(repeating: "t", count: 200_000)))])
    strange.properties.timestamp = .max
    let carried = collector.standard(strange)
    #expect(carried.text("traceparent")?.utf8.count == 55)
    #expect(carried.text("cloudEvents_time") == "9999-12-31T23:59:59.000Z")
  }

  @Test(
    "what the broker refuses becomes a dead letter, its neighbours go on, and the queue with them")
  func refused() throws {
    let url = TestServers.makeVirtualHost("agents")
    defer { TestServers.deleteVirtualHost(url) }
    let broker = try BrokerURI(url)
    let administration = try Administration(broker, name: "test")
    defer { administration.close() }
    for (exchange, queue) in [("gov.intake", "intake"), ("gov.deadletters", "deadletters")] {
      try administration.declareExchange(exchange, type: "topic")
      try administration.declareQueue(queue)
      try administration.bindQueue(queue, to: exchange, routingKey: "#")
    }
    let publisher = Publisher(broker, name: "test", log: { _ in })
    defer { publisher.close() }
    // The only thing of a message's own that the agent passes on, here longer than AMQP carries.
    var bad = message("bad", id: "2")
    bad.properties.contentType = String(repeating: "c", count: 300)
    try collector.carry([message("1", id: "1"), bad, message("3", id: "3")], through: publisher)
    #expect(try bodies("intake", at: broker, until: ["1", "3"]))
    #expect(try bodies("deadletters", at: broker, until: ["bad"]))
  }

  @Test("what is too large even for a letter leaves its octets in the agent's folder")
  func kept() throws {
    defer { try? FileManager.default.removeItem(at: keep) }
    let url = TestServers.makeVirtualHost("agents")
    defer { TestServers.deleteVirtualHost(url) }
    let broker = try BrokerURI(url)
    let administration = try Administration(broker, name: "test")
    defer { administration.close() }
    try administration.declareExchange("gov.deadletters", type: "topic")
    try administration.declareQueue("deadletters")
    try administration.bindQueue("deadletters", to: "gov.deadletters", routingKey: "#")
    let publisher = Publisher(broker, name: "test", log: { _ in })
    defer { publisher.close() }
    // Above the bound that RabbitMQ has unless it is told otherwise (128 MiB).
    let large = Message(
      exchange: "", routingKey: "tax.outbox", properties: Properties(messageID: "1"),
      body: [UInt8](repeating: 0x78, count: 134_300_000))
    try collector.bury(
      Outgoing<Message>.Refused(
        origin: large, message: large,
        error: MessagingError(.preconditionFailed, at: "a broker", "too large")),
      through: publisher)
    let files = try FileManager.default.contentsOfDirectory(atPath: keep.path)
    #expect(files.count == 1)
    #expect(try Data(contentsOf: keep.appending(path: files.first ?? "")).count == 134_300_000)
    #expect(try bodies("deadletters", at: broker, until: [""]))
  }
}
