import Standards

/// What a native field was taken for, and why.
package struct FieldReading: Sendable {
  package let field: Field
  package let evidence: [Evidence]
  /// The roles that it may have, the surest first.
  package let roles: [RoleGuess]

  package var best: RoleGuess? { roles.first }

  static func readings(of survey: Survey, _ knowledge: DraftKnowledge) -> [FieldReading] {
    let reader = ContentReader(knowledge: knowledge)
    let evidence = survey.fields.map(reader.evidence)
    let agreement = NumberAgreement(survey.fields, evidence)
    return zip(survey.fields, evidence).map { field, evidence in
      let all = agreement.evidence(of: field, evidence) + evidence
      return FieldReading(field: field, evidence: all, roles: RoleGuess.guesses(for: field, all))
    }
  }

  /// Of its role, how sure it is; 0 if it has it not.
  func sureness(of role: Role) -> Int { roles.first { $0.role == role }?.guess.sureness ?? 0 }

  /// Whether its values may be shown: codes, of a field whose name says nothing personal.
  package var showsValues: Bool {
    let isCode =
      field.looksLikeCode
      || evidence.contains { [.flag, .sexLabel, .ethnicLabel].contains($0.kind) }
    let said =
      Clue.roles(of: field.name).first?.role
      ?? best.flatMap { $0.guess.sureness >= 40 ? $0.role : nil }
    return isCode && (said.map { $0.isCode || $0 == .division } ?? true)
  }
}

package struct RoleGuess: Sendable, Equatable {
  package let role: Role
  package let guess: Guess

  static func guesses(for field: Field, _ evidence: [Evidence]) -> [RoleGuess] {
    let clues = Clue.roles(of: field.name)
    let named = clues.map { clue in combined(clue, field, evidence) }
    // What the name says is believed before what the contents say alone.
    let trust = (clues.first?.sureness ?? 0) >= 60 ? 25 : 100
    let shown = Role.allCases.compactMap { role -> RoleGuess? in
      guard !clues.contains(where: { $0.role == role }), let found = support(role, evidence) else {
        return nil
      }
      return RoleGuess(
        role: role,
        guess: Guess(
          found.alone * found.evidence.strength / 95 * trust / 100, [found.evidence.reason]))
    }
    return (named + shown).filter { $0.guess.sureness > 0 }
      .sorted { $0.guess.sureness > $1.guess.sureness }
  }

  private static func combined(
    _ clue: Clue.Hit, _ field: Field, _ evidence: [Evidence]
  ) -> RoleGuess {
    guard !field.filled.isEmpty else {
      return RoleGuess(
        role: clue.role,
        guess: Guess(clue.sureness * 75 / 100, [clue.reason, "never filled in the samples"]))
    }
    if let found = support(clue.role, evidence) {
      // Both must be wrong for it to be wrong.
      let doubt = (100 - clue.sureness) * (100 - found.evidence.weight)
      let reason = found.evidence.reason
      return RoleGuess(
        role: clue.role,
        guess: Guess(100 - doubt / 100, reason.isEmpty ? [clue.reason] : [clue.reason, reason]))
    }
    guard clue.role.isStrict else {
      return RoleGuess(role: clue.role, guess: Guess(clue.sureness, [clue.reason]))
    }
    let seen = evidence.first.map(\.kind.title) ?? "something else"
    return RoleGuess(
      role: clue.role,
      guess: Guess(clue.sureness * 45 / 100, [clue.reason, "but its values look like \(seen)"]))
  }

  private static func support(_ role: Role, _ evidence: [Evidence]) -> (
    evidence: Evidence, alone: Int
  )? {
    for (kind, alone) in role.kinds {
      if let found = evidence.first(where: { $0.kind == kind }) { return (found, alone) }
    }
    return nil
  }
}

/// What agrees with the identity number of the same record: a day is the day of birth, a code is the sex.
private struct NumberAgreement {
  private var births: [Int: CivilDate] = [:]
  private var sexes: [Int: String] = [:]

  init(_ fields: [Field], _ evidence: [[Evidence]]) {
    let main = fields.indices.filter { index in
      evidence[index].contains { $0.kind == .identityNumber }
        && !fields[index].path.isList
    }
    // The person's own number before those of others in the record.
    let index =
      main.first { index in Clue.roles(of: fields[index].name).first?.role == .identityNumber }
      ?? main.first
    guard let index else { return }
    for (record, value) in fields[index].values.enumerated() where !value.isEmpty {
      withBytes(of: value) { number in
        guard IdentityNumber.check(number).isAccepted else { return }
        births[record] = IdentityNumber.birthDate(number)
        sexes[record] = IdentityNumber.sex(number).map { $0 == 0x31 ? "1" : "2" }
      }
    }
  }

  func evidence(of field: Field, _ evidence: [Evidence]) -> [Evidence] {
    if evidence.contains(where: { $0.kind == .day }) { return birth(field) }
    if field.distinctCount <= 4, field.lengths.upperBound <= 2 { return sex(field) }
    return []
  }

  private func birth(_ field: Field) -> [Evidence] {
    agreement(field, .birthOfNumber, 97, "the day of birth in the identity number", births.count) {
      record, value in
      guard let birth = births[record] else { return nil }
      guard let date = WrittenDate(value) else { return false }
      return date.year == birth.year && date.month == birth.month && date.day == birth.day
    }
  }

  private func sex(_ field: Field) -> [Evidence] {
    // One code for each sex, and another for the other.
    agreement(
      field, .sexOfNumber, field.distinctCount > 1 ? 92 : 60, "the sex in the identity number",
      sexes.count
    ) {
      record, value in
      guard let sex = sexes[record] else { return nil }
      return CodeWords.sexCode(value) == sex
    }
  }

  private func agreement(
    _ field: Field, _ kind: Kind, _ strength: Int, _ what: String, _ known: Int,
    _ agrees: (Int, String) -> Bool?
  ) -> [Evidence] {
    var (hits, all) = (0, 0)
    for (record, value) in field.values.enumerated() where !value.isEmpty {
      guard let agrees = agrees(record, value) else { continue }
      all += 1
      if agrees { hits += 1 }
    }
    guard hits > 0, hits * 10 >= all * 7 else { return [] }
    return [
      Evidence(
        kind: kind, strength: strength - (all < 3 ? 8 : 0),
        reason: "agrees with \(what) in \(hits) of \(all)")
    ]
  }
}
