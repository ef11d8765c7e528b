/// Which roles may fill a place of a standard schema: by its path where the same word means different things,
/// else by its name or by the Chinese word in its title.
extension SchemaOutline {
  /// What the events of the schema are about.
  enum Subject { case person, enterprise, other }

  /// `std.marriage.v1` is about a `marriage`.
  var entityName: String {
    let words = name.split(separator: ".").dropFirst()
    return words.first.map(String.init) ?? "record"
  }

  var subject: Subject {
    guard let list = members.first(where: { $0.name == "identifiers" }) else { return .other }
    let kinds = list.members.first { $0.name == "kind" }?.choices ?? []
    if kinds.first == "birth-certificate" { return .other }
    return kinds.contains("resident-id") ? .person : kinds.contains("uscc") ? .enterprise : .other
  }

  /// - Parameter path: the names of the members from the root.
  func roles(of place: Place, at path: [String]) -> [Role] {
    let key = path.joined(separator: ".")
    if let roles = own[key] { return roles }
    switch key {
    case "name": return subject == .person ? [.personName] : [.enterpriseName]
    case "formerName": return subject == .person ? [.formerName] : [.formerEnterpriseName]
    case "address.text": return [.businessAddress, .address, .registeredAddress]
    case "address.division", "division": return [.division]
    case "household.number": return [.householdNumber]
    case "household.relation": return [.relation]
    case "employer.number": return [.employerNumber]
    case "employer.name": return [.enterpriseName]
    case "legalRepresentative.name": return [.representativeName]
    case "registeredCapital.amount": return [.registeredCapital]
    case "registeredCapital.currency": return [.currency]
    case "mother.name": return [.motherName]
    case "mother.birthDate": return [.motherBirthDate]
    case "father.name": return [.fatherName]
    case "father.birthDate": return [.fatherBirthDate]
    case "evidence.number", "certificate": return [.certificateNumber]
    case "evidence.issuedOn": return [.issuedOn]
    case "evidence.issuer", "institution.name", "issuer.name": return [.issuer]
    case "institution.code", "issuer.code": return [.issuerCode]
    case "record.id" where subject == .other: return [.certificateNumber, .recordNumber]
    case "record.id":
      return [.recordNumber]
        + (subject == .enterprise ? [.taxSerial, .creditCode] : [.identityNumber])
    case "record.version": return [.eventID, .changedAt]
    default: return general(place)
    }
  }

  private var own: [String: [Role]] {
    if name.hasPrefix("std.person.") { return ["status": [.lifeStatus]] }
    if name.hasPrefix("std.social-insurance.") {
      return ["status": [.insuranceStatus], "insurance": [.insuranceKind]]
    }
    if name.hasPrefix("std.medical-insurance.") {
      return ["status": [.insuranceStatus], "insurance": [.insuranceKind]]
    }
    if name.hasPrefix("std.housing-fund.") { return ["status": [.accountStatus]] }
    if name.hasPrefix("std.licence.") { return ["number": [.certificateNumber], "name": []] }
    if name.hasPrefix("std.tax-registration.") {
      return [
        "status": [.taxpayerStatus], "authority": [.taxAuthority], "valid": [.validity],
        "registrationType": [.registrationType],
      ]
    }
    if name.hasPrefix("std.enterprise.") {
      return ["status": [.enterpriseStatus], "authority": [.registrationAuthority]]
    }
    return [:]
  }

  private func general(_ place: Place) -> [Role] {
    if let role = Role(rawValue: place.name) { return [role] }
    let word = place.title.split(separator: " ").first.map(String.init) ?? ""
    return Clue.roles(of: word).first.map { [$0.role] } ?? []
  }

  /// The role of each kind of number that an `identifiers` list may hold.
  static func role(ofKind kind: String) -> Role? {
    switch kind {
    case "resident-id": .identityNumber
    case "residence-permit": .residencePermit
    case "foreign-permanent-residence": .foreignPermanentResidence
    case "passport": .passport
    case "social-insurance-number": .socialInsuranceNumber
    case "uscc": .creditCode
    case "organisation-code": .organisationCode
    case "registration-number": .registrationNumber
    case "tax-number", "tax-unit": .taxNumber
    case "tax-serial": .taxSerial
    case "social-insurance-unit": .employerNumber
    case "market-entity", "medical-insurance-number", "housing-fund-account": .recordNumber
    case "birth-certificate": .certificateNumber
    default: nil
    }
  }

  /// The role of a kind of number in the list of somebody else than the event is about.
  static func role(ofKind kind: String, in path: [String]) -> Role? {
    switch (path.first, kind) {
    case ("legalRepresentative", "resident-id"): .representativeNumber
    case ("mother", "resident-id"): .motherNumber
    case ("father", "resident-id"): .fatherNumber
    case ("employer", "organisation-code"): .organisationCode
    case ("employer", "uscc"): .creditCode
    default: nil
    }
  }

  /// The roles that the schema has a place for, with whether it must be filled.
  var wanted: [(role: Role, isRequired: Bool)] {
    var wanted: [(role: Role, isRequired: Bool)] = []
    func visit(_ places: [Place], _ path: [String], isRequired: Bool) {
      for place in places {
        let inner = path + [place.name]
        let needed = isRequired && place.isRequired
        if place.name == "identifiers" {
          let kinds = place.members.first { $0.name == "kind" }?.choices ?? []
          let roles = kinds.compactMap {
            path.isEmpty ? Self.role(ofKind: $0) : Self.role(ofKind: $0, in: inner)
          }
          let main = path.isEmpty ? mainNumber(kinds) : nil
          if let main { wanted.append((main, needed)) }
          wanted += roles.filter { $0 != main }.map { ($0, false) }
          if path.isEmpty, roles.contains(.identityNumber) { wanted.append((.documentKind, false)) }
          if path.first == "legalRepresentative" { wanted.append((.representativeKind, false)) }
        } else if place.form == .object {
          visit(place.members, inner, isRequired: needed)
        } else {
          let roles = roles(of: place, at: inner)
          let isAct = inner.first == "record" || place.name == "changedAt"
          for (index, role) in roles.enumerated() {
            wanted.append((role, needed && index == 0 && !isAct && !hasConstant(place)))
          }
        }
      }
    }
    visit(members, [], isRequired: true)
    let act: [Role] = [
      .eventID, .operation, .changedAt, .reversalFlag, .reversalOf, .recordNumber, .division,
      .identityNumber,
    ]
    wanted += act.map { ($0, false) }
    var seen: Set<Role> = []
    return wanted.filter { seen.insert($0.role).inserted }
  }

  private func mainNumber(_ kinds: [String]) -> Role? {
    switch subject {
    case .enterprise: .creditCode
    case .person: .identityNumber
    case .other: kinds.lazy.compactMap { Self.role(ofKind: $0) }.first
    }
  }

  /// A person of whom no death is told is alive.
  private func hasConstant(_ place: Place) -> Bool { place.choices.contains("alive") }
}
