import Cryptography
import Events
import Mapping

/// What an event means beside what is known: a pure function.
package struct Merge: Sendable {
  /// What becomes of an event.
  package enum Verdict: String, Sendable, CaseIterable {
    /// News: it goes on.
    case applied
    /// It takes back an act that is known: it goes on, and names the act.
    case reversed
    /// It takes back an act that never came: it goes on, and the owner is told.
    case unknownOriginal = "unknown-original"
    /// An older version than the one known: it goes no further; nor do those below.
    case stale
    /// The same version with the same content was here before.
    case repeated
    /// The act had been taken back before it came.
    case takenBack = "taken-back"
    /// The hub's own delivery came back as a change (回流).
    case echo

    /// Whether it is delivered.
    package var goesOn: Bool {
      switch self {
      case .applied, .reversed, .unknownOriginal: true
      case .stale, .repeated, .takenBack, .echo: false
      }
    }
  }

  package struct Outcome: Sendable {
    package var entity: Entity
    /// Entities that turned out to be this one and are no more.
    package var absorbed: [Key128] = []
    package var verdict: Verdict
    /// The act that is taken back.
    package var original: Act?
    package var disagreements: [Disagreement] = []
    /// Whether entity is to be written.
    package var isChanged = true
    /// Keys of the statement that do not lead to this entity, since they lead to one that is kept apart.
    package var foreign: Set<Identifier> = []
  }

  package let rules: Rules

  package init(rules: Rules) { self.rules = rules }

  /// - Parameters:
  ///   - known: the entities that the statement's keys lead to, each once.
  ///   - id: of a new entity, if there is none yet.
  package func apply(_ statement: Statement, to known: [Entity], newID id: Key128) -> Outcome {
    let home = known.first { $0.record(statement.record) != nil || $0.holds(statement.record) }
    let record = home?.record(statement.record)
    if statement.isReversal { return reverse(statement, home ?? known.first, record, newID: id) }
    if let home, let record, let verdict = refusal(of: statement, by: record) {
      return Outcome(entity: home, verdict: verdict, isChanged: false)
    }
    if isEcho(statement, known) {
      guard let home, record != nil else {
        let entity = home ?? known.first ?? Entity(id: id, kind: statement.kind)
        return Outcome(entity: entity, verdict: .echo, isChanged: false)
      }
      return Outcome(entity: add(statement, to: home).entity, verdict: .echo)
    }
    var outcome = join(statement, known, home: home, newID: id)
    let before = outcome.entity
    let (entity, index) = add(statement, to: before)
    outcome.entity = entity
    outcome.disagreements += disagreements(
      in: &outcome.entity, after: before, record: index, act: statement.act)
    return outcome
  }

  /// Why a statement says nothing new; nil if it does.
  private func refusal(of statement: Statement, by record: Record) -> Verdict? {
    let act = statement.act
    if !act.number.isEmpty && record.reversed.contains(act.number) { return .takenBack }
    if act.version < record.version { return .stale }
    guard act.version == record.version else { return nil }
    if record.acts.contains(where: { $0.version == act.version && $0.content == act.content }) {
      return .repeated
    }
    // The same version with another content: the later one is meant.
    if let last = record.acts.first, act.changedAt < last.changedAt { return .stale }
    return nil
  }

  /// Puts the act on top of its record.
  private func add(_ statement: Statement, to entity: Entity) -> (entity: Entity, index: Int) {
    var entity = entity
    let index = entity.index(of: statement.record, version: statement.act.version)
    entity.records[index].push(statement.act)
    for number in statement.act.numbers where !entity.numbers.contains(number) {
      entity.numbers.append(number)
    }
    entity.forgetOldNumbers()
    return (entity, index)
  }
}

extension Entity {
  package func record(_ name: Record.Name) -> Record? { records.first { $0.name == name } }

  /// Whether it has the record under any facet.
  func holds(_ name: Record.Name) -> Bool {
    records.contains {
      $0.name.id == name.id && $0.name.source == name.source && $0.name.schema == name.schema
    }
  }

  /// Where the record is, made if it is not there; the one unchanged for longest gives way.
  mutating func index(of name: Record.Name, version: RecordVersion) -> Int {
    if let index = records.firstIndex(where: { $0.name == name }) { return index }
    if records.count >= LibraryLimits.records,
      let oldest = records.indices.min(by: { records[$0].lastArrival < records[$1].lastArrival })
    {
      records.remove(at: oldest)
    }
    records.append(Record(name, version: version))
    return records.count - 1
  }

  mutating func forgetOldNumbers() {
    guard numbers.count > LibraryLimits.numbers else { return }
    let current = currentNumbers
    while numbers.count > LibraryLimits.numbers {
      numbers.remove(at: numbers.firstIndex { !current.contains($0) } ?? 0)
    }
  }
}

extension Record {
  fileprivate var lastArrival: Instant { acts.first?.arrivedAt ?? Instant(microseconds: 0) }

  fileprivate mutating func push(_ act: Act) {
    version = max(version, act.version)
    acts.insert(act, at: 0)
    if acts.count > LibraryLimits.acts { acts.removeLast() }
  }
}
