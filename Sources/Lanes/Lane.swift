import Cryptography
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
  private var stage: Work
  private let broker: BrokerURI
  private let intake: Intake
  private let publisher: Publisher
  /// One for the batch that is confirmed and, where batches may overlap, one for the batch behind it.
  private let databases: [Database]
  private let inbox: Inbox
  private let surroundings: Surroundings
  private let limits: LaneLimits
  private let log: Log
  private var backoff = Backoff()
  private var returned: ReturnedCopies
  private var tidiedAt: Instant?
  /// What must go well before anything is taken again; nil while all goes well.
  private var trial: Trial?
  /// When the trouble began that is not over yet.
  private var troubledSince: ContinuousClock.Instant?

  /// What the stage has worked on, in the order of the queue: a batch, or the parts of one.
  private var worked: [WorkedBatch] = []
  /// The batch whose outputs are on their way.
  private var started: Started?

  /// Entered in an open transaction, and either not sent yet or sent and not yet confirmed.
  private struct Started {
    let worked: WorkedBatch
    let batch: Batch
    let sent: Batch.Sent
    /// What the connection has shown of returned copies, this batch included.
    let returned: ReturnedCopies
    /// The connection that has the transaction.
    let database: Database
  }

  private enum Trial {
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
  private func turn() throws {
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

  private func takeAndWork() throws {
    if started == nil { try standTrial() }
    let deliveries = try intake.take(wait: started == nil ? limits.idleWait : 0)
    guard !deliveries.isEmpty else { return }
    var batch = Batch(deliveries, consumer: stage.name)
    stage.work(&batch)
    batch.decideTheRest(stage: stage.name)
    worked = [WorkedBatch(batch)]
  }

  private func idle() {
    publisher.serve()
    stage.idle(now: surroundings.now())
  }

  private var isTidyDue: Bool {
    tidiedAt.map { surroundings.now() >= $0.adding(seconds: limits.tidyEvery) } ?? true
  }

  /// Sees to the inbox's partitions now and then, between two transactions.
  private func tidy() throws {
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
  private func start(_ worked: WorkedBatch) throws -> Started? {
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
  private func takeApart(_ first: WorkedBatch, after error: any Error) -> Bool {
    guard !worked.isEmpty, let parts = first.parts(after: error, stage: stage.name) else {
      return false
    }
    log.warning("a message of \(first.batch.items.count) is refused, looking for it: \(error)")
    worked.replaceSubrange(0..<1, with: parts)
    return true
  }

  /// Enters the batch in a transaction of its own and decides what it causes; nothing is sent yet.
  private func admit(
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

  private func send(_ started: Started) throws {
    try publisher.send(started.sent.messages, deadline: limits.confirmDeadline)
    surroundings.failpoint("\(stage.name).sent")
  }

  /// Waits for the confirms, records, commits and acknowledges.
  private func finish(_ started: Started) throws {
    do {
      try commit(try confirmed(started), of: started)
    } catch {
      guard takeApart(started.worked, after: error) else { throw error }
    }
  }

  /// The batch when everything it caused is safe with the broker.
  private func confirmed(_ started: Started) throws -> Batch {
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
  private func commit(_ batch: Batch, of started: Started) throws {
    do {
      let now = surroundings.now()
      let books = stage.keepsBooks ? [Ledger.addition(of: batch, stage: stage.name, at: now)] : []
      try started.database.pipeline(books, commit: true)
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

  /// Waits until everything is safe with the broker; what has no queue becomes a dead letter.
  private func confirm(_ batch: inout Batch, _ started: Started) throws {
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

// MARK: Two batches at once

extension Lane {
  /// Enters the next batch while the broker confirms the one before it, so that neither waits for the other. Nil where
  /// that is not to be: the stage's own effects may meet, or the two share an event, whose row the
  /// open transaction holds.
  private func admittedBehind(_ before: Started) -> Started? {
    dropWhatIsGone()
    guard databases.count == 2, let next = worked.first, next.refusals == 0,
      !next.batch.shares(with: before.batch)
    else { return nil }
    let database = before.database === databases[0] ? databases[1] : databases[0]
    do {
      return try admit(next, on: database, after: before.returned)
    } catch {
      // It will be tried again by itself, and what is wrong with it told then.
      try? database.rollback()
      return nil
    }
  }

  /// The next one is sent while the one before is being confirmed, then the one before committed and
  /// acknowledged: the broker always has something to do, and everything is sent in order.
  private func pass(_ before: Started, _ next: Started) throws {
    started = nil
    worked.removeFirst()
    do {
      try send(next)
    } catch {
      // The publisher has let go of both.
      abandon(before.database)
      abandon(next.database)
      worked.insert(
        contentsOf: [before.worked]
          + (next.worked.parts(after: error, stage: stage.name) ?? [next.worked]),
        at: 0)
      throw error
    }
    let batch: Batch
    do {
      batch = try confirmed(before)
    } catch {
      abandon(next.database)
      // Whose message it was cannot be told while both are under way.
      worked.insert(next.worked.alone, at: 1)
      throw error
    }
    do {
      try commit(batch, of: before)
    } catch {
      abandon(next.database)
      // The one before is in hand again, unless everything was given back.
      if !worked.isEmpty { worked.insert(next.worked, at: 1) }
      guard takeApart(before.worked, after: error) else { throw error }
      return
    }
    started = next
  }
}

extension Batch {
  /// Whether an event is in both.
  fileprivate func shares(with other: Batch) -> Bool {
    var keys = Set<Key128>(minimumCapacity: other.items.count)
    for item in other.items { keys.insert(item.key) }
    return items.contains { keys.contains($0.key) }
  }
}

// MARK: Trouble

extension Lane {
  /// Lets go of what was sent and recorded; the batch itself is still in hand.
  private func abandon(_ database: Database) {
    publisher.forget()
    // A rollback fails only when the connection is lost, and the server then rolls back by itself.
    try? database.rollback()
  }

  /// Where a commit was cut off nobody here knows whether it went through: the broker delivers again what was not
  /// acknowledged, and the inbox then knows.
  private func giveBack(_ trial: Trial) {
    intake.giveBack()
    worked.removeAll()
    returned = ReturnedCopies(isOrdered: limits.isOrdered)
    self.trial = trial
  }

  /// - Throws: what is still wrong; nothing has been taken then.
  private func standTrial() throws {
    guard let trial else { return }
    if case .batch(let worked) = trial { try rehearse(worked) }
    try Ledger.proveCommit(stage: stage.name, in: databases[0])
    self.trial = nil
    troubledSince = nil
  }

  /// Goes through all steps but the commit. What it publishes has the ids that it will have again.
  private func rehearse(_ worked: WorkedBatch) throws {
    defer { abandon(databases[0]) }
    do {
      let started = try admit(worked, on: databases[0], after: returned)
      try send(started)
      var batch = started.batch
      try confirm(&batch, started)
      guard stage.keepsBooks else { return }
      let now = surroundings.now()
      try databases[0].pipeline([Ledger.addition(of: batch, stage: stage.name, at: now)])
    } catch  where WorkedBatch.isRefusal(error) {
      // That is one message's fault; it is looked for when it has come again.
      return
    }
  }

  private func waitOut(_ error: any Error) {
    let since = troubledSince ?? .now
    troubledSince = since
    if trial == nil, let first = worked.first,
      intake.isFull || ContinuousClock.now - since > .seconds(limits.holdAtMost)
    {
      log.warning("what is held is given back, and nothing taken until the trouble is over")
      giveBack(.batch(first))
    }
    let seconds = backoff.next(random: surroundings.random())
    log.warning("next try in \(Int(seconds * 1000)) ms: \(error)")
    intake.hold(for: seconds, unless: surroundings.stop)
    publisher.serve()
  }

  /// What came over a connection that is gone comes again, perhaps to another hub: it is no longer ours.
  private func dropWhatIsGone() {
    worked.removeAll { !intake.isHeld($0.batch) }
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
