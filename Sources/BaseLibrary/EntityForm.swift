import Cryptography
import Events
import Mapping
import Records

// An entity as JSON, as it stands in the table: what an older act of a record shares with the next newer one is
// left out, so that a history costs little.

extension Entity {
  package var json: String {
    var text = JSONText()
    text.open("{")
    text.member("numbers", pairs: numbers.map { ($0.kind, $0.number) })
    text.name("records")
    text.open("[")
    for record in records { record.write(into: &text) }
    text.close("]")
    text.close("}")
    return text.text
  }

  /// - Throws: `EntityFormError` if the text is not of this form.
  package init(id: Key128, kind: String, revision: Int64, json: String) throws(EntityFormError) {
    guard let tree = try? Tree(json: json) else { throw EntityFormError(entity: id) }
    self.init(id: id, kind: kind)
    self.revision = revision
    numbers = tree.pairs("numbers", of: 0).map { Identifier(kind: $0, number: $1) }
    for node in tree.items("records", of: 0) {
      guard let record = Record(tree, node) else { throw EntityFormError(entity: id) }
      records.append(record)
    }
  }
}

/// A row that this program did not write, or a newer one did.
package struct EntityFormError: Error, CustomStringConvertible {
  let entity: Key128

  package var description: String {
    "entity \(entity) of the base library cannot be read: was it written by a newer tongban?"
  }
}

extension Record {
  fileprivate func write(into text: inout JSONText) {
    text.open("{")
    text.member("source", name.source)
    text.member("schema", name.schema)
    text.member("id", name.id)
    if !name.facet.isEmpty { text.member("facet", name.facet) }
    text.member("version", version.text)
    text.name("acts")
    text.open("[")
    for (index, act) in acts.enumerated() {
      act.write(into: &text, newer: index > 0 ? acts[index - 1] : nil)
    }
    text.close("]")
    if !reversed.isEmpty { text.member("reversed", reversed) }
    if !told.isEmpty {
      text.member("told", pairs: told.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
    text.close("}")
  }

  fileprivate init?(_ tree: borrowing Tree, _ node: Int) {
    guard let source = tree.text("source", from: node), let id = tree.text("id", from: node),
      let schema = tree.text("schema", from: node), let version = tree.text("version", from: node)
    else { return nil }
    self.init(
      Name(source: source, schema: schema, id: id, facet: tree.text("facet", from: node) ?? ""),
      version: RecordVersion(version))
    for item in tree.items("acts", of: node) {
      guard let act = Act(tree, item, newer: acts.last) else { return nil }
      acts.append(act)
    }
    reversed = tree.texts("reversed", of: node)
    told = Dictionary(tree.pairs("told", of: node)) { first, _ in first }
  }
}

extension Act {
  fileprivate func write(into text: inout JSONText, newer: Act?) {
    text.open("{")
    text.member("event", event.hex)
    if !number.isEmpty { text.member("act", number) }
    text.member("version", version.text)
    text.member("change", change.rawValue)
    text.member("changed", raw: String(changedAt.microseconds))
    text.member("arrived", raw: String(arrivedAt.microseconds))
    text.member("content", content.hex)
    if !audience.isEmpty { text.member("audience", audience) }
    if newer.map({ $0.numbers != numbers }) ?? true {
      text.member("numbers", pairs: numbers.map { ($0.kind, $0.number) })
    }
    text.name("fields")
    text.open("{")
    for (field, value) in fields.sorted(by: { $0.key < $1.key })
    where newer?.fields[field] != value { text.member(field, raw: value) }
    text.close("}")
    let lacks = newer?.fields.keys.filter { fields[$0] == nil } ?? []
    if !lacks.isEmpty { text.member("lacks", lacks.sorted()) }
    text.close("}")
  }

  fileprivate init?(_ tree: borrowing Tree, _ node: Int, newer: Act?) {
    func key(_ name: String) -> Key128? {
      guard let text = tree.text(name, from: node), let bytes = [UInt8](hex: text),
        bytes.count == 16
      else { return nil }
      return Key128(bytes: bytes)
    }
    func moment(_ name: String) -> Instant? {
      tree.text(name, from: node).flatMap { Int64($0) }.map { Instant(microseconds: $0) }
    }
    guard let event = key("event"), let content = key("content"),
      let version = tree.text("version", from: node),
      let change = tree.text("change", from: node).flatMap({ Change(rawValue: $0) }),
      let changed = moment("changed"), let arrived = moment("arrived"),
      let values = tree.member("fields", of: node)
    else { return nil }
    var fields = newer?.fields ?? [:]
    for name in tree.texts("lacks", of: node) { fields[name] = nil }
    for value in tree.children(of: values) {
      fields[tree.string(tree.nodes[value].name)] = tree.json(at: value)
    }
    let numbers =
      tree.member("numbers", of: node) == nil
      ? newer?.numbers ?? []
      : tree.pairs("numbers", of: node).map { Identifier(kind: $0, number: $1) }
    self.init(
      event: event, number: tree.text("act", from: node) ?? "", version: RecordVersion(version),
      change: change, changedAt: changed, arrivedAt: arrived, content: content,
      audience: tree.texts("audience", of: node), numbers: numbers, fields: fields)
  }
}

extension Tree {
  fileprivate func items(_ name: String, of node: Int) -> [Int] {
    guard let list = member(name, of: node), nodes[list].kind == .array else { return [] }
    return Array(children(of: list))
  }

  fileprivate func texts(_ name: String, of node: Int) -> [String] {
    items(name, of: node).map { string(nodes[$0].text) }
  }

  fileprivate func pairs(_ name: String, of node: Int) -> [(String, String)] {
    items(name, of: node).compactMap { item in
      guard nodes[item].kind == .array else { return nil }
      let both = children(of: item).map { string(nodes[$0].text) }
      return both.count == 2 ? (both[0], both[1]) : nil
    }
  }
}
