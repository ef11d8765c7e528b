// The base library (基础库): the hub's present view of each person and enterprise, field by field with its
// source, and what each new event means beside it: news, stale, a repeat, an echo, a reversal.
//
// It promises: what an event does to an entity is a pure function of the entity, the event and the rules
// (`Merge`); departments that speak in another order lead to the same view; a reversal leaves the view as if
// the act had never been; a batch is loaded in one round trip and written in the round trip of its commit
// (`LibraryStore`). The distribute stage and the commands call it. It must never import Lanes, Messaging,
// Adapters or Routing: it publishes nothing.

/// What this module bounds, in one place. Whatever is beyond a bound is forgotten, the oldest first.
package enum LibraryLimits {
  /// Acts kept of one record: so many reversals in a row lead back to what was before.
  package static let acts = 8
  /// Records kept of one entity.
  package static let records = 64
  /// Numbers kept of one entity, former ones too.
  package static let numbers = 32
  /// Acts of one record that are known to be taken back.
  package static let reversed = 16
  /// Days for which a note of a decision is kept.
  package static let noteDays: Int64 = 90
  /// Octets of an act's own number; a longer one is kept as its digest.
  package static let actNumber = 128
}
