import Events
import Storage

/// What a lane does with a batch. One stage serves one lane and is used from its thread alone.
package protocol Stage {
  /// The stage's name in the inbox, the ledger and the log: `core`, `distribute`, …
  var name: String { get }

  /// Whether repeats are recognised by the inbox and all is counted in the ledger; false for a stage whose own table knows its messages.
  var keepsBooks: Bool { get }

  /// Whether the next batch may be entered while the one before it is not committed: only for a stage whose `prepare`
  /// writes and locks nothing, since two open transactions must not wait for each other.
  var mayOverlap: Bool { get }

  /// Decides every undecided item: outputs or a dead letter. What needs to be asked first is left to `prepare`; what
  /// is undecided after it becomes a dead letter. It does no I/O. Deliveries that come again after a crash must lead to the same outputs, with the same ids.
  mutating func work(_ batch: inout Batch)

  /// What the stage has to ask, and effects in the database that belong to the batch, in its transaction, after duplicates are known. It may
  /// change the verdicts of items that are neither `duplicate` nor `redelivered`. If it throws, or a later step
  /// fails, the transaction is undone and it is called again for the batch, or for parts of it.
  mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws

  /// Statements that belong to the batch and are written in the round trip of its commit, after the ledger: for rows that
  /// many lanes add to, which none may hold while the broker confirms. It is called after the batch's own `prepare`;
  /// if a statement fails, the transaction is undone and all begins anew with `prepare`.
  mutating func additions(to batch: Batch, at now: Instant) -> [(String, [Parameter])]

  /// Called when there is nothing to take: the place to look for changed configuration.
  mutating func idle(now: Instant)
}

extension Stage {
  package var keepsBooks: Bool { true }
  package var mayOverlap: Bool { false }
  package mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws
  {}
  package mutating func additions(to batch: Batch, at now: Instant) -> [(String, [Parameter])] {
    []
  }
  package mutating func idle(now: Instant) {}
}
