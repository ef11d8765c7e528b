/// The kinds of numbers that the hub can check, by the names that commands, mappings and schema formats use.
package enum IdentifierKind: String, Sendable, CaseIterable {
  case gb11643
  case gb32100
  case gb11714
  case residencePermit = "residence-permit"
  case foreignPermanentResidence = "foreign-permanent-residence"
  case passport
  case hongKongMacaoPermit = "hk-macao-permit"
  case taiwanPermit = "taiwan-permit"
  case mobilePhone = "mobile-phone"
  case bankCard = "bank-card"
  case taxpayerNumber = "taxpayer-number"
  case serviceItemCode = "service-item-code"
  case licenceIdentifier = "licence-identifier"
  case division = "gbt2260"

  /// The names above, and the words that people use for the commonest.
  package init?(name: String) {
    switch name {
    case "resident-id", "identity-number": self = .gb11643
    case "uscc", "credit-code": self = .gb32100
    case "organisation-code": self = .gb11714
    case "luhn": self = .bankCard
    default: self.init(rawValue: name)
    }
  }

  package static var names: [String] { allCases.map(\.rawValue) }

  /// Checks a number in its canonical form (`Canonical` makes it so).
  package func check(
    _ number: UnsafeRawBufferPointer, _ reference: borrowing Reference = Reference()
  ) -> Outcome {
    switch self {
    case .gb11643: IdentityNumber.check(number, reference)
    case .gb32100: CreditCode.check(number)
    case .gb11714: OrganisationCode.check(number)
    case .residencePermit: ResidencePermit.check(number, reference)
    case .foreignPermanentResidence: ForeignPermanentResidence.check(number, reference)
    case .passport: TravelDocument.checkPassport(number)
    case .hongKongMacaoPermit: TravelDocument.checkHongKongMacaoPermit(number)
    case .taiwanPermit: TravelDocument.checkTaiwanPermit(number)
    case .mobilePhone: MobilePhone.check(number)
    case .bankCard: BankCard.check(number)
    case .taxpayerNumber: TaxpayerNumber.check(number, reference)
    case .serviceItemCode: ServiceItemCode.check(number)
    case .licenceIdentifier: LicenceIdentifier.check(number)
    case .division: DivisionCode.check(number, reference)
    }
  }

  /// Checks a number as people write it: blanks around it, full-width digits, small letters, separators.
  package func check(
    written number: String, _ reference: borrowing Reference = Reference()
  ) -> Outcome {
    withBytes(of: number) { written in
      Canonical.withForm(of: written, kind: self) { check($0, reference) }
    }
  }
}
