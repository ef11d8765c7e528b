import CRabbitMQ

/// The yardstick of `tongban bench`: the least that a relay can do with librabbitmq. It takes each
/// message from a queue, publishes it as it is (the broker's own property and header structures and
/// body memory, nothing copied into values of ours), waits for the confirm and acknowledges. No
/// work, no database, and no recovery: the first trouble ends it.
package struct BareRelay {
  /// Unconfirmed publishes under way, at most (ENGINE_NOTES: more adds only latency).
  private static let window: UInt64 = 1_000
  /// Acknowledgements are sent for so many at once.
  private static let acknowledgeEvery: UInt64 = 100

  private let source: Connection
  private let target: Connection
  private var tracker = Watermark()

  package init(_ uri: BrokerURI, queue: String) throws(MessagingError) {
    source = try Connection(uri, name: "tongban bench relay source")
    target = try Connection(uri, name: "tongban bench relay target")
    try target.call { _ = amqp_confirm_select($0, Connection.channel) }
    let name = try source.arena.short(queue, "a queue's name")
    try source.call { amqp_basic_qos($0, Connection.channel, 0, UInt16(Self.window * 2), 0) }
    try source.call {
      amqp_basic_consume($0, Connection.channel, name, amqp_bytes_t(), 0, 0, 0, amqp_table_t())
    }
  }

  /// Relays `count` messages to the exchange, under one routing key, and returns when the last is
  /// acknowledged.
  package mutating func relay(_ count: Int, to exchange: String, routingKey: String)
    throws(MessagingError)
  {
    let address = (
      try target.arena.short(exchange, "an exchange's name"),
      try target.arena.short(routingKey, "a routing key")
    )
    let goal = tracker.published + UInt64(count)
    while tracker.acknowledged < goal {
      let mayPublish = tracker.published < goal && tracker.outstanding < Self.window
      if mayPublish {
        let isIdle = tracker.outstanding == 0
        if isIdle || source.hasFrameAtHand || tracker.outstanding < Self.window / 2 {
          try relayOne(to: address, wait: isIdle ? 5 : 0.0005)
        }
      }
      repeat { try takeConfirm(wait: mayPublish ? 0 : 5) } while target.hasFrameAtHand
      try acknowledge(goal)
    }
  }

  /// Ends both connections.
  package func close() {
    source.close()
    target.close()
  }

  private mutating func relayOne(
    to address: (amqp_bytes_t, amqp_bytes_t), wait: Double
  ) throws(MessagingError) {
    guard let method = try source.nextFrame(within: wait) else { return }
    guard method.payload.method.id == TONGBAN_BASIC_DELIVER.rawValue else { return }
    guard let header = try nextContentFrame(), let decoded = header.payload.properties.decoded
    else {
      throw MessagingError(.protocolViolation, at: source.authority, "a delivery without a header")
    }
    let properties = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self)
    let body = try self.body(size: Int(header.payload.properties.body_size))
    let status = body.withUnsafeBytes { octets in
      amqp_bytes_t(len: octets.count, bytes: UnsafeMutableRawPointer(mutating: octets.baseAddress))
    }
    try target.send {
      amqp_basic_publish($0, Connection.channel, address.0, address.1, 0, 0, properties, status)
    }
    // The array lives to here: what `status` points to was sent by the call above.
    withExtendedLifetime(body) {}
    tracker.published += 1
    source.releaseBuffers()
  }

  private func body(size: Int) throws(MessagingError) -> [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(size)
    while body.count < size {
      guard let frame = try nextContentFrame() else { continue }
      let fragment = frame.payload.body_fragment
      body.append(contentsOf: UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
    }
    return body
  }

  private func nextContentFrame() throws(MessagingError) -> amqp_frame_t? {
    guard let frame = try source.nextFrame(within: 5) else {
      throw MessagingError(
        .connectionLost, at: source.authority, "a delivery stopped in its middle")
    }
    return frame
  }

  private mutating func takeConfirm(wait: Double) throws(MessagingError) {
    guard let frame = try target.nextFrame(within: wait) else { return }
    let method = frame.payload.method
    if frame.frame_type == AMQP_FRAME_METHOD, method.id == TONGBAN_BASIC_ACK.rawValue,
      let ack = target.decoded(method, as: amqp_basic_ack_t.self)
    {
      tracker.confirm(ack.delivery_tag, multiple: ack.multiple != 0)
    }
    target.releaseBuffers()
  }

  /// Publish number and delivery tag are the same number here: both count from 1 in one order.
  private mutating func acknowledge(_ goal: UInt64) throws(MessagingError) {
    let due = tracker.confirmed - tracker.acknowledged
    guard
      due >= Self.acknowledgeEvery
        || (due > 0 && (tracker.outstanding == 0 || tracker.confirmed == goal))
    else { return }
    let tag = tracker.confirmed
    try source.send { amqp_basic_ack($0, Connection.channel, tag, 1) }
    tracker.acknowledged = tag
  }

  /// How far publishing, confirming and acknowledging have come; confirms may come out of order.
  private struct Watermark {
    var published: UInt64 = 0
    /// All up to this number are confirmed.
    var confirmed: UInt64 = 0
    var acknowledged: UInt64 = 0
    private var ahead: Set<UInt64> = []

    var outstanding: UInt64 { published - confirmed }

    mutating func confirm(_ number: UInt64, multiple: Bool) {
      if multiple {
        confirmed = max(confirmed, number)
        ahead = ahead.filter { $0 > number }
      } else if number == confirmed + 1 {
        confirmed = number
      } else {
        ahead.insert(number)
      }
      while ahead.remove(confirmed + 1) != nil { confirmed += 1 }
    }
  }
}
