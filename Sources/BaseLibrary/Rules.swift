/// Whom the hub believes: `topology/library/rules.json5`.
package struct Rules: Sendable {
  /// Seconds for which a delivery is remembered to tell its echo.
  package var echoWithin = 7.0 * 86_400
  package var kinds: [String: EntityRules] = [:]
  package var schemas: [String: SchemaRules] = [:]
  /// Of each standard schema, the values whose presence is counted.
  package var values: [String: [RecordPath]] = [:]

  package init() {}

  /// Who is believed in a field; a facet's value (`insurance[110].status`) does not count.
  package func field(_ name: String, of kind: String) -> FieldRules {
    kinds[kind]?.fields[Rules.withoutFacet(name)] ?? FieldRules()
  }

  static func withoutFacet(_ name: String) -> String {
    guard let open = name.firstIndex(of: "["), let close = name.lastIndex(of: "]"), open < close
    else { return name }
    return String(name[...open] + name[close...])
  }
}

/// The rules for persons, or for enterprises.
package struct EntityRules: Sendable {
  /// The department whose word joins numbers even where others keep them apart.
  package var owner: String?
  /// Kinds of numbers, the strongest first: which decides where numbers lead to different entities.
  package var identifiers: [String] = []
  package var fields: [String: FieldRules] = [:]

  package init() {}
}

package struct FieldRules: Sendable {
  /// Whose field it is: the one who is believed first, and is told of disagreements.
  package var owner: String?
  /// The others in the order of their trust; whoever is not named comes after them.
  package var ranks: [String] = []
  /// Whether a value says something of a person, and is masked for those not entitled to it.
  package var isPersonal = true
  /// The newest value wins, whoever says it.
  package var prefersNewest = false

  package init() {}

  /// 0 for the owner; a smaller number is believed more.
  package func rank(of source: String) -> Int {
    if source == owner { return 0 }
    return (ranks.firstIndex(of: source) ?? ranks.count) + 1
  }
}

/// How the records of one standard schema speak of an entity.
package struct SchemaRules: Sendable {
  package let schema: String
  package let kind: String
  /// A field of which the entity has one record a value: the kind of insurance.
  package var facet: RecordPath?
  /// From the schema's field to the library's; `[]` in the latter takes the facet's value.
  package var fields: [(path: RecordPath, field: String)] = []

  package init(schema: String, kind: String) {
    self.schema = schema
    self.kind = kind
  }
}
