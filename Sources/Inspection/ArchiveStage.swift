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
    // A letter may have died of its headers, so a fault that was found in them is no reason to give it up again.
    for index in batch.items.indices { batch.items[index].verdict = .outputs([]) }
  }

  package mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws
  {
    let statements = batch.items.map { item in
      let letter = ArchivedLetter(message: item.delivery.message, event: item.event, at: now)
      guard case .dead(let refusal, _) = item.verdict else {
        return (ArchiveStage.insertion, letter.parameters)
      }
      return (ArchiveStage.insertion, letter.bounded(after: refusal).parameters)
    }
    _ = try database.pipeline(statements)
    // A letter about a letter would come back here.
    for index in batch.items.indices { batch.items[index].verdict = .outputs([]) }
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
    // A message that the broker itself dead-lettered may carry a story, but only one that its sender made up.
    let ours = (death == nil ? message.text(DeadLetter.Header.letter) : nil)
      // An id that none of our stages makes is not ours; a hash of it stands for it in the index.
      .map { $0.utf8.count <= Event.idLimit ? $0 : hasher.key("letter", $0).hex }
    self.init(
      id: ours ?? hasher.key(event.source, event.id, hasher.digest(of: message.body).hex).hex,
      department: ours == nil
        ? death?.department ?? "unknown" : story(DeadLetter.Header.department),
      stage: ours == nil ? "broker" : story(DeadLetter.Header.stage),
      reason: ours == nil ? death?.reason ?? "UNKNOWN" : story(DeadLetter.Header.reason),
      place: ours == nil ? death.map { "queue \($0.queue)" } ?? "" : story(DeadLetter.Header.place),
      expectation: ours == nil ? death?.expectation ?? "" : story(DeadLetter.Header.expectation),
      rule: ours == nil ? "" : story(DeadLetter.Header.rule),
      exchange: ours == nil
        ? death?.exchange ?? message.exchange : story(DeadLetter.Header.exchange),
      routingKey: ours == nil
        ? death?.routingKey ?? message.routingKey : story(DeadLetter.Header.routingKey),
      sender: (ours == nil ? nil : message.text(DeadLetter.Header.sender))
        ?? message.properties.userID ?? "",
      event: event, properties: message.properties, headers: message.headersBeforeDeath,
      body: message.body, diedAt: now, replay: message.replayCount)
  }
}

/// The broker's account of the latest death of a message (`x-death`).
struct BrokerDeath {
  let queue: String
  let reason: String
  let exchange: String
  let routingKey: String
  let count: Int64

  var expectation: String {
    switch reason {
    case "DELIVERY_LIMIT":
      "to be finished within the queue's delivery limit; a worker stopped each time"
    case "EXPIRED": "to be taken before its time was up"
    case "MAXLEN": "room in the queue"
    case "REJECTED": "to be accepted by the queue's consumer"
    default: ""
    }
  }

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
      guard case .text(let text) = fields.first(where: { $0.name == name })?.value else {
        return ""
      }
      return text
    }
    var key = ""
    if case .array(let keys) = fields.first(where: { $0.name == "routing-keys" })?.value,
      case .text(let first) = keys.first
    {
      key = first
    }
    var count: Int64 = 1
    if case .int(let number) = fields.first(where: { $0.name == "count" })?.value { count = number }
    let reason = text("reason").uppercased().replacing("-", with: "_")
    return BrokerDeath(
      queue: text("queue"), reason: reason, exchange: text("exchange"), routingKey: key,
      count: count)
  }

  /// The headers as they were before our stages told the story of the death.
  var headersBeforeDeath: [Field] {
    headers.filter { !DeadLetter.Header.story.contains($0.name) }.map { field in
      field.name == DeadLetter.Header.deaths ? Field("x-death", field.value) : field
    }
  }
}
