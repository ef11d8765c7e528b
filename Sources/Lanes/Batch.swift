import Cryptography
import Events
import Messaging

/// The value that a lane carries through its steps: deliveries, and what became of each.
package struct Batch {
  package enum Verdict {
    case undecided
    /// What the message causes; empty where nobody is to have anything.
    case outputs([Message])
    case dead(DeadLetter)
    /// The same event with the same body was here before.
    case duplicate
    /// This very copy was here before and its acknowledgement was lost: nothing to do, nothing to count.
    case redelivered
  }

  package struct Item {
    package let delivery: Delivery
    package let event: Event
    /// Whose message it is in the ledger: a department's code, or `unknown`.
    package var source: String
    /// Identity of the event for this consumer.
    package let key: Key128
    /// Identity of the body.
    package let digest: Key128
    package var verdict: Verdict
    /// How often an auditor has sent this message again; 0 for a message that came by itself.
    package let replay: Int
  }

  package var items: [Item]

  /// Reads the attributes of each message. What cannot be read is a dead letter from the start.
  package init(_ deliveries: [Delivery], consumer: String) {
    let hasher = Hasher128()
    items = deliveries.map { delivery in
      let (event, fault) = Event.read(from: delivery.message)
      let digest = hasher.digest(of: delivery.message.body)
      let identity = event.id.isEmpty ? digest.hex : event.id
      return Item(
        delivery: delivery, event: event, source: "unknown",
        key: hasher.key(consumer, event.source, identity), digest: digest,
        verdict: fault.map { .dead($0) } ?? .undecided,
        replay: delivery.message.replayCount)
    }
  }

  /// The same deliveries as when they came, for another attempt.
  func undecided() -> Batch {
    var copy = self
    for index in copy.items.indices {
      let (_, fault) = Event.read(from: copy.items[index].delivery.message)
      copy.items[index].verdict = fault.map { .dead($0) } ?? .undecided
    }
    return copy
  }
}

// MARK: Publishing

extension Batch {
  /// All that the batch causes, in the order of its items, and which item each message belongs to.
  struct Sent {
    var messages: [Message] = []
    var owners: [Int] = []
  }

  func outgoing() -> Sent {
    var sent = Sent()
    for (index, item) in items.enumerated() {
      switch item.verdict {
      case .outputs(let messages):
        for message in messages {
          sent.messages.append(message)
          sent.owners.append(index)
        }
      case .dead(let letter):
        sent.messages.append(letter.message(for: item))
        sent.owners.append(index)
      case .undecided, .duplicate, .redelivered: break
      }
    }
    return sent
  }

  /// Turns items with an output that no queue takes into dead letters and returns their indices.
  ///
  /// - Throws: `LaneError` if a dead letter itself has no queue.
  mutating func settle(_ outcomes: [Publisher.Outcome], of sent: Sent, stage: String) throws
    -> [Int]
  {
    var unroutable: [Int] = []
    for (position, outcome) in outcomes.enumerated() {
      guard case .returned(_, let text) = outcome else { continue }
      let owner = sent.owners[position]
      if case .dead = items[owner].verdict {
        throw LaneError.unroutableLetters(exchange: DeadLetter.exchange)
      }
      guard unroutable.last != owner else { continue }
      let message = sent.messages[position]
      items[owner].verdict = .dead(
        DeadLetter(
          stage: "\(stage).route", code: "UNROUTABLE",
          place: "\(message.exchange) \(message.routingKey)",
          expectation: "a queue that takes this routing key; the broker answered \(text)"))
      unroutable.append(owner)
    }
    return unroutable
  }

  func letters(at indices: [Int]) -> [Message] {
    indices.compactMap { index in
      guard case .dead(let letter) = items[index].verdict else { return nil }
      return letter.message(for: items[index])
    }
  }
}
