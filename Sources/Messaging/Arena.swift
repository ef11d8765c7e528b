import CRabbitMQ

/// Memory for the C structures of one call: filled, used, and reused for the next call.
/// What it hands out is valid until `reset()`.
final class Arena {
  private var pool = amqp_pool_t()

  init() { init_amqp_pool(&pool, 65_536) }

  deinit { empty_amqp_pool(&pool) }

  func reset() { recycle_amqp_pool(&pool) }

  /// A short string: at most 255 octets.
  func short(_ text: String, _ what: String) throws(MessagingError) -> amqp_bytes_t {
    let bytes = try long(text)
    guard bytes.len <= Limits.shortString else {
      throw MessagingError(
        .unsendable, at: what, "it has \(bytes.len) octets, and AMQP carries at most 255")
    }
    return bytes
  }

  func long(_ text: String) throws(MessagingError) -> amqp_bytes_t {
    var text = text
    let count = text.utf8.count
    guard count > 0 else { return amqp_bytes_t(len: 0, bytes: nil) }
    let target = try allocate(count)
    text.withUTF8 { source in
      UnsafeMutableRawBufferPointer(start: target, count: count).copyBytes(from: source)
    }
    return amqp_bytes_t(len: count, bytes: target)
  }

  /// The C string of a text; a text with a zero octet is cut there by C, so callers refuse those.
  func cString(_ text: String) throws(MessagingError) -> UnsafePointer<CChar> {
    let bytes = try long(text + "\0")
    guard let start = bytes.bytes else {
      throw MessagingError(.unsendable, at: "memory", "a text could not be copied")
    }
    return UnsafePointer(start.assumingMemoryBound(to: CChar.self))
  }

  func table(_ fields: [Field], depth: Int = 1) throws(MessagingError) -> amqp_table_t {
    guard !fields.isEmpty else { return amqp_table_t(num_entries: 0, entries: nil) }
    let raw = try allocate(fields.count * MemoryLayout<amqp_table_entry_t>.stride)
    let entries = raw.bindMemory(to: amqp_table_entry_t.self, capacity: fields.count)
    for (index, field) in fields.enumerated() {
      let key = try short(field.name, "a header's name")
      let value = try value(field.value, depth: depth)
      (entries + index).initialize(to: amqp_table_entry_t(key: key, value: value))
    }
    return amqp_table_t(num_entries: Int32(fields.count), entries: entries)
  }

  private func value(
    _ value: FieldValue, depth: Int
  ) throws(MessagingError) -> amqp_field_value_t {
    var field = amqp_field_value_t()
    switch value {
    case .text(let text): (field.kind, field.value.bytes) = (kind("S"), try long(text))
    case .bytes(let octets):
      (field.kind, field.value.bytes) = (kind("x"), try copyArray(octets))
    case .int(let number): (field.kind, field.value.i64) = (kind("l"), number)
    case .double(let number): (field.kind, field.value.f64) = (kind("d"), number)
    case .bool(let flag): (field.kind, field.value.boolean) = (kind("t"), flag ? 1 : 0)
    case .timestamp(let seconds): (field.kind, field.value.u64) = (kind("T"), seconds)
    case .decimal(let places, let unscaled):
      field.kind = kind("D")
      field.value.decimal = amqp_decimal_t(decimals: places, value: unscaled)
    case .table(let fields):
      try Limits.check(depth: depth)
      (field.kind, field.value.table) = (kind("F"), try table(fields, depth: depth + 1))
    case .array(let values):
      try Limits.check(depth: depth)
      (field.kind, field.value.array) = (kind("A"), try array(values, depth: depth + 1))
    case .void: field.kind = kind("V")
    case .tooDeep: throw Limits.tooDeep
    }
    return field
  }

  private func array(
    _ values: [FieldValue], depth: Int
  ) throws(MessagingError) -> amqp_array_t {
    guard !values.isEmpty else { return amqp_array_t(num_entries: 0, entries: nil) }
    let raw = try allocate(values.count * MemoryLayout<amqp_field_value_t>.stride)
    let entries = raw.bindMemory(to: amqp_field_value_t.self, capacity: values.count)
    for (index, value) in values.enumerated() {
      (entries + index).initialize(to: try self.value(value, depth: depth))
    }
    return amqp_array_t(num_entries: Int32(values.count), entries: entries)
  }

  private func copyArray(_ octets: [UInt8]) throws(MessagingError) -> amqp_bytes_t {
    guard !octets.isEmpty else { return amqp_bytes_t(len: 0, bytes: nil) }
    let target = try allocate(octets.count)
    octets.withUnsafeBytes { source in
      UnsafeMutableRawBufferPointer(start: target, count: octets.count).copyMemory(from: source)
    }
    return amqp_bytes_t(len: octets.count, bytes: target)
  }

  private func allocate(_ size: Int) throws(MessagingError) -> UnsafeMutableRawPointer {
    guard let memory = amqp_pool_alloc(&pool, size) else {
      throw MessagingError(.unsendable, at: "memory", "\(size) octets could not be allocated")
    }
    return memory
  }

  private func kind(_ letter: Unicode.Scalar) -> UInt8 { UInt8(truncatingIfNeeded: letter.value) }
}
