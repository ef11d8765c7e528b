import Standards

/// What the contents of a field show it to be.
package enum Kind: String, Sendable, CaseIterable {
  case identityNumber, oldIdentityNumber, creditCode, organisationCode, taxSerial
  case residencePermit, foreignPermanentResidence, travelDocument
  case mobilePhone, landline, bankCard, mail
  case moment, day, month, openDay
  case division, longDivision, taxAuthority
  case personName, enterpriseName, address
  case ethnicLabel, sexLabel
  case amount, boolean, flag, code, uniqueNumber, number, text, nested
  /// Agrees with the identity number of the same record.
  case birthOfNumber, sexOfNumber

  package var title: String {
    switch self {
    case .identityNumber: "identity number"
    case .oldIdentityNumber: "identity number of 15 digits"
    case .creditCode: "credit code"
    case .organisationCode: "organisation code"
    case .taxSerial: "number of 20 digits"
    case .residencePermit: "residence permit"
    case .foreignPermanentResidence: "foreigner's residence card"
    case .travelDocument: "travel document"
    case .mobilePhone: "mobile phone"
    case .landline: "telephone"
    case .bankCard: "bank card"
    case .mail: "e-mail"
    case .moment: "moment"
    case .day: "day"
    case .month: "month"
    case .openDay: "day, some open-ended"
    case .division: "division code"
    case .longDivision: "division code with more behind it"
    case .taxAuthority: "tax authority"
    case .personName: "person's name"
    case .enterpriseName: "enterprise's name"
    case .address: "address"
    case .ethnicLabel: "ethnic group in words"
    case .sexLabel: "sex in words"
    case .amount: "amount"
    case .boolean: "true or false"
    case .flag: "flag"
    case .code: "code"
    case .uniqueNumber: "number, each once"
    case .number: "number"
    case .text: "text"
    case .nested: "a document inside a text"
    case .birthOfNumber: "day of birth"
    case .sexOfNumber: "sex"
    }
  }
}

/// That a field's contents are of a kind, and what shows it.
package struct Evidence: Sendable, Equatable {
  package let kind: Kind
  /// In percent: how rarely other contents look so.
  package let strength: Int
  package let reason: String

  /// How much it adds to what a name says: that a code is short or a number is digits says little.
  var weight: Int {
    switch kind {
    case .code, .flag, .number, .uniqueNumber, .text: strength / 4
    default: strength
    }
  }
}

/// Looks at a field's contents.
struct ContentReader {
  let knowledge: DraftKnowledge

  private static let numbers: [(Kind, [IdentifierKind], Int, String)] = [
    (.residencePermit, [.residencePermit], 95, "810000 to 830000 and the check character right"),
    (.identityNumber, [.gb11643], 95, "check character right"),
    (.creditCode, [.gb32100], 95, "check character right"),
    (.organisationCode, [.gb11714], 85, "check character right"),
    (.foreignPermanentResidence, [.foreignPermanentResidence], 85, "check character right"),
    (.travelDocument, [.passport, .hongKongMacaoPermit], 70, "a travel document's shape"),
    (.mobilePhone, [.mobilePhone], 80, "11 digits from 13 to 19"),
    (.bankCard, [.bankCard], 75, "Luhn's check digit right"),
  ]

  /// The kinds that the contents show, the strongest first.
  func evidence(of field: Field) -> [Evidence] {
    guard !field.filled.isEmpty else { return [] }
    if field.isBoolean { return [Evidence(kind: .boolean, strength: 95, reason: "true and false")] }
    return (numbers(field) + dates(field) + names(field) + places(field) + plain(field))
      .sorted { $0.strength > $1.strength }
  }

  private func numbers(_ field: Field) -> [Evidence] {
    var found: [Evidence] = []
    for (kind, checks, strength, what) in Self.numbers {
      let isLong = kind != .identityNumber || field.lengths.upperBound > 15
      let share = field.share { value in
        checks.contains { Content.isNumber(value, $0, knowledge.reference) }
      }
      guard share >= 60, isLong else { continue }
      found.append(evidence(kind, strength, share, what, field))
      // Nothing else has their check characters.
      if kind == .identityNumber || kind == .residencePermit || kind == .creditCode { return found }
    }
    let old = field.share { Content.isOldIdentityNumber($0, knowledge.reference) }
    if old >= 80 {
      found.append(
        evidence(.oldIdentityNumber, 60, old, "15 digits with a province and a day of birth", field)
      )
    }
    if field.share({ $0.utf8.count == 20 && Content.isDigits($0) }) >= 90 {
      found.append(evidence(.taxSerial, 40, 100, "20 digits", field))
    }
    let landline = field.share(Content.isLandline)
    if landline >= 80 {
      found.append(evidence(.landline, 75, landline, "an area code and a number", field))
    }
    let mail = field.share(Content.isMail)
    if mail >= 80 { found.append(evidence(.mail, 95, mail, "a name, @ and a domain", field)) }
    return found
  }

  private func dates(_ field: Field) -> [Evidence] {
    guard let form = DateForm(field) else { return [] }
    let kind: Kind =
      form.isMoment ? .moment : !form.hasDay ? .month : form.openEnds > 0 ? .openDay : .day
    let digits = form.shapes.first.map { $0.utf8.count } ?? 0
    var words = form.shapes.joined(separator: " or ")
    if form.openEnds > 0 { words += ", \(form.openEnds) open-ended" }
    if form.zeros > 0 { words += ", \(form.zeros) with a month or day 00" }
    return [evidence(kind, digits < 8 ? 45 : kind == .moment ? 92 : 88, 100, words, field)]
  }

  private func names(_ field: Field) -> [Evidence] {
    var found: [Evidence] = []
    let tables: [(Kind, String, (String) -> Bool)] = [
      (.sexLabel, "男 and 女", { CodeWords.sex[$0] != nil }),
      (
        .ethnicLabel, "names of ethnic groups",
        { CodeWords.ethnicCode($0, knowledge.tables) != nil }
      ),
    ]
    for (kind, what, holds) in tables where field.share(holds) >= 80 {
      return [evidence(kind, 92, field.share(holds), what, field)]
    }
    let company = field.share(Content.isEnterpriseName)
    if company >= 60 {
      found.append(evidence(.enterpriseName, 88, company, "ends like an enterprise's name", field))
    }
    let person = field.share(Content.isPersonName)
    if person >= 60, company < 60 {
      found.append(evidence(.personName, 78, person, "a surname and up to three characters", field))
    }
    let address = field.share(Content.isAddress)
    if address >= 60 { found.append(evidence(.address, 85, address, "省市区路号 in it", field)) }
    return found
  }

  private func places(_ field: Field) -> [Evidence] {
    func isKnown(_ value: String) -> Bool {
      [6, 9, 12].contains(value.utf8.count)
        && DivisionCode.isKnown(value, knowledge.reference)
    }
    let share = field.share(isKnown)
    if share >= 80 {
      let isShort = field.lengths.upperBound == 6
      return [
        evidence(
          isShort ? .division : .longDivision, isShort ? 85 : 60, share,
          "in the table of GB/T 2260", field)
      ]
    }
    let authority = field.share {
      $0.utf8.count == 11 && $0.first == "1" && Content.isDigits($0)
        && DivisionCode.isKnown(String($0.dropFirst().prefix(6)), knowledge.reference)
    }
    return authority >= 80
      ? [evidence(.taxAuthority, 75, authority, "1, a division and four digits", field)] : []
  }

  private func plain(_ field: Field) -> [Evidence] {
    let amounts = field.share(Content.isAmount)
    if amounts >= 80 { return [evidence(.amount, 70, amounts, "a number with a fraction", field)] }
    if field.share({ $0.hasPrefix("<") && $0.hasSuffix(">") }) >= 80 {
      return [evidence(.nested, 90, 100, "begins with < and ends with >", field)]
    }
    if CodeWords.isFlag(field.distinct) {
      return [
        evidence(
          .flag, 60, 100, "only \(field.distinct.sorted().joined(separator: " and "))", field)
      ]
    }
    if field.looksLikeCode {
      let count = field.distinctCount
      return [
        evidence(.code, 50, 100, count == 1 ? "one short value" : "\(count) short values", field)
      ]
    }
    let digits = field.share(Content.isDigits)
    if digits >= 95 {
      return [
        field.isUnique
          ? evidence(.uniqueNumber, 45, digits, "digits, no value twice", field)
          : evidence(.number, 30, digits, "digits", field)
      ]
    }
    return [evidence(.text, 10, 100, "", field)]
  }

  private func evidence(
    _ kind: Kind, _ strength: Int, _ share: Int, _ what: String, _ field: Field
  ) -> Evidence {
    let all = field.filled.count
    let count = share == 100 ? "" : " in \((share * all + 99) / 100) of \(all)"
    return Evidence(kind: kind, strength: strength * (50 + share / 2) / 100, reason: what + count)
  }
}

extension DivisionCode {
  static func isKnown(_ code: String, _ reference: Reference) -> Bool {
    withBytes(of: code) { check($0, reference) == .valid }
  }
}

extension Field {
  /// Few short values of capital letters and digits: codes, which may be shown. What could be a number of
  /// somebody, or a name, is none.
  var looksLikeCode: Bool {
    guard lengths.upperBound <= 6, distinct.count <= max(12, filled.count / 20) else {
      return false
    }
    if filled.count > 12, distinct.count * 2 > filled.count { return false }
    return distinct.allSatisfy { value in
      let isWord = value.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF)
      }
      // Letters alone are a code while they are few; longer ones could be a name.
      return isWord && value.utf8.count <= 4
    }
  }
}
