import Adapters
import BaseLibrary
import Catalogue
import Cryptography
import Events
import Lanes
import Mapping
import Messaging
import Records

/// Where one department is served with one kind of standard event.
final class DeliveryCounter {
  let department: String
  private let entitlement: Entitlement
  private let desk: DeliveryDesk
  private let hasher = Hasher128()
  private let routingKey: String

  init(_ entitlement: Entitlement, _ delivery: Adapter.Delivery) {
    self.entitlement = entitlement
    department = entitlement.department
    desk = DeliveryDesk(department, delivery, entitlement: entitlement)
    routingKey = "\(department).\(delivery.schema)"
  }

  func isOpen(at moment: Instant, in region: String) -> Bool {
    entitlement.isInForce(at: moment) && entitlement.covers(region: region)
  }

  /// - Parameter original: the act that the event takes back, where it is one that is known.
  func serve(
    _ record: borrowing Tree, of item: Batch.Item, original: Act?
  ) -> Result<Message, DeadLetter> {
    let named = item.delivery.message.header(Route.reversesHeader)?.text ?? ""
    return desk.write(
      record, change: Change(ofType: item.event.type), reverses: original?.number ?? named
    ).map { message(of: item, body: $0, original: original) }
  }

  private func message(of item: Batch.Item, body: [UInt8], original: Act?) -> Message {
    let event = Event(
      id: hasher.key(item.key.hex, department).hex, source: item.event.source,
      type: routingKey, time: item.event.time,
      dataContentType: desk.delivery.native.contentType, dataSchema: desk.delivery.schema,
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
    return event.message(
      exchange: Route.deliveryExchange, routingKey: routingKey, body: body, headers: headers)
  }
}
