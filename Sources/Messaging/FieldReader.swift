import CRabbitMQ

/// Copies what librabbitmq decoded (memory that lives until its buffers are released) into values
/// of our own. Tables nest at most `Limits.tableDepth` deep; what is deeper becomes `.tooDeep`.
struct FieldReader {
  private var names = Interner()
  private var texts = Interner()

  /// A short string: UTF-8 if it is, else with replacement characters.
  mutating func name(_ bytes: amqp_bytes_t) -> String {
    let octets = UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len)
    return names.text(octets) ?? String(decoding: octets, as: UTF8.self)
  }

  mutating func fields(_ table: amqp_table_t, depth: Int = 1) -> [Field] {
    guard table.num_entries > 0, let entries = table.entries else { return [] }
    var result: [Field] = []
    result.reserveCapacity(Int(table.num_entries))
    for index in 0..<Int(table.num_entries) {
      let key = name(entries[index].key)
      result.append(Field(key, value(entries[index].value, depth: depth)))
    }
    return result
  }

  private mutating func value(_ field: amqp_field_value_t, depth: Int) -> FieldValue {
    let value = field.value
    switch UnicodeScalar(field.kind) {
    case "S":
      let octets = UnsafeRawBufferPointer(start: value.bytes.bytes, count: value.bytes.len)
      return texts.text(octets).map(FieldValue.text) ?? .bytes([UInt8](octets))
    case "x":
      return .bytes(
        [UInt8](UnsafeRawBufferPointer(start: value.bytes.bytes, count: value.bytes.len)))
    case "t": return .bool(value.boolean != 0)
    case "b": return .int(Int64(value.i8))
    case "B": return .int(Int64(value.u8))
    case "s": return .int(Int64(value.i16))
    case "u": return .int(Int64(value.u16))
    case "I": return .int(Int64(value.i32))
    case "i": return .int(Int64(value.u32))
    // RabbitMQ reads `L` as signed too (its errata); a larger one keeps its bits.
    case "l", "L": return .int(value.i64)
    case "f": return .double(Double(value.f32))
    case "d": return .double(value.f64)
    case "D":
      return .decimal(places: value.decimal.decimals, unscaled: value.decimal.value)
    case "T": return .timestamp(seconds: value.u64)
    case "F":
      return depth < Limits.tableDepth ? .table(fields(value.table, depth: depth + 1)) : .tooDeep
    case "A":
      return depth < Limits.tableDepth ? array(value.array, depth: depth + 1) : .tooDeep
    default: return .void
    }
  }

  private mutating func array(_ array: amqp_array_t, depth: Int) -> FieldValue {
    guard array.num_entries > 0, let entries = array.entries else { return .array([]) }
    var result: [FieldValue] = []
    result.reserveCapacity(Int(array.num_entries))
    for index in 0..<Int(array.num_entries) {
      result.append(value(entries[index], depth: depth))
    }
    return .array(result)
  }

  mutating func properties(_ decoded: amqp_basic_properties_t) -> Properties {
    let flags = decoded._flags
    var result = Properties(persistent: false)
    func has(_ flag: Int32) -> Bool { flags & UInt32(flag) != 0 }
    if has(AMQP_BASIC_CONTENT_TYPE_FLAG) { result.contentType = name(decoded.content_type) }
    if has(AMQP_BASIC_CONTENT_ENCODING_FLAG) {
      result.contentEncoding = name(decoded.content_encoding)
    }
    if has(AMQP_BASIC_DELIVERY_MODE_FLAG) { result.persistent = decoded.delivery_mode == 2 }
    if has(AMQP_BASIC_PRIORITY_FLAG) { result.priority = decoded.priority }
    if has(AMQP_BASIC_CORRELATION_ID_FLAG) { result.correlationID = unique(decoded.correlation_id) }
    if has(AMQP_BASIC_REPLY_TO_FLAG) { result.replyTo = name(decoded.reply_to) }
    if has(AMQP_BASIC_EXPIRATION_FLAG) { result.expiration = name(decoded.expiration) }
    if has(AMQP_BASIC_MESSAGE_ID_FLAG) { result.messageID = unique(decoded.message_id) }
    if has(AMQP_BASIC_TIMESTAMP_FLAG) { result.timestamp = decoded.timestamp }
    if has(AMQP_BASIC_TYPE_FLAG) { result.type = name(decoded.type) }
    if has(AMQP_BASIC_USER_ID_FLAG) { result.userID = name(decoded.user_id) }
    if has(AMQP_BASIC_APP_ID_FLAG) { result.appID = name(decoded.app_id) }
    return result
  }

  /// A text that differs from message to message: the cache would only be spoilt by it.
  private func unique(_ bytes: amqp_bytes_t) -> String {
    String(
      decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
  }
}
