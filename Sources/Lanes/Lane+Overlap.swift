import Cryptography
import Messaging
import Storage

extension Lane {
  /// Enters the next batch while the broker confirms the one before it, so that neither waits for the other. Nil where
  /// that is not to be: the stage's own effects may meet, or the two share an event, whose row the
  /// open transaction holds.
  func admittedBehind(_ before: Started) -> Started? {
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
  func pass(_ before: Started, _ next: Started) throws {
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
