/// What applications, task inputs and results hold: JSON as a value, members in their order, numbers as they were written.
package enum Value: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([Value])
  case object([Member])

  package struct Member: Sendable, Equatable {
    package let name: String
    package let value: Value

    package init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  package static let empty = Value.object([])

  package static func int(_ number: Int) -> Value { .number(String(number)) }

  /// The value of that member; nil if there is none, it is null, or this is not an object.
  package func member(_ name: String) -> Value? {
    guard case .object(let members) = self,
      let value = members.first(where: { $0.name == name })?.value, value != .null
    else { return nil }
    return value
  }

  /// The value that names lead to, one after the other; a number leads into a list.
  package func at(_ path: some Sequence<String>) -> Value? {
    var value = self
    for name in path {
      if case .array(let items) = value, let index = Int(name), items.indices.contains(index) {
        value = items[index]
      } else if let inner = value.member(name) {
        value = inner
      } else {
        return nil
      }
    }
    return value == .null ? nil : value
  }

  package var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  package var int64: Int64? {
    guard case .number(let text) = self else { return nil }
    return Int64(text)
  }

  package var items: [Value]? {
    guard case .array(let items) = self else { return nil }
    return items
  }

  package var members: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }
}

// MARK: Writing

extension Value {
  /// Compact JSON (RFC 8259).
  package var json: String {
    var bytes: [UInt8] = []
    write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  package var jsonBytes: [UInt8] {
    var bytes: [UInt8] = []
    write(into: &bytes)
    return bytes
  }

  private func write(into bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    case .number(let text): bytes.append(contentsOf: text.utf8)
    case .string(let text): Value.quote(text, into: &bytes)
    case .array(let items):
      bytes.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        item.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Value.quote(member.name, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func quote(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
