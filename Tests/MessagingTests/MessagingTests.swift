import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Messaging

/// A virtual host of its own on the real broker, deleted at the end, with one quorum queue.
final class Place: Sendable {
  let url: String
  let uri: BrokerURI
  let queue = "work"

  init() throws {
    url = TestServers.makeVirtualHost("messaging")
    uri = try BrokerURI(url)
    let administration = try Administration(uri, name: "test setup")
    try administration.declareQueue(queue, arguments: [Field("x-queue-type", .text("quorum"))])
    administration.close()
  }

  deinit { TestServers.deleteVirtualHost(url) }

  func consumer(_ queue: String? = nil, prefetch: Int = 1_000, log: Log = Log()) -> Consumer {
    Consumer(
      uri, queue: queue ?? self.queue, prefetch: prefetch, name: "test consumer",
      log: { log.add($0) })
  }

  func publisher(name: String = "test publisher", log: Log = Log()) -> Publisher {
    Publisher(uri, name: name, log: { log.add($0) })
  }

  /// A message for the queue, with an id and a body that tells its number.
  func message(_ number: Int, to queue: String? = nil) -> Message {
    Message(
      exchange: "", routingKey: queue ?? self.queue,
      properties: Properties(messageID: "id-\(number)"),
      body: Array("body \(number)".utf8))
  }

  func messages(_ range: Range<Int>) -> [Message] { range.map { message($0) } }

  /// A message with every property and a header of every type.
  var full: Message {
    let properties = Properties(
      contentType: "application/xml; charset=GB18030", contentEncoding: "gzip",
      messageID: "标识-1", correlationID: "case-1", replyTo: "answers", userID: uri.user,
      appID: "app", type: "kind", expiration: "600000", timestamp: 1_900_000_000, priority: 4,
      persistent: true)
    let headers: [Field] = [
      Field("text", .text("公安")), Field("empty", .text("")), Field("", .text("no name")),
      Field("bytes", .bytes([0, 255, 128])), Field("int", .int(.min)), Field("zero", .int(0)),
      Field("double", .double(-0.5)), Field("yes", .bool(true)), Field("no", .bool(false)),
      Field("time", .timestamp(seconds: 1_700_000_000)), Field("void", .void),
      Field("decimal", .decimal(places: 2, unscaled: 12_345)),
      Field("table", .table([Field("inner", .table([])), Field("list", .array([.int(1)]))])),
      Field("array", .array([.text("a"), .bool(true), .array([]), .table([Field("x", .void)])])),
    ]
    return Message(
      exchange: "", routingKey: queue, properties: properties, headers: headers,
      body: [0, 1, 2, 255])
  }
}

/// The lines a consumer or publisher logged.
final class Log: Sendable {
  private let lines = Mutex<[String]>([])
  func add(_ line: String) { lines.withLock { $0.append(line) } }
  var all: [String] { lines.withLock { $0 } }
  func contains(_ text: String) -> Bool { all.contains { $0.contains(text) } }
}

/// Takes until so many deliveries are there or half a minute has passed; acknowledges them.
func collect(_ count: Int, from consumer: Consumer, acknowledging: Bool = true) throws -> [Delivery]
{
  var all: [Delivery] = []
  let held = try eventually {
    let batch = try consumer.take(max: count - all.count, wait: 1)
    all += batch
    if acknowledging, let last = batch.last { consumer.acknowledge(through: last.tag) }
    return all.count >= count
  }
  #expect(held, "\(all.count) of \(count) deliveries came")
  return all
}

func ids(_ deliveries: [Delivery]) -> [String] {
  deliveries.map { $0.message.properties.messageID ?? "" }
}

func expectedIDs(_ range: Range<Int>) -> [String] { range.map { "id-\($0)" } }
