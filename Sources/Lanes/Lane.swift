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
/// never a dead letter. Where it cannot be known whether a commit went through, the lane does what a
/// crash would do: it gives its messages back and lets the inbox tell what was done; so it does when trouble lasts
/// long. It then takes nothing until a trial has shown that the trouble is over, since each return counts towards
/// the queue's delivery limit. Lanes import the doors and Events, and never a part of the hub.
package final class Lane<Work: Stage> {
  var stage: Work
  let broker: BrokerURI
  let intake: Intake
  let publisher: Publisher
  /// One for the batch that is confirmed and, where batches may overlap, one for the batch behind it.
  let databases: [Database]
  let inbox: Inbox
  let surroundings: Surroundings
  let limits: LaneLimits
  let log: Log
  var backoff = Backoff()
  var returned: ReturnedCopies
  var tidiedAt: Instant?
  /// What must go well before anything is taken again; nil while all goes well.
  var trial: Trial?
  /// When the trouble began that is not over yet.
  var troubledSince: ContinuousClock.Instant?

  /// What the stage has worked on, in the order of the queue: a batch, or the parts of one.
  var worked: [WorkedBatch] = []
  /// The batch whose outputs are on their way.
  var started: Started?

  /// Entered in an open transaction, and either not sent yet or sent and not yet confirmed.
  struct Started {
    let worked: WorkedBatch
    let batch: Batch
    let sent: Batch.Sent
    /// What the connection has shown of returned copies, this batch included.
    let returned: ReturnedCopies
    /// The connection that has the transaction.
    let database: Database
  }

  enum Trial {
    /// A commit.
    case commit
    /// All that this batch, which was given back, asks of the doors, and a commit.
    case batch(WorkedBatch)
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
    self.log = log
    broker = endpoints.broker
    intake = Intake(endpoints.broker, queue: queue, batch: limits.batch, name: name, log: log)
    publisher = Publisher(endpoints.broker, name: name, log: { log.info($0) })
    databases = (0..<(stage.mayOverlap ? 2 : 1)).map { _ in
      Database(
        endpoints.database, name: name, settings: LaneLimits.databaseSettings,
        log: { log.info($0) })
    }
    inbox = Inbox(consumer: stage.name)
    returned = ReturnedCopies(isOrdered: limits.isOrdered)
  }

  /// Works until the stop signal; then finishes what it has begun and closes its connections.
  package func run() {
    while !surroundings.stop.isSet {
      do { try turn() } catch { waitOut(error) }
    }
    if let started {
      // What fails now is not acknowledged and comes again.
      do { try finish(started) } catch { log.warning("not finished before the end: \(error)") }
    }
    intake.close()
    publisher.close()
    for database in databases { database.close() }
  }

  /// One round: take and work on a batch, finish the one before it, start it.
  func turn() throws {
    if worked.isEmpty { try takeAndWork() }
    if let before = started {
      if !isTidyDue, let next = admittedBehind(before) { return try pass(before, next) }
      started = nil
      try finish(before)
      if worked.isEmpty { return }
    }
    try tidy()
    dropWhatIsGone()
    guard let next = worked.first else { return idle() }
    if let begun = try start(next) {
      started = begun
      worked.removeFirst()
    }
  }

  func takeAndWork() throws {
    if started == nil { try standTrial() }
    let deliveries = try intake.take(wait: started == nil ? limits.idleWait : 0)
    guard !deliveries.isEmpty else { return }
    var batch = Batch(deliveries, consumer: stage.name)
    stage.work(&batch)
    worked = [WorkedBatch(batch)]
  }

  func idle() {
    publisher.serve()
    stage.idle(now: surroundings.now())
  }

  var isTidyDue: Bool {
    tidiedAt.map { surroundings.now() >= $0.adding(seconds: limits.tidyEvery) } ?? true
  }

  /// Sees to the inbox's partitions now and then, between two transactions.
  func tidy() throws {
    guard isTidyDue else { return }
    let now = surroundings.now()
    if stage.keepsBooks {
      try Inbox.retain(weeks: limits.inboxWeeks, at: now, in: databases[0])
    }
    tidiedAt = now
  }
}

// MARK: The steps of a batch

extension Lane {
  /// Admits the batch and sends its outputs; nil if the batch has to be taken in parts.
  func start(_ worked: WorkedBatch) throws -> Started? {
    do {
      let started = try admit(worked, on: databases[0], after: returned)
      try send(started)
      return started
    } catch {
      abandon(databases[0])
      guard takeApart(worked, after: error) else { throw error }
      return nil
    }
  }

  /// Puts parts in the place of the first batch in hand, if the error is about one message of it.
  func takeApart(_ first: WorkedBatch, after error: any Error) -> Bool {
    guard !worked.isEmpty, let parts = first.parts(after: error, stage: stage.name) else {
      return false
    }
    log.warning("a message of \(first.batch.items.count) is refused, looking for it: \(error)")
    worked.replaceSubrange(0..<1, with: parts)
    return true
  }

  /// Enters the batch in a transaction of its own and decides what it causes; nothing is sent yet.
  func admit(
    _ worked: WorkedBatch, on database: Database, after seen: ReturnedCopies
  ) throws -> Started {
    var (batch, returned) = (worked.batch, seen)
    if stage.keepsBooks {
      try inbox.admit(&batch, returned: &returned, to: database, at: surroundings.now())
    } else {
      try database.begin()
    }
    surroundings.failpoint("\(stage.name).admitted")
    let admitted = batch
    try stage.prepare(&batch, in: database, at: surroundings.now())
    batch.decideTheRest(stage: stage.name)
    if worked.isSuspect { batch.weedUnsendable(stage: stage.name) }
    if stage.keepsBooks {
      try inbox.markDead(batch.newlyDead(since: admitted), of: batch, in: database)
    }
    return Started(
      worked: worked, batch: batch, sent: batch.outgoing(), returned: returned, database: database)
  }

  func send(_ started: Started) throws {
    try publisher.send(started.sent.messages, deadline: limits.confirmDeadline)
    surroundings.failpoint("\(stage.name).sent")
  }

  /// Waits for the confirms, records, commits and acknowledges.
  func finish(_ started: Started) throws {
    do {
      try commit(try confirmed(started), of: started)
    } catch {
      guard takeApart(started.worked, after: error) else { throw error }
    }
  }

  /// The batch when everything it caused is safe with the broker.
  func confirmed(_ started: Started) throws -> Batch {
    var batch = started.batch
    do {
      try confirm(&batch, started)
    } catch {
      abandon(started.database)
      worked.insert(started.worked, at: 0)
      throw error
    }
    surroundings.failpoint("\(stage.name).confirmed")
    return batch
  }

  /// Records, commits and acknowledges.
  func commit(_ batch: Batch, of started: Started) throws {
    do {
      try started.database.pipeline(books(of: batch), commit: true)
    } catch {
      abandon(started.database)
      worked.insert(started.worked, at: 0)
      if error.code == .connectionLost { giveBack(.commit) }
      throw error
    }
    backoff.reset()
    troubledSince = nil
    returned = started.returned
    surroundings.failpoint("\(stage.name).committed")
    if let last = batch.items.last { intake.acknowledge(through: last.delivery.tag) }
    surroundings.failpoint("\(stage.name).acknowledged")
  }

  /// What is written in the round trip of the commit.
  func books(of batch: Batch) -> [(String, [Parameter])] {
    let now = surroundings.now()
    let ledger = stage.keepsBooks ? [Ledger.addition(of: batch, stage: stage.name, at: now)] : []
    return ledger + stage.additions(to: batch, at: now)
  }

  /// Waits until everything is safe with the broker; what has no queue becomes a dead letter.
  func confirm(_ batch: inout Batch, _ started: Started) throws {
    let outcomes = try publisher.awaitConfirms(
      first: started.sent.messages.count, within: limits.confirmWithin,
      deadline: limits.confirmDeadline)
    let unroutable = try batch.settle(outcomes, of: started.sent, stage: stage.name)
    guard !unroutable.isEmpty else { return }
    if stage.keepsBooks { try inbox.markDead(unroutable, of: batch, in: started.database) }
    // Over a connection of their own: on the lane's own the next batch may be under way.
    let letters = Publisher(broker, name: intake.name, log: { [log] in log.info($0) })
    defer { letters.close() }
    let answers = try letters.publish(
      batch.letters(at: unroutable), confirmWithin: limits.confirmWithin,
      deadline: limits.confirmDeadline)
    guard answers.allSatisfy({ $0 == .confirmed }) else {
      throw LaneError.unroutableLetters(exchange: DeadLetter.exchange)
    }
  }
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
