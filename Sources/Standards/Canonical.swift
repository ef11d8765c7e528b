/// The form in which a number is kept and compared: no blanks around it, ASCII digits and capital letters.
///
/// Department systems send CHAR columns padded with blanks, full-width digits and small letters; they mean
/// the same number. Separators inside are dropped where the kind is commonly written with them. Anything
/// else is kept as it is, for the check to refuse.
package enum Canonical {
  /// Longer values are no number of any kind and are handed on as they came.
  package static let maximumCount = 96

  /// Hands out the canonical form; nothing is allocated.
  package static func withForm<Result>(
    of written: UnsafeRawBufferPointer, kind: IdentifierKind,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    guard written.count <= maximumCount else { return body(written) }
    return withUnsafeTemporaryAllocation(byteCount: maximumCount, alignment: 1) { buffer in
      let count = fold(written, into: buffer, dropping: kind.separators)
      var start = 0
      if kind == .mobilePhone { start = countryPrefix(UnsafeRawBufferPointer(buffer), count) }
      return body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<count]))
    }
  }

  package static func form(of written: String, kind: IdentifierKind) -> String {
    withBytes(of: written) { bytes in
      withForm(of: bytes, kind: kind) { String(decoding: $0, as: UTF8.self) }
    }
  }

  private static func fold(
    _ written: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer,
    dropping separators: StaticString
  ) -> Int {
    var count = 0
    /// The count without blanks at the end.
    var solid = 0
    var index = 0
    while index < written.count {
      var byte = written[index]
      var width = 1
      var isBlank = byte == 0x20 || 9...13 ~= byte || byte == 0
      if byte == 0xEF || byte == 0xE3 || byte == 0xC2 {
        (byte, width) = narrowed(written, index)
        isBlank = width > 1 && byte == 0x20
      }
      index += width
      if isBlank && count == 0 || separators.contains(byte) { continue }
      buffer[count] = upperCased(byte)
      count += 1
      if !isBlank { solid = count }
    }
    return solid
  }

  /// The ASCII form of a full-width character (U+FF01–FF5E, U+3000) or a no-break space; else the byte as it is.
  private static func narrowed(
    _ written: UnsafeRawBufferPointer, _ index: Int
  ) -> (UInt8, Int) {
    let byte = written[index]
    if byte == 0xC2, index + 1 < written.count, written[index + 1] == 0xA0 { return (0x20, 2) }
    guard index + 2 < written.count else { return (byte, 1) }
    let (second, third) = (written[index + 1], written[index + 2])
    if byte == 0xE3, second == 0x80, third == 0x80 { return (0x20, 3) }
    guard byte == 0xEF, second == 0xBC || second == 0xBD else { return (byte, 1) }
    let scalar = 0xF000 | Int(second & 0x3F) << 6 | Int(third & 0x3F)
    guard 0xFF01...0xFF5E ~= scalar else { return (byte, 1) }
    return (UInt8(scalar - 0xFEE0), 3)
  }

  /// How many bytes `+86`, `0086` or `86` take before eleven digits.
  private static func countryPrefix(_ number: UnsafeRawBufferPointer, _ count: Int) -> Int {
    func begins(_ prefix: StaticString) -> Bool {
      guard count == prefix.utf8CodeUnitCount + 11 else { return false }
      for index in 0..<prefix.utf8CodeUnitCount where number[index] != prefix.utf8Start[index] {
        return false
      }
      return true
    }
    return begins("+86") ? 3 : begins("0086") ? 4 : begins("86") ? 2 : 0
  }
}

extension IdentifierKind {
  /// What is dropped wherever it stands.
  var separators: StaticString {
    switch self {
    case .gb11714, .gb32100: "-"
    case .mobilePhone, .bankCard: " -"
    default: ""
    }
  }
}

extension StaticString {
  func contains(_ byte: UInt8) -> Bool {
    for index in 0..<utf8CodeUnitCount where utf8Start[index] == byte { return true }
    return false
  }
}
