import Cryptography

/// Two departments say different things of one field, and the rules have decided.
package struct Disagreement: Sendable, Equatable {
  /// Stands for a field where departments do not agree on who is who.
  package static let identity = "identifiers"

  package let entity: Key128
  package let kind: String
  package let field: String
  package let winner: Claim
  package let other: Claim
  package let rule: FieldView.Rule
  /// Who is told; nil if nobody owns the field.
  package let owner: String?
  /// Of the two values: the same disagreement has the same mark.
  package let mark: String
}

extension Merge {
  /// What is new among the disagreements after an act: each is told once, as long as both say what they said.
  ///
  /// Where the others agree with what the act's record said before, the act is a change that they have not heard of
  /// yet, and nobody is told.
  func disagreements(
    in entity: inout Entity, after before: Entity, record index: Int, act: Act
  ) -> [Disagreement] {
    var found: [Disagreement] = []
    let name = entity.records[index].name
    for field in act.fields.keys.sorted() {
      let fieldRules = rules.field(field, of: entity.kind)
      let claims = entity.claims(of: field)
      guard let value = act.fields[field], claims.contains(where: { $0.value != value }),
        let winner = entity.view(of: field, by: fieldRules)?.claim
      else { continue }
      let earlier = before.record(name)?.acts.first?.fields[field]
      for claim in claims
      where claim.value != winner.value && claim.record.source != winner.record.source {
        // Either the act's own claim, or one that the act overrules.
        guard claim.record == name || winner.record == name else { continue }
        let isBehind = winner.record == name && claim.value == earlier
        let mark = Disagreement.mark(claim.value, winner.value)
        guard !isBehind, entity.tell(field, mark, of: claim.record) else { continue }
        found.append(
          Disagreement(
            entity: entity.id, kind: entity.kind, field: field, winner: winner, other: claim,
            rule: fieldRules.rule(for: winner, over: claim), owner: fieldRules.owner, mark: mark))
      }
    }
    return found
  }
}

extension Entity {
  /// False if it was told before, of this record or of another of the same department.
  fileprivate mutating func tell(_ field: String, _ mark: String, of name: Record.Name) -> Bool {
    guard let index = records.firstIndex(where: { $0.name == name }),
      !records.contains(where: { $0.name.source == name.source && $0.told[field] == mark })
    else { return false }
    records[index].told[field] = mark
    return true
  }
}

extension Disagreement {
  fileprivate static func mark(_ value: String, _ other: String) -> String {
    // FNV-1a, 64 bits: the same in every process.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in value.utf8 + [0] + other.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }
}
