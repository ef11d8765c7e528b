import CRabbitMQ

/// Takes batches of messages from one queue over a connection of its own.
///
/// Reconnects by itself; what was not acknowledged then comes again (at least once). Belongs to
/// one thread at a time; its calls block. Heartbeats are served inside `take`, so call it more often
/// than the heartbeat interval.
package final class Consumer {
  private let queue: String
  private let prefetch: UInt16
  private var dialer: Dialer
  private var connection: Connection?
  private var content = IncomingContent()
  private var batch: [Delivery] = []
  /// Octets of the bodies in the batch, and of how many it takes no more.
  private var octets = 0
  private let octetBudget: Int
  /// All tags up to this number are acknowledged on the present connection.
  private var acknowledgedThrough: UInt64 = 0
  private var isClosed = false

  /// Octets of bodies after which a batch takes no more, however few they are: what a batch costs in memory and time is
  /// bounded by this and one message more.
  package static let octetBudget = 32 << 20

  /// Makes a consumer; it connects at the first `take`.
  /// - Parameters:
  ///   - prefetch: how many unacknowledged deliveries the broker may have under way, 1…65,535.
  ///   - name: the client-provided connection name, as the broker's console shows it.
  package init(
    _ uri: BrokerURI, queue: String, prefetch: Int, octetBudget: Int = Consumer.octetBudget,
    name: String,
    log: @escaping @Sendable (String) -> Void
  ) {
    precondition((1...65_535).contains(prefetch), "the prefetch is a number from 1 to 65,535")
    self.queue = queue
    self.octetBudget = octetBudget
    self.prefetch = UInt16(prefetch)
    dialer = Dialer(uri, name: name, log: log)
  }

  /// Whether there is a connection, as far as the last call saw.
  package var isConnected: Bool { connection != nil }

  /// Why there is no connection; nil while there is one.
  package var lastError: MessagingError? { dialer.lastError }

  /// Blocks until at least one delivery is there or `wait` seconds have passed, then takes what is
  /// at hand without waiting, up to `max` or `octetBudget`. Empty also when there is no connection: look at
  /// `lastError`, and call again. One attempt to connect may take longer than `wait`, up to the
  /// connection timeout of the URI.
  ///
  /// Throws `CLOSED` after `close()`; and, while there never was a connection, the errors that
  /// waiting does not mend (`ACCESS_REFUSED`, `NOT_TRUSTED`, `NOT_ALLOWED`, …). A queue that does
  /// not exist (`NOT_FOUND`) is waited for, visible in `lastError` and the log.
  package func take(max: Int, wait: Double) throws(MessagingError) -> [Delivery] {
    precondition(max > 0, "a batch holds at least one delivery")
    guard !isClosed else {
      throw MessagingError(.closed, at: queue, "the consumer is closed")
    }
    let deadline = monotonicNow() + wait
    octets = 0
    batch.removeAll(keepingCapacity: true)
    while true {
      guard let connection = try connected(by: deadline) else { return [] }
      do throws(MessagingError) {
        try fill(from: connection, max: max, deadline: deadline)
        return batch
      } catch {
        // What was taken from the lost connection comes again on the next: handing it out now
        // would only have the work done twice.
        octets = 0
        batch.removeAll(keepingCapacity: true)
        drop(error)
      }
    }
  }

  /// Acknowledges every delivery up to and including `tag`. False if the tag is of an earlier
  /// connection (those deliveries come again), or the connection has just been lost, or all of
  /// them have been acknowledged already.
  @discardableResult
  package func acknowledge(through tag: DeliveryTag) -> Bool {
    guard tag.number > acknowledgedThrough || tag.generation != dialer.generation else {
      return false
    }
    guard (settle(tag) { amqp_basic_ack($0, Connection.channel, tag.number, 1) }) else {
      return false
    }
    acknowledgedThrough = tag.number
    return true
  }

  /// Acknowledges one delivery. False as in `acknowledge(through:)`.
  @discardableResult
  package func acknowledge(_ tag: DeliveryTag) -> Bool {
    settle(tag) { amqp_basic_ack($0, Connection.channel, tag.number, 0) }
  }

  /// Gives one delivery back: to the queue, or with `requeue` false to its dead-letter exchange, if
  /// it has one. False as in `acknowledge(through:)`.
  @discardableResult
  package func reject(_ tag: DeliveryTag, requeue: Bool) -> Bool {
    settle(tag) { amqp_basic_reject($0, Connection.channel, tag.number, requeue ? 1 : 0) }
  }

  /// Ends the connection; what is not acknowledged returns to the queue. May be called again.
  package func close() {
    isClosed = true
    connection?.close()
    connection = nil
  }

  private func settle(
    _ tag: DeliveryTag, _ call: (amqp_connection_state_t) -> Int32
  ) -> Bool {
    guard let connection, tag.generation == dialer.generation,
      tag.number > acknowledgedThrough
    else { return false }
    do throws(MessagingError) {
      try connection.send(call)
      return true
    } catch {
      drop(error)
      return false
    }
  }

  private func connected(by deadline: Double) throws(MessagingError) -> Connection? {
    if let connection { return connection }
    let (queue, prefetch) = (queue, prefetch)
    let made = try dialer.dial(by: deadline) { link throws(MessagingError) in
      defer { link.arena.reset() }
      let name = try link.arena.short(queue, "a queue's name")
      try link.call { amqp_basic_qos($0, Connection.channel, 0, prefetch, 0) }
      let (empty, none) = (amqp_bytes_t(), amqp_table_t())
      try link.call(at: "queue \(queue)") {
        amqp_basic_consume($0, Connection.channel, name, empty, 0, 0, 0, none)
      }
    }
    content = IncomingContent()
    acknowledgedThrough = 0
    connection = made
    return made
  }

  private func drop(_ error: MessagingError) {
    connection?.close()
    connection = nil
    dialer.lost(error)
  }

  private func fill(
    from connection: Connection, max: Int, deadline: Double
  ) throws(MessagingError) {
    while batch.count < max, octets < octetBudget {
      let wait = batch.isEmpty ? deadline - monotonicNow() : 0
      guard let frame = try connection.nextFrame(within: wait) else {
        if !batch.isEmpty || monotonicNow() >= deadline { return }
        continue
      }
      try handle(frame, of: connection)
      connection.releaseBuffers()
    }
  }

  private func handle(_ frame: amqp_frame_t, of connection: Connection) throws(MessagingError) {
    guard frame.frame_type == AMQP_FRAME_METHOD else {
      if let complete = try content.accept(frame, at: connection.authority),
        case .delivery(let number, let redelivered) = complete.announcement
      {
        dialer.worked()
        octets += complete.message.body.count
        let tag = DeliveryTag(generation: dialer.generation, number: number)
        batch.append(Delivery(tag: tag, redelivered: redelivered, message: complete.message))
      }
      return
    }
    let method = frame.payload.method
    switch method.id {
    case TONGBAN_BASIC_DELIVER.rawValue:
      guard let deliver = connection.decoded(method, as: amqp_basic_deliver_t.self) else { return }
      content.begin(
        .delivery(number: deliver.delivery_tag, redelivered: deliver.redelivered != 0),
        exchange: deliver.exchange, routingKey: deliver.routing_key)
    case TONGBAN_BASIC_CANCEL.rawValue:
      throw MessagingError(
        .connectionLost, at: "queue \(queue) at \(connection.authority)",
        "the broker cancelled the consumer: the queue was deleted or moved")
    default: break
    }
  }
}
