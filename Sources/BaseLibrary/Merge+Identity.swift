import Cryptography

/// Numbers change, and a person has several: which entities are one.
extension Merge {
  /// One entity of all those that the statement's keys lead to, except those that are kept apart.
  func join(_ statement: Statement, _ known: [Entity], home: Entity?, newID id: Key128) -> Outcome {
    guard let host = home ?? strongest(known, statement) else {
      return Outcome(entity: Entity(id: id, kind: statement.kind), verdict: .applied)
    }
    var outcome = Outcome(entity: host, verdict: .applied)
    for other in known where other.id != host.id {
      if isKeptApart(outcome.entity, other, statement) {
        outcome.foreign.formUnion(statement.act.numbers.filter(other.numbers.contains))
        outcome.disagreements.append(keptApart(host, other, statement))
      } else {
        outcome.entity.take(other)
        outcome.absorbed.append(other.id)
      }
    }
    return outcome
  }

  /// The entity of the strongest number, by the order of the rules.
  private func strongest(_ known: [Entity], _ statement: Statement) -> Entity? {
    let order = rules.kinds[statement.kind]?.identifiers ?? []
    func strength(_ number: Identifier) -> Int {
      order.firstIndex(of: number.kind) ?? order.count
    }
    let numbers = statement.act.numbers.sorted { strength($0) < strength($1) }
    for number in numbers {
      if let entity = known.first(where: { $0.numbers.contains(number) }) { return entity }
    }
    return known.first
  }

  /// Two records of one department under two ids are two persons, unless the owner of identities, who has no
  /// such two itself, says that they are one.
  private func isKeptApart(_ host: Entity, _ other: Entity, _ statement: Statement) -> Bool {
    let owner = rules.kinds[statement.kind]?.owner
    return host.records.contains { mine in
      guard owner != statement.record.source || mine.name.source == owner else { return false }
      return other.records.contains { theirs in
        mine.name.source == theirs.name.source && mine.name.schema == theirs.name.schema
          && mine.name.id != theirs.name.id && !mine.acts.isEmpty && !theirs.acts.isEmpty
      }
    }
  }

  private func keptApart(
    _ host: Entity, _ other: Entity, _ statement: Statement
  ) -> Disagreement {
    func claim(_ entity: Entity) -> Claim {
      let record = entity.records.first { !$0.acts.isEmpty } ?? entity.records.first
      return Claim(
        record: record?.name ?? statement.record, version: record?.version ?? statement.act.version,
        changedAt: record?.acts.first?.changedAt ?? statement.act.changedAt, value: "null")
    }
    return Disagreement(
      entity: host.id, kind: host.kind, field: Disagreement.identity, winner: claim(host),
      other: Claim(
        record: statement.record, version: statement.act.version,
        changedAt: statement.act.changedAt, value: "null"),
      rule: .tie, owner: rules.kinds[statement.kind]?.owner,
      mark: LibraryKeys().key(of: other.records.first?.name ?? statement.record).hex)
  }
}

extension Entity {
  /// All that the other had is this one's.
  fileprivate mutating func take(_ other: Entity) {
    for number in other.numbers where !numbers.contains(number) { numbers.append(number) }
    for record in other.records {
      guard let index = records.firstIndex(where: { $0.name == record.name }) else {
        records.append(record)
        continue
      }
      records[index].take(record)
    }
    records.removeFirst(max(0, records.count - LibraryLimits.records))
  }
}

extension Record {
  fileprivate mutating func take(_ other: Record) {
    version = max(version, other.version)
    acts = Array(
      (acts + other.acts).sorted { $0.version > $1.version }.prefix(LibraryLimits.acts))
    reversed = Array(
      (reversed + other.reversed.filter { !reversed.contains($0) }).suffix(LibraryLimits.reversed))
  }
}
