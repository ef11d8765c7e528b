import Adapters
import Catalogue
import Cryptography
import Events
import Lanes
import Mapping
import Messaging
import Records

/// gov.standard → gov.delivery: for each department that is entitled to a standard event, the fields it is
/// entitled to, in its own format.
///
/// A department that cannot be served (its mapping refuses the record) is one dead letter; the others
/// get theirs. The department that a change comes from does not get it back (回流).
package struct DistributeStage: Stage {
  package let name = "distribute"
  package let mayOverlap = true
  private let shelf: Shelf<AdapterSet>
  private let catalogues: Shelf<Catalogue>
  private let now: @Sendable () -> Instant
  private var adapters: AdapterSet
  private var catalogue: Catalogue
  private var versions: (adapters: Int, catalogue: Int)
  private var counters: [String: [Counter]] = [:]
  private var departments: [String: String] = [:]
  private var reader = RecordReader(.json(JSONFormat(records: [])), charset: .utf8)
  private var standard = Tree()

  package init(
    _ shelf: Shelf<AdapterSet>, catalogue: Shelf<Catalogue>, now: @escaping @Sendable () -> Instant
  ) {
    self.shelf = shelf
    catalogues = catalogue
    self.now = now
    let (adapters, catalogue) = (shelf.current, catalogue.current)
    self.adapters = adapters.value
    self.catalogue = catalogue.value
    versions = (adapters.version, catalogue.version)
    departments = Self.sources(of: adapters.value)
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
    guard versions != (shelf.version, catalogues.version) else { return }
    let (adapters, catalogue) = (shelf.current, catalogues.current)
    self.adapters = adapters.value
    self.catalogue = catalogue.value
    versions = (adapters.version, catalogue.version)
    counters.removeAll()
    departments = Self.sources(of: adapters.value)
  }

  private static func sources(of adapters: AdapterSet) -> [String: String] {
    Dictionary(adapters.adapters.values.map { ($0.source, $0.department) }) { first, _ in first }
  }

  private mutating func distribute(_ item: Batch.Item, from source: String) -> Batch.Verdict {
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
          switch counter.serve(record, of: item) {
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

  private mutating func counters(for schema: String) -> [Counter] {
    if let known = counters[schema] { return known }
    let made = catalogue.subscribers(of: schema).compactMap { entitlement -> Counter? in
      guard let delivery = adapters.adapters[entitlement.department]?.deliveries[schema] else {
        return nil
      }
      return Counter(entitlement, delivery)
    }
    counters[schema] = made
    return made
  }
}

/// Where one department is served with one kind of standard event: projection → mapping → its own format.
private final class Counter {
  let department: String
  private let entitlement: Entitlement
  private let delivery: Adapter.Delivery
  private var projected = Tree()
  private var native = Tree()
  private var machine = MappingMachine()
  private var writer: RecordWriter
  private let hasher = Hasher128()
  private let routingKey: String

  init(_ entitlement: Entitlement, _ delivery: Adapter.Delivery) {
    self.entitlement = entitlement
    self.delivery = delivery
    department = entitlement.department
    writer = RecordWriter(delivery.native.format, charset: delivery.native.charset)
    routingKey = "\(entitlement.department).\(delivery.schema)"
  }

  func isOpen(at moment: Instant, in region: String) -> Bool {
    entitlement.isInForce(at: moment) && entitlement.covers(region: region)
  }

  func serve(_ record: borrowing Tree, of item: Batch.Item) -> Result<Message, DeadLetter> {
    entitlement.project(record, into: &projected)
    addChange(of: item.event)
    guard case .mapped = delivery.mapping.run(projected, into: &native, on: &machine) else {
      return .failure(refused(machine.faults.first))
    }
    var body: [UInt8] = []
    do throws(RecordError) { try writer.write(native, into: &body) } catch {
      return .failure(DeadLetter(error, stage: "distribute.write", department: department))
    }
    let event = Event(
      id: hasher.key(item.key.hex, department).hex, source: item.event.source,
      type: "\(department).\(delivery.schema)", time: item.event.time,
      dataContentType: delivery.native.contentType, dataSchema: delivery.schema,
      traceparent: item.event.traceparent, correlationID: item.event.correlationID)
    return .success(
      event.message(
        exchange: Route.deliveryExchange, routingKey: routingKey, body: body,
        headers: [Field(Route.causeHeader, .text(item.event.id))]))
  }

  /// Beside the entitled fields a mapping may tell the department what kind of change it is; a reversal
  /// must not look like an update.
  private func addChange(of event: Event) {
    guard !projected.nodes.isEmpty else { return }
    let change = event.type.split(separator: ".").last.flatMap { Change(rawValue: String($0)) }
    let (name, text) = (
      projected.intern("change" as StaticString), projected.intern((change ?? .updated).rawValue)
    )
    projected.append(.string, name: name, text: text)
    projected.close(0)
  }

  private func refused(_ fault: MappingFault?) -> DeadLetter {
    DeadLetter(
      stage: "distribute.map", code: fault?.code.rawValue ?? "UNMAPPED",
      place: "for \(department): \(fault?.source ?? "") → \(fault?.target ?? "")",
      expectation: fault?.expectation ?? "", rule: fault?.rule ?? "")
  }
}
