import Cryptography
import Events
import Mapping

@testable import BaseLibrary

/// Two departments with a say in a person, and one that owns the name.
let rules: Rules = {
  var person = EntityRules()
  person.owner = "police"
  person.identifiers = ["resident-id", "insurance-number"]
  var name = FieldRules()
  name.owner = "police"
  name.ranks = ["insurance"]
  var phone = FieldRules()
  phone.owner = "police"
  phone.prefersNewest = true
  person.fields = ["name": name, "phone": phone]
  var rules = Rules()
  rules.kinds = ["person": person]
  return rules
}()

let start = Instant(microseconds: 1_795_478_400_000_000)

/// A statement in a line: who, which version, what.
func statement(
  _ source: String, _ version: Int, id: String = "r1", change: Change = .updated,
  act: String? = nil, reverses: String = "", at seconds: Double? = nil, arrived: Double? = nil,
  numbers: [String] = ["A"], schema: String = "person", audience: [String] = [],
  _ fields: [String: String]
) -> Statement {
  let keys = LibraryKeys()
  let name = Record.Name(source: source, schema: schema, id: id)
  let identifiers = numbers.map { number in
    number.hasPrefix("i:")
      ? Identifier(kind: "insurance-number", number: number)
      : Identifier(kind: "resident-id", number: number)
  }
  let content = fields.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ",")
  let hasher = Hasher128()
  let changedAt = start.adding(seconds: seconds ?? Double(version))
  return Statement(
    record: name, kind: "person",
    act: Act(
      event: hasher.key(source, id, String(version), act ?? "", change.rawValue),
      number: act ?? "\(source)-\(version)", version: RecordVersion(String(version)),
      change: change, changedAt: changedAt,
      arrivedAt: arrived.map { start.adding(seconds: $0) } ?? changedAt,
      content: hasher.key(content, numbers.joined(separator: ",")), audience: audience,
      numbers: identifiers, fields: fields.mapValues { "\"\($0)\"" }),
    reverses: reverses, keys: keys.keys(of: name, identifiers, kind: "person"))
}

/// A library without a database: entities by key, as the store keeps them.
struct Shelf {
  var entities: [Key128: Entity] = [:]
  var aliases: [Key128: Key128] = [:]
  let merge = Merge(rules: rules)

  @discardableResult
  mutating func take(_ statement: Statement) -> Merge.Outcome {
    var ids: [Key128] = []
    for key in statement.keys {
      if let id = aliases[key], !ids.contains(id) { ids.append(id) }
    }
    let outcome = merge.apply(
      statement, to: ids.compactMap { entities[$0] }, newID: statement.keys[0])
    guard outcome.isChanged else { return outcome }
    for id in outcome.absorbed {
      entities[id] = nil
      for (key, entity) in aliases where entity == id { aliases[key] = outcome.entity.id }
    }
    entities[outcome.entity.id] = outcome.entity
    for key in statement.keys where aliases[key] == nil { aliases[key] = outcome.entity.id }
    return outcome
  }

  /// The view of the one entity there is.
  func view(_ field: String) -> String? {
    guard entities.count == 1, let entity = entities.values.first else { return nil }
    return entity.view(of: field, by: rules.field(field, of: "person"))?.claim.value
  }

  func rule(_ field: String) -> FieldView.Rule? {
    entities.values.first?.view(of: field, by: rules.field(field, of: "person"))?.rule
  }
}

/// A reproducible source of numbers.
struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ (state >> 29)) &* 0xBF58_476D_1CE4_E5B9
  }
}
