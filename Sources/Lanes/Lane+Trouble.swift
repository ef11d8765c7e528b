import Messaging
import Storage

extension Lane {
  /// Lets go of what was sent and recorded; the batch itself is still in hand.
  func abandon(_ database: Database) {
    publisher.forget()
    // A rollback fails only when the connection is lost, and the server then rolls back by itself.
    try? database.rollback()
  }

  /// Where a commit was cut off nobody here knows whether it went through: the broker delivers again what was not
  /// acknowledged, and the inbox then knows.
  func giveBack(_ trial: Trial) {
    intake.giveBack()
    worked.removeAll()
    returned = ReturnedCopies(isOrdered: limits.isOrdered)
    self.trial = trial
  }

  /// - Throws: what is still wrong; nothing has been taken then.
  func standTrial() throws {
    guard let trial else { return }
    if case .batch(let worked) = trial { try rehearse(worked) }
    try Ledger.proveCommit(stage: stage.name, in: databases[0])
    self.trial = nil
    troubledSince = nil
  }

  /// Goes through all steps but the commit. What it publishes has the ids that it will have again.
  func rehearse(_ worked: WorkedBatch) throws {
    defer { abandon(databases[0]) }
    do {
      let started = try admit(worked, on: databases[0], after: returned)
      try send(started)
      var batch = started.batch
      try confirm(&batch, started)
      try databases[0].pipeline(books(of: batch))
    } catch  where WorkedBatch.isRefusal(error) {
      // That is one message's fault; it is looked for when it has come again.
      return
    }
  }

  func waitOut(_ error: any Error) {
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
  func dropWhatIsGone() {
    worked.removeAll { !intake.isHeld($0.batch) }
  }
}
