import Foundation
import Lanes
import Messaging
import SampleCity
import Storage
import TestSupport
import Testing

/// A virtual host and a database of its own with the project's topology applied, a probe queue that sees
/// every standard event, and the real command to run the hub on it.
package final class Place: @unchecked Sendable {
  // @unchecked: each test uses its place from one thread.
  package let environment: [String: String]
  package let broker: BrokerURI
  package let database: String
  package let city = SampleCity(seed: 7)
  private let isOwn: Bool

  /// On the servers of `make test`, or on others.
  package init(servers: [String: String]? = nil, home: URL? = nil) throws {
    isOwn = servers == nil
    let amqp = servers?["TONGBAN_AMQP_URL"] ?? TestServers.makeVirtualHost("fault")
    database = servers?["TONGBAN_DATABASE_URL"] ?? TestServers.makeDatabase("fault")
    environment = [
      "TONGBAN_AMQP_URL": amqp, "TONGBAN_DATABASE_URL": database,
      "TONGBAN_AMQP_MANAGEMENT_URL": servers?["TONGBAN_AMQP_MANAGEMENT_URL"]
        ?? TestServers.managementURL,
      "TONGBAN_HOME": (home ?? Tongban.project).path, "TONGBAN_LOG": "info",
      "TONGBAN_STATE": FileManager.default.temporaryDirectory.path,
    ]
    broker = try BrokerURI(amqp)
    let applied = Tongban.run(["topology", "apply"], environment: environment)
    try #require(applied.status == 0, "\(applied.error)")
    let administration = try Administration(broker, name: "fault test")
    try administration.declareQueue("probe", arguments: [Field("x-queue-type", .text("quorum"))])
    try administration.bindQueue("probe", to: "gov.standard", routingKey: "#")
    administration.close()
  }

  deinit {
    guard isOwn else { return }
    TestServers.deleteVirtualHost(environment["TONGBAN_AMQP_URL"] ?? "")
    TestServers.dropDatabase(database)
  }

  package func start(_ roles: [String], failpoint: String? = nil) -> Tongban {
    var environment = environment
    environment["TONGBAN_FAILPOINT"] = failpoint ?? ""
    return Tongban(["run"] + roles.flatMap { ["--role", $0] }, environment: environment)
  }

  // MARK: load

  /// Tax changes with the numbers of the range, published and confirmed.
  package func publish(_ numbers: Range<Int>, from publisher: Publisher? = nil) throws {
    let publisher = publisher ?? Publisher(broker, name: "fault load", log: { _ in })
    var first = numbers.lowerBound
    while first < numbers.upperBound {
      let last = min(first + 500, numbers.upperBound)
      _ = try publisher.publish(
        (first..<last).map { change($0) }, confirmWithin: 20, deadline: 120)
      first = last
    }
  }

  package func change(_ number: Int) -> Message {
    city.taxMessage(
      number, of: city.enterprise(number % 200), exchange: "gov.intake",
      routingKey: "tax.registration-change.330106")
  }

  // MARK: what came of it

  /// The books of one stage and source; nil as long as there are none, or the database is away.
  package func books(_ stage: String = "core", _ source: String = "tax") -> Ledger.Entry? {
    let database = Database(database, name: "fault test")
    defer { database.close() }
    return (try? Ledger.totals(in: database))?.first { $0.stage == stage && $0.source == source }
  }

  /// Every standard event that was published: how often each id came, and the ids in the order of arrival.
  package func published(expecting count: Int) throws -> (
    copies: [String: Int], causes: [String: Set<String>]
  ) {
    let consumer = Consumer(
      broker, queue: "probe", prefetch: 2_000, name: "fault probe", log: { _ in })
    defer { consumer.close() }
    var copies: [String: Int] = [:]
    var causes: [String: Set<String>] = [:]
    // Until all are there and nothing more comes: a copy too many would come at the end.
    let deadline = Date().addingTimeInterval(60)
    while Date() < deadline {
      let deliveries = try consumer.take(max: 1_000, wait: 1)
      if deliveries.isEmpty, copies.count >= count { break }
      for delivery in deliveries {
        let id = delivery.message.properties.messageID ?? ""
        copies[id, default: 0] += 1
        causes[delivery.message.header("tongban-cause")?.text ?? "", default: []].insert(id)
      }
      if let last = deliveries.last { consumer.acknowledge(through: last.tag) }
    }
    return (copies, causes)
  }

  /// Nothing lost, nothing under two ids, and the books say so.
  package func expectWhole(_ count: Int) throws {
    let held = eventually(within: 120) { (books()?.published ?? 0) >= Int64(count) }
    let entry = books()
    #expect(held, "the books show \(entry.map { "\($0)" } ?? "nothing") of \(count)")
    #expect(entry?.published == Int64(count))
    // A publisher whose confirm was lost sends again under the same id: that is a duplicate, and no more.
    #expect(entry?.dead == 0)
    #expect(entry?.isBalanced == true)
    let (copies, causes) = try published(expecting: count)
    #expect(copies.count == count, "ids published")
    #expect(causes.count == count, "changes that led to something")
    #expect(causes.values.allSatisfy { $0.count == 1 }, "a change was published under two ids")
  }
}
