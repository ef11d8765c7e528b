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
        guard let last = deliveries.last else {
          place.idle()
          continue
        }
        let messages = deliveries.map(\.message)
        let isDone = surroundings.persist("delivering to \(department)", log: log) {
          try place.put(messages, at: surroundings.now())
        }
        guard isDone else { return }
        surroundings.failpoint("agent.delivered")
        consumer.acknowledge(through: last.tag)
      } catch {
        log.warning("taking from department.\(department) failed: \(error)")
        surroundings.stop.wait(seconds: 1)
      }
    }
  }
}

/// A place on the department's side that takes messages, each once.
///
/// `put` returns when all of them are safe there, and may be called again with messages that are
/// there already: those are not put twice.
protocol DeliveryPlace: AnyObject {
  func put(_ messages: [Message], at now: Instant) throws
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

  func put(_ messages: [Message], at now: Instant) throws {
    try publisher.deliver(
      messages.map { message in
        var message = message
        (message.exchange, message.routingKey) = ("", queue)
        message.properties.userID = nil
        return message
      })
  }

  func idle() { publisher.serve() }
}

/// A folder: a file a message, or a file of lines a batch and kind.
final class FolderPlace: DeliveryPlace {
  private let journal: DeliveryJournal
  private let records: RecordSplitter
  private var sequence = 0

  init(journal: DeliveryJournal, records: RecordSplitter) {
    self.journal = journal
    self.records = records
  }

  func put(_ messages: [Message], at now: Instant) throws {
    var here: Set<String> = []
    let fresh = messages.filter { message in
      let id = message.properties.messageID ?? ""
      return !journal.contains(id) && here.insert(id).inserted
    }
    switch records {
    case .whole:
      for message in fresh { try deliver([message], at: now) }
    case .lines:
      // Runs of one kind: a file holds one layout, and the order of delivery stays.
      for run in fresh.runs(by: \.routingKey) { try deliver(Array(run), at: now) }
    }
  }

  func idle() {}

  private func deliver(_ messages: [Message], at now: Instant) throws {
    guard let first = messages.first else { return }
    sequence += 1
    var body: [UInt8] = []
    for message in messages {
      body += message.body
      if records == .lines, body.last != UInt8(ascii: "\n") { body.append(UInt8(ascii: "\n")) }
    }
    let kind = first.routingKey.split(separator: ".").dropFirst().joined(separator: ".")
    let name = "\(now.microseconds)-\(sequence)-\(kind).\(FolderPlace.ending(of: first))"
    try journal.deliver(body, as: name, ids: messages.map { $0.properties.messageID ?? "" })
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
