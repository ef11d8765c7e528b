import CRabbitMQ

/// The few declarations of AMQP: queues, exchanges, bindings, counts, single messages.
///
/// For topology and tests, not for the message path. A refusal (`NOT_FOUND`,
/// `PRECONDITION_FAILED`, `ACCESS_REFUSED`, …) is thrown with the broker's own words and ends the
/// channel, as AMQP has it; the next call opens a new connection. Belongs to one thread at a time;
/// its calls block, at most as long as `connection_timeout` and one synchronous method.
package final class Administration {
  private let uri: BrokerURI
  private let name: String
  private var connection: Connection?

  /// Connects at once, so that wrong credentials show here. Throws what connecting throws:
  /// `UNREACHABLE`, `ACCESS_REFUSED`, `NOT_ALLOWED`, `NOT_TRUSTED`, ….
  package init(_ uri: BrokerURI, name: String) throws(MessagingError) {
    self.uri = uri
    self.name = name
    connection = try Connection(uri, name: name)
  }

  /// queue.declare. Throws `PRECONDITION_FAILED` if it exists with other settings.
  package func declareQueue(
    _ queue: String, durable: Bool = true, exclusive: Bool = false, autoDelete: Bool = false,
    arguments: [Field] = []
  ) throws(MessagingError) {
    try perform { link throws(MessagingError) in
      let name = try link.arena.short(queue, "a queue's name")
      let table = try link.arena.table(arguments)
      try link.call(at: "queue \(queue)") {
        amqp_queue_declare(
          $0, Connection.channel, name, 0, durable ? 1 : 0, exclusive ? 1 : 0, autoDelete ? 1 : 0,
          table)
      }
    }
  }

  /// queue.declare with the passive flag: how many messages are ready, and how many consumers there
  /// are. Throws `NOT_FOUND` if there is no such queue.
  package func inspectQueue(
    _ queue: String
  ) throws(MessagingError) -> (messages: Int, consumers: Int) {
    var counts = (messages: 0, consumers: 0)
    try perform { link throws(MessagingError) in
      let name = try link.arena.short(queue, "a queue's name")
      let answer = try link.call(at: "queue \(queue)") {
        amqp_queue_declare($0, Connection.channel, name, 1, 0, 0, 0, amqp_table_t())
      }
      if let answer {
        counts = (Int(answer.pointee.message_count), Int(answer.pointee.consumer_count))
      }
    }
    return counts
  }

  /// queue.purge; gives the number of messages removed.
  @discardableResult
  package func purgeQueue(_ queue: String) throws(MessagingError) -> Int {
    var count = 0
    try perform { link throws(MessagingError) in
      let name = try link.arena.short(queue, "a queue's name")
      let answer = try link.call(at: "queue \(queue)") {
        amqp_queue_purge($0, Connection.channel, name)
      }
      count = answer.map { Int($0.pointee.message_count) } ?? 0
    }
    return count
  }

  /// queue.delete; a queue that does not exist is none to delete.
  package func deleteQueue(_ queue: String) throws(MessagingError) {
    try perform { link throws(MessagingError) in
      let name = try link.arena.short(queue, "a queue's name")
      try link.call(at: "queue \(queue)") {
        amqp_queue_delete($0, Connection.channel, name, 0, 0)
      }
    }
  }

  /// exchange.declare. Throws `PRECONDITION_FAILED` if it exists with other settings.
  package func declareExchange(
    _ exchange: String, type: String, durable: Bool = true, autoDelete: Bool = false,
    isInternal: Bool = false, arguments: [Field] = []
  ) throws(MessagingError) {
    try perform { link throws(MessagingError) in
      let name = try link.arena.short(exchange, "an exchange's name")
      let kind = try link.arena.short(type, "an exchange's type")
      let table = try link.arena.table(arguments)
      try link.call(at: "exchange \(exchange)") {
        amqp_exchange_declare(
          $0, Connection.channel, name, kind, 0, durable ? 1 : 0, autoDelete ? 1 : 0,
          isInternal ? 1 : 0, table)
      }
    }
  }

  /// exchange.delete; an exchange that does not exist is none to delete.
  package func deleteExchange(_ exchange: String) throws(MessagingError) {
    try perform { link throws(MessagingError) in
      let name = try link.arena.short(exchange, "an exchange's name")
      try link.call(at: "exchange \(exchange)") {
        amqp_exchange_delete($0, Connection.channel, name, 0)
      }
    }
  }

  /// queue.bind. Throws `NOT_FOUND` if queue or exchange does not exist.
  package func bindQueue(
    _ queue: String, to exchange: String, routingKey: String, arguments: [Field] = []
  ) throws(MessagingError) {
    try bind(queue, exchange, routingKey, arguments) {
      amqp_queue_bind($0, Connection.channel, $1, $2, $3, $4) != nil
    }
  }

  /// queue.unbind.
  package func unbindQueue(
    _ queue: String, from exchange: String, routingKey: String, arguments: [Field] = []
  ) throws(MessagingError) {
    try bind(queue, exchange, routingKey, arguments) {
      amqp_queue_unbind($0, Connection.channel, $1, $2, $3, $4) != nil
    }
  }

  /// exchange.bind (RabbitMQ): what `source` routes by that key goes on to `destination`.
  package func bindExchange(
    _ destination: String, to source: String, routingKey: String, arguments: [Field] = []
  ) throws(MessagingError) {
    try bind(destination, source, routingKey, arguments) {
      amqp_exchange_bind($0, Connection.channel, $1, $2, $3, $4) != nil
    }
  }

  /// exchange.unbind (RabbitMQ).
  package func unbindExchange(
    _ destination: String, from source: String, routingKey: String, arguments: [Field] = []
  ) throws(MessagingError) {
    try bind(destination, source, routingKey, arguments) {
      amqp_exchange_unbind($0, Connection.channel, $1, $2, $3, $4) != nil
    }
  }

  /// basic.get with automatic acknowledgement: takes one message off the queue, or nil if it is
  /// empty. A message on its way when the connection breaks is gone: not for real work.
  package func takeOne(_ queue: String) throws(MessagingError) -> Message? {
    var taken: Message?
    try perform { link throws(MessagingError) in
      let name = try link.arena.short(queue, "a queue's name")
      let reply = try link.get(name, at: "queue \(queue)")
      guard let reply else { return }
      var content = IncomingContent()
      content.begin(
        .delivery(number: reply.delivery_tag, redelivered: reply.redelivered != 0),
        exchange: reply.exchange, routingKey: reply.routing_key)
      let end = monotonicNow() + Limits.callTimeout
      while taken == nil {
        guard let frame = try link.nextFrame(within: end - monotonicNow()) else {
          guard monotonicNow() < end else {
            throw MessagingError(
              .connectionLost, at: link.authority, "the message did not arrive in time")
          }
          continue
        }
        taken = try content.accept(frame, at: link.authority)?.message
      }
      link.releaseBuffers()
    }
    return taken
  }

  /// Ends the connection; the next call would open another.
  package func close() {
    connection?.close()
    connection = nil
  }

  private func bind(
    _ destination: String, _ source: String, _ routingKey: String, _ arguments: [Field],
    _ method: (amqp_connection_state_t, amqp_bytes_t, amqp_bytes_t, amqp_bytes_t, amqp_table_t) ->
      Bool
  ) throws(MessagingError) {
    let place = "\(source) to \(destination)"
    try perform { link throws(MessagingError) in
      let to = try link.arena.short(destination, "a destination's name")
      let from = try link.arena.short(source, "a source's name")
      let key = try link.arena.short(routingKey, "a routing key")
      let table = try link.arena.table(arguments)
      try link.call(at: place) { method($0, to, from, key, table) }
    }
  }

  private func perform(
    _ work: (Connection) throws(MessagingError) -> Void
  ) throws(MessagingError) {
    let link: Connection
    if let connection { link = connection } else { link = try Connection(uri, name: name) }
    connection = link
    defer { link.arena.reset() }
    do throws(MessagingError) { try work(link) } catch {
      close()
      throw error
    }
    link.releaseBuffers()
  }
}
