/// Identifiers of electronic licences by GB/T 36904: the root, the type (a credit code and three digits), the issuer,
/// a serial, a version of three digits and a check character, with dots between.
///
/// The issuer should be a credit code; licences with a division of six digits there are in use, so both are accepted.
/// The check character is that of ISO 7064 MOD 37,36 over type, issuer, serial and version without the dots.
package enum LicenceIdentifier {
  private static let root: StaticString = "1.2.156.3005.2."

  package static func check(_ identifier: UnsafeRawBufferPointer) -> Outcome {
    guard begins(identifier) else {
      return .invalid(.malformedValue, "1.2.156.3005.2 and a dot at the beginning")
    }
    let parts = UnsafeRawBufferPointer(rebasing: identifier[root.utf8CodeUnitCount...])
    guard hasParts(parts) else {
      return .invalid(
        .malformedValue,
        "a type of 21 characters, an issuer of 18 or 6, a serial of 1 to 32, a version of 3 digits and a check character"
      )
    }
    guard isChecked(parts) else {
      return .invalid(
        .wrongCheckCharacter, "the check character of GB/T 36904 (ISO 7064 MOD 37,36)")
    }
    return .valid
  }

  private static func begins(_ identifier: UnsafeRawBufferPointer) -> Bool {
    guard identifier.count > root.utf8CodeUnitCount else { return false }
    return (0..<root.utf8CodeUnitCount).allSatisfy { identifier[$0] == root.utf8Start[$0] }
  }

  private static func hasParts(_ parts: UnsafeRawBufferPointer) -> Bool {
    var (number, start) = (0, 0)
    for end in 0...parts.count where end == parts.count || parts[end] == UInt8(ascii: ".") {
      let length = end - start
      let fits =
        switch number {
        case 0: length == 21
        case 1: length == 18 || length == 6 && parts.isDigits(start..<end)
        case 2: 1...32 ~= length
        case 3: length == 3 && parts.isDigits(start..<end)
        default: number == 4 && length == 1
        }
      guard fits else { return false }
      (number, start) = (number + 1, end + 1)
    }
    return number == 5
  }

  /// The hybrid system of ISO 7064 with two moduli. Other characters than digits and capital letters fail it.
  private static func isChecked(_ parts: UnsafeRawBufferPointer) -> Bool {
    var product = 36
    for index in 0..<(parts.count - 1) where parts[index] != UInt8(ascii: ".") {
      guard let value = base36(parts[index]) else { return false }
      let sum = (product + value) % 36
      product = (sum == 0 ? 36 : sum) * 2 % 37
    }
    guard let check = base36(parts[parts.count - 1]) else { return false }
    return (product + check) % 36 == 1
  }
}

/// 0 to 9 and A to Z as 0 to 35.
func base36(_ byte: UInt8) -> Int? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A")) + 10
  default: nil
  }
}
