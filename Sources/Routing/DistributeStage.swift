import Adapters
import BaseLibrary
import Catalogue
import Events
import Lanes
import Messaging
import Records
import Storage

/// gov.standard → gov.delivery: for each department that is entitled to a standard event, the fields it is
/// entitled to, in its own format.
///
/// A department that cannot be served (its mapping refuses the record) is one dead letter; the others
/// get theirs. The department that a change comes from does not get it back. Before anything is delivered the base
/// library tells whether it is news: what is stale, a repeat or an echo (回流) goes no further, and a reversal names
/// its original (docs/base-library.md).
package struct DistributeStage: Stage {
  package let name = "distribute"
  /// What a batch does to the library is decided beside what the batch before it did.
  package let mayOverlap = false
  private let shelves: Shelves
  private let now: @Sendable () -> Instant
  private var adapters: AdapterSet
  private var catalogue: Catalogue
  private var versions: [Int]
  private var counters: [String: [DeliveryCounter]] = [:]
  private var departments: [String: String] = [:]
  private var reader = RecordReader(.json(JSONFormat(records: [])), charset: .utf8)
  private var standard = Tree()
  private var clerk: LibraryClerk

  /// What the stage goes by, each read anew when it changes.
  package struct Shelves: Sendable {
    let adapters: Shelf<AdapterSet>
    let catalogue: Shelf<Catalogue>
    let rules: Shelf<Rules>
    /// Departments that take deliveries, and so can be told of disagreements.
    let takers: Shelf<Set<String>>

    package init(
      adapters: Shelf<AdapterSet>, catalogue: Shelf<Catalogue>, rules: Shelf<Rules>,
      takers: Shelf<Set<String>>
    ) {
      self.adapters = adapters
      self.catalogue = catalogue
      self.rules = rules
      self.takers = takers
    }

    var versions: [Int] { [adapters.version, catalogue.version, rules.version, takers.version] }
  }

  package init(_ shelves: Shelves, now: @escaping @Sendable () -> Instant) {
    self.shelves = shelves
    self.now = now
    versions = shelves.versions
    adapters = shelves.adapters.current.value
    catalogue = shelves.catalogue.current.value
    departments = Self.sources(of: adapters)
    clerk = LibraryClerk(
      rules: shelves.rules.current.value, catalogue: catalogue,
      takers: shelves.takers.current.value)
  }

  package mutating func work(_ batch: inout Batch) {
    takeChanges()
    for index in batch.items.indices {
      let source = departments[batch.items[index].event.source] ?? "unknown"
      batch.items[index].source = source
      guard case .undecided = batch.items[index].verdict else { continue }
      batch.items[index].verdict = distribute(batch.items[index], from: source)
    }
  }

  private mutating func takeChanges() {
    let newest = shelves.versions
    guard versions != newest else { return }
    versions = newest
    adapters = shelves.adapters.current.value
    catalogue = shelves.catalogue.current.value
    counters.removeAll()
    departments = Self.sources(of: adapters)
    clerk = LibraryClerk(
      rules: shelves.rules.current.value, catalogue: catalogue,
      takers: shelves.takers.current.value)
  }

  private static func sources(of adapters: AdapterSet) -> [String: String] {
    Dictionary(adapters.adapters.values.map { ($0.source, $0.department) }) { first, _ in first }
  }

  /// - Parameter original: the act that the event takes back, where it is one that is known.
  private mutating func distribute(
    _ item: Batch.Item, from source: String, original: Act? = nil
  ) -> Batch.Verdict {
    guard let schema = item.event.dataSchema else {
      return .dead(
        DeadLetter(
          stage: "distribute.recognise", code: "MISSING_ATTRIBUTE",
          place: "header \(Event.headerPrefix)dataschema", expectation: "the standard schema's name"
        ))
    }
    var outputs: [Message] = []
    var faults = Faults(of: "departments")
    let counters = counters(for: schema)
    let at = now()
    let region = item.delivery.message.routingKey.split(separator: ".").last.map(String.init) ?? ""
    item.delivery.message.body.withUnsafeBytes { octets in
      reader.read(octets, into: &standard) { record, _ in
        for counter in counters
        where counter.department != source && counter.isOpen(at: at, in: region) {
          switch counter.serve(record, of: item, original: original) {
          case .success(let message): outputs.append(message)
          case .failure(let letter): faults.add(letter, counter.department)
          }
        }
      } fault: { error in
        faults.add(DeadLetter(error, stage: "distribute.parse"), source)
      }
    }
    return faults.told.map { .dead($0, outputs: outputs) } ?? .outputs(outputs)
  }

  private mutating func counters(for schema: String) -> [DeliveryCounter] {
    if let known = counters[schema] { return known }
    let made = catalogue.subscribers(of: schema).compactMap { entitlement -> DeliveryCounter? in
      guard let delivery = adapters.adapters[entitlement.department]?.deliveries[schema] else {
        return nil
      }
      return DeliveryCounter(entitlement, delivery)
    }
    counters[schema] = made
    return made
  }
}

// MARK: The base library

extension DistributeStage {
  /// One round trip loads all that the batch is about; the merge decides; what is no news is not delivered.
  package mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws
  {
    clerk.begin(at: now)
    for index in batch.items.indices { read(batch.items[index], at: index) }
    for (index, decision) in try clerk.decide(from: database) {
      var verdict = batch.items[index].verdict
      if let original = decision.original {
        verdict = distribute(
          batch.items[index], from: batch.items[index].source, original: original)
      }
      batch.items[index].verdict = verdict.delivered(decision)
    }
  }

  package mutating func additions(to batch: Batch, at now: Instant) -> [(String, [Parameter])] {
    clerk.writings
  }

  private mutating func read(_ item: Batch.Item, at index: Int) {
    guard let messages = item.verdict.decided else { return }
    let audience = messages.map { String($0.routingKey.prefix { $0 != "." }) }
    item.delivery.message.body.withUnsafeBytes { octets in
      reader.read(octets, into: &standard) { record, _ in
        clerk.take(record, of: item, at: index, audience: audience)
      } fault: { _ in
        // `work` has told it.
      }
    }
  }
}

extension Batch.Verdict {
  /// What the stage would publish besides a letter; nil for what was here before.
  fileprivate var decided: [Message]? {
    switch self {
    case .outputs(let messages), .dead(_, let messages): messages
    case .undecided, .duplicate, .redelivered: nil
    }
  }

  fileprivate func delivered(_ decision: LibraryClerk.Decision) -> Batch.Verdict {
    guard decision.goesOn else { return .outputs(decision.told) }
    return switch self {
    case .outputs(let messages): .outputs(messages + decision.told)
    case .dead(let letter, let messages): .dead(letter, outputs: messages + decision.told)
    case .undecided, .duplicate, .redelivered: self
    }
  }
}
