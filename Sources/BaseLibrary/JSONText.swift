/// JSON as it is written out, piece by piece: the caller opens and closes.
package struct JSONText {
  private var octets: [UInt8] = []
  /// Whether a value stands before the next one in the container that is open.
  private var follows = false

  package init() { octets.reserveCapacity(2_048) }

  package var text: String { String(decoding: octets, as: UTF8.self) }

  package mutating func open(_ bracket: Unicode.Scalar) {
    separate()
    octets.append(UInt8(ascii: bracket))
    follows = false
  }

  package mutating func close(_ bracket: Unicode.Scalar) {
    octets.append(UInt8(ascii: bracket))
    follows = true
  }

  /// The name of the member that comes next.
  package mutating func name(_ name: String) {
    string(name)
    octets.append(UInt8(ascii: ":"))
    follows = false
  }

  package mutating func string(_ text: String) {
    separate()
    octets.append(UInt8(ascii: "\""))
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        octets.append(UInt8(ascii: "\\"))
        octets.append(octet)
      case 0..<0x20:
        let hex = String(octet, radix: 16)
        octets.append(
          contentsOf: "\\u\(String(repeating: "0", count: 4 - hex.utf8.count))\(hex)".utf8)
      default: octets.append(octet)
      }
    }
    octets.append(UInt8(ascii: "\""))
    follows = true
  }

  /// A value that is JSON already.
  package mutating func raw(_ json: String) {
    separate()
    octets.append(contentsOf: json.utf8)
    follows = true
  }

  package mutating func member(_ name: String, _ value: String) {
    self.name(name)
    string(value)
  }

  package mutating func member(_ name: String, raw json: String) {
    self.name(name)
    raw(json)
  }

  package mutating func member(_ name: String, _ texts: [String]) {
    self.name(name)
    open("[")
    for text in texts { string(text) }
    close("]")
  }

  package mutating func member(_ name: String, pairs: [(String, String)]) {
    self.name(name)
    open("[")
    for (one, other) in pairs {
      open("[")
      string(one)
      string(other)
      close("]")
    }
    close("]")
  }

  private mutating func separate() {
    if follows { octets.append(UInt8(ascii: ",")) }
  }
}
