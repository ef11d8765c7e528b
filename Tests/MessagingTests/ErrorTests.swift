import Foundation
import TestSupport
import Testing

@testable import Messaging

/// Every refusal becomes a clear error with the broker's own words.
@Suite struct ErrorTests {
  @Test("a wrong password is ACCESS_REFUSED at the first use, and the password is not shown")
  func wrongPassword() async throws {
    try await onThread {
      var uri = try BrokerURI(TestServers.amqpURL)
      uri.password = "hunter2-wrong"
      let login = #expect(throws: MessagingError.self) { try Administration(uri, name: "test") }
      #expect(login?.code == .accessRefused)
      #expect(login?.isTransient == false)
      #expect(login?.description.contains("hunter2") == false)
      let consumer = Consumer(uri, queue: "q", prefetch: 1, name: "test", log: { _ in })
      let take = #expect(throws: MessagingError.self) { try consumer.take(max: 1, wait: 20) }
      #expect(take?.code == .accessRefused)
      let publisher = Publisher(uri, name: "test", log: { _ in })
      let publish = #expect(throws: MessagingError.self) {
        try publisher.publish(
          [Message(exchange: "", routingKey: "q", body: [])], confirmWithin: 5, deadline: 20)
      }
      #expect(publish?.code == .accessRefused)
    }
  }

  @Test("an unknown virtual host is NOT_ALLOWED")
  func unknownVirtualHost() async throws {
    try await onThread {
      var uri = try BrokerURI(TestServers.amqpURL)
      uri.virtualHost = "no such host \(UInt64.random(in: 0...UInt64.max))"
      let error = #expect(throws: MessagingError.self) { try Administration(uri, name: "test") }
      #expect(error?.code == .notAllowed)
    }
  }

  @Test("nobody at the address, or no such name, is UNREACHABLE and transient")
  func unreachable() async throws {
    try await onThread {
      for text in ["amqp://127.0.0.1:1", "amqp://no-such-host.invalid"] {
        let uri = try BrokerURI(text)
        let error = #expect(throws: MessagingError.self) { try Administration(uri, name: "test") }
        #expect(error?.code == .unreachable)
        #expect(error?.isTransient == true)
        let log = Log()
        let consumer = Consumer(uri, queue: "q", prefetch: 1, name: "test", log: { log.add($0) })
        #expect(try consumer.take(max: 1, wait: 0.1).isEmpty, "the caller gets its turn")
        #expect(consumer.lastError?.code == .unreachable)
        #expect(!consumer.isConnected)
        #expect(log.contains("UNREACHABLE"))
        let publisher = Publisher(uri, name: "test", log: { _ in })
        let given = #expect(throws: MessagingError.self) {
          try publisher.publish(
            [Message(exchange: "", routingKey: "q", body: [])], confirmWithin: 5, deadline: 0.3)
        }
        #expect(given?.code == .unreachable)
      }
    }
  }

  @Test(
    "declaring otherwise is PRECONDITION_FAILED, what is missing is NOT_FOUND; work goes on after")
  func declarations() async throws {
    try await onThread {
      let place = try Place()
      let administration = try Administration(place.uri, name: "test")
      func code(_ body: () throws -> Void) -> MessagingError.Code? {
        #expect(throws: MessagingError.self, performing: body)?.code
      }
      let queue = place.queue
      #expect(code { try administration.declareQueue(queue) } == .preconditionFailed)
      #expect(code { _ = try administration.inspectQueue("none") } == .notFound)
      #expect(code { _ = try administration.takeOne("none") } == .notFound)
      #expect(
        code { try administration.bindQueue(queue, to: "none", routingKey: "k") } == .notFound)
      #expect(
        code { try administration.declareExchange("amq.mine", type: "topic") } == .accessRefused)
      #expect(
        code { try administration.declareExchange("x", type: "no-such") } == .commandInvalid)
      let long = String(repeating: "界", count: 86)
      #expect(code { try administration.declareQueue(long) } == .unsendable)
      let error = #expect(throws: MessagingError.self) { try administration.declareQueue(queue) }
      #expect(error?.place.contains(queue) == true)
      #expect(error?.reason.contains("inequivalent arg") == true, "the broker's own words")
      try administration.declareExchange("x", type: "topic")
      try administration.declareExchange("y", type: "fanout")
      try administration.bindExchange("y", to: "x", routingKey: "a.#")
      try administration.bindQueue(queue, to: "y", routingKey: "")
      let publisher = place.publisher()
      let routed = Message(exchange: "x", routingKey: "a.b", body: [1])
      let unrouted = Message(exchange: "x", routingKey: "b", body: [2])
      #expect(
        try publisher.publish([routed, unrouted], confirmWithin: 10, deadline: 30)
          == [.confirmed, .returned(code: 312, text: "NO_ROUTE")])
      #expect(try eventually { try administration.inspectQueue(queue).messages == 1 })
      #expect(try administration.takeOne(queue)?.body == [1])
      #expect(try administration.takeOne(queue) == nil)
      try administration.unbindExchange("y", from: "x", routingKey: "a.#")
      try administration.unbindQueue(queue, from: "y", routingKey: "")
      #expect(
        try publisher.publish([routed], confirmWithin: 10, deadline: 30)
          == [.returned(code: 312, text: "NO_ROUTE")])
      try administration.deleteExchange("x")
      try administration.deleteQueue("none at all")
      _ = try publisher.publish(place.messages(0..<3), confirmWithin: 10, deadline: 30)
      #expect(try eventually { try administration.inspectQueue(queue).messages == 3 })
      #expect(try administration.purgeQueue(queue) == 3)
      administration.close()
    }
  }

  @Test(
    "publishing to an exchange that does not exist is NOT_FOUND at once; the publisher goes on after"
  )
  func missingExchange() async throws {
    try await onThread {
      let place = try Place()
      let publisher = place.publisher()
      let error = #expect(throws: MessagingError.self) {
        try publisher.publish(
          [Message(exchange: "none", routingKey: "", body: [])], confirmWithin: 20, deadline: 60)
      }
      #expect(error?.code == .notFound)
      #expect(error?.reason.contains("none") == true)
      #expect(publisher.outstanding == 0)
      #expect(
        try publisher.publish(place.messages(0..<1), confirmWithin: 10, deadline: 30)
          == [.confirmed])
    }
  }

  @Test("a foreign user id in the properties is refused by the broker")
  func foreignUserID() async throws {
    try await onThread {
      let place = try Place()
      var message = place.message(1)
      message.properties.userID = "somebody-else"
      let error = #expect(throws: MessagingError.self) {
        try place.publisher().publish([message], confirmWithin: 20, deadline: 60)
      }
      #expect(error?.code == .preconditionFailed)
    }
  }

  @Test("a queue that does not exist yet is waited for, visibly")
  func missingQueue() async throws {
    try await onThread {
      let place = try Place()
      let log = Log()
      let consumer = place.consumer("later", log: log)
      #expect(try consumer.take(max: 1, wait: 0.1).isEmpty)
      #expect(consumer.lastError?.code == .notFound)
      #expect(log.contains("NOT_FOUND"))
      let administration = try Administration(place.uri, name: "test")
      try administration.declareQueue("later")
      let message = place.message(1, to: "later")
      _ = try place.publisher().publish([message], confirmWithin: 10, deadline: 30)
      #expect(try collect(1, from: consumer).count == 1)
      #expect(consumer.lastError == nil)
    }
  }

  @Test(
    "what AMQP cannot carry is UNSENDABLE, and the publisher goes on after",
    arguments: [
      { $0.routingKey = String(repeating: "k", count: 256) },
      { $0.properties.messageID = String(repeating: "m", count: 256) },
      { $0.headers = [Field(String(repeating: "h", count: 256), .void)] },
      { $0.headers = [Field("big", .bytes([UInt8](repeating: 0, count: 200_000)))] },
      { message in
        var value = FieldValue.void
        for _ in 0..<17 { value = .table([Field("n", value)]) }
        message.headers = [Field("deep", value)]
      },
      { $0.headers = [Field("deep", .tooDeep)] },
    ] as [@Sendable (inout Message) -> Void])
  func unsendable(spoil: @escaping @Sendable (inout Message) -> Void) async throws {
    try await onThread {
      let place = try Place()
      let publisher = place.publisher()
      var message = place.message(1)
      spoil(&message)
      let broken = message
      let error = #expect(throws: MessagingError.self) {
        try publisher.publish([broken], confirmWithin: 10, deadline: 30)
      }
      #expect(error?.code == .unsendable)
      #expect(
        try publisher.publish(place.messages(2..<3), confirmWithin: 10, deadline: 30)
          == [.confirmed])
    }
  }

  @Test(
    "reply codes become codes",
    arguments: [
      (403, "ACCESS_REFUSED"), (404, "NOT_FOUND"), (405, "RESOURCE_LOCKED"),
      (406, "PRECONDITION_FAILED"), (320, "CONNECTION_LOST"), (530, "NOT_ALLOWED"),
      (541, "BROKER_TROUBLE"), (503, "COMMAND_INVALID"), (311, "CONTENT_REFUSED"),
    ])
  func replyCodes(reply: UInt16, code: String) {
    #expect(MessagingError.code(reply: reply).rawValue == code)
  }
}
