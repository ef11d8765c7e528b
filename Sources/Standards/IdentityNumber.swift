/// Citizens' identity numbers by GB 11643-1999, and the numbers that are built like them.
///
/// Eighteen characters: division of the first registration, day of birth, sequence (odd for men), check
/// character by ISO 7064 MOD 11-2. The older fifteen digits have a two-digit year and no check. A lower-case
/// `x` is read as the check character that it is meant to be.
package enum IdentityNumber {
  package static func check(
    _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference = Reference()
  ) -> Outcome {
    switch number.count {
    case 18: eighteen(number, reference)
    case 15: fifteen(number, reference)
    default:
      .invalid(.malformedValue, "18 characters, or the 15 digits of the old form")
    }
  }

  private static func eighteen(
    _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference
  ) -> Outcome {
    guard number.isDigits(0..<17), isCheckCharacter(number[17]) else {
      return .invalid(.malformedValue, "17 digits and a digit or X")
    }
    guard upperCased(number[17]) == checkCharacter(number) else {
      return .invalid(.wrongCheckCharacter, "the check character of GB 11643 (ISO 7064 MOD 11-2)")
    }
    return birth(birthDate(number), number, reference)
  }

  private static func fifteen(
    _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference
  ) -> Outcome {
    guard number.isDigits(0..<15) else {
      return .invalid(.malformedValue, "15 digits")
    }
    return birth(birthDate(number), number, reference)
  }

  private static func birth(
    _ date: CivilDate?, _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference
  ) -> Outcome {
    guard let date, date.year >= 1800 else {
      return .invalid(.impossibleDate, "a day of birth that the calendar has, from 1800 on")
    }
    if let today = reference.today, date > today {
      return .invalid(.futureDate, "a day of birth that is not in the future")
    }
    guard Divisions.knows(number, reference.divisions) else {
      return .warning(.unknownRegion, "a division code of GB/T 2260, present or former")
    }
    return .valid
  }

  /// The day of birth in a number of 18 or 15 characters.
  package static func birthDate(_ number: UnsafeRawBufferPointer) -> CivilDate? {
    switch number.count {
    case 18: return CivilDate(basic: UnsafeRawBufferPointer(rebasing: number[6..<14]))
    case 15:
      guard let year = number.number(6, 2), let month = number.number(8, 2),
        let day = number.number(10, 2)
      else { return nil }
      return CivilDate(
        year: (isCentenarian(number) ? 1800 : 1900) + year, month: month, day: day)
    default: return nil
    }
  }

  /// The sex that the sequence says, as GB/T 2261.1 codes it: 1 for men, 2 for women. Nil for no such number.
  package static func sex(_ number: UnsafeRawBufferPointer) -> UInt8? {
    guard number.count == 18 || number.count == 15 else { return nil }
    let digit = number[number.count == 18 ? 16 : 14] &- UInt8(ascii: "0")
    guard digit <= 9 else { return nil }
    return digit & 1 == 1 ? UInt8(ascii: "1") : UInt8(ascii: "2")
  }

  /// Writes the eighteen characters of a number that has fifteen digits.
  ///
  /// - Returns: false, with nothing written, if these are not fifteen digits.
  package static func convert(
    _ old: UnsafeRawBufferPointer, into new: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard old.count == 15, new.count >= 18, old.isDigits(0..<15) else { return false }
    for index in 0..<6 { new[index] = old[index] }
    new[6] = UInt8(ascii: "1")
    new[7] = UInt8(ascii: isCentenarian(old) ? "8" : "9")
    for index in 6..<15 { new[index + 2] = old[index] }
    new[17] = checkCharacter(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(new)[0..<17]))
    return true
  }

  package static func converted(_ old: String) -> String? {
    withBytes(of: old) { old in
      withUnsafeTemporaryAllocation(byteCount: 18, alignment: 1) { new in
        convert(old, into: new) ? String(decoding: new, as: UTF8.self) : nil
      }
    }
  }

  /// The sequences 996 to 999 were kept for people who were over a hundred when the numbers were given out.
  private static func isCentenarian(_ old: UnsafeRawBufferPointer) -> Bool {
    old[12] == UInt8(ascii: "9") && old[13] == UInt8(ascii: "9") && old[14] >= UInt8(ascii: "6")
  }
}

// MARK: ISO 7064 MOD 11-2

/// The check character for the first seventeen digits.
func checkCharacter(_ number: UnsafeRawBufferPointer) -> UInt8 {
  var sum = 0
  for index in 0..<17 {
    sum = (sum + Int(number[index] &- UInt8(ascii: "0"))) * 2
  }
  let check = (12 - sum % 11) % 11
  return check == 10 ? UInt8(ascii: "X") : UInt8(ascii: "0") + UInt8(check)
}

func isCheckCharacter(_ byte: UInt8) -> Bool {
  byte &- UInt8(ascii: "0") <= 9 || upperCased(byte) == UInt8(ascii: "X")
}

func upperCased(_ byte: UInt8) -> UInt8 {
  byte &- UInt8(ascii: "a") < 26 ? byte & 0xDF : byte
}

/// Hands out the bytes of a text.
package func withBytes<Result>(
  of text: String, _ body: (UnsafeRawBufferPointer) -> Result
) -> Result {
  var text = text
  return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
}
