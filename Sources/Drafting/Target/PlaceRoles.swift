/// Which roles may fill a place of a standard schema: by its path where the same word means different things,
/// else by its name or by the Chinese word in its title.
extension SchemaOutline {
  /// What the events of the schema are about.
  enum Subject { case person, enterprise, other }

  var subject: Subject {
    guard let list = members.first(where: { $0.name == "identifiers" }) else { return .other }
    let kinds = list.members.first { $0.name == "kind" }?.choices ?? []
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
          let main: Role = subject == .enterprise && path.isEmpty ? .creditCode : .identityNumber
          if path.isEmpty {
            wanted.append((main, needed))
            for kind in place.members.first(where: { $0.name == "kind" })?.choices ?? [] {
              if let role = Self.role(ofKind: kind), role != main { wanted.append((role, false)) }
            }
          } else {
            wanted += [(.representativeNumber, false), (.representativeKind, false)]
          }
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

  /// A person of whom no death is told is alive.
  private func hasConstant(_ place: Place) -> Bool { place.choices.contains("alive") }
}
