import CRabbitMQ

/// Puts a message together from its frames: a method that announces content, a header frame, and
/// body frames until the announced size is reached (AMQP 0-9-1 §4.2.6). It may be left half done
/// when no more frames are at hand, and goes on with the next.
struct IncomingContent {
  /// What announced the content.
  enum Announcement {
    case delivery(number: UInt64, redelivered: Bool)
    case returned(code: UInt16, text: String)
  }

  /// A whole message.
  struct Complete {
    let announcement: Announcement
    let message: Message
  }

  private var reader = FieldReader()
  private var announcement: Announcement?
  private var message = Message(exchange: "", routingKey: "", body: [])
  private var missing: UInt64 = 0

  /// Whether a message has begun and is not complete.
  var isUnderway: Bool { announcement != nil }

  mutating func begin(
    _ announcement: Announcement, exchange: amqp_bytes_t, routingKey: amqp_bytes_t
  ) {
    self.announcement = announcement
    message = Message(
      exchange: reader.name(exchange), routingKey: reader.name(routingKey), body: [])
    missing = 0
  }

  /// Takes a header or body frame; gives the message when it is complete.
  mutating func accept(
    _ frame: amqp_frame_t, at place: String
  ) throws(MessagingError) -> Complete? {
    guard let announcement else { throw Self.violation("content that nothing announced", place) }
    if frame.frame_type == AMQP_FRAME_HEADER {
      try takeHeader(frame, at: place)
    } else if frame.frame_type == AMQP_FRAME_BODY {
      let fragment = frame.payload.body_fragment
      guard UInt64(fragment.len) <= missing else {
        throw Self.violation("more content than it announced", place)
      }
      message.body.append(
        contentsOf: UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
      missing -= UInt64(fragment.len)
    } else {
      throw Self.violation("another method in the middle of content", place)
    }
    guard missing == 0 else { return nil }
    self.announcement = nil
    // Moved out, not copied: a message is some fifteen references.
    var complete = Message(exchange: "", routingKey: "", body: [])
    swap(&complete, &message)
    return Complete(announcement: announcement, message: complete)
  }

  private mutating func takeHeader(
    _ frame: amqp_frame_t, at place: String
  ) throws(MessagingError) {
    missing = frame.payload.properties.body_size
    guard missing <= Limits.bodyMax else {
      throw Self.violation("a body above \(Limits.bodyMax) octets", place)
    }
    guard let decoded = frame.payload.properties.decoded else {
      throw Self.violation("content without properties", place)
    }
    let properties = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
    message.properties = reader.properties(properties)
    if properties._flags & UInt32(AMQP_BASIC_HEADERS_FLAG) != 0 {
      message.headers = reader.fields(properties.headers)
    }
    message.body.reserveCapacity(min(Int(missing), Limits.bodyReserve))
  }

  private static func violation(_ what: String, _ place: String) -> MessagingError {
    MessagingError(.protocolViolation, at: place, "it sent \(what)")
  }
}
