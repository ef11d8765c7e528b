import Cryptography
import Events
import Mapping
import Records

/// Reads what a standard record says, by the rules of its schema. Belongs to one thread.
package struct StatementReader {
  private let rules: Rules
  private let keys = LibraryKeys()
  private let hasher = Hasher128()
  private var writer = JSONWriter()

  package init(rules: Rules) { self.rules = rules }

  /// What the reader is told of the event beside its record.
  package struct Origin {
    package var event: Key128
    package var source: String
    package var schema: String
    package var change: Change
    package var number: String
    package var reverses: String
    package var isMarked: Bool
    package var arrivedAt: Instant
    package var content: Key128
    package var audience: [String]

    package init(
      event: Key128, source: String, schema: String, change: Change, number: String,
      reverses: String, isMarked: Bool, arrivedAt: Instant, content: Key128, audience: [String]
    ) {
      self.event = event
      self.source = source
      self.schema = schema
      self.change = change
      self.number = number
      self.reverses = reverses
      self.isMarked = isMarked
      self.arrivedAt = arrivedAt
      self.content = content
      self.audience = audience
    }
  }

  /// Nil for a record without an id of its own: nothing can be said of its versions.
  package mutating func statement(_ record: borrowing Tree, _ origin: Origin) -> Statement? {
    guard let id = record.text("record.id") else { return nil }
    let schema = rules.schemas[origin.schema]
    let facet = schema?.facet?.node(in: record).map { record.string(record.nodes[$0].text) } ?? ""
    let name = Record.Name(
      source: origin.source, schema: origin.schema, id: id, facet: facet)
    let kind = schema?.kind ?? "record"
    let numbers = schema == nil ? [] : Self.numbers(of: record)
    let changedAt = record.text("changedAt").flatMap { Instant(rfc3339: $0) }
    // A deleted record says nothing more.
    let fields = origin.change == .deleted ? [:] : fields(of: record, schema, facet: facet)
    return Statement(
      record: name, kind: kind,
      act: Act(
        event: origin.event, number: origin.number,
        version: RecordVersion(record.text("record.version") ?? ""), change: origin.change,
        changedAt: changedAt ?? origin.arrivedAt, arrivedAt: origin.arrivedAt,
        content: origin.content, audience: origin.audience, numbers: numbers, fields: fields),
      reverses: origin.reverses, isMarked: origin.isMarked,
      keys: keys.keys(of: name, numbers, kind: kind))
  }

  private mutating func fields(
    of record: borrowing Tree, _ schema: SchemaRules?, facet: String
  ) -> [String: String] {
    var fields: [String: String] = [:]
    for (path, field) in schema?.fields ?? [] {
      guard let node = path.node(in: record) else { continue }
      var octets: [UInt8] = []
      writer.write(record, root: node, into: &octets)
      let name = facet.isEmpty ? field : field.replacing("[]", with: "[\(facet)]")
      fields[name] = String(decoding: octets, as: UTF8.self)
    }
    return fields
  }

  private static func numbers(of record: borrowing Tree) -> [Identifier] {
    guard let list = record.find("identifiers") else { return [] }
    var numbers: [Identifier] = []
    guard record.nodes[list].kind == .array else { return [] }
    for item in record.children(of: list) {
      guard let kind = record.text("kind", from: item),
        let number = record.text("number", from: item)
      else { continue }
      let identifier = Identifier(kind: kind, number: number)
      if !numbers.contains(identifier) { numbers.append(identifier) }
    }
    return numbers
  }
}

extension StatementReader {
  /// An act's number as it is kept: bounded, since a department may write anything.
  package static func bounded(_ number: String) -> String {
    number.utf8.count <= LibraryLimits.actNumber
      ? number : Hasher128().digest(of: Array(number.utf8)).hex
  }
}
