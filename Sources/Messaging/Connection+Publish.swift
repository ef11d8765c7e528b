import CRabbitMQ
import Glibc

extension Connection {
  /// Takes one message, mandatory, to be written at the latest by `flush`.
  func publish(_ message: borrowing Message, until end: Double) throws(MessagingError) {
    guard let output else { return try publishThroughLibrary(message) }
    try output.append(message)
    if output.bytes.count >= Limits.flushAt { try flush(until: end) }
  }

  /// Writes what is gathered. librabbitmq must not send meanwhile: half a frame may be under way.
  func flush(until end: Double) throws(MessagingError) {
    guard let output, !output.bytes.isEmpty else { return }
    defer { output.removeAll() }
    var rest = output.bytes
    while !rest.isEmpty {
      let written = Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      if written > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
      } else if errno == EAGAIN {
        try awaitRoom(until: end)
      } else if errno != EINTR {
        try giveUp(String(cString: strerror(errno)))
      }
    }
  }

  /// Waits until the socket takes more.
  private func awaitRoom(until end: Double) throws(MessagingError) {
    let left = end - monotonicNow()
    var descriptor = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
    guard left > 0, poll(&descriptor, 1, Int32(min(left, 3_600) * 1_000) + 1) != 0 else {
      try giveUp("it takes nothing any more")
      return
    }
  }

  /// The socket is of no more use; if the broker said why, its word counts.
  private func giveUp(_ reason: String) throws(MessagingError) {
    defer { isUsable = false }
    while try nextFrame(within: 0) != nil {}
    throw MessagingError(.connectionLost, at: authority, "the connection ended (\(reason))")
  }

  /// Under TLS only librabbitmq can write.
  private func publishThroughLibrary(_ message: borrowing Message) throws(MessagingError) {
    defer { arena.reset() }
    let exchange = try arena.short(message.exchange, "an exchange's name")
    let routingKey = try arena.short(message.routingKey, "a routing key")
    var properties = try properties(message.properties)
    if !message.headers.isEmpty {
      properties.headers = try arena.table(message.headers)
      properties._flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
    }
    let body = message.body
    try send { state in
      body.withUnsafeBytes { body in
        // librabbitmq only reads the body; its type lacks the const.
        let octets = amqp_bytes_t(
          len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
        return amqp_basic_publish(
          state, Self.channel, exchange, routingKey, 1, 0, &properties, octets)
      }
    }
  }

  private func properties(
    _ source: Properties
  ) throws(MessagingError) -> amqp_basic_properties_t {
    var target = amqp_basic_properties_t()
    var flags = UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG)
    target.delivery_mode = source.persistent ? 2 : 1
    func short(
      _ text: String?, _ flag: Int32, _ what: String
    ) throws(MessagingError) -> amqp_bytes_t {
      guard let text else { return amqp_bytes_t() }
      flags |= UInt32(flag)
      return try arena.short(text, what)
    }
    target.content_type = try short(
      source.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, "a content type")
    target.content_encoding = try short(
      source.contentEncoding, AMQP_BASIC_CONTENT_ENCODING_FLAG, "a content encoding")
    target.message_id = try short(source.messageID, AMQP_BASIC_MESSAGE_ID_FLAG, "a message id")
    target.correlation_id = try short(
      source.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, "a correlation id")
    target.reply_to = try short(source.replyTo, AMQP_BASIC_REPLY_TO_FLAG, "a reply-to")
    target.user_id = try short(source.userID, AMQP_BASIC_USER_ID_FLAG, "a user id")
    target.app_id = try short(source.appID, AMQP_BASIC_APP_ID_FLAG, "an app id")
    target.type = try short(source.type, AMQP_BASIC_TYPE_FLAG, "a type")
    target.expiration = try short(source.expiration, AMQP_BASIC_EXPIRATION_FLAG, "an expiration")
    if let timestamp = source.timestamp {
      target.timestamp = timestamp
      flags |= UInt32(AMQP_BASIC_TIMESTAMP_FLAG)
    }
    if let priority = source.priority {
      target.priority = priority
      flags |= UInt32(AMQP_BASIC_PRIORITY_FLAG)
    }
    target._flags = flags
    return target
  }
}
