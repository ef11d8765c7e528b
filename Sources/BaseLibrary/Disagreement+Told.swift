import Cryptography

/// What the owner of a field, or of a record, is told.
package struct Told {
  private let owner: String
  private let rules: Rules
  /// Whether the owner is entitled to a field of a schema.
  private let mayRead: (_ schema: String, _ path: String) -> Bool

  package init(
    owner: String, rules: Rules, mayRead: @escaping (_ schema: String, _ path: String) -> Bool
  ) {
    self.owner = owner
    self.rules = rules
    self.mayRead = mayRead
  }

  /// JSON: which field, who said what when, and the rule that decided. Values that say something of a person are
  /// masked unless the owner said them itself or is entitled to them.
  package func body(_ disagreement: Disagreement, in entity: Entity) -> String {
    var text = JSONText()
    text.open("{")
    text.member("what", "disagreement")
    write(entity, into: &text)
    text.member("field", disagreement.field)
    text.member("rule", disagreement.rule.rawValue)
    text.member("because", because(disagreement))
    for (name, claim) in [("believed", disagreement.winner), ("other", disagreement.other)] {
      text.name(name)
      text.open("{")
      write(claim.record, claim.version, into: &text)
      text.member("changedAt", claim.changedAt.description)
      text.member("value", raw: value(claim, disagreement))
      text.close("}")
    }
    text.close("}")
    return text.text
  }

  /// JSON: a reversal came for an act that the hub does not know.
  package func body(unknownOriginalOf statement: Statement, in entity: Entity) -> String {
    var text = JSONText()
    text.open("{")
    text.member("what", "unknown-original")
    write(entity, into: &text)
    text.name("reversal")
    text.open("{")
    write(statement.record, statement.act.version, into: &text)
    text.member("changedAt", statement.act.changedAt.description)
    text.member("act", statement.act.number)
    text.member("reverses", statement.reverses)
    text.close("}")
    text.close("}")
    return text.text
  }

  /// By the owner's own record, where it has one: the hub's id says nothing to it.
  private func write(_ entity: Entity, into text: inout JSONText) {
    text.name("entity")
    text.open("{")
    text.member("kind", entity.kind)
    text.member("id", entity.id.hex)
    if let own = entity.records.last(where: { $0.name.source == owner && !$0.acts.isEmpty }) {
      text.member("yourRecord", own.name.id)
    }
    text.close("}")
  }

  private func write(
    _ record: Record.Name, _ version: RecordVersion, into text: inout JSONText
  ) {
    text.member("source", record.source)
    text.member("schema", record.schema)
    if record.source == owner || mayRead(record.schema, "record.id") {
      text.member("record", record.id)
    }
    text.member("version", version.text)
  }

  private func value(_ claim: Claim, _ disagreement: Disagreement) -> String {
    let rule = rules.field(disagreement.field, of: disagreement.kind)
    let plain = Rules.withoutFacet(disagreement.field)
    let path = rules.schemas[claim.record.schema]?.fields.first { $0.field == plain }?.path.text
    let isOpen =
      !rule.isPersonal || claim.record.source == owner
      || path.map { mayRead(claim.record.schema, $0) } ?? false
    return isOpen || claim.value == "null" ? claim.value : Mask.masked(json: claim.value)
  }

  private func because(_ disagreement: Disagreement) -> String {
    guard disagreement.field != Disagreement.identity else {
      return "numbers of one record lead to two that a department keeps apart"
    }
    return switch disagreement.rule {
    case .owner: "the field is \(disagreement.winner.record.source)'s, who is believed first"
    case .rank: "\(disagreement.winner.record.source) is believed before the other"
    case .newest: "the newer change is believed"
    case .tie: "nothing else decided, so the order of the names did"
    case .only: "nobody else said anything"
    }
  }
}
