import BaseLibrary
import Catalogue
import Cryptography
import Events
import Lanes
import Mapping
import Messaging
import Records
import Storage

/// Enters a batch of standard events into the base library and the quality counters: reads what each says, decides
/// beside what is known, and has ready what is to be written with the batch's commit.
struct LibraryClerk {
  /// What became of one event.
  struct Decision {
    var goesOn: Bool
    /// The act that it takes back.
    var original: Act?
    /// Messages to the owners of fields.
    var told: [Message] = []
  }

  private let rules: Rules
  private let catalogue: Catalogue
  private let takers: Set<String>
  private let keys = LibraryKeys()
  private var reader: StatementReader
  private var now = Instant(microseconds: 0)
  private var quality = Quality()
  private var statements: [(index: Int, statement: Statement, isReplay: Bool)] = []
  /// What the last batch decided on writes.
  private(set) var writings: [(String, [Parameter])] = []

  init(rules: Rules, catalogue: Catalogue, takers: Set<String>) {
    self.rules = rules
    self.catalogue = catalogue
    self.takers = takers
    reader = StatementReader(rules: rules)
  }

  mutating func begin(at now: Instant) {
    self.now = now
    quality = Quality()
    statements.removeAll(keepingCapacity: true)
    writings = []
  }

  /// Reads what an event says, and counts its quality; a replay was counted when it first came.
  mutating func take(
    _ record: borrowing Tree, of item: Batch.Item, at index: Int, audience: [String]
  ) {
    guard let schema = item.event.dataSchema else { return }
    let message = item.delivery.message
    if item.replay == 0 { count(record, of: item, schema) }
    let origin = StatementReader.Origin(
      event: item.key, source: item.source, schema: schema,
      change: Change(ofType: item.event.type),
      number: message.header(Route.actHeader)?.text ?? "",
      reverses: message.header(Route.reversesHeader)?.text ?? "",
      isMarked: message.header(Route.originHeader)?.text == Route.hubOrigin, arrivedAt: now,
      content: item.digest, audience: audience)
    guard let statement = reader.statement(record, origin) else { return }
    statements.append((index, statement, item.replay > 0))
  }

  private mutating func count(_ record: borrowing Tree, of item: Batch.Item, _ schema: String) {
    let subject = Quality.Subject(source: item.source, schema: schema, at: now)
    quality.addFields(rules.values[schema] ?? [], of: record, subject)
    if let changed = record.text("changedAt").flatMap({ Instant(rfc3339: $0) }) {
      quality.addLateness(from: changed, to: now, subject)
    }
    let message = item.delivery.message
    if case .array(let warnings)? = message.header(Route.warningsHeader) {
      for case .text(let warning) in warnings { quality.add(.warning, remark: warning, subject) }
    }
    if case .array(let changes)? = message.header(Route.cleansedHeader) {
      for case .text(let change) in changes { quality.add(.cleansed, remark: change, subject) }
    }
  }

  /// Decides in the order of the batch, and makes ready what is to be written.
  mutating func decide(from database: Database) throws -> [(index: Int, decision: Decision)] {
    var asked: Set<Key128> = []
    let wanted = statements.flatMap(\.statement.keys).filter { asked.insert($0).inserted }
    var library = LibraryBatch(
      Merge(rules: rules), try LibraryStore.load(wanted, from: database))
    var notes: [LibraryNote] = []
    let decisions = statements.map { entry in
      let outcome = library.take(entry.statement)
      return (entry.index, decision(on: outcome, of: entry.statement, entry.isReplay, &notes))
    }
    writings = [library.writing, LibraryNote.entering(notes, at: now), quality.addition]
      .compactMap { $0 }
    return decisions
  }

  private mutating func decision(
    on outcome: Merge.Outcome, of statement: Statement, _ isReplay: Bool,
    _ notes: inout [LibraryNote]
  ) -> Decision {
    let subject = Quality.Subject(
      source: statement.record.source, schema: statement.record.schema, at: now)
    if !isReplay { quality.add(.outcome, outcome.verdict.rawValue, of: subject) }
    if let note = LibraryNote(outcome, of: statement) { notes.append(note) }
    // What an auditor sends again was here before, and has not reached everybody.
    let goesOn = outcome.verdict.goesOn || (isReplay && outcome.verdict == .repeated)
    var decision = Decision(goesOn: goesOn, original: outcome.original)
    for disagreement in outcome.disagreements {
      let message = message(disagreement, in: outcome.entity)
      notes.append(
        LibraryNote(
          disagreement, event: statement.act.event,
          owner: message == nil ? "" : disagreement.owner ?? ""))
      quality.add(.disagreement, disagreement.field, of: subject)
      if let message { decision.told.append(message) }
    }
    if outcome.verdict == .unknownOriginal {
      decision.told += message(unknownOriginalOf: statement, in: outcome.entity).map { [$0] } ?? []
    }
    return decision
  }
}

// MARK: What owners are told

extension LibraryClerk {
  private func message(_ disagreement: Disagreement, in entity: Entity) -> Message? {
    guard let owner = disagreement.owner, takers.contains(owner) else { return nil }
    let body = told(owner).body(disagreement, in: entity)
    return message(to: owner, id: keys.key(of: disagreement).hex, body)
  }

  /// To the owner of the dataset; to the department itself where nobody is named.
  private func message(
    unknownOriginalOf statement: Statement, in entity: Entity
  ) -> Message? {
    let owner = catalogue.dataset(of: statement.record.schema)?.owner ?? statement.record.source
    guard takers.contains(owner) else { return nil }
    let id = Hasher128().key("unknown-original", statement.act.event.hex).hex
    return message(to: owner, id: id, told(owner).body(unknownOriginalOf: statement, in: entity))
  }

  private func told(_ owner: String) -> Told {
    let (catalogue, now) = (catalogue, now)
    return Told(owner: owner, rules: rules) { schema, path in
      catalogue.subscribers(of: schema).contains {
        $0.department == owner && $0.isInForce(at: now) && $0.covers(field: path)
      }
    }
  }

  private func message(to owner: String, id: String, _ body: String) -> Message {
    Event(
      id: id, source: "urn:tongban:base-library", type: "\(owner).discrepancy",
      dataContentType: "application/json", dataSchema: "discrepancy.v1"
    ).message(
      exchange: Route.deliveryExchange, routingKey: "\(owner).discrepancy",
      body: Array(body.utf8))
  }
}
