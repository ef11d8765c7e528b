import Cryptography
import Events
import Foundation
import Lanes
import Messaging

/// Carries what a department is entitled to from `department.<d>` into its own place: take a batch →
/// put it there durably → acknowledge. If the place is away, the batch waits in hand; nothing dies of it.
final class Deliverer {
  private let department: String
  private let place: DeliveryPlace
  private let surroundings: Surroundings
  private let log: Log

  init(department: String, place: DeliveryPlace, surroundings: Surroundings) {
    self.department = department
    self.place = place
    self.surroundings = surroundings
    log = surroundings.log.named("tongban agent \(department)")
  }

  func run(from consumer: Consumer) {
    while !surroundings.stop.isSet {
      do {
        let deliveries = try consumer.take(max: AdapterLimits.batch, wait: 0.2)
        guard !deliveries.isEmpty else {
          place.idle()
          continue
        }
        let messages = deliveries.map(\.message)
        var refused: [Int] = []
        let isDone = surroundings.persist("delivering to \(department)", log: log) {
          refused = try place.put(messages, at: surroundings.now())
        }
        guard isDone else { return }
        surroundings.failpoint("agent.delivered")
        settle(deliveries, refused: Set(refused), with: consumer)
      } catch {
        log.warning("taking from department.\(department) failed: \(error)")
        surroundings.stop.wait(seconds: 1)
      }
    }
  }

  /// What the place will never take goes, octets untouched, to the queue's dead-letter exchange.
  private func settle(_ deliveries: [Delivery], refused: Set<Int>, with consumer: Consumer) {
    for index in refused {
      log.error(
        "message \(index + 1) of \(deliveries.count) cannot be delivered: it is a dead letter")
      consumer.reject(deliveries[index].tag, requeue: false)
    }
    if let last = deliveries.indices.last(where: { !refused.contains($0) }) {
      consumer.acknowledge(through: deliveries[last].tag)
    }
  }
}

/// A place on the department's side that takes messages, each once.
///
/// `put` returns when all of them are safe there but those, by index, that the place will never take. It may be
/// called again with messages that are there already: those are not put twice.
protocol DeliveryPlace: AnyObject {
  func put(_ messages: [Message], at now: Instant) throws -> [Int]
  /// Called when there is nothing to put.
  func idle()
}

/// The department's own queue: the message's id tells the department a repeat.
final class QueuePlace: DeliveryPlace {
  private let queue: String
  private let publisher: Publisher

  init(queue: String, publisher: Publisher) {
    self.queue = queue
    self.publisher = publisher
  }

  func put(_ messages: [Message], at now: Instant) throws -> [Int] {
    let refused = try publisher.deliver(
      messages.map { message in
        var message = message
        (message.exchange, message.routingKey) = ("", queue)
        message.properties.userID = nil
        return message
      })
    return refused.map(\.index)
  }

  func idle() { publisher.serve() }
}

/// A folder: a file a message, or a file of lines a batch and kind.
final class FolderPlace: DeliveryPlace {
  private let journal: DeliveryJournal
  private let records: RecordSplitter
  private let hasher = Hasher128()
  /// The stamp of the last file: names sort in the order of delivery, whatever the clock does.
  private var last: Int64

  init(journal: DeliveryJournal, records: RecordSplitter) {
    self.journal = journal
    self.records = records
    last = journal.lastName.flatMap { Int64($0.prefix { $0 != "-" }) } ?? 0
  }

  func put(_ messages: [Message], at now: Instant) throws -> [Int] {
    // What is ready and has not gone yet is known to the journal already, but not in the folder.
    try journal.settle()
    var here: Set<String> = []
    let fresh = messages.map { (id: id(of: $0), message: $0) }.filter {
      !journal.contains($0.id) && here.insert($0.id).inserted
    }
    switch records {
    case .whole:
      for item in fresh { try deliver([item], at: now) }
    case .lines:
      // Runs of one kind: a file holds one layout, and the order of delivery stays.
      for run in fresh.runs(by: \.message.routingKey) { try deliver(Array(run), at: now) }
    }
    return []
  }

  func idle() {}

  private func deliver(_ items: [(id: String, message: Message)], at now: Instant) throws {
    guard let first = items.first?.message else { return }
    var body: [UInt8] = []
    for (_, message) in items {
      body += message.body
      if records == .lines, body.last != UInt8(ascii: "\n") { body.append(UInt8(ascii: "\n")) }
    }
    last = max(now.microseconds, last + 1)
    try journal.deliver(body, as: FolderPlace.name(stamp: last, of: first), ids: items.map(\.id))
  }

  /// A message without an id is told from others by what it is.
  private func id(of message: Message) -> String {
    if let id = message.properties.messageID, !id.isEmpty { return id }
    return "without id: "
      + hasher.key(message.routingKey, hasher.digest(of: message.body).hex).hex
  }

  /// `<microseconds, 16 digits>-<kind>.<ending>`; of the kind only what is safe in a name and in the journal.
  static func name(stamp: Int64, of message: Message) -> String {
    let digits = String(max(0, stamp))
    let kind = message.routingKey.utf8.drop { $0 != UInt8(ascii: ".") }.dropFirst().prefix(100)
    let safe = kind.map { octet in
      switch octet {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
        octet
      default: UInt8(ascii: "_")
      }
    }
    return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
      + "-\(String(decoding: safe, as: UTF8.self)).\(ending(of: message))"
  }

  private static func ending(of message: Message) -> String {
    let type = message.properties.contentType ?? ""
    return ["json", "xml", "csv"].first { type.contains($0) } ?? "txt"
  }
}

extension Array {
  /// The longest stretches of neighbours with the same key.
  fileprivate func runs<Key: Equatable>(by key: (Element) -> Key) -> [ArraySlice<Element>] {
    var runs: [ArraySlice<Element>] = []
    var start = startIndex
    for index in indices where index > start && key(self[index]) != key(self[start]) {
      runs.append(self[start..<index])
      start = index
    }
    if start < endIndex { runs.append(self[start...]) }
    return runs
  }
}
