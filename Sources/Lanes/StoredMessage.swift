import Messaging

/// Properties and headers of a message as octets, and back: exactly what came, at little cost. For tables whose rows
/// are read by programs; what people read stands in columns of its own.
///
/// Form: a version octet, the properties (a presence octet each), then the headers as a counted list of names and
/// values. Numbers are little-endian; texts and octets stand behind their length in 32 bits.
struct StoredHead: Equatable {
  var properties: Properties
  var headers: [Field]

  static let version: UInt8 = 1
}

extension StoredHead {
  var octets: [UInt8] {
    var writer = OctetWriter()
    writer.octets.reserveCapacity(512)
    writer.octets.append(StoredHead.version)
    for text in [
      properties.contentType, properties.contentEncoding, properties.messageID,
      properties.correlationID, properties.replyTo, properties.userID, properties.appID,
      properties.type, properties.expiration,
    ] { writer.optional(text) { $0.text($1) } }
    writer.optional(properties.timestamp) { $0.number($1) }
    writer.optional(properties.priority) { $0.number($1) }
    writer.octets.append(properties.persistent ? 1 : 0)
    writer.fields(headers)
    return writer.octets
  }

  /// - Throws: `StoredHeadError` if the octets are not of this form.
  init(octets: [UInt8]) throws(StoredHeadError) {
    var reader = OctetReader(octets)
    guard try reader.octet() == StoredHead.version else { throw StoredHeadError() }
    var properties = Properties()
    func text() throws(StoredHeadError) -> String? { try reader.flag() ? try reader.text() : nil }
    properties.contentType = try text()
    properties.contentEncoding = try text()
    properties.messageID = try text()
    properties.correlationID = try text()
    properties.replyTo = try text()
    properties.userID = try text()
    properties.appID = try text()
    properties.type = try text()
    properties.expiration = try text()
    if try reader.flag() { properties.timestamp = try reader.number(UInt64.self) }
    if try reader.flag() { properties.priority = try reader.number(UInt8.self) }
    properties.persistent = try reader.flag()
    self.properties = properties
    headers = try reader.fields(depth: 1)
    guard reader.isAtEnd else { throw StoredHeadError() }
  }
}

/// Octets in a table that this program did not write, or a newer one did.
struct StoredHeadError: Error, CustomStringConvertible {
  var description: String {
    "a stored message cannot be read: expected form \(StoredHead.version); was it written by a newer tongban?"
  }
}

// MARK: Octets

private struct OctetWriter {
  var octets: [UInt8] = []

  mutating func number(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { octets.append(contentsOf: $0) }
  }

  mutating func text(_ text: String) {
    number(UInt32(text.utf8.count))
    octets.append(contentsOf: text.utf8)
  }

  mutating func optional<Value>(_ value: Value?, _ write: (inout OctetWriter, Value) -> Void) {
    octets.append(value == nil ? 0 : 1)
    if let value { write(&self, value) }
  }

  mutating func fields(_ fields: [Field]) {
    number(UInt32(fields.count))
    for field in fields {
      text(field.name)
      value(field.value)
    }
  }

  mutating func value(_ value: FieldValue) {
    func tag(_ letter: Unicode.Scalar) { octets.append(UInt8(ascii: letter)) }
    switch value {
    case .text(let text):
      tag("S")
      self.text(text)
    case .bytes(let bytes):
      tag("x")
      number(UInt32(bytes.count))
      octets.append(contentsOf: bytes)
    case .int(let number):
      tag("l")
      self.number(number)
    case .double(let number):
      tag("d")
      self.number(number.bitPattern)
    case .bool(let flag):
      tag("t")
      octets.append(flag ? 1 : 0)
    case .timestamp(let seconds):
      tag("T")
      number(seconds)
    case .decimal(let places, let unscaled):
      tag("D")
      number(places)
      number(unscaled)
    case .table(let fields):
      tag("F")
      self.fields(fields)
    case .array(let items):
      tag("A")
      number(UInt32(items.count))
      for item in items { self.value(item) }
    case .void: tag("V")
    case .tooDeep: tag("~")
    }
  }
}

private struct OctetReader {
  private let octets: [UInt8]
  private var position = 0

  init(_ octets: [UInt8]) { self.octets = octets }

  var isAtEnd: Bool { position == octets.count }

  mutating func take(_ count: Int) throws(StoredHeadError) -> ArraySlice<UInt8> {
    guard count >= 0, octets.count - position >= count else { throw StoredHeadError() }
    defer { position += count }
    return octets[position..<position + count]
  }

  mutating func octet() throws(StoredHeadError) -> UInt8 { try number(UInt8.self) }

  mutating func flag() throws(StoredHeadError) -> Bool { try octet() != 0 }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(StoredHeadError) -> Number
  {
    let slice = try take(MemoryLayout<Number>.size)
    return slice.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  mutating func text() throws(StoredHeadError) -> String {
    let count = try number(UInt32.self)
    return String(decoding: try take(Int(count)), as: UTF8.self)
  }

  mutating func fields(depth: Int) throws(StoredHeadError) -> [Field] {
    var fields: [Field] = []
    for _ in 0..<(try number(UInt32.self)) {
      let name = try text()
      fields.append(Field(name, try value(depth: depth)))
    }
    return fields
  }

  mutating func value(depth: Int) throws(StoredHeadError) -> FieldValue {
    guard depth <= Sizes.depth + 1 else { throw StoredHeadError() }
    switch UnicodeScalar(try octet()) {
    case "S": return .text(try text())
    case "x":
      let count = try number(UInt32.self)
      return .bytes(Array(try take(Int(count))))
    case "l": return .int(try number(Int64.self))
    case "d": return .double(Double(bitPattern: try number(UInt64.self)))
    case "t": return .bool(try flag())
    case "T": return .timestamp(seconds: try number(UInt64.self))
    case "D":
      let places = try number(UInt8.self)
      return .decimal(places: places, unscaled: try number(UInt32.self))
    case "F": return .table(try fields(depth: depth + 1))
    case "A":
      var items: [FieldValue] = []
      for _ in 0..<(try number(UInt32.self)) { items.append(try value(depth: depth + 1)) }
      return .array(items)
    case "V": return .void
    case "~": return .tooDeep
    default: throw StoredHeadError()
    }
  }
}
