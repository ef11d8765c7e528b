import Events
import Foundation
import Lanes
import Messaging

/// Carries the messages of a department's own queue to `gov.intake`: take a batch → publish confirmed
/// → acknowledge. The department's message id stays the event's id; where there is none, it comes from
/// the octets.
struct QueueCollector {
  let queue: String
  let envelope: IntakeEnvelope
  let order: OrderKey
  /// Where the agent keeps what is too large for the hub's broker.
  let keep: URL
  let surroundings: Surroundings

  func run(from consumer: Consumer, through publisher: Publisher) {
    let log = surroundings.log.named("tongban agent \(envelope.department)")
    while !surroundings.stop.isSet {
      do {
        let deliveries = try consumer.take(max: AdapterLimits.batch, wait: 0.2)
        guard let last = deliveries.last else {
          publisher.serve()
          continue
        }
        let isDone = surroundings.persist("collecting from \(queue)", log: log) {
          try carry(deliveries.map(\.message), through: publisher)
        }
        guard isDone else { return }
        surroundings.failpoint("agent.collected")
        consumer.acknowledge(through: last.tag)
      } catch {
        log.warning("taking from \(queue) failed: \(error)")
        surroundings.stop.wait(seconds: 1)
      }
    }
  }

  /// Publishes all; what the hub's broker never takes becomes a dead letter, so that the queue goes on.
  func carry(_ messages: [Message], through publisher: Publisher) throws {
    var batch = Outgoing<Message>()
    var refused: [Outgoing<Message>.Refused] = []
    for message in messages {
      let next = standard(message)
      if batch.isFull(before: next) { refused += try batch.publish(through: publisher) }
      batch.add(next, from: message)
    }
    refused += try batch.publish(through: publisher)
    for refusal in refused { try bury(refusal, through: publisher) }
  }

  /// A message that is too large even for a letter leaves its octets in the agent's folder.
  func bury(_ refusal: Outgoing<Message>.Refused, through publisher: Publisher) throws {
    let (code, id) = (refusal.error.code.rawValue, refusal.message.properties.messageID ?? "")
    let log = surroundings.log.named("tongban agent \(envelope.department)")
    let letter = DeadLetter(
      stage: "agent.collect", code: code, place: "a message of queue \(queue)",
      expectation: "a message that the hub's broker takes")
    var message = letter.message(
      original: refusal.origin, department: envelope.department,
      id: envelope.id(of: envelope.digest(of: Array(id.utf8)), occurrence: 0))
    // Under its own id it could be what nobody can send.
    message.properties.messageID = id
    if try publisher.deliver([message]).isEmpty {
      return log.error("a message of \(queue) was refused (\(code)) and is a dead letter")
    }
    let digest = envelope.digest(of: message.body).hex
    try FileManager.default.createDirectory(at: keep, withIntermediateDirectories: true)
    try DeliveryJournal.durably(write: message.body, to: keep.appending(path: digest))
    (message.body, message.headers) = (
      [], message.headers.filter { DeadLetter.Header.story.contains($0.name) }
    )
    if let refused = try publisher.deliver([message]).first { throw refused.error }
    log.error(
      "a message of \(queue) was refused (\(code)): its letter has no body, which is in \(keep.path)/\(digest)"
    )
  }

  func standard(_ message: Message) -> Message {
    let (event, _) = Event.read(from: message)
    let seconds = message.properties.timestamp.map { Int64(clamping: $0) } ?? 0
    var carried = envelope.message(
      id: envelope.id(given: event.id, body: message.body), body: message.body,
      time: event.time ?? Instant(wholeSeconds: seconds),
      subject: "\(queue)", partition: message.body.withUnsafeBytes { order.partition(of: $0) },
      traceparent: event.traceparent.flatMap { $0.utf8.count == 55 ? $0 : nil })
    // What the department says of its body holds; the adapter's word stands in where it says nothing.
    if let type = message.properties.contentType { carried.properties.contentType = type }
    return carried
  }
}
