import Events
import Messaging

/// CloudEvents 1.0 in binary mode over AMQP 0-9-1: attributes in headers and, where AMQP has a property for it, there too.
extension Event {
  /// Reads the attributes. What is missing or of the wrong type is told as a dead letter; the rest is read all the same.
  package static func read(from message: Message) -> (event: Event, fault: DeadLetter?) {
    var event = Event(id: "", source: "", type: "")
    var fault: DeadLetter?
    for field in message.headers {
      guard let name = attribute(field.name) else {
        if field.name == "traceparent", case .text(let text) = field.value { event.traceparent = text }
        continue
      }
      guard let text = field.value.attributeText else {
        fault = refused("HEADER_TYPE", field.name, "a string (CloudEvents 1.0 AMQP binding, 3.1.3)")
        continue
      }
      event.set(name, to: text)
    }
    event.dataContentType = message.properties.contentType ?? event.dataContentType
    event.correlationID = message.properties.correlationID
    if event.id.isEmpty { event.id = message.properties.messageID ?? "" }
    if event.id.isEmpty { fault = fault ?? refused("MISSING_ATTRIBUTE", headerPrefix + "id", "an id") }
    if event.source.isEmpty {
      fault = fault ?? refused("MISSING_ATTRIBUTE", headerPrefix + "source", "a source")
    }
    if let id = message.properties.messageID, !event.id.isEmpty, id != event.id {
      fault = fault ?? refused("ID_MISMATCH", headerPrefix + "id", "the same id as in message_id")
    }
    return (event, fault)
  }

  private static func refused(_ code: String, _ place: String, _ expectation: String) -> DeadLetter {
    DeadLetter(stage: "read", code: code, place: "header \(place)", expectation: expectation)
  }

  private static func attribute(_ header: String) -> Substring? {
    if header.hasPrefix(headerPrefix) { return header.dropFirst(headerPrefix.count) }
    if header.hasPrefix(olderHeaderPrefix) { return header.dropFirst(olderHeaderPrefix.count) }
    return nil
  }

  private mutating func set(_ name: Substring, to text: String) {
    switch name {
    case "id": id = text
    case "source": source = text
    case "type": type = text
    case "time": time = Instant(rfc3339: text)
    case "subject": subject = text
    case "dataschema": dataSchema = text
    case "datacontenttype": dataContentType = text
    case "traceparent": traceparent = text
    default: break
    }
  }

  /// The message that carries this event: durable, attributes in headers and properties.
  package func message(
    exchange: String, routingKey: String, body: [UInt8], partition: Partition? = nil, headers: [Field] = []
  ) -> Message {
    var fields: [Field] = []
    fields.reserveCapacity(10 + headers.count)
    func attribute(_ name: String, _ value: String?) {
      if let value { fields.append(Field(Event.headerPrefix + name, .text(value))) }
    }
    attribute("specversion", Event.specVersion)
    attribute("id", id)
    attribute("source", source)
    attribute("type", type)
    attribute("time", time?.description)
    attribute("subject", subject)
    attribute("dataschema", dataSchema)
    if let traceparent { fields.append(Field("traceparent", .text(traceparent))) }
    if let partition { fields.append(Field(Partition.header, .text(String(partition.number)))) }
    fields.append(contentsOf: headers)
    var properties = Properties()
    properties.messageID = id
    properties.contentType = dataContentType
    properties.correlationID = correlationID
    properties.timestamp = time.map { UInt64(max(0, $0.microseconds / 1_000_000)) }
    properties.persistent = true
    return Message(
      exchange: exchange, routingKey: routingKey, properties: properties, headers: fields, body: body)
  }
}

extension FieldValue {
  /// The text of an attribute: CloudEvents sends strings, times and whole numbers.
  fileprivate var attributeText: String? {
    switch self {
    case .text(let text): text
    case .int(let number): String(number)
    case .bool(let flag): String(flag)
    case .timestamp(let seconds): Instant(microseconds: Int64(seconds) * 1_000_000).description
    default: nil
    }
  }
}

extension Message {
  package func text(_ name: String) -> String? {
    guard case .text(let text) = header(name) else { return nil }
    return text
  }

  /// How often an auditor has sent this message again.
  var replayCount: Int {
    guard case .int(let count) = header(DeadLetter.Header.replay) else { return 0 }
    return Int(count)
  }
}
