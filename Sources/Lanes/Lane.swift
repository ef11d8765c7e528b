import Events
import Messaging
import Storage

/// The one shape of every worker: **take a batch → work → admit → publish confirmed → record → commit → acknowledge**.
///
/// A lane owns its broker and database connections and runs on a thread of its own. Nothing is
/// acknowledged before what it caused is safe: outputs are confirmed by the broker, and inbox and
/// ledger are committed, before the batch is acknowledged. A crash at any point leads to a redelivery,
/// whose outputs have the same ids. While the broker confirms one batch, the lane works on the next.
///
/// Trouble with broker or database is waited out with back-off while the batch is kept in hand; it is
/// never a dead letter. Lanes import the doors and Events, and never a part of the hub.
package final class Lane<Work: Stage> {
  private var stage: Work
  private let consumer: Consumer
  private let publisher: Publisher
  private let database: Database
  private let inbox: Inbox
  private let surroundings: Surroundings
  private let limits: LaneLimits
  private var backoff = Backoff()

  /// A batch whose outputs are on their way: in the open transaction, sent, not yet confirmed.
  private struct Started {
    var batch: Batch
    let transaction: Int64
    var sent: Batch.Sent
  }

  package init(
    stage: Work, queue: String, endpoints: Endpoints, surroundings: Surroundings,
    limits: LaneLimits = LaneLimits()
  ) {
    self.stage = stage
    self.surroundings = surroundings
    self.limits = limits
    let name = "tongban \(stage.name) \(queue)"
    let log = surroundings.log.named(name)
    consumer = Consumer(
      endpoints.broker, queue: queue, prefetch: limits.batch * 3, name: name, log: { log.info($0) })
    publisher = Publisher(endpoints.broker, name: name, log: { log.info($0) })
    database = Database(endpoints.database, name: name, log: { log.info($0) })
    inbox = Inbox(consumer: stage.name)
  }

  /// Works until the stop signal; then finishes what it has begun and closes its connections.
  package func run() {
    var started: Started?
    while !surroundings.stop.isSet {
      do {
        let wait = started == nil ? limits.idleWait : 0
        let deliveries = try consumer.take(max: limits.batch, wait: wait)
        if !deliveries.isEmpty {
          var batch = Batch(deliveries, consumer: stage.name)
          stage.work(&batch)
          if let before = started { finish(before) }
          started = start(batch)
        } else if let before = started {
          finish(before)
          started = nil
        } else {
          stage.idle(now: surroundings.now())
        }
      } catch {
        pause(after: error, doing: "taking a batch")
      }
    }
    if let before = started { finish(before) }
    consumer.close()
    publisher.close()
  }

  /// Admits the batch and sends its outputs; tries again until it succeeds or the lane is stopped.
  private func start(_ batch: Batch) -> Started? {
    while !surroundings.stop.isSet {
      do {
        let started = try attempt(batch)
        backoff.succeeded()
        return started
      } catch {
        abandonTransaction()
        pause(after: error, doing: "admitting a batch")
      }
    }
    return nil
  }

  private func attempt(_ original: Batch) throws -> Started {
    var batch = original
    try database.begin()
    let transaction = try admit(&batch)
    try stage.prepare(&batch, in: database, at: surroundings.now())
    surroundings.failpoint("\(stage.name).admitted")
    let sent = batch.outgoing()
    try publisher.send(sent.messages)
    return Started(batch: batch, transaction: transaction, sent: sent)
  }

  private func admit(_ batch: inout Batch) throws -> Int64 {
    if stage.keepsBooks { return try inbox.admit(&batch, to: database, at: surroundings.now()) }
    return try database.query("select pg_current_xact_id()::text::bigint")[0].int(0)
  }

  /// Waits for the confirms, commits and acknowledges. If that fails, the batch starts anew, unless its commit went through.
  private func finish(_ first: Started) {
    var started = first
    while true {
      do {
        try settle(&started)
        acknowledge(started.batch)
        backoff.succeeded()
        return
      } catch {
        abandonTransaction()
        pause(after: error, doing: "publishing and recording a batch")
        if isCommitted(started.transaction) {
          acknowledge(started.batch)
          return
        }
        guard let again = start(first.batch.undecided(), with: stage) else { return }
        started = again
      }
    }
  }

  private func start(_ batch: Batch, with work: Work) -> Started? {
    var again = batch
    stage.work(&again)
    return start(again)
  }

  private func settle(_ started: inout Started) throws {
    let outcomes = try publisher.awaitConfirms(
      within: limits.confirmWithin, deadline: limits.confirmDeadline)
    surroundings.failpoint("\(stage.name).confirmed")
    let unroutable = try started.batch.settle(outcomes, of: started.sent, stage: stage.name)
    if !unroutable.isEmpty {
      try inbox.markDead(unroutable, of: started.batch, in: database)
      let letters = started.batch.letters(at: unroutable)
      let answers = try publisher.publish(
        letters, confirmWithin: limits.confirmWithin, deadline: limits.confirmDeadline)
      if answers.contains(where: { $0 != .confirmed }) {
        throw LaneError.unroutableLetters(exchange: DeadLetter.exchange)
      }
    }
    if stage.keepsBooks {
      try Ledger.record(started.batch, stage: stage.name, at: surroundings.now(), in: database)
    }
    try database.commit()
    surroundings.failpoint("\(stage.name).committed")
  }

  private func acknowledge(_ batch: Batch) {
    guard let last = batch.items.last else { return }
    _ = consumer.acknowledge(through: last.delivery.tag)
    surroundings.failpoint("\(stage.name).acknowledged")
  }

  /// Whether a transaction whose commit was cut off went through all the same (`pg_xact_status`).
  private func isCommitted(_ transaction: Int64) -> Bool {
    while !surroundings.stop.isSet {
      do {
        let rows = try database.query(
          "select coalesce(pg_xact_status($1::text::xid8), 'unknown')", [.text(String(transaction))])
        return try rows[0].text(0) == "committed"
      } catch {
        pause(after: error, doing: "asking what became of a commit")
      }
    }
    return false
  }

  private func abandonTransaction() {
    publisher.forget()
    // A rollback fails only when the connection is lost, and the server then rolls back by itself.
    try? database.rollback()
  }

  private func pause(after error: any Error, doing what: String) {
    let seconds = backoff.next(random: surroundings.random())
    surroundings.log.named("tongban \(stage.name)").warning(
      "\(what) failed, next try in \(Int(seconds * 1000)) ms: \(error)")
    surroundings.stop.wait(seconds: seconds)
  }
}

/// What a lane needs to know of the outside, passed in once.
package struct Endpoints: Sendable {
  package let broker: BrokerURI
  package let database: String

  package init(broker: BrokerURI, database: String) {
    self.broker = broker
    self.database = database
  }
}

/// The bounds of a lane.
package struct LaneLimits: Sendable {
  /// Messages in one batch.
  package var batch = 500
  /// Seconds to wait for a message when there is none.
  package var idleWait = 0.5
  /// Seconds until a confirm that did not come means a new connection.
  package var confirmWithin = 10.0
  /// Seconds until the lane gives the batch up and starts it anew.
  package var confirmDeadline = 60.0

  package init() {}
}

/// A fault of the exchange as it is set up, which waiting and `tongban topology apply` mend.
package enum LaneError: Error, CustomStringConvertible {
  case unroutableLetters(exchange: String)

  package var description: String {
    switch self {
    case .unroutableLetters(let exchange):
      "the broker has no queue for \(exchange): run `tongban topology apply`"
    }
  }
}
