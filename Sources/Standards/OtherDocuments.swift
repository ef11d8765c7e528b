/// Residence permits of people from Hong Kong, Macao and Taiwan (since 2018-09-01): built like an identity
/// number, with 810000, 820000 or 830000 for the division.
package enum ResidencePermit {
  package static func check(
    _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference = Reference()
  ) -> Outcome {
    guard number.count == 18 else { return .invalid(.malformedValue, "18 characters") }
    guard number[0] == UInt8(ascii: "8"),
      UInt8(ascii: "1")...UInt8(ascii: "3") ~= number[1],
      (2..<6).allSatisfy({ number[$0] == UInt8(ascii: "0") })
    else { return .invalid(.malformedValue, "810000, 820000 or 830000 at the beginning") }
    return IdentityNumber.check(number, reference)
  }
}

/// Foreigners' permanent residence cards. Both forms stay in use side by side, and a person may have both.
///
/// New (since 2023-12-01): `9`, two digits of place, three digits of GB/T 2659, day of birth, three digits,
/// MOD 11-2. Old: three letters of the country, four digits of place, `YYMMDD`, a digit, and a check digit by
/// the weights 7-3-1 of ICAO 9303.
package enum ForeignPermanentResidence {
  package static func check(
    _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference = Reference()
  ) -> Outcome {
    switch number.count {
    case 18: new(number, reference)
    case 15: old(number)
    default: .invalid(.malformedValue, "18 characters, or the 15 of the old form")
    }
  }

  private static func new(
    _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference
  ) -> Outcome {
    guard number[0] == UInt8(ascii: "9"), number.isDigits(1..<17), isCheckCharacter(number[17])
    else { return .invalid(.malformedValue, "9, then 16 digits and a digit or X") }
    guard upperCased(number[17]) == checkCharacter(number) else {
      return .invalid(.wrongCheckCharacter, "the check character by ISO 7064 MOD 11-2")
    }
    guard let birth = IdentityNumber.birthDate(number), birth.year >= 1800 else {
      return .invalid(.impossibleDate, "a day of birth that the calendar has, from 1800 on")
    }
    if let today = reference.today, birth > today {
      return .invalid(.futureDate, "a day of birth that is not in the future")
    }
    return .valid
  }

  private static func old(_ number: UnsafeRawBufferPointer) -> Outcome {
    guard (0..<3).allSatisfy({ number[$0] &- UInt8(ascii: "A") < 26 }), number.isDigits(3..<15)
    else { return .invalid(.malformedValue, "3 letters and 12 digits") }
    let weights: (Int, Int, Int) = (7, 3, 1)
    var sum = 0
    for index in 0..<14 {
      let byte = number[index]
      let value = Int(index < 3 ? byte - UInt8(ascii: "A") + 10 : byte - UInt8(ascii: "0"))
      sum += value * (index % 3 == 0 ? weights.0 : index % 3 == 1 ? weights.1 : weights.2)
    }
    guard sum % 10 == Int(number[14] - UInt8(ascii: "0")) else {
      return .invalid(.wrongCheckCharacter, "the check digit by the weights 7-3-1 of ICAO 9303")
    }
    // Two digits of a year leave the century open; 29 February is accepted if either century has it.
    guard let year = number.number(7, 2), let month = number.number(9, 2),
      let day = number.number(11, 2),
      CivilDate(year: 1900 + year, month: month, day: day) != nil
        || CivilDate(year: 2000 + year, month: month, day: day) != nil
    else { return .invalid(.impossibleDate, "a day of birth that the calendar has") }
    return .valid
  }
}

/// Travel documents: no check character, only a shape.
package enum TravelDocument {
  /// Ordinary passports of the People's Republic: `E` and eight digits, or `E`, a letter and seven digits;
  /// the older `G` and eight digits.
  package static func checkPassport(_ number: UnsafeRawBufferPointer) -> Outcome {
    let letters =
      number.count == 9 && number[0] == UInt8(ascii: "E")
      || number.count == 9 && number[0] == UInt8(ascii: "G")
    guard letters, number.isDigits(2..<9),
      number[1] &- UInt8(ascii: "0") <= 9
        || number[0] == UInt8(ascii: "E") && number[1] &- UInt8(ascii: "A") < 26
    else {
      return .invalid(
        .malformedValue, "E and 8 digits, E with a letter and 7 digits, or G and 8 digits")
    }
    return .valid
  }

  /// Permits of Hong Kong and Macao residents: `H` or `M`, eight digits, and formerly two more.
  package static func checkHongKongMacaoPermit(_ number: UnsafeRawBufferPointer) -> Outcome {
    guard number.count == 9 || number.count == 11,
      number[0] == UInt8(ascii: "H") || number[0] == UInt8(ascii: "M"),
      number.isDigits(1..<number.count)
    else { return .invalid(.malformedValue, "H or M and 8 digits (formerly 10)") }
    return .valid
  }

  /// Permits of Taiwan residents: eight digits; formerly ten and a letter.
  package static func checkTaiwanPermit(_ number: UnsafeRawBufferPointer) -> Outcome {
    switch number.count {
    case 8 where number.isDigits(0..<8): .valid
    case 11 where number.isDigits(0..<10) && number[10] &- UInt8(ascii: "A") < 26: .valid
    default: .invalid(.malformedValue, "8 digits (formerly 10 and a letter)")
    }
  }
}
