// Routing: the core stage, which turns a department's native changes into standard events, and the
// distribute stage, which turns standard events into what each entitled department gets.
//
// It promises: the same message has the same outputs with the same ids, whenever it is worked on; a bad
// record is an answer (stage, reason code, place, expectation) and never stops its neighbours. `tongban
// run`, `tongban bench` and `tongban mapping` call it. It does no I/O of its own, and must never import
// Sync, Notices, Inspection or Topology.

/// Exchanges and routing keys, as docs/the-way-of-a-message.md has them.
package enum Route {
  package static let standardExchange = "gov.standard"
  package static let deliveryExchange = "gov.delivery"
  /// The id of the message that caused this one.
  package static let causeHeader = "tongban-cause"
  /// The number that the change has in its department, and that of the change which it takes back.
  package static let actHeader = "tongban-act"
  package static let reversesHeader = "tongban-reverses"
  /// On a delivery: where it comes from, so that a system which keeps headers shows its echo.
  package static let originHeader = "tongban-origin"
  package static let hubOrigin = "hub"
  /// What was accepted with a warning, for the owner of the data.
  package static let warningsHeader = "tongban-warnings"
  /// What was changed of values that mean the same, for the owner of the data.
  package static let cleansedHeader = "tongban-cleansed"
}
