// Adapters: a department's side as data, and the agent that stands at its edge.
//
// It promises: an adapter folder (`adapter.json5`, mappings, code tables, samples) is read whole or
// refused with file, line and path; a changed folder takes effect between two batches and a broken
// one never replaces a good one; an agent carries bytes between a department's place and the broker,
// loses none, and leaves nothing twice in the department's place. Routing, the commands and the
// sample city call it. It must never import Routing, Catalogue, Sync, Notices or Inspection, and
// nothing in it knows one department from another: what differs is in the folder.

/// What the agents and readers of this module bound, in one place.
package enum AdapterLimits {
  /// The largest file or message that becomes one message, in octets (below RabbitMQ's own bound).
  package static let body = 64 << 20
  /// Records published in one batch, at most.
  package static let batch = 500
  /// Octets published in one batch, at most; a larger message goes alone.
  package static let batchOctets = 8 << 20
  /// Seconds between two looks at a drop folder.
  package static let look = 0.2
  /// Octets read of a file at once.
  package static let chunk = 256 << 10
  /// Lines of a file among which equal ones are counted; a longer file counts anew.
  package static let counted = 1 << 20
  /// Seconds during which a file that was moved is looked at again, lest its writer go on; and how many such files.
  package static let regret = (seconds: 600.0, files: 1_000)
  /// Octets of a message's id, at most (AMQP's own bound).
  package static let id = 255
  /// Ids of delivered messages that an agent remembers; far more than can be unacknowledged.
  package static let remembered = 200_000
}
