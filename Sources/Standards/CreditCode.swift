/// Organisation codes by GB 11714-1997: eight characters and a check character.
package enum OrganisationCode {
  package static func check(_ code: UnsafeRawBufferPointer) -> Outcome {
    guard code.count == 9 else { return .invalid(.malformedValue, "9 characters, no hyphen") }
    var sum = 0
    for index in 0..<8 {
      guard let value = base36(code[index]) else {
        return .invalid(.malformedValue, "8 digits or capital letters and a digit or X")
      }
      sum += value * weight(index)
    }
    guard code[8] &- UInt8(ascii: "0") <= 9 || code[8] == UInt8(ascii: "X") else {
      return .invalid(.malformedValue, "8 digits or capital letters and a digit or X")
    }
    let check = 11 - sum % 11
    let expected: UInt8 =
      check == 10
      ? UInt8(ascii: "X") : check == 11 ? UInt8(ascii: "0") : UInt8(ascii: "0") + UInt8(check)
    guard code[8] == expected else {
      return .invalid(.wrongCheckCharacter, "the check character of GB 11714")
    }
    return .valid
  }

  private static func weight(_ index: Int) -> Int {
    switch index {
    case 0: 3
    case 1: 7
    case 2: 9
    case 3: 10
    case 4: 5
    case 5: 8
    case 6: 4
    default: 2
    }
  }
}

/// Unified social credit codes by GB 32100-2015.
///
/// Registering authority, kind of body, division of the authority, organisation code, check character.
/// Thirty-one characters are in use: the digits and the capital letters without I, O, S, V and Z.
package enum CreditCode {
  package static func check(_ code: UnsafeRawBufferPointer) -> Outcome {
    guard code.count == 18 else { return .invalid(.malformedValue, "18 characters") }
    guard isAuthority(code[0]), code[1] &- UInt8(ascii: "1") <= 8, code.isDigits(2..<8) else {
      return .invalid(
        .malformedValue, "an authority (1-9, A, N, Y), a kind (1-9) and a division of 6 digits")
    }
    var sum = 0
    for index in 0..<17 {
      let value = value(code[index])
      guard value <= 30 else { return wrongAlphabet }
      sum &+= value &* weight(index)
    }
    let check = value(code[17])
    guard check <= 30 else { return wrongAlphabet }
    guard check == (31 - sum % 31) % 31 else {
      return .invalid(.wrongCheckCharacter, "the check character of GB 32100")
    }
    guard OrganisationCode.check(UnsafeRawBufferPointer(rebasing: code[8..<17])) == .valid else {
      return .warning(.wrongEmbeddedCode, "an organisation code inside that satisfies GB 11714")
    }
    return .valid
  }

  private static let wrongAlphabet = Outcome.invalid(
    .malformedValue, "digits and capital letters without I, O, S, V and Z")

  private static func isAuthority(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "A"), UInt8(ascii: "N"),
      UInt8(ascii: "Y"):
      true
    default: false
    }
  }

  // Two tables, as texts because those lie ready in the program: each character is a number above 0x40.

  /// Of each character from `0` to `Z` its place in the alphabet of thirty-one; `~` for those outside.
  private static let places: StaticString = "@ABCDEFGHI~~~~~~~JKLMNOPQ~RSTUV~WXY~Z[~\\]^~"
  /// The powers of three modulo thirty-one.
  private static let weights: StaticString = "ACI[SZPQT]YMHXJ^\\"

  /// The place of a character in the alphabet; above 30 for none.
  @inline(__always) private static func value(_ byte: UInt8) -> Int {
    let row = Int(byte) &- 0x30
    guard row >= 0, row < places.utf8CodeUnitCount else { return .max }
    return Int(places.utf8Start[row]) &- 0x40
  }

  /// - Parameter index: 0..<17.
  @inline(__always) private static func weight(_ index: Int) -> Int {
    Int(weights.utf8Start[index]) &- 0x40
  }
}
