import Cryptography
import Events
import Messaging

extension SampleCity {
  /// A tax registration as the department's own system publishes it.
  package func taxMessage(
    _ number: Int, of enterprise: Enterprise, exchange: String, routingKey: String,
    status: String = "03", traceparent: String? = nil
  ) -> Message {
    let event = Event(
      id: "tax-\(number)", source: "urn:gov:tax:registration", type: "tax.registration-change",
      dataContentType: "application/json; charset=UTF-8", traceparent: traceparent)
    return event.message(
      exchange: exchange, routingKey: routingKey,
      body: taxRecord(number, of: enterprise, status: status),
      partition: Partition(entity: enterprise.creditCode.utf8))
  }
}
