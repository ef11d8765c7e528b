import Cryptography
import Events
import Messaging
import Storage

/// Publishes what the outbox holds: takes rows in order, publishes them confirmed, removes them, commits.
///
/// Of several relays one is at work, by a lock in the database that ends with its transaction; the others look
/// again now and then. After a crash the rows are still there and go out again under the same ids. A message that no
/// queue takes, that AMQP cannot carry or that the broker refuses becomes a dead letter.
package final class OutboxRelay {
  private let publisher: Publisher
  private let database: Database
  private let surroundings: Surroundings
  private let log: Log
  private let limits: LaneLimits
  private var backoff = Backoff()

  /// Seconds between two looks at an empty outbox.
  private static let pollEvery = 0.05
  /// Seconds until a relay looks whether the one at work is gone.
  private static let standBy = 1.0
  private static let name = "tongban outbox"
  /// Any number that nobody else locks: "outbox" in ASCII.
  private static let lock: Int64 = 0x6f75_7462_6f78

  package init(
    endpoints: Endpoints, surroundings: Surroundings, limits: LaneLimits = LaneLimits()
  ) {
    let log = surroundings.log.named(OutboxRelay.name)
    self.log = log
    self.surroundings = surroundings
    self.limits = limits
    publisher = Publisher(endpoints.broker, name: OutboxRelay.name, log: { log.info($0) })
    database = Database(
      endpoints.database, name: OutboxRelay.name, settings: LaneLimits.databaseSettings,
      log: { log.info($0) })
  }

  /// Works until the stop signal, then closes its connections.
  package func run() {
    while !surroundings.stop.isSet {
      do {
        let pause = try relay()
        backoff.reset()
        surroundings.stop.wait(seconds: pause)
      } catch {
        publisher.forget()
        // A rollback fails only when the connection is lost, and the server then rolls back by itself.
        try? database.rollback()
        let seconds = backoff.next(random: surroundings.random())
        log.warning("next try in \(Int(seconds * 1000)) ms: \(error)")
        surroundings.stop.wait(seconds: seconds)
      }
      publisher.serve()
    }
    publisher.close()
    database.close()
  }

  /// Publishes the oldest messages; returns how long to wait before the next look.
  private func relay() throws -> Double {
    try database.begin()
    guard
      try database.query("select pg_try_advisory_xact_lock($1)", [.int(OutboxRelay.lock)])[0].bool(
        0)
    else {
      try database.rollback()
      return OutboxRelay.standBy
    }
    let entries = try Outbox.oldest(limits.batch, in: database)
    guard !entries.isEmpty else {
      try database.rollback()
      return OutboxRelay.pollEvery
    }
    try publish(entries.map(\.message)[...])
    surroundings.failpoint("outbox.confirmed")
    try Outbox.remove(entries, in: database)
    try database.commit()
    surroundings.failpoint("outbox.committed")
    // More may have come meanwhile, and what follows from these is on its way.
    return 0
  }

  /// Publishes in order; what the broker refuses, or does not confirm in time, is looked for by halves.
  private func publish(_ messages: ArraySlice<Message>) throws {
    do {
      try publishWhole(messages)
    } catch let error as MessagingError where error.refusesMessage || error.code == .confirmTimeout
    {
      guard messages.count > 1 else {
        guard error.refusesMessage, let message = messages.first else { throw error }
        return try bury(message, error)
      }
      log.warning("of \(messages.count) messages one is refused or too much, by halves: \(error)")
      let middle = messages.startIndex + messages.count / 2
      try publish(messages[..<middle])
      try publish(messages[middle...])
    }
  }

  /// A letter for what the broker refuses; without the body if the broker refuses that.
  private func bury(_ message: Message, _ error: MessagingError) throws {
    var letter = letter(
      for: message, "REFUSED_BY_BROKER", place: "message of \(message.body.count) octets",
      expectation: "a message that the broker takes; it answered \(error.reason)")
    do {
      try deliver([letter])
    } catch let error as MessagingError where error.refusesMessage {
      letter.body = []
      letter.headers.append(
        Field(
          DeadLetter.Header.cut,
          .text("the body of \(message.body.count) octets is left out, for the broker refuses it"))
      )
      try deliver([letter])
    }
  }

  private func publishWhole(_ messages: ArraySlice<Message>) throws {
    let outgoing = messages.map { message in
      message.unsendable.map {
        letter(for: message, "UNSENDABLE", place: $0.place, expectation: $0.expectation)
      } ?? message
    }
    let outcomes = try publisher.publish(
      outgoing, confirmWithin: limits.confirmWithin, deadline: limits.confirmDeadline)
    var letters: [Message] = []
    for case (let message, .returned(_, let text)) in zip(outgoing, outcomes) {
      guard message.exchange != DeadLetter.exchange else {
        throw LaneError.unroutableLetters(exchange: DeadLetter.exchange)
      }
      letters.append(
        letter(
          for: message, "UNROUTABLE", place: "\(message.exchange) \(message.routingKey)",
          expectation: "a queue that takes this routing key; the broker answered \(text)"))
    }
    if !letters.isEmpty { try deliver(letters) }
  }

  private func deliver(_ letters: [Message]) throws {
    let answers = try publisher.publish(
      letters, confirmWithin: limits.confirmWithin, deadline: limits.confirmDeadline)
    guard answers.allSatisfy({ $0 == .confirmed }) else {
      throw LaneError.unroutableLetters(exchange: DeadLetter.exchange)
    }
  }

  private func letter(
    for message: Message, _ code: String, place: String, expectation: String
  ) -> Message {
    let letter = DeadLetter(
      stage: "outbox.publish", code: code, place: place, expectation: expectation)
    let hasher = Hasher128()
    let id = hasher.key(
      "outbox", message.properties.messageID ?? "", hasher.digest(of: message.body).hex)
    let department = message.routingKey.split(separator: ".").first.map(String.init) ?? "unknown"
    return letter.message(original: message, department: department, id: id.hex)
  }
}
