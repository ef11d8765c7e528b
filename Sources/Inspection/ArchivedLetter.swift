import Events
import Lanes
import Messaging
import Storage

/// A dead letter in the archive: the untouched message, why it died, and what has been done about it.
package struct ArchivedLetter: Sendable {
  package enum Status: String, Sendable, CaseIterable {
    case open, replayed, discarded
  }

  package let id: String
  package let department: String
  package let stage: String
  package let reason: String
  package let place: String
  package let expectation: String
  package let rule: String
  /// Where it was published when it lived, and where a replay sends it again.
  package let exchange: String
  package let routingKey: String
  package let sender: String
  package let event: Event
  package let properties: Properties
  package let headers: [Field]
  package let body: [UInt8]
  package let diedAt: Instant
  /// The number of the replay that this death belongs to; 0 for the first.
  package let replay: Int64
  package var attempts: Int64 = 1
  package var status = Status.open

  init(
    id: String, department: String, stage: String, reason: String, place: String,
    expectation: String,
    rule: String, exchange: String, routingKey: String, sender: String, event: Event,
    properties: Properties, headers: [Field], body: [UInt8], diedAt: Instant, replay: Int64
  ) {
    self.id = id
    self.department = department
    self.stage = stage
    self.reason = reason
    self.place = place
    self.expectation = expectation
    self.rule = rule
    self.exchange = exchange
    self.routingKey = routingKey
    self.sender = sender
    self.event = event
    self.properties = properties
    self.headers = headers
    self.body = body
    self.diedAt = diedAt
    self.replay = replay
  }
}

// MARK: Bounds

extension ArchivedLetter {
  /// What is kept of a letter that the database refused as it is: the whole body, its properties, short texts of the
  /// story, and those headers that are short texts themselves; what was refused is said in a header.
  func bounded(after refusal: DeadLetter) -> ArchivedLetter {
    let kept = headers.filter { field in
      guard case .text(let text) = field.value else { return false }
      return field.name.isShort && text.isShort
    }.prefix(ArchivedLetter.headersKept)
    let told = Field(
      DeadLetter.Header.cut,
      .text("\(headers.count - kept.count) of \(headers.count) headers left out: \(refusal.code)"))
    var event = Event(
      id: event.id.shortened, source: event.source.shortened, type: event.type.shortened)
    event.dataContentType = self.event.dataContentType?.shortened
    return ArchivedLetter(
      id: id.shortened, department: department.shortened, stage: stage.shortened,
      reason: reason.shortened, place: place.shortened, expectation: expectation.shortened,
      rule: rule.shortened, exchange: exchange, routingKey: routingKey, sender: sender,
      event: event, properties: properties, headers: [told] + kept, body: body, diedAt: diedAt,
      replay: replay)
  }

  /// Headers of a bounded letter.
  private static let headersKept = 64
}

extension String {
  fileprivate var isShort: Bool { utf8.count <= Event.idLimit && !utf8.contains(0) }

  fileprivate var shortened: String {
    utf8.count <= Event.idLimit
      ? self : String(decoding: utf8.prefix(Event.idLimit - 8), as: UTF8.self) + "…"
  }
}

// MARK: Rows

extension ArchivedLetter {
  var parameters: [Parameter] {
    let texts = [
      id, department, stage, reason, place, expectation, rule, exchange, routingKey, sender,
      event.id,
      event.source, event.type, event.dataContentType ?? "",
    ]
    return texts.map { .text(Self.storable($0)) } + [
      .json(StoredProperties(properties).json), .json(StoredField.json(headers)), .bytes(body),
      .timestamp(microseconds: diedAt.microseconds), .int(replay),
    ]
  }

  /// PostgreSQL's text holds every character but U+0000, and a sender may send that one too. The replacement is for
  /// people; headers and properties are kept exactly, as JSON.
  private static func storable(_ text: String) -> String {
    text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
  }

  static let columns = """
    id, department, stage, reason, place, expectation, rule, exchange, routing_key, sender, event_id,
    event_source, event_type, content_type, properties::text, headers::text, body, died_at, replay,
    attempts, status
    """

  init(_ row: Row) throws {
    let contentType = try row.text(13)
    self.init(
      id: try row.text(0), department: try row.text(1), stage: try row.text(2),
      reason: try row.text(3), place: try row.text(4), expectation: try row.text(5),
      rule: try row.text(6), exchange: try row.text(7), routingKey: try row.text(8),
      sender: try row.text(9),
      event: Event(
        id: try row.text(10), source: try row.text(11), type: try row.text(12),
        dataContentType: contentType.isEmpty ? nil : contentType),
      properties: try StoredProperties(json: try row.text(14)).properties,
      headers: try StoredField.headers(json: try row.text(15)), body: try row.bytes(16),
      diedAt: Instant(microseconds: try row.timestamp(17)), replay: try row.int(18))
    attempts = try row.int(19)
    status = Status(rawValue: try row.text(20)) ?? .open
  }
}
