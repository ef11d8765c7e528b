import Adapters
import BaseLibrary
import Catalogue
import Cryptography
import Events
import Lanes
import Mapping
import Messaging
import Records

/// Where one department is served with one kind of standard event: projection → mapping → its own format.
final class DeliveryCounter {
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

  /// - Parameter original: the act that the event takes back, where it is one that is known.
  func serve(
    _ record: borrowing Tree, of item: Batch.Item, original: Act?
  ) -> Result<Message, DeadLetter> {
    entitlement.project(record, into: &projected)
    let change = Change(ofType: item.event.type)
    addChange(change)
    if change == .reversed { addOriginal(original, of: item) }
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
    var headers = [
      Field(Route.causeHeader, .text(item.event.id)),
      Field(Route.originHeader, .text(Route.hubOrigin)),
    ]
    if let original {
      // The id under which this department got what is taken back.
      headers.append(
        Field(
          Route.reversesHeader, .text(hasher.key(original.event.hex, department).hex)))
    }
    return .success(
      event.message(
        exchange: Route.deliveryExchange, routingKey: routingKey, body: body, headers: headers))
  }

  /// Beside the entitled fields a mapping may tell the department what kind of change it is; a reversal
  /// must not look like an update.
  private func addChange(_ change: Change) { add("change", change.rawValue) }

  /// The number of the act that is taken back, as its department has it.
  private func addOriginal(_ original: Act?, of item: Batch.Item) {
    let named = item.delivery.message.header(Route.reversesHeader)?.text ?? ""
    let number = original?.number ?? named
    if !number.isEmpty { add("reverses", number) }
  }

  private func add(_ name: StaticString, _ text: String) {
    guard !projected.nodes.isEmpty else { return }
    projected.append(.string, name: projected.intern(name), text: projected.intern(text))
    projected.close(0)
  }

  private func refused(_ fault: MappingFault?) -> DeadLetter {
    DeadLetter(
      stage: "distribute.map", code: fault?.code.rawValue ?? "UNMAPPED",
      place: "for \(department): \(fault?.source ?? "") → \(fault?.target ?? "")",
      expectation: fault?.expectation ?? "", rule: fault?.rule ?? "")
  }
}

extension Change {
  /// The last word of an event's type; an update where it says nothing that is known.
  init(ofType type: String) {
    self = type.split(separator: ".").last.flatMap { Change(rawValue: String($0)) } ?? .updated
  }
}
