import Events
import Messaging

/// CloudEvents 1.0 in binary mode over AMQP 0-9-1: attributes in headers and, where AMQP has a property for it, there too.
extension Event {
  /// Reads the attributes. What is missing or of the wrong type is told as a dead letter; the rest is read all the same.
  package static func read(from message: Message) -> (event: Event, fault: DeadLetter?) {
    var event = Event(id: "", source: "", type: "")
    var fault: DeadLetter?
    for field in message.headers {
      guard let attribute = Attribute(header: field.name) else { continue }
      if case .text(let text) = field.value {
        event.set(attribute, to: text)
      } else if let text = field.value.attributeText {
        event.set(attribute, to: text)
      } else if attribute != .trace {
        fault =
          fault
          ?? refused("HEADER_TYPE", field.name, "a string (CloudEvents 1.0 AMQP binding, 3.1.3)")
      }
    }
    event.dataContentType = message.properties.contentType ?? event.dataContentType
    event.correlationID = message.properties.correlationID
    if event.id.isEmpty { event.id = message.properties.messageID ?? "" }
    return (event, fault ?? event.faultOfIdentity(in: message))
  }

  /// Octets of an id.
  package static let idLimit = Sizes.shortString

  private func faultOfIdentity(in message: Message) -> DeadLetter? {
    if id.isEmpty { return Event.refused("MISSING_ATTRIBUTE", Event.headerPrefix + "id", "an id") }
    if id.utf8.count > Event.idLimit {
      return Event.refused(
        "ID_TOO_LONG", Event.headerPrefix + "id",
        "at most \(Event.idLimit) octets, as message_id has (AMQP 0-9-1, 4.2.5.3)")
    }
    if source.isEmpty {
      return Event.refused("MISSING_ATTRIBUTE", Event.headerPrefix + "source", "a source")
    }
    if let other = message.properties.messageID, other != id {
      return Event.refused("ID_MISMATCH", Event.headerPrefix + "id", "the same id as in message_id")
    }
    return nil
  }

  private static func refused(_ code: String, _ place: String, _ expectation: String) -> DeadLetter
  {
    DeadLetter(stage: "read", code: code, place: "header \(place)", expectation: expectation)
  }

  private mutating func set(_ attribute: Attribute, to text: String) {
    switch attribute {
    case .id: id = text
    case .source: source = text
    case .type: type = text
    case .time: time = Instant(rfc3339: text)
    case .subject: subject = text
    case .dataSchema: dataSchema = text
    case .dataContentType: dataContentType = text
    case .trace: traceparent = text
    case .other: break
    }
  }

  /// The message that carries this event: durable, attributes in headers and properties.
  package func message(
    exchange: String, routingKey: String, body: [UInt8], partition: Partition? = nil,
    headers: [Field] = []
  ) -> Message {
    var fields: [Field] = []
    fields.reserveCapacity(9 + headers.count)
    fields.append(Field("cloudEvents_specversion", .text(Event.specVersion)))
    fields.append(Field("cloudEvents_id", .text(id)))
    fields.append(Field("cloudEvents_source", .text(source)))
    fields.append(Field("cloudEvents_type", .text(type)))
    if let time { fields.append(Field("cloudEvents_time", .text(time.description))) }
    if let subject { fields.append(Field("cloudEvents_subject", .text(subject))) }
    if let dataSchema { fields.append(Field("cloudEvents_dataschema", .text(dataSchema))) }
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
      exchange: exchange, routingKey: routingKey, properties: properties, headers: fields,
      body: body)
  }
}

/// What a header means for us. Headers are looked at octet by octet, since this runs for each of every message.
private enum Attribute {
  case id, source, type, time, subject, dataSchema, dataContentType, trace, other

  /// Nil for a header that is no attribute.
  init?(header: String) {
    let known = header.utf8.withContiguousStorageIfAvailable { octets -> Attribute? in
      if octets.count == 11 { return Attribute.equal(octets[...], "traceparent") ? .trace : nil }
      // cloudEvents_id, cloudEvents:id
      guard octets.count > 12, octets[11] == UInt8(ascii: "_") || octets[11] == UInt8(ascii: ":"),
        Attribute.equal(octets[..<11], "cloudEvents")
      else { return nil }
      return Attribute(name: octets[12...])
    }
    // A string that is not stored in one piece is none that Messaging made.
    guard let attribute = known ?? nil else { return nil }
    self = attribute
  }

  private init(name octets: Slice<UnsafeBufferPointer<UInt8>>) {
    func name(_ text: StaticString) -> Bool { Attribute.equal(octets, text) }
    switch octets.count {
    case 2 where name("id"): self = .id
    case 4 where name("type"): self = .type
    case 4 where name("time"): self = .time
    case 6 where name("source"): self = .source
    case 7 where name("subject"): self = .subject
    case 10 where name("dataschema"): self = .dataSchema
    case 15 where name("datacontenttype"): self = .dataContentType
    default: self = .other
    }
  }

  private static func equal(_ octets: Slice<UnsafeBufferPointer<UInt8>>, _ text: StaticString)
    -> Bool
  {
    text.withUTF8Buffer { $0.count == octets.count && $0.elementsEqual(octets) }
  }
}

extension FieldValue {
  /// The text of an attribute: CloudEvents sends strings, times and whole numbers.
  fileprivate var attributeText: String? {
    switch self {
    case .text(let text): text
    case .int(let number): String(number)
    case .bool(let flag): String(flag)
    case .timestamp(let seconds) where seconds < 1 << 40:
      Instant(microseconds: Int64(seconds) * 1_000_000).description
    default: nil
    }
  }
}

extension Message {
  package func text(_ name: String) -> String? {
    guard case .text(let text) = header(name) else { return nil }
    return text
  }

  /// How often an auditor has sent this message again. A number that no auditor can have reached counts as none.
  package var replayCount: Int64 {
    guard case .int(let count) = header(DeadLetter.Header.replay), (0...1_000_000).contains(count)
    else { return 0 }
    return count
  }
}
