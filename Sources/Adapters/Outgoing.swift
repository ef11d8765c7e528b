import Messaging

/// Messages on their way to the broker, bounded in number and octets, each with what it was made from.
struct Outgoing<Origin> {
  /// What the broker or AMQP itself will never take, however often it is sent.
  struct Refused {
    let origin: Origin
    let message: Message
    let error: MessagingError
  }

  private(set) var messages: [Message] = []
  private(set) var origins: [Origin] = []
  private var octets = 0

  func isFull(before message: Message) -> Bool {
    !messages.isEmpty
      && (messages.count >= AdapterLimits.batch
        || octets + message.body.count > AdapterLimits.batchOctets)
  }

  mutating func add(_ message: Message, from origin: Origin) {
    messages.append(message)
    origins.append(origin)
    octets += message.body.count
  }

  /// Publishes all and waits for the confirms; returns those that are refused, while the others are safe.
  ///
  /// - Throws: `EdgeError` if the exchange has no queue for them; they are published again later.
  mutating func publish(through publisher: Publisher) throws -> [Refused] {
    guard !messages.isEmpty else { return [] }
    let refused = try publisher.deliver(messages).map {
      Refused(origin: origins[$0.index], message: messages[$0.index], error: $0.error)
    }
    self = Outgoing()
    return refused
  }
}

extension Publisher {
  /// Publishes and confirms; returns the places of the messages that are refused for what they are.
  ///
  /// A message that no queue takes is an error, since it must not be lost.
  func deliver(_ messages: [Message]) throws -> [(index: Int, error: MessagingError)] {
    try deliver(messages[...])
  }

  private func deliver(
    _ messages: ArraySlice<Message>
  ) throws -> [(index: Int, error: MessagingError)] {
    guard !messages.isEmpty else { return [] }
    do {
      let outcomes = try publish(Array(messages), confirmWithin: 10, deadline: 60)
      for (message, outcome) in zip(messages, outcomes) where outcome != .confirmed {
        throw EdgeError(
          "the broker has no queue for \(message.exchange) \(message.routingKey): "
            + "run `tongban topology apply`")
      }
      return []
    } catch let error as MessagingError where error.isRefusalOfMessage {
      guard messages.count > 1 else { return [(messages.startIndex, error)] }
      let middle = messages.startIndex + messages.count / 2
      return try deliver(messages[..<middle]) + deliver(messages[middle...])
    }
  }
}

extension MessagingError {
  /// Whether it is said of a message and not of the way: too large, or not to be carried by AMQP.
  fileprivate var isRefusalOfMessage: Bool {
    switch code {
    case .unsendable, .preconditionFailed, .contentRefused: true
    default: false
    }
  }
}
