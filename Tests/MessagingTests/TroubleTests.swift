import Foundation
import Servers
import TestSupport
import Testing

@testable import Messaging

/// A private broker of the suite's own, whose process may be killed, stopped and starved.
final class Troubled: Sendable {
  let servers = PrivateServers(
    state: FileManager.default.temporaryDirectory.appending(
      path: "tongban-messaging-\(UInt32.random(in: 0...UInt32.max))"))
  let uri: BrokerURI
  let queue = "work"

  init() throws {
    _ = try servers.up()
    uri = try BrokerURI(try servers.addresses()?.amqp ?? "")
    let administration = try Administration(uri, name: "test setup")
    try administration.declareQueue(queue, arguments: [Field("x-queue-type", .text("quorum"))])
    administration.close()
    #expect(try eventually { try isRegistered() })
  }

  /// Whether the broker has written down that the queue exists. RabbitMQ 3.10 does so half a second
  /// after its declaration; a kill before that leaves a queue without a leader for good.
  private func isRegistered() throws -> Bool {
    let root = servers.state.appending(path: "broker-1/mnesia")
    let paths = FileManager.default.enumerator(atPath: root.path)
    while let path = paths?.nextObject() as? String {
      guard path.hasSuffix("names.dets") else { continue }
      let content = try Data(contentsOf: root.appending(path: path))
      return content.range(of: Data("2F_\(queue)".utf8)) != nil
    }
    return false
  }

  deinit { _ = try? servers.down(erasing: true) }

  func signal(_ signal: Int32) throws {
    for pid in try servers.pids(of: .broker) { kill(pid, signal) }
  }

  func publisher(_ log: Log = Log()) -> Publisher {
    Publisher(uri, name: "test publisher", log: { log.add($0) })
  }

  func messages(_ range: Range<Int>) -> [Message] {
    range.map {
      Message(
        exchange: "", routingKey: queue, properties: Properties(messageID: "id-\($0)"),
        body: Array("body \($0)".utf8))
    }
  }

  /// Takes and acknowledges until so many different ids have come; gives them in the order of their first coming.
  func drain(_ count: Int) throws -> [String] {
    let consumer = Consumer(uri, queue: queue, prefetch: 500, name: "test consumer", log: { _ in })
    defer { consumer.close() }
    var order: [String] = []
    var seen: Set<String> = []
    _ = try eventually(within: 90) {
      let batch = try consumer.take(max: 500, wait: 0.5)
      for id in ids(batch) where seen.insert(id).inserted { order.append(id) }
      if let last = batch.last { consumer.acknowledge(through: last.tag) }
      return order.count >= count
    }
    return order
  }
}

/// What happens to a publisher and a consumer whose broker is in trouble, one trouble after the other.
@Suite struct TroubleTests {
  @Test("a killed broker, a broker that falls silent and one that is out of memory lose nothing")
  func troubles() async throws {
    try await onThread {
      let place = try Troubled()
      try killed(place)
      try silent(place)
      try blocked(place)
    }
  }

  /// A consumer and a publisher live through kill -9 and a new start: all arrives, in order.
  private func killed(_ place: Troubled) throws {
    let total = 3_000
    let log = Log()
    let failures = Log()
    let publishing = Thread {
      let publisher = place.publisher(log)
      do {
        for start in stride(from: 0, to: total, by: 50) {
          let outcomes = try publisher.publish(
            place.messages(start..<start + 50), confirmWithin: 5, deadline: 120)
          if outcomes.contains(where: { $0 != .confirmed }) {
            failures.add("not confirmed: \(start)")
          }
          // Half of the load must meet the broker's absence.
          if start == total / 2 { try place.signal(SIGKILL) }
        }
      } catch { failures.add("\(error)") }
      publisher.close()
    }
    publishing.start()
    #expect(
      eventually(within: 60) {
        log.contains("unconfirmed, to be published again") || log.contains("CONNECTION")
          || log.contains("UNREACHABLE")
      })
    _ = try place.servers.up()
    #expect(try place.drain(total) == expectedIDs(0..<total))
    #expect(eventually(within: 60) { publishing.isFinished })
    #expect(failures.all == [])
    #expect(log.contains("connected to \(place.uri.authority) again"))
  }

  /// SIGSTOP: the connection stands, and no confirm ever comes. The publisher gives the connection up,
  /// says so, and publishes again under the same ids once there is a broker.
  private func silent(_ place: Troubled) throws {
    let log = Log()
    let publisher = place.publisher(log)
    _ = try publisher.publish(place.messages(0..<1), confirmWithin: 5, deadline: 30)
    _ = try place.drain(1)
    try place.signal(SIGSTOP)
    let waking = Thread {
      _ = eventually(within: 60) { log.contains("CONFIRM_TIMEOUT") }
      try? place.signal(SIGCONT)
    }
    waking.start()
    let outcomes = try publisher.publish(place.messages(0..<200), confirmWithin: 0.5, deadline: 90)
    #expect(outcomes == Array(repeating: .confirmed, count: 200))
    #expect(log.contains("CONFIRM_TIMEOUT"))
    #expect(log.contains("200 unconfirmed, to be published again"))
    #expect(try place.drain(200) == expectedIDs(0..<200))

    // And where the broker stays silent, the wait ends with an error, in bounded time: for confirms,
    // and for room to write in, since these bodies are more than the sockets hold.
    var large = place.messages(0..<40)
    for index in large.indices { large[index].body = [UInt8](repeating: 0, count: 1 << 20) }
    try place.signal(SIGSTOP)
    for batch in [place.messages(0..<1), large] {
      let begin = monotonicNow()
      let error = #expect(throws: MessagingError.self) {
        try publisher.publish(batch, confirmWithin: 0.3, deadline: 2)
      }
      #expect(error?.isTransient == true)
      #expect(monotonicNow() - begin < 30)
    }
    try place.signal(SIGCONT)
    publisher.close()
  }

  /// The memory alarm: publishers are told to wait and say so; consumers go on.
  private func blocked(_ place: Troubled) throws {
    let log = Log()
    let publisher = place.publisher(log)
    _ = try publisher.publish(place.messages(0..<10), confirmWithin: 5, deadline: 30)
    try place.servers.control("set_vm_memory_high_watermark", "0.000001")
    let error = #expect(throws: MessagingError.self) {
      while true {
        _ = try publisher.publish(place.messages(10..<11), confirmWithin: 2, deadline: 4)
      }
    }
    #expect(error?.code == .blocked)
    #expect(log.contains("blocked: "))
    #expect(try place.drain(10).count >= 10, "an alarm does not stop consumers")
    try place.servers.control("set_vm_memory_high_watermark", "0.4")
    #expect(
      try publisher.publish(place.messages(11..<12), confirmWithin: 10, deadline: 60) == [
        .confirmed
      ])
    publisher.close()
  }
}
