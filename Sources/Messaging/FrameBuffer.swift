import CRabbitMQ

/// Messages as the frames of basic.publish (AMQP 0-9-1 §4.2), one after the other, so that a hundred of
/// them cost one system call. librabbitmq makes three a message, and they are half of a relay's time.
///
/// Owns its memory: made in `init`, grown in `reserve`, freed in `deinit`, and seen by nobody else.
final class FrameBuffer {
  /// Memory that a large body made grow beyond this is given back once it has been written.
  private static let kept = 1 << 20

  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  private var end = 0
  /// What is at most in one frame's payload.
  private let payloadMax: Int

  /// - Parameter frameMax: the largest frame agreed with the broker, in octets.
  init(frameMax: Int) {
    payloadMax = frameMax - 8
    capacity = 2 * Limits.flushAt
    memory = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { memory.deallocate() }

  /// The frames, to be written before the next call.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: end) }

  func removeAll() {
    end = 0
    guard capacity > Self.kept else { return }
    memory.deallocate()
    capacity = 2 * Limits.flushAt
    memory = .allocate(byteCount: capacity, alignment: 16)
  }

  /// Adds the frames of one message, mandatory. After a throw the buffer is of no more use.
  func append(_ message: borrowing Message) throws(MessagingError) {
    let method = beginFrame(UInt8(AMQP_FRAME_METHOD))
    // basic.publish: class 60, method 40, a reserved number, the address, and the flag `mandatory`.
    put(UInt32(60 << 16 | 40))
    put(UInt16(0))
    try short(message.exchange, "an exchange's name")
    try short(message.routingKey, "a routing key")
    put(UInt8(1))
    endFrame(method)
    let header = beginFrame(UInt8(AMQP_FRAME_HEADER))
    put(UInt32(60 << 16))
    put(UInt64(message.body.count))
    try properties(message)
    guard end - header <= payloadMax else {
      throw MessagingError(
        .unsendable, at: "a message",
        "properties and headers must fit one frame of \(payloadMax) octets")
    }
    endFrame(header)
    message.body.withUnsafeBytes(body)
  }

  // MARK: frames

  /// Writes a frame's head and gives where its payload begins.
  private func beginFrame(_ type: UInt8) -> Int {
    put(type)
    put(UInt16(Connection.channel))
    put(UInt32(0))
    return end
  }

  private func endFrame(_ payload: Int) {
    store(UInt32(end - payload), at: payload - 4)
    put(UInt8(AMQP_FRAME_END))
  }

  private func body(_ octets: UnsafeRawBufferPointer) {
    var rest = octets[...]
    while !rest.isEmpty {
      let frame = beginFrame(UInt8(AMQP_FRAME_BODY))
      copy(UnsafeRawBufferPointer(rebasing: rest.prefix(payloadMax)))
      endFrame(frame)
      rest = rest.dropFirst(payloadMax)
    }
  }

  // MARK: properties

  /// The flags and the properties in the order of their flags (§1.8, class basic).
  private func properties(_ message: borrowing Message) throws(MessagingError) {
    var flags: Int32 = AMQP_BASIC_DELIVERY_MODE_FLAG
    let place = end
    put(UInt16(0))
    func text(_ text: String?, _ flag: Int32, _ what: StaticString) throws(MessagingError) {
      guard let text else { return }
      flags |= flag
      try short(text, what)
    }
    let properties = message.properties
    try text(properties.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, "a content type")
    try text(properties.contentEncoding, AMQP_BASIC_CONTENT_ENCODING_FLAG, "a content encoding")
    if !message.headers.isEmpty {
      flags |= AMQP_BASIC_HEADERS_FLAG
      try table(message.headers, depth: 1)
    }
    put(UInt8(properties.persistent ? 2 : 1))
    if let priority = properties.priority {
      flags |= AMQP_BASIC_PRIORITY_FLAG
      put(priority)
    }
    try text(properties.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, "a correlation id")
    try text(properties.replyTo, AMQP_BASIC_REPLY_TO_FLAG, "a reply-to")
    try text(properties.expiration, AMQP_BASIC_EXPIRATION_FLAG, "an expiration")
    try text(properties.messageID, AMQP_BASIC_MESSAGE_ID_FLAG, "a message id")
    if let timestamp = properties.timestamp {
      flags |= AMQP_BASIC_TIMESTAMP_FLAG
      put(timestamp)
    }
    try text(properties.type, AMQP_BASIC_TYPE_FLAG, "a type")
    try text(properties.userID, AMQP_BASIC_USER_ID_FLAG, "a user id")
    try text(properties.appID, AMQP_BASIC_APP_ID_FLAG, "an app id")
    store(UInt16(truncatingIfNeeded: flags), at: place)
  }

  // MARK: tables

  private func table(_ fields: [Field], depth: Int) throws(MessagingError) {
    let place = beginLong()
    for field in fields {
      try short(field.name, "a header's name")
      try value(field.value, depth: depth)
    }
    endLong(place)
  }

  private func value(_ value: FieldValue, depth: Int) throws(MessagingError) {
    switch value {
    case .text(let text):
      put(UInt8(ascii: "S"))
      long(text)
    case .bytes(let octets):
      put(UInt8(ascii: "x"))
      put(UInt32(truncatingIfNeeded: octets.count))
      octets.withUnsafeBytes(copy)
    case .int(let number):
      put(UInt8(ascii: "l"))
      put(UInt64(bitPattern: number))
    case .double(let number):
      put(UInt8(ascii: "d"))
      put(number.bitPattern)
    case .bool(let flag):
      put(UInt8(ascii: "t"))
      put(UInt8(flag ? 1 : 0))
    case .timestamp(let seconds):
      put(UInt8(ascii: "T"))
      put(seconds)
    case .decimal(let places, let unscaled):
      put(UInt8(ascii: "D"))
      put(places)
      put(unscaled)
    case .table(let fields):
      try Limits.check(depth: depth)
      put(UInt8(ascii: "F"))
      try table(fields, depth: depth + 1)
    case .array(let values):
      try Limits.check(depth: depth)
      put(UInt8(ascii: "A"))
      let place = beginLong()
      for value in values { try self.value(value, depth: depth + 1) }
      endLong(place)
    case .void: put(UInt8(ascii: "V"))
    case .tooDeep: throw Limits.tooDeep
    }
  }

  // MARK: octets

  private func short(_ text: String, _ what: StaticString) throws(MessagingError) {
    let count = text.utf8.count
    guard count <= Limits.shortString else {
      throw MessagingError(
        .unsendable, at: "\(what)", "it has \(count) octets, and AMQP carries at most 255")
    }
    put(UInt8(truncatingIfNeeded: count))
    copy(text)
  }

  private func long(_ text: String) {
    put(UInt32(truncatingIfNeeded: text.utf8.count))
    copy(text)
  }

  private func beginLong() -> Int {
    put(UInt32(0))
    return end
  }

  private func endLong(_ place: Int) { store(UInt32(end - place), at: place - 4) }

  private func copy(_ text: String) {
    let done: Void? = text.utf8.withContiguousStorageIfAvailable {
      copy(UnsafeRawBufferPointer($0))
    }
    if done == nil { Array(text.utf8).withUnsafeBytes(copy) }
  }

  private func copy(_ octets: UnsafeRawBufferPointer) {
    guard let source = octets.baseAddress else { return }
    reserve(octets.count)
    (memory + end).copyMemory(from: source, byteCount: octets.count)
    end += octets.count
  }

  /// A number in network byte order.
  private func put<Number: FixedWidthInteger>(_ number: Number) {
    reserve(MemoryLayout<Number>.size)
    (memory + end).storeBytes(of: number.bigEndian, as: Number.self)
    end += MemoryLayout<Number>.size
  }

  private func store<Number: FixedWidthInteger>(_ number: Number, at place: Int) {
    (memory + place).storeBytes(of: number.bigEndian, as: Number.self)
  }

  private func reserve(_ count: Int) {
    guard end + count > capacity else { return }
    let larger = max(capacity * 2, end + count)
    let fresh = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    fresh.copyMemory(from: memory, byteCount: end)
    memory.deallocate()
    (memory, capacity) = (fresh, larger)
  }
}
