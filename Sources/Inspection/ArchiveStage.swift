import Cryptography
import Events
import Lanes
import Messaging
import Storage

/// Carries dead letters from the broker into the archive, where they can be inspected without touching a queue.
///
/// Inspection is the auditors' part of the hub. It imports Lanes and the doors, and no other part of the hub.
package struct ArchiveStage: Stage {
  package let name = "archive"
  /// The archive knows its letters by their ids, and counts a replay that failed again as one more attempt.
  package let keepsBooks = false

  package init() {}

  package mutating func work(_ batch: inout Batch) {
    // A letter may have died of its headers: whatever they are, it is kept.
    for index in batch.items.indices { batch.items[index].verdict = .outputs([]) }
  }

  package mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws {
    let statements = batch.items.map { item in
      let letter = ArchivedLetter(message: item.delivery.message, event: item.event, at: now)
      return (ArchiveStage.insertion, letter.parameters)
    }
    _ = try database.pipeline(statements)
  }

  private static let insertion = """
    insert into dead_letter (
      id, department, stage, reason, place, expectation, rule, exchange, routing_key, sender,
      event_id, event_source, event_type, content_type, properties, headers, body, died_at, replay)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
    on conflict (id) do update set
      attempts = dead_letter.attempts + 1, status = 'open', died_at = excluded.died_at,
      stage = excluded.stage, reason = excluded.reason, place = excluded.place,
      expectation = excluded.expectation, rule = excluded.rule, replay = excluded.replay
    where excluded.replay > dead_letter.replay
    """
}

extension ArchivedLetter {
  /// Reads a letter's story from the headers that our stages write, or from the broker's own `x-death`.
  init(message: Message, event: Event, at now: Instant) {
    let death = message.brokerDeath
    func story(_ name: String) -> String { message.text(name) ?? "" }
    let hasher = Hasher128()
    let ours = message.text(DeadLetter.Header.letter)
    self.init(
      id: ours ?? hasher.key(event.source, event.id, hasher.digest(of: message.body).hex).hex,
      department: message.text(DeadLetter.Header.department) ?? death?.department ?? "unknown",
      stage: ours == nil ? "broker" : story(DeadLetter.Header.stage),
      reason: ours == nil ? death?.reason ?? "UNKNOWN" : story(DeadLetter.Header.reason),
      place: ours == nil ? death.map { "queue \($0.queue)" } ?? "" : story(DeadLetter.Header.place),
      expectation: story(DeadLetter.Header.expectation), rule: story(DeadLetter.Header.rule),
      exchange: message.text(DeadLetter.Header.exchange) ?? death?.exchange ?? message.exchange,
      routingKey: message.text(DeadLetter.Header.routingKey) ?? death?.routingKey ?? message.routingKey,
      sender: message.text(DeadLetter.Header.sender) ?? message.properties.userID ?? "",
      event: event, properties: message.properties, headers: message.headersBeforeDeath,
      body: message.body, diedAt: now, replay: Self.replay(of: message))
  }

  private static func replay(of message: Message) -> Int64 {
    guard case .int(let count) = message.header(DeadLetter.Header.replay) else { return 0 }
    return count
  }
}

/// The broker's account of the first death of a message.
struct BrokerDeath {
  let queue: String
  let reason: String
  let exchange: String
  let routingKey: String

  /// The first word of the routing key is the department wherever a department publishes.
  var department: String { routingKey.split(separator: ".").first.map(String.init) ?? "unknown" }
}

extension Message {
  /// The newest entry of `x-death`, whose first place is the latest death.
  var brokerDeath: BrokerDeath? {
    guard case .array(let deaths) = header("x-death"), case .table(let fields) = deaths.first else {
      return nil
    }
    func text(_ name: String) -> String {
      guard case .text(let text) = fields.first(where: { $0.name == name })?.value else { return "" }
      return text
    }
    var key = ""
    if case .array(let keys) = fields.first(where: { $0.name == "routing-keys" })?.value,
      case .text(let first) = keys.first
    {
      key = first
    }
    let reason = text("reason").uppercased().replacing("-", with: "_")
    return BrokerDeath(
      queue: text("queue"), reason: reason, exchange: text("exchange"), routingKey: key)
  }

  /// The headers as they were before our stages told the story of the death.
  var headersBeforeDeath: [Field] {
    headers.filter { field in
      !DeadLetter.Header.story.contains(field.name) && !field.name.hasPrefix("x-first-death")
    }
  }
}
