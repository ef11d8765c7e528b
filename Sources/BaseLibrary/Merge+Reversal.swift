import Cryptography
import Mapping

/// Reversals (冲销): the act goes, and what was said before it counts again.
extension Merge {
  func reverse(
    _ statement: Statement, _ known: Entity?, _ record: Record?, newID id: Key128
  ) -> Outcome {
    var entity = known ?? Entity(id: id, kind: statement.kind)
    // The act it names; or, where the old row itself was changed, the act of its own number: what such a row names
    // is the act that voids it.
    let named = [statement.reverses, statement.act.number]
    if let place = named.lazy.compactMap({ entity.place(ofAct: $0, statement.record) }).first {
      let original = entity.takeBack(place, version: statement.act.version, by: statement)
      return Outcome(entity: entity, verdict: .reversed, original: original)
    }
    if named.contains(where: { entity.knowsReversal(of: $0, statement.record) }) {
      return Outcome(entity: entity, verdict: .repeated, isChanged: false)
    }
    if statement.reverses.isEmpty, let record, !record.acts.isEmpty {
      // It names nothing: what the record said last did not happen.
      if statement.act.version < record.version {
        return Outcome(entity: entity, verdict: .stale, isChanged: false)
      }
      let index = entity.index(of: record.name, version: record.version)
      let original = entity.takeBack(
        (index, 0), version: statement.act.version, by: statement)
      return Outcome(entity: entity, verdict: .reversed, original: original)
    }
    // Remembered, so that an original that comes late is not taken for news.
    let index = entity.index(of: statement.record, version: RecordVersion(""))
    entity.records[index].note(reversed: named)
    for number in statement.act.numbers where !entity.numbers.contains(number) {
      entity.numbers.append(number)
    }
    entity.forgetOldNumbers()
    return Outcome(entity: entity, verdict: .unknownOriginal)
  }
}

extension Entity {
  /// Where the act stands among the records of that source and schema.
  fileprivate func place(ofAct number: String, _ name: Record.Name) -> (record: Int, act: Int)? {
    guard !number.isEmpty else { return nil }
    for (index, record) in records.enumerated()
    where record.name.source == name.source && record.name.schema == name.schema {
      if let act = record.acts.firstIndex(where: { $0.number == number }) { return (index, act) }
    }
    return nil
  }

  fileprivate func knowsReversal(of number: String, _ name: Record.Name) -> Bool {
    !number.isEmpty
      && records.contains {
        $0.name.source == name.source && $0.name.schema == name.schema
          && $0.reversed.contains(number)
      }
  }

  /// Removes the act and gives it; what the record said before it is what it says now.
  fileprivate mutating func takeBack(
    _ place: (record: Int, act: Int), version: RecordVersion, by statement: Statement
  ) -> Act {
    let original = records[place.record].acts.remove(at: place.act)
    records[place.record].version = max(records[place.record].version, version)
    records[place.record].note(
      reversed: [original.number, statement.act.number, statement.reverses])
    return original
  }
}

extension Record {
  fileprivate mutating func note(reversed numbers: [String]) {
    for number in numbers where !number.isEmpty && !reversed.contains(number) {
      reversed.append(number)
    }
    if reversed.count > LibraryLimits.reversed {
      reversed.removeFirst(reversed.count - LibraryLimits.reversed)
    }
  }
}
