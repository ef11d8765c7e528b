import CRabbitMQ

extension Connection {
  /// Writes one message, mandatory, through librabbitmq.
  func publish(_ message: Message) throws(MessagingError) {
    defer { arena.reset() }
    let exchange = try arena.short(message.exchange, "an exchange's name")
    let routingKey = try arena.short(message.routingKey, "a routing key")
    var properties = try properties(message.properties)
    if !message.headers.isEmpty {
      properties.headers = try arena.table(message.headers)
      properties._flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
    }
    try send { state in
      message.body.withUnsafeBytes { body in
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
