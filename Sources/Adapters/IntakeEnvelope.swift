import Cryptography
import Events
import Messaging

/// Turns what was found at a department's edge into a message for the hub: octets untouched, the
/// attributes of CloudEvents beside them.
struct IntakeEnvelope {
  let department: String
  let source: String
  let event: String
  let region: String
  let contentType: String
  private let hasher = Hasher128()

  /// The id of a change that the department gave none: from its octets, so that a repeated file or a
  /// crash between publishing and moving the file leads to the same id.
  ///
  /// - Parameter occurrence: how often the same octets stood before it in the same file.
  func id(of digest: Key128, occurrence: Int) -> String {
    hasher.key(department, event, digest.hex, String(occurrence)).hex
  }

  func digest(of body: [UInt8]) -> Key128 { hasher.digest(of: body) }

  /// The id of a message as the department gave it, or one made from it if it is too long to travel, or from the
  /// octets if there is none.
  func id(given id: String, body: [UInt8]) -> String {
    if id.isEmpty { return self.id(of: digest(of: body), occurrence: 0) }
    return id.utf8.count <= AdapterLimits.id ? id : hasher.key("long id", department, id).hex
  }

  func message(
    id: String, body: [UInt8], time: Instant, subject: String?, partition: Partition?,
    traceparent: String? = nil
  ) -> Message {
    let change = Event(
      id: id, source: source, type: "\(department).\(event)", time: time, subject: subject,
      dataContentType: contentType, traceparent: traceparent ?? trace(id))
    return change.message(
      exchange: "gov.intake", routingKey: "\(department).\(event).\(region)", body: body,
      partition: partition)
  }

  /// A trace begins here (W3C Trace Context, version 00, sampled); the same for a repeat.
  private func trace(_ id: String) -> String {
    "00-\(hasher.key("trace", source, id).hex)-\(hasher.key("span", source, id).hex.prefix(16))-01"
  }
}
