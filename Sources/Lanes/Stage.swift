import Events
import Storage

/// What a lane does with a batch. One stage serves one lane and is used from its thread alone.
package protocol Stage {
  /// The stage's name in the inbox, the ledger and the log: `core`, `distribute`, …
  var name: String { get }

  /// Whether repeats are recognised by the inbox and all is counted in the ledger; false for a stage whose own table knows its messages.
  var keepsBooks: Bool { get }

  /// Decides every undecided item: outputs or a dead letter. It does no I/O; it may be called again with
  /// the same deliveries and must then decide the same, with the same ids.
  mutating func work(_ batch: inout Batch)

  /// Effects in the database that belong to the batch, in its transaction, after duplicates are known.
  mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws

  /// Called when there is nothing to take: the place to look for changed configuration.
  mutating func idle(now: Instant)
}

extension Stage {
  package var keepsBooks: Bool { true }
  package mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws {}
  package mutating func idle(now: Instant) {}
}
