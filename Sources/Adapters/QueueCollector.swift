import Events
import Lanes
import Messaging

/// Carries the messages of a department's own queue to `gov.intake`: take a batch → publish confirmed
/// → acknowledge. The department's message id stays the event's id; where there is none, it comes from
/// the octets.
struct QueueCollector {
  let queue: String
  let envelope: IntakeEnvelope
  let order: OrderKey
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

  private func carry(_ messages: [Message], through publisher: Publisher) throws {
    var batch = FileBatch()
    for message in messages {
      let next = standard(message)
      if batch.isFull(before: next) { try batch.publish(through: publisher) }
      batch.add(next)
    }
    try batch.publish(through: publisher)
  }

  private func standard(_ message: Message) -> Message {
    let (event, _) = Event.read(from: message)
    let id = event.id.isEmpty ? envelope.id(of: message.body, occurrence: 0) : event.id
    let seconds = message.properties.timestamp.map { Int64(clamping: $0) } ?? 0
    var carried = envelope.message(
      id: id, body: message.body,
      time: event.time ?? Instant(microseconds: min(seconds, 253_402_300_799) * 1_000_000),
      subject: "\(queue)", partition: message.body.withUnsafeBytes { order.partition(of: $0) },
      traceparent: event.traceparent)
    // What the department says of its body holds; the adapter's word stands in where it says nothing.
    if let type = message.properties.contentType { carried.properties.contentType = type }
    return carried
  }
}
