import Cryptography
import Events
import Messaging

/// The value that a lane carries through its steps: deliveries, and what became of each.
package struct Batch {
  package enum Verdict {
    case undecided
    /// What the message causes; empty where nobody is to have anything.
    case outputs([Message])
    /// The message dies; `outputs` is what its good records cause all the same.
    case dead(DeadLetter, outputs: [Message] = [])
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
    package let replay: Int64
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
        // The routing key's first word is whom the broker lets publish; nobody can use up another's ids.
        key: hasher.key(consumer, delivery.message.sender, event.source, identity), digest: digest,
        verdict: fault.map { .dead($0) } ?? .undecided,
        replay: delivery.message.replayCount)
    }
  }

  init(items: [Item]) { self.items = items }

  /// The first and the second half, for a batch of which one item stops the others.
  var halves: [Batch] {
    let middle = items.count / 2
    return [Batch(items: Array(items[..<middle])), Batch(items: Array(items[middle...]))]
  }

}

extension Batch.Verdict {
  var isDead: Bool {
    if case .dead = self { return true }
    return false
  }

  /// What is to be published, besides a letter.
  var outputs: [Message] {
    switch self {
    case .outputs(let messages), .dead(_, let messages): messages
    case .undecided, .duplicate, .redelivered: []
    }
  }
}

// MARK: Deciding

extension Batch {
  /// Whatever a stage left undecided becomes a dead letter, since it would be lost otherwise.
  mutating func decideTheRest(stage: String) {
    for index in items.indices {
      guard case .undecided = items[index].verdict else { continue }
      items[index].verdict = .dead(
        DeadLetter(
          stage: stage, code: "UNDECIDED", place: "message",
          expectation:
            "the stage to decide what the message causes; it did not, which is a defect of it"))
    }
  }

  /// Turns what AMQP cannot carry into dead letters (UNSENDABLE), so that it stops nobody else.
  mutating func weedUnsendable(stage: String) {
    for index in items.indices {
      guard let fault = items[index].verdict.outputs.lazy.compactMap(\.unsendable).first else {
        continue
      }
      items[index].verdict = .dead(
        DeadLetter(
          stage: "\(stage).publish", code: "UNSENDABLE", place: fault.place,
          expectation: fault.expectation))
    }
  }

  /// The indices of items that are dead now and were not when `earlier` was taken.
  func newlyDead(since earlier: Batch) -> [Int] {
    items.indices.filter { items[$0].verdict.isDead && !earlier.items[$0].verdict.isDead }
  }
}

// MARK: Publishing

extension Batch {
  /// All that the batch causes, in the order of its items.
  struct Sent {
    var messages: [Message] = []
    /// Which item each message belongs to.
    var owners: [Int] = []
    /// Which of the messages are dead letters.
    var letters: Set<Int> = []
  }

  func outgoing() -> Sent {
    var sent = Sent()
    sent.messages.reserveCapacity(items.count)
    sent.owners.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      for message in item.verdict.outputs {
        sent.messages.append(message)
        sent.owners.append(index)
      }
      if case .dead(let letter, _) = item.verdict {
        sent.letters.insert(sent.messages.count)
        sent.messages.append(letter.message(for: item))
        sent.owners.append(index)
      }
    }
    return sent
  }

  /// Turns items with an output that no queue takes into dead letters and returns their indices.
  ///
  /// An item that was dead before stays as it is: its letter has gone out, with the whole body.
  /// - Throws: `LaneError` if a dead letter itself has no queue.
  mutating func settle(_ outcomes: [Publisher.Outcome], of sent: Sent, stage: String)
    throws(LaneError)
    -> [Int]
  {
    var unroutable: [Int] = []
    for (position, outcome) in outcomes.enumerated() {
      guard case .returned(_, let text) = outcome else { continue }
      guard !sent.letters.contains(position) else {
        throw LaneError.unroutableLetters(exchange: DeadLetter.exchange)
      }
      let owner = sent.owners[position]
      guard !items[owner].verdict.isDead else { continue }
      let message = sent.messages[position]
      items[owner].verdict = .dead(
        DeadLetter(
          stage: "\(stage).route", code: "UNROUTABLE",
          place: "\(message.exchange) \(message.routingKey)",
          expectation: "a queue that takes this routing key; the broker answered \(text)"),
        outputs: items[owner].verdict.outputs)
      unroutable.append(owner)
    }
    return unroutable
  }

  func letters(at indices: [Int]) -> [Message] {
    indices.compactMap { index in
      guard case .dead(let letter, _) = items[index].verdict else { return nil }
      return letter.message(for: items[index])
    }
  }
}

extension Message {
  /// The first word of the routing key: the department, wherever a department publishes.
  fileprivate var sender: String { String(routingKey.prefix { $0 != "." }) }
}
