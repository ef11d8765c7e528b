import BaseLibrary

/// One entity for a person's eyes, or a program's.
struct LibraryPage: Encodable {
  struct Number: Encodable {
    let kind, number: String
    let isFormer: Bool
  }

  struct Field: Encodable {
    let field, value, source, version, changedAt, rule: String
    /// Departments that say something else.
    let others: [String]
  }

  struct Entry: Encodable {
    let source, schema, facet, version: String
    let acts: Int
    let reversed: Int
  }

  let kind, id: String
  let revision: Int64
  let numbers: [Number]
  let fields: [Field]
  let records: [Entry]

  init(_ entity: Entity, rules: Rules, isMasked: Bool) {
    kind = entity.kind
    id = entity.id.hex
    revision = entity.revision
    let current = entity.currentNumbers
    numbers = entity.numbers.map {
      Number(
        kind: $0.kind, number: isMasked ? Mask.masked(number: $0.number) : $0.number,
        isFormer: !current.contains($0))
    }
    fields = entity.fieldNames.compactMap { name in
      let rule = rules.field(name, of: entity.kind)
      guard let view = entity.view(of: name, by: rule) else { return nil }
      let claim = view.claim
      let others = entity.claims(of: name).filter { $0.value != claim.value }
      return Field(
        field: name,
        value: isMasked && rule.isPersonal ? Mask.masked(json: claim.value) : claim.value,
        source: claim.record.source, version: claim.version.text,
        changedAt: claim.changedAt.description, rule: view.rule.rawValue,
        others: Set(others.map(\.record.source)).sorted())
    }
    records = entity.records.map {
      Entry(
        source: $0.name.source, schema: $0.name.schema, facet: $0.name.facet,
        version: $0.version.text, acts: $0.acts.count, reversed: $0.reversed.count)
    }
  }

  var text: String {
    var numbers = Table([("KIND", .left), ("NUMBER", .left), ("", .left)])
    for number in self.numbers {
      numbers.add([number.kind, number.number, number.isFormer ? "former" : ""])
    }
    var fields = Table([
      ("FIELD", .left), ("VALUE", .left), ("SOURCE", .left), ("VERSION", .left),
      ("CHANGED", .left), ("RULE", .left), ("OTHERWISE", .left),
    ])
    for field in self.fields {
      fields.add([
        field.field, field.value, field.source, field.version, field.changedAt, field.rule,
        field.others.joined(separator: ", "),
      ])
    }
    var records = Table([
      ("RECORD OF", .left), ("SCHEMA", .left), ("FACET", .left), ("VERSION", .left),
      ("ACTS", .right), ("REVERSED", .right),
    ])
    for record in self.records {
      records.add([
        record.source, record.schema, record.facet, record.version, String(record.acts),
        String(record.reversed),
      ])
    }
    return """
      \(kind) \(id), written \(revision) times

      \(numbers.text)

      \(fields.text)

      \(records.text)
      """
  }
}
