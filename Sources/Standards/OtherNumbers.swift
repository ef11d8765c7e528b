/// Mobile telephone numbers of mainland China: eleven digits that begin with 13 to 19.
package enum MobilePhone {
  package static func check(_ number: UnsafeRawBufferPointer) -> Outcome {
    guard number.count == 11, number[0] == UInt8(ascii: "1"),
      UInt8(ascii: "3")...UInt8(ascii: "9") ~= number[1], number.isDigits(2..<11)
    else { return .invalid(.malformedValue, "11 digits that begin with 13 to 19") }
    return .valid
  }
}

/// Bank cards: sixteen to nineteen digits with Luhn's check digit.
package enum BankCard {
  package static func check(_ number: UnsafeRawBufferPointer) -> Outcome {
    guard 16...19 ~= number.count, number.isDigits(0..<number.count) else {
      return .invalid(.malformedValue, "16 to 19 digits")
    }
    var sum = 0
    for index in 0..<number.count {
      let digit = Int(number[number.count - 1 - index] - UInt8(ascii: "0"))
      let weighted = index & 1 == 1 ? digit * 2 : digit
      sum += weighted > 9 ? weighted - 9 : weighted
    }
    guard sum % 10 == 0 else { return .invalid(.wrongCheckCharacter, "Luhn's check digit") }
    return .valid
  }
}

/// Taxpayer numbers: a credit code; for persons an identity number, with two more digits for old sole
/// traders; the older fifteen characters are a division and an organisation code.
package enum TaxpayerNumber {
  package static func check(
    _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference = Reference()
  ) -> Outcome {
    switch number.count {
    case 15: return fifteen(number, reference)
    case 18:
      let code = CreditCode.check(number)
      if code.isAccepted { return code }
      let person = IdentityNumber.check(number, reference)
      // Say what is wrong with the thing that it looks like.
      return number.isDigits(0..<17) && person.isAccepted ? person : code
    case 20 where number.isDigits(18..<20):
      return IdentityNumber.check(UnsafeRawBufferPointer(rebasing: number[0..<18]), reference)
    default: return .invalid(.malformedValue, "18 characters (older forms: 15 or 20)")
    }
  }

  private static func fifteen(
    _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference
  ) -> Outcome {
    guard number.isDigits(0..<6) else {
      return .invalid(.malformedValue, "a division of 6 digits and an organisation code")
    }
    let inner = OrganisationCode.check(UnsafeRawBufferPointer(rebasing: number[6..<15]))
    if !inner.isAccepted, number.isDigits(0..<15) { return IdentityNumber.check(number, reference) }
    return inner
  }
}

/// Codes of service items: 12 digits for the item, 31 characters for its implementation by a department
/// (credit code, level 1-6, item), 33 for a variant of it.
package enum ServiceItemCode {
  package static func check(_ code: UnsafeRawBufferPointer) -> Outcome {
    switch code.count {
    case 12 where code.isDigits(0..<12): return .valid
    case 31, 33:
      guard UInt8(ascii: "1")...UInt8(ascii: "6") ~= code[18], code.isDigits(19..<code.count) else {
        return .invalid(
          .malformedValue, "a level from 1 to 6 and then digits after the credit code")
      }
      return CreditCode.check(UnsafeRawBufferPointer(rebasing: code[0..<18]))
    default: return .invalid(.malformedValue, "12 digits, or 31 or 33 characters")
    }
  }
}

/// Division codes by GB/T 2260: six digits; nine or twelve with streets and villages behind them.
package enum DivisionCode {
  package static func check(
    _ code: UnsafeRawBufferPointer, _ reference: borrowing Reference = Reference()
  ) -> Outcome {
    guard code.count == 6 || code.count == 9 || code.count == 12, code.isDigits(0..<code.count)
    else { return .invalid(.malformedValue, "6, 9 or 12 digits") }
    guard Divisions.knows(code, reference.divisions) else {
      return .warning(.unknownRegion, "a division code of GB/T 2260, present or former")
    }
    return .valid
  }
}
