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

  /// What the number is, for people.
  package var title: String {
    switch self {
    case .gb11643: "GB 11643 citizen's identity number 公民身份号码"
    case .gb32100: "GB 32100 unified social credit code 统一社会信用代码"
    case .gb11714: "GB 11714 organisation code 组织机构代码"
    case .residencePermit: "residence permit of Hong Kong, Macao and Taiwan residents 港澳台居民居住证"
    case .foreignPermanentResidence: "foreigner's permanent residence card 外国人永久居留身份证"
    case .passport: "passport 护照"
    case .hongKongMacaoPermit: "travel permit of Hong Kong and Macao residents 港澳居民来往内地通行证"
    case .taiwanPermit: "travel permit of Taiwan residents 台湾居民来往大陆通行证"
    case .mobilePhone: "mobile telephone number 手机号码"
    case .bankCard: "bank card number 银行卡号"
    case .taxpayerNumber: "taxpayer identification number 纳税人识别号"
    case .serviceItemCode: "code of a government service item 政务服务事项编码"
    case .licenceIdentifier: "identifier of an electronic licence 电子证照标识"
    case .division: "GB/T 2260 division code 行政区划代码"
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
