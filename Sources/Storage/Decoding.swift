/// How a value of PostgreSQL's binary form is read; nil where the type is not one of those expected.
struct Decoding<Value>: Sendable {
  let expected: String
  let read: @Sendable (_ type: UInt32, UnsafeRawBufferPointer) -> Value?
}

extension Decoding<String> {
  static let text = Decoding(expected: "text, json, uuid or an enumeration") { type, octets in
    switch type {
    case TypeNumber.text, TypeNumber.varchar, TypeNumber.bpchar, TypeNumber.name, TypeNumber.json,
      TypeNumber.xml, TypeNumber.unknown, TypeNumber.char:
      String(decoding: octets, as: UTF8.self)
    case TypeNumber.jsonb:
      // One octet for the version of the form, then the text.
      String(decoding: octets.dropFirst(), as: UTF8.self)
    case TypeNumber.uuid: uuid(octets)
    case TypeNumber.firstOfUsers...: String(validating: octets, as: UTF8.self)
    default: nil
    }
  }

  private static func uuid(_ octets: UnsafeRawBufferPointer) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for (index, octet) in octets.enumerated() {
      if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
      text.append(digits[Int(octet >> 4)])
      text.append(digits[Int(octet & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension Decoding<Int64> {
  static let int = Decoding(expected: "bigint, integer or smallint (cast a numeric)") {
    type, octets in
    switch type {
    case TypeNumber.int8: octets.number(Int64.self)
    case TypeNumber.int4: octets.number(Int32.self).map(Int64.init)
    case TypeNumber.int2: octets.number(Int16.self).map(Int64.init)
    case TypeNumber.oid: octets.number(UInt32.self).map(Int64.init)
    default: nil
    }
  }

  /// An infinite moment has no number and is read as none.
  static let timestamp = Decoding(expected: "a finite timestamptz or timestamp") { type, octets in
    guard type == TypeNumber.timestamptz || type == TypeNumber.timestamp,
      let moment = octets.number(Int64.self), moment != .max, moment != .min
    else { return nil }
    return moment + TypeNumber.epochShift
  }
}

extension Decoding<Double> {
  static let double = Decoding(expected: "double precision or real (cast a numeric)") {
    type, octets in
    switch type {
    case TypeNumber.float8: octets.number(UInt64.self).map(Double.init(bitPattern:))
    case TypeNumber.float4: octets.number(UInt32.self).map { Double(Float(bitPattern: $0)) }
    default: nil
    }
  }
}

extension Decoding<Bool> {
  static let bool = Decoding(expected: "bool") { type, octets in
    type == TypeNumber.bool ? octets.first.map { $0 != 0 } : nil
  }
}

extension Decoding<[UInt8]> {
  static let bytes = Decoding(expected: "bytea") { type, octets in
    type == TypeNumber.bytea ? [UInt8](octets) : nil
  }
}

// MARK: Arrays

extension Decoding<[String]> {
  static let texts = Decoding(expected: "text[] without nulls") { type, octets in
    type == TypeNumber.textArray ? elements(octets) { Decoding<String>.text.read($0, $1) } : nil
  }
}

extension Decoding<[Int64]> {
  static let ints = Decoding(expected: "bigint[] or integer[] without nulls") { type, octets in
    guard type == TypeNumber.int8Array || type == TypeNumber.int4Array else { return nil }
    return elements(octets) { Decoding<Int64>.int.read($0, $1) }
  }
}

extension Decoding<[Bool]> {
  static let bools = Decoding(expected: "bool[] without nulls") { type, octets in
    type == TypeNumber.boolArray ? elements(octets) { Decoding<Bool>.bool.read($0, $1) } : nil
  }
}

extension Decoding<[[UInt8]]> {
  static let byteses = Decoding(expected: "bytea[] without nulls") { type, octets in
    type == TypeNumber.byteaArray ? elements(octets) { Decoding<[UInt8]>.bytes.read($0, $1) } : nil
  }
}

/// The elements of a one-dimensional array (`array_send` in PostgreSQL's sources): dimensions, a flag for nulls,
/// the element type, length and lower bound, then each element behind its length.
private func elements<Element>(
  _ octets: UnsafeRawBufferPointer, _ read: (UInt32, UnsafeRawBufferPointer) -> Element?
) -> [Element]? {
  var rest = octets[...]
  func take<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
    let size = MemoryLayout<Number>.size
    guard rest.count >= size else { return nil }
    defer { rest = rest.dropFirst(size) }
    return UnsafeRawBufferPointer(rebasing: rest.prefix(size)).number(Number.self)
  }
  guard let dimensions = take(Int32.self), take(Int32.self) != nil, let type = take(UInt32.self)
  else { return nil }
  if dimensions == 0 { return [] }
  guard dimensions == 1, let count = take(Int32.self), take(Int32.self) != nil else { return nil }
  var result: [Element] = []
  result.reserveCapacity(Int(count))
  for _ in 0..<count {
    guard let length = take(Int32.self), length >= 0, rest.count >= Int(length),
      let element = read(type, UnsafeRawBufferPointer(rebasing: rest.prefix(Int(length))))
    else { return nil }
    result.append(element)
    rest = rest.dropFirst(Int(length))
  }
  return result
}

extension UnsafeRawBufferPointer {
  /// The whole buffer as one number in network order; nil if it has another length.
  fileprivate func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
    guard count == MemoryLayout<Number>.size else { return nil }
    return Number(bigEndian: loadUnaligned(as: Number.self))
  }
}
