import Events

/// What a department says of a field now.
package struct Claim: Sendable, Equatable {
  package let record: Record.Name
  package let version: RecordVersion
  package let changedAt: Instant
  /// JSON.
  package let value: String
}

/// The view of one field, and why.
package struct FieldView: Sendable, Equatable {
  /// What decided: the field's owner, the order of trust, the newer change, or nothing but the names.
  package enum Rule: String, Sendable { case only, owner, rank, newest, tie }

  package let claim: Claim
  package let rule: Rule
}

extension Entity {
  /// What the departments say of a field, whatever the order in which they came.
  package func claims(of field: String) -> [Claim] {
    records.compactMap { record in
      guard let act = record.acts.first, let value = act.fields[field] else { return nil }
      return Claim(
        record: record.name, version: act.version, changedAt: act.changedAt, value: value)
    }
  }

  /// The names of all fields of which anything is known.
  package var fieldNames: [String] {
    Set(records.flatMap { $0.acts.first?.fields.keys.map { $0 } ?? [] }).sorted()
  }

  /// Who is believed: more trust wins, then the newer change, then what is the same in every order.
  package func view(of field: String, by rules: FieldRules) -> FieldView? {
    let claims = claims(of: field)
    guard var best = claims.first else { return nil }
    for claim in claims.dropFirst() where rules.believes(claim, over: best) { best = claim }
    let rivals = claims.filter { $0.value != best.value }
    let strongest = rivals.reduce(rivals.first) { first, next in
      first.map { rules.believes(next, over: $0) ? next : $0 }
    }
    return FieldView(
      claim: best, rule: strongest.map { rules.rule(for: best, over: $0) } ?? .only)
  }
}

extension FieldRules {
  /// A strict order of claims, so that the view does not depend on the order of arrival.
  func believes(_ one: Claim, over other: Claim) -> Bool {
    let (rank, otherRank) = (self.rank(of: one.record.source), self.rank(of: other.record.source))
    if !prefersNewest && rank != otherRank { return rank < otherRank }
    if one.changedAt != other.changedAt { return one.changedAt > other.changedAt }
    if rank != otherRank { return rank < otherRank }
    if one.version != other.version && one.record.source == other.record.source {
      return one.version > other.version
    }
    return one.order < other.order
  }

  func rule(for winner: Claim, over loser: Claim) -> FieldView.Rule {
    let (rank, other) = (self.rank(of: winner.record.source), self.rank(of: loser.record.source))
    let byRank: FieldView.Rule = rank == 0 ? .owner : .rank
    if !prefersNewest && rank != other { return byRank }
    if winner.changedAt != loser.changedAt { return .newest }
    return rank != other ? byRank : .tie
  }
}

extension Claim {
  /// What decides at last: the names of the records.
  fileprivate var order: String {
    "\(record.source)\u{0}\(record.schema)\u{0}\(record.id)\u{0}\(record.facet)"
  }
}
