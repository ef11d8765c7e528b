/// What a native field is to the standard schemas.
package enum Role: String, Sendable, CaseIterable {
  // The act.
  case eventID, recordNumber, operation, changedAt, reversalFlag, reversalOf, validity
  // A person.
  case identityNumber, personName, formerName, sex, ethnicity, birthDate, deathDate, lifeStatus
  case householdNumber, relation, documentKind, phone, mail, bankCard, socialInsuranceNumber
  case residencePermit, foreignPermanentResidence, passport
  // Where.
  case division, address, businessAddress, registeredAddress
  // An enterprise.
  case creditCode, taxNumber, taxSerial, organisationCode, registrationNumber, enterpriseName
  case formerEnterpriseName, enterpriseType, enterpriseStatus, industry, representativeName
  case representativeKind, representativeNumber, registeredCapital, currency, businessScope
  case registrationAuthority, establishedOn, approvedOn, termFrom, termTo
  // Tax.
  case registrationType, taxpayerStatus, taxAuthority, registeredOn
  // Social insurance.
  case insuranceKind, insuranceStatus, employerNumber, startedOn, endedOn
  // The housing fund, and accounts of any kind.
  case accountStatus, base, personalRate, employerRate, personalAmount, employerAmount, balance
  case paidUntil, openedOn, closedOn, closeReason, pausedOn
  // Certificates and licences.
  case certificateNumber, issuer, issuerCode, issuedOn, validFrom, validTo, replaces
  // Births, deaths, marriages.
  case motherName, motherNumber, motherBirthDate, fatherName, fatherNumber, fatherBirthDate
  case bornAt, gestationWeeks, weight, length, crematedOn, cause
  // Seen, and of no standard.
  case money, remark, otherPerson

  package var title: String {
    var words = ""
    for character in rawValue {
      words += character.isUppercase ? " \(character.lowercased())" : String(character)
    }
    return words.replacingWords
  }

  /// The kinds of content that speak for it, and how much each says alone, in percent.
  var kinds: [(kind: Kind, alone: Int)] {
    switch self {
    case .identityNumber: [(.identityNumber, 88), (.oldIdentityNumber, 55)]
    case .representativeNumber, .motherNumber, .fatherNumber:
      [(.identityNumber, 30), (.oldIdentityNumber, 20)]
    case .otherPerson: [(.identityNumber, 10), (.personName, 10), (.mobilePhone, 10)]
    case .residencePermit: [(.residencePermit, 88)]
    case .foreignPermanentResidence: [(.foreignPermanentResidence, 75)]
    case .passport: [(.travelDocument, 55)]
    case .personName: [(.personName, 72)]
    case .formerName, .representativeName, .motherName, .fatherName: [(.personName, 20)]
    case .sex: [(.sexOfNumber, 85), (.sexLabel, 85), (.flag, 10), (.code, 10)]
    case .ethnicity: [(.ethnicLabel, 85), (.code, 10)]
    case .birthDate: [(.birthOfNumber, 94), (.day, 20)]
    case .deathDate, .establishedOn, .approvedOn, .registeredOn, .termFrom, .issuedOn, .validFrom,
      .openedOn, .crematedOn, .motherBirthDate, .fatherBirthDate:
      [(.day, 20), (.moment, 15), (.openDay, 10), (.month, 8)]
    case .startedOn: [(.day, 55), (.moment, 15), (.openDay, 20), (.month, 15)]
    case .endedOn, .termTo, .validTo, .closedOn, .pausedOn:
      [(.openDay, 60), (.day, 25), (.moment, 10), (.month, 10)]
    case .bornAt: [(.moment, 15)]
    case .paidUntil: [(.month, 30)]
    case .changedAt: [(.moment, 68), (.day, 20)]
    case .division: [(.division, 78), (.longDivision, 60)]
    case .address: [(.address, 75)]
    case .businessAddress, .registeredAddress: [(.address, 30)]
    case .creditCode: [(.creditCode, 90)]
    case .taxNumber: [(.creditCode, 25), (.identityNumber, 10)]
    case .taxSerial: [(.taxSerial, 40)]
    case .organisationCode: [(.organisationCode, 80)]
    case .enterpriseName: [(.enterpriseName, 80)]
    case .formerEnterpriseName: [(.enterpriseName, 20)]
    case .taxAuthority: [(.taxAuthority, 75)]
    case .phone: [(.mobilePhone, 80), (.landline, 75)]
    case .bankCard: [(.bankCard, 75)]
    case .mail: [(.mail, 95)]
    case .money, .registeredCapital, .base, .personalAmount, .employerAmount, .balance,
      .personalRate,
      .employerRate:
      [(.amount, self == .money ? 60 : 25), (.number, 5)]
    case .validity: [(.boolean, 35), (.flag, 15)]
    case .reversalFlag: [(.flag, 12)]
    case .eventID: [(.uniqueNumber, 40), (.taxSerial, 20), (.number, 10)]
    case .recordNumber: [(.uniqueNumber, 20), (.number, 12)]
    case .accountStatus: [(.code, 8)]
    case .operation, .lifeStatus, .relation, .documentKind, .enterpriseType, .enterpriseStatus,
      .industry,
      .representativeKind, .currency, .registrationType, .taxpayerStatus, .insuranceKind,
      .insuranceStatus:
      [(.code, 8), (.flag, 5)]
    case .householdNumber, .registrationNumber, .employerNumber, .socialInsuranceNumber,
      .reversalOf:
      [(.number, 5), (.uniqueNumber, 5)]
    case .certificateNumber: [(.uniqueNumber, 5), (.text, 1)]
    case .issuer: [(.enterpriseName, 10)]
    case .issuerCode: [(.creditCode, 10)]
    case .gestationWeeks, .weight, .length: [(.number, 1), (.code, 1)]
    case .businessScope, .registrationAuthority, .remark, .closeReason, .replaces, .cause: []
    }
  }

  /// Whether a field with this role may only have contents of its kinds: then others speak against it.
  var isStrict: Bool {
    switch self {
    case .identityNumber, .residencePermit, .birthDate, .deathDate, .establishedOn, .approvedOn,
      .registeredOn, .termFrom, .termTo, .startedOn, .endedOn, .changedAt, .creditCode, .personName,
      .representativeName, .representativeNumber, .motherName, .motherNumber, .fatherName,
      .fatherNumber, .division, .organisationCode, .mail, .phone:
      true
    default: false
    }
  }

  /// Whether codes stand in it.
  var isCode: Bool {
    switch self {
    case .sex, .ethnicity, .lifeStatus, .accountStatus, .relation, .documentKind, .enterpriseType,
      .enterpriseStatus,
      .representativeKind, .registrationType, .taxpayerStatus, .insuranceKind, .insuranceStatus,
      .operation,
      .validity, .reversalFlag, .industry, .currency:
      true
    default: false
    }
  }

  /// Whether a field may have this role beside another one.
  var isShared: Bool { self == .recordNumber || self == .certificateNumber }
}

extension String {
  /// `event i d` is `event id`.
  fileprivate var replacingWords: String {
    hasSuffix(" i d") ? dropLast(4) + " id" : self
  }
}
