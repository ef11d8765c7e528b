import Messaging

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
  /// Whether the queue has one consumer at a time (single active consumer), so that what comes again comes in its
  /// order and first. False for a queue that several lanes share.
  package var isOrdered = true
  /// Seconds to wait for a message when there is none.
  package var idleWait = 0.5
  /// Seconds until a confirm that did not come means a new connection.
  package var confirmWithin = 10.0
  /// Seconds until the lane gives the batch up and starts it anew.
  package var confirmDeadline = 60.0
  /// Seconds of trouble after which the lane gives back what it holds and takes nothing until the trouble is over: well
  /// within RabbitMQ's `consumer_timeout` of 30 minutes, after which each batch would come again and again.
  package var holdAtMost = 600.0
  /// Weeks for which an event is known: the one number of all that make and drop the inbox's partitions.
  package var inboxWeeks: Int64 = 8
  /// Seconds between two looks at the inbox's partitions.
  package var tidyEvery = 3600.0

  package init() {}

  /// A lane that is gone must not hold its locks for ever, and one that waits for another's must not wait for ever.
  static let databaseSettings = [
    (name: "idle_in_transaction_session_timeout", value: "300s"),
    (name: "statement_timeout", value: "60s"),
    (name: "lock_timeout", value: "10s"),
  ]
}
