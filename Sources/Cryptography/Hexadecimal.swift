/// Bytes as text of two digits each, and back.
extension Collection where Element == UInt8 {
  /// Lower-case hexadecimal digits.
  package var hex: String {
    String(unsafeUninitializedCapacity: count * 2) { digits in
      var position = 0
      for byte in self {
        digits[position] = hexDigit(byte >> 4)
        digits[position + 1] = hexDigit(byte & 15)
        position += 2
      }
      return position
    }
  }
}

extension Array where Element == UInt8 {
  /// Nil unless the text is an even number of hexadecimal digits.
  package init?(hex text: String) {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    self.init()
    reserveCapacity(digits.count / 2)
    for position in stride(from: 0, to: digits.count, by: 2) {
      guard let high = hexValue(digits[position]), let low = hexValue(digits[position + 1]) else {
        return nil
      }
      append(high << 4 | low)
    }
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

private func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
