import BaseLibrary
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
  ///   - region: the division that the sender named; stands in where the record names none.
  mutating func message(
    _ record: Workbench.StandardRecord, of item: Batch.Item, source: String, region: String
  ) -> Message {
    let texts = texts(record, region: region)
    let id = hasher.key(item.key.hex, record.schema, record.place).hex
    let event = Event(
      id: id, source: source, type: texts.type, time: record.time ?? item.event.time,
      dataContentType: "application/json", dataSchema: record.schema,
      traceparent: item.event.traceparent, correlationID: item.event.correlationID)
    var headers = [Field(Route.causeHeader, .text(item.event.id))]
    if !record.nativeID.isEmpty {
      headers.append(Field(Route.actHeader, .text(StatementReader.bounded(record.nativeID))))
    }
    if !record.reverses.isEmpty {
      headers.append(Field(Route.reversesHeader, .text(StatementReader.bounded(record.reverses))))
    }
    if record.isEcho || item.delivery.message.header(Route.originHeader)?.text == Route.hubOrigin {
      headers.append(Field(Route.originHeader, .text(Route.hubOrigin)))
    }
    if !record.warnings.isEmpty {
      headers.append(Field(Route.warningsHeader, .array(record.warnings.map { .text($0) })))
    }
    if !record.cleansed.isEmpty {
      headers.append(Field(Route.cleansedHeader, .array(record.cleansed.map { .text($0) })))
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

extension Workbench.StandardRecord {
  /// What tells the events of one message and one schema apart: the record's number, its item's and its
  /// mapping's mark, each only where it is not the first or only one. Ids depend on it for ever.
  fileprivate var place: String {
    if number.item == 0, mark.isEmpty { return number.record == 1 ? "" : String(number.record) }
    let item = number.item == 0 ? "" : ".\(number.item)"
    return "\(number.record)\(item)\(mark.isEmpty ? "" : "/\(mark)")"
  }
}

/// What is bad of one message, told as one dead letter: it keeps the whole body, so one is enough.
struct Faults {
  /// What the others are: `records`, `departments`.
  private let kind: String
  private(set) var letter: DeadLetter?
  private var first = ""
  private var others: [String] = []

  init(of kind: String) { self.kind = kind }

  /// - Parameter name: which one it is; several faults of the same are told once.
  mutating func add(_ fault: DeadLetter, _ name: String) {
    if letter == nil {
      (letter, first) = (fault, name)
    } else if name != others.last ?? first {
      others.append(name)
    }
  }

  /// The first fault, with the names of the others.
  var told: DeadLetter? {
    guard var letter, !others.isEmpty else { return letter }
    let names = others.prefix(20).joined(separator: ", ")
    letter.expectation += " (also bad: \(kind) \(names)\(others.count > 20 ? ", …" : ""))"
    return letter
  }
}
