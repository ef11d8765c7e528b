import Foundation
import Messaging
import TestSupport
import Testing

@testable import Topology

/// A virtual host of its own on the real broker, deleted at the end.
private final class Place: Sendable {
  let uri: BrokerURI
  private let url: String

  init() throws {
    url = TestServers.makeVirtualHost("topology")
    uri = try BrokerURI(url)
  }

  deinit { TestServers.deleteVirtualHost(url) }

  func management() -> ManagementAPI {
    ManagementAPI(url: TestServers.managementURL, virtualHost: uri.virtualHost)
  }

  func publish(_ messages: [Message]) throws -> [Publisher.Outcome] {
    let publisher = Publisher(uri, name: "topology test", log: { _ in })
    defer { publisher.close() }
    return try publisher.publish(messages, confirmWithin: 10, deadline: 30)
  }

  func intake(_ number: Int, partition: Int64) -> Message {
    Message(
      exchange: "gov.intake", routingKey: "tax.registration-change.330106",
      properties: Properties(messageID: "id-\(number)", persistent: true),
      headers: [Field("tongban-partition", .int(partition))], body: Array("body".utf8))
  }

  /// Takes so many messages from the queues, whichever has them, and the name of the queue with each.
  func take(_ count: Int, from queues: String...) throws -> [(queue: String, message: Message)] {
    let consumers = queues.map {
      Consumer(uri, queue: $0, prefetch: 500, name: "topology test", log: { _ in })
    }
    defer { for consumer in consumers { consumer.close() } }
    var taken: [(queue: String, message: Message)] = []
    let held = try eventually {
      for (queue, consumer) in zip(queues, consumers) {
        let batch = try consumer.take(max: 500, wait: 0.05)
        taken += batch.map { (queue, $0.message) }
        if let last = batch.last { consumer.acknowledge(through: last.tag) }
      }
      return taken.count >= count
    }
    #expect(held, "\(taken.count) of \(count) messages came to \(queues)")
    return taken
  }
}

@Suite("the project's topology on the real broker") struct BrokerTests {
  @Test(
    "applied once it is there; applied again there is nothing to do; the first message reaches its queue"
  )
  func applyTwice() async throws {
    try await onThread {
      let place = try Place()
      let topology = try Topology.load(folder: ownFolder)
      let management = place.management()
      try management.ensureVirtualHost()
      try management.apply(topology.plan(against: management.read()))
      // At once, with no second chance: the queues have their leaders.
      let outcomes = try place.publish((0..<8).map { place.intake($0, partition: Int64($0)) })
      #expect(outcomes == Array(repeating: .confirmed, count: 8))
      let again = topology.plan(against: try management.read())
      #expect(again.isEmpty, "\(again.text)")
      try management.apply(again)
      #expect(try place.take(8, from: "core.0", "core.1").count == 8)
    }
  }

  @Test(
    "messages with the same partition header are in the same queue, and the queues share the partitions"
  )
  func partitions() async throws {
    try await onThread {
      let place = try Place()
      try place.management().apply(Topology.load(folder: ownFolder).plan(against: BrokerState()))
      // 64 partitions, each three times, not one after the other.
      let messages = (0..<192).map { place.intake($0, partition: Int64($0 % 64)) }
      #expect(try place.publish(messages) == Array(repeating: .confirmed, count: 192))
      var seen: [Int64: Set<String>] = [:]
      var counts: [String: Int] = [:]
      for (queue, message) in try place.take(192, from: "core.0", "core.1") {
        counts[queue, default: 0] += 1
        guard case .int(let partition) = message.headers.first?.value else { continue }
        seen[partition, default: []].insert(queue)
      }
      #expect(counts.values.reduce(0, +) == 192)
      #expect(seen.count == 64)
      #expect(seen.values.allSatisfy { $0.count == 1 })
      #expect(counts.count == 2 && counts.values.allSatisfy { $0 > 32 }, "\(counts)")
    }
  }

  @Test("what is rejected arrives in deadletters with x-death")
  func rejected() async throws {
    try await onThread {
      let place = try Place()
      try place.management().apply(Topology.load(folder: ownFolder).plan(against: BrokerState()))
      _ = try place.publish([
        Message(
          exchange: "gov.delivery", routingKey: "tax.std.person.v1",
          properties: Properties(messageID: "id-1", persistent: true), body: [1])
      ])
      let consumer = Consumer(
        place.uri, queue: "department.tax", prefetch: 10, name: "test", log: { _ in })
      var tag: DeliveryTag?
      #expect(
        try eventually {
          tag = try consumer.take(max: 1, wait: 1).first?.tag
          return tag != nil
        })
      if let tag { consumer.reject(tag, requeue: false) }
      let letter = try place.take(1, from: "deadletters").first?.message
      consumer.close()
      #expect(letter?.properties.messageID == "id-1")
      #expect(letter?.routingKey == "tax.std.person.v1")
      #expect(text(letter, "x-death").contains("rejected"))
      #expect(text(letter, "x-death").contains("department.tax"))
    }
  }

  @Test(
    "a letter that finds no way is kept by its queue: at least once, where at most once would drop it"
  )
  func atLeastOnce() async throws {
    try await onThread {
      let place = try Place()
      try place.management().apply(Topology.load(folder: ownFolder).plan(against: BrokerState()))
      let administration = try Administration(place.uri, name: "topology test")
      try administration.unbindQueue("deadletters", from: "gov.deadletters", routingKey: "#")
      administration.close()
      _ = try place.publish([
        Message(exchange: "gov.delivery", routingKey: "tax.std.person.v1", body: [1])
      ])
      let consumer = Consumer(
        place.uri, queue: "department.tax", prefetch: 10, name: "test", log: { _ in })
      defer { consumer.close() }
      let isRejected = try eventually {
        guard let delivery = try consumer.take(max: 1, wait: 1).first else { return false }
        return consumer.reject(delivery.tag, requeue: false)
      }
      #expect(isRejected)
      let page = "\(TestServers.managementURL)/api/queues/\(place.uri.virtualHost)/department.tax"
      let isKept = eventually {
        TestServers.run("/usr/bin/curl", ["-sSf", page]).contains("\"messages_dlx\":1")
      }
      #expect(isKept)
    }
  }

  @Test("what is delivered more often than the limit arrives in deadletters too")
  func deliveredTooOften() async throws {
    try await onThread {
      let place = try Place()
      try place.management().apply(Topology.load(folder: ownFolder).plan(against: BrokerState()))
      _ = try place.publish([place.intake(1, partition: 1)])
      let consumers = ["core.0", "core.1"].map {
        Consumer(place.uri, queue: $0, prefetch: 10, name: "test", log: { _ in })
      }
      let administration = try Administration(place.uri, name: "topology test")
      let arrived = try eventually {
        for consumer in consumers {
          for delivery in try consumer.take(max: 10, wait: 0.02) {
            consumer.reject(delivery.tag, requeue: true)
          }
        }
        return try administration.inspectQueue("deadletters").messages == 1
      }
      #expect(arrived)
      for consumer in consumers { consumer.close() }
      administration.close()
      #expect(
        text(try place.take(1, from: "deadletters").first?.message, "x-death").contains(
          "delivery_limit"))
    }
  }

  @Test("the policy that governs a work queue makes its dead-lettering at-least-once")
  func effectivePolicy() async throws {
    try await onThread {
      let place = try Place()
      try place.management().apply(Topology.load(folder: ownFolder).plan(against: BrokerState()))
      let api = "\(TestServers.managementURL)/api/queues/\(place.uri.virtualHost)"
      for queue in ["core.0", "distribute.1", "sync.0", "department.tax", "tasks.tax", "notices"] {
        let governed = eventually {
          let answer = TestServers.run("/usr/bin/curl", ["-sSf", "\(api)/\(queue)"])
          return answer.contains("\"policy\":\"tongban.work\"")
            && answer.contains("\"dead-letter-strategy\":\"at-least-once\"")
            && answer.contains("\"overflow\":\"reject-publish\"")
        }
        #expect(governed, "\(queue)")
      }
    }
  }

  @Test("a binding deleted by hand is found and mended; foreign objects are untouched")
  func drift() async throws {
    try await onThread {
      let place = try Place()
      let topology = try Topology.load(folder: ownFolder)
      let management = place.management()
      try management.apply(topology.plan(against: management.read()))
      let administration = try Administration(place.uri, name: "topology test")
      try administration.declareQueue(
        "tap/ü %", arguments: [Field("x-queue-type", .text("quorum"))])
      try administration.bindQueue(
        "tap/ü %", to: "gov.standard", routingKey: "std.#", arguments: [Field("n", .int(1))])
      try administration.bindQueue("notices", to: "amq.topic", routingKey: "mine")
      try administration.unbindQueue("tasks.tax", from: "gov.tasks", routingKey: "tax.#")
      try administration.bindQueue(
        "tasks.tax", to: "gov.tasks", routingKey: "more.#", arguments: [Field("x", .text("y"))])
      administration.close()
      let before = try management.read()
      let plan = topology.plan(against: before)
      #expect(
        plan.steps.map { "\($0.action.rawValue) \($0.operation.object)" } == [
          "+ binding gov.tasks → tasks.tax by \"tax.#\"",
          "- binding gov.tasks → tasks.tax by \"more.#\" with {\"x\":\"y\"}",
        ])
      #expect(plan.notes.contains { $0.contains("tap/ü %") })
      try management.apply(plan)
      let after = try management.read()
      #expect(topology.plan(against: after).isEmpty)
      let theirs = before.bindings.filter { !topology.owned.covers($0) }
      #expect(theirs.count == 2 && theirs.isSubset(of: after.bindings))
      #expect(after.queues["tap/ü %"] != nil)
    }
  }

  @Test("a smaller topology needs leave to remove, and a queue that fills meanwhile is not removed")
  func removal() async throws {
    try await onThread {
      let place = try Place()
      let topology = try Topology.load(folder: ownFolder)
      let management = place.management()
      try management.apply(topology.plan(against: management.read()))
      let smaller = Topology(
        owned: topology.owned, participants: [], exchanges: topology.exchanges,
        queues: topology.queues.filter { $0.name != "notices" },
        bindings: topology.bindings.filter { $0.destination.name != "notices" },
        policies: topology.policies, families: [:], places: topology.places)
      let odd = "core.ü+(x) %.[a]"
      try management.perform(.createQueue(Queue(name: odd)))
      #expect(smaller.plan(against: try management.read()).refusals.count == 2)
      let plan = smaller.plan(against: try management.read(), allowDestroy: true)
      #expect(plan.steps.count == 3)
      // Between plan and apply a message comes; the API's own count does not know of it yet.
      let notice = Message(
        exchange: "gov.notices", routingKey: "mail.case", properties: Properties(persistent: true),
        body: [1])
      #expect(try place.publish([notice]) == [.confirmed])
      #expect(throws: TopologyError.self) { try management.apply(plan) }
      #expect(try place.take(1, from: "notices").count == 1)
      #expect(
        try eventually {
          let plan = smaller.plan(against: try management.read(), allowDestroy: true)
          guard plan.refusals.isEmpty else { return false }
          try management.apply(plan)
          return true
        })
      let left = try management.read().queues
      #expect(left["notices"] == nil && left[odd] == nil && left.count == smaller.queues.count)
    }
  }

  @Test(
    "a virtual host that is not there, a wrong password and a place where nobody listens are told apart"
  )
  func errors() async throws {
    try await onThread {
      func code(_ url: String, _ virtualHost: String) -> TopologyError.Code? {
        do throws(TopologyError) {
          _ = try ManagementAPI(url: url, virtualHost: virtualHost).read()
          return nil
        } catch { return error.code }
      }
      var wrong = URLComponents(string: TestServers.managementURL) ?? URLComponents()
      wrong.password = "wrong"
      #expect(code(TestServers.managementURL, "no such/one") == .noVirtualHost)
      #expect(code(wrong.string ?? "", "/") == .accessRefused)
      #expect(code("http://127.0.0.1:1", "/") == .unreachable)
      #expect(code(TestServers.managementURL + "/", "/") == nil)
    }
  }

  @Test("a virtual host is made if there is none, and the broker's refusal comes in its own words")
  func virtualHost() async throws {
    try await onThread {
      let name = "topology/\(UInt64.random(in: 0...UInt64.max)) 通办"
      let management = ManagementAPI(url: TestServers.managementURL, virtualHost: name)
      try management.ensureVirtualHost()
      try management.ensureVirtualHost()
      defer {
        let path = PathSegment.encoded(name)
        TestServers.run(
          "/usr/bin/curl",
          ["-sSf", "-X", "DELETE", "\(TestServers.managementURL)/api/vhosts/\(path)"])
      }
      #expect(try management.read() == BrokerState())
      #expect {
        try management.perform(.createExchange(Exchange(name: "x", type: "no-such-type")))
      } throws: { error in
        guard let error = error as? TopologyError else { return false }
        return error.code == .refused && error.reason.contains("no-such-type")
      }
    }
  }
}

/// A header's value as Swift prints it, to look for words in nested tables.
private func text(_ message: Message?, _ header: String) -> String {
  guard let value = message?.headers.first(where: { $0.name == header })?.value else { return "" }
  return "\(value)"
}
