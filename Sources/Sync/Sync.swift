/// The state of an approval across departments, where no transaction spans them and only messages do.
///
/// A `Flow` says what a case goes through; a `Case` is where one of them stands. `Machine` is pure:
/// `(case, event, now) → (case, effects)`; it alone decides. `SyncStage` and `TimerWorker` fold results and
/// due times into cases, and write the case, its history and its messages in one transaction, so that
/// nothing leaves before it is true. `Cases` is for those who submit, look and resolve.
///
/// Promise: a case ends completed, or compensated with every completed step undone in reverse order, or lies
/// in a named operators' queue; and every wait on the way has a deadline.
///
/// Called by the sync role, the gateway and `tongban case …`. Imports Configuration, Records, Events, Lanes and
/// the doors beneath them; never Adapters, Routing, Notices or a face.
package enum Sync {
  /// Where departments take their tasks; routing key `<department>.<task>`.
  package static let tasksExchange = "gov.tasks"
  /// Where they answer; routing key `<department>.<task>`.
  package static let resultsExchange = "gov.results"
  /// Where outcomes leave; routing key `<channel>.<kind>`.
  package static let noticesExchange = "gov.notices"
  /// The `source` of every event that the sync service sends.
  package static let source = "/tongban/sync"
}
