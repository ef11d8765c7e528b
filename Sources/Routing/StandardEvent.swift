import Cryptography
import Events
import Lanes
import Mapping
import Messaging

/// Makes the messages of gov.standard. Its ids are derived from the input's, so that a repeat after a
/// crash is the same event.
struct StandardEvents {
  private let hasher = Hasher128()
  /// Texts that come again and again: `std.person.v1.updated` and its routing key per region.
  private var keys: [Key: (type: String, routingKey: String)] = [:]
  private static let rememberedKeys = 4_096

  private struct Key: Hashable {
    let schema: String
    let change: Change
    let region: String
  }

  /// - Parameters:
  ///   - number: the record's number in its body, from 1.
  ///   - region: the division that the sender named; stands in where the record names none.
  mutating func message(
    _ record: Workbench.StandardRecord, number: Int, of item: Batch.Item, source: String,
    region: String
  ) -> Message {
    let texts = texts(record, region: region)
    let id = hasher.key(item.key.hex, record.schema, number == 1 ? "" : String(number)).hex
    let event = Event(
      id: id, source: source, type: texts.type, time: record.time ?? item.event.time,
      dataContentType: "application/json", dataSchema: record.schema,
      traceparent: item.event.traceparent, correlationID: item.event.correlationID)
    var headers = [Field(Route.causeHeader, .text(item.event.id))]
    if !record.warnings.isEmpty {
      headers.append(Field(Route.warningsHeader, .array(record.warnings.map { .text($0) })))
    }
    return event.message(
      exchange: Route.standardExchange, routingKey: texts.routingKey, body: record.body,
      partition: record.partition, headers: headers)
  }

  private mutating func texts(
    _ record: Workbench.StandardRecord, region: String
  ) -> (type: String, routingKey: String) {
    let key = Key(
      schema: record.schema, change: record.change,
      region: record.region.isEmpty ? region : record.region)
    if let known = keys[key] { return known }
    if keys.count >= Self.rememberedKeys { keys.removeAll() }
    let type = "\(key.schema).\(key.change.rawValue)"
    keys[key] = (type, "\(type).\(key.region)")
    return (type, "\(type).\(key.region)")
  }
}

/// The bad records of one body, told as one dead letter: it keeps the whole body, so one is enough.
struct Faults {
  private(set) var letter: DeadLetter?
  private var others: [Int] = []

  mutating func add(_ fault: DeadLetter, record: Int) {
    if letter == nil { letter = fault } else { others.append(record) }
  }

  /// The first fault, with the numbers of the other bad records.
  var told: DeadLetter? {
    guard var letter, !others.isEmpty else { return letter }
    let numbers = others.prefix(20).map(String.init).joined(separator: ", ")
    letter.expectation += " (also bad: records \(numbers)\(others.count > 20 ? ", …" : ""))"
    return letter
  }
}
