/// What a topology needs of a broker: to see what is there and to change one thing at a time.
///
/// The contract: `perform` done twice changes nothing the second time; `deleteQueue` refuses a queue
/// that holds messages; `awaitLeaders` returns when each of the queues can take its first message.
package protocol Broker {
  func read() throws(TopologyError) -> BrokerState
  func perform(_ operation: Operation) throws(TopologyError)
  func awaitLeaders(of queues: [String]) throws(TopologyError)
}

extension Broker {
  /// Does the plan's steps in order. A failure leaves the rest undone; the next plan takes it up from there.
  package func apply(_ plan: Plan) throws(TopologyError) {
    var queues: [String] = []
    for step in plan.steps {
      try perform(step.operation)
      if case .createQueue(let queue) = step.operation, queue.isQuorum { queues.append(queue.name) }
    }
    if !queues.isEmpty { try awaitLeaders(of: queues) }
  }
}

/// Why the broker was not read or not changed.
package struct TopologyError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable, CaseIterable {
    /// The management API could not be reached, or broke off.
    case unreachable = "UNREACHABLE"
    /// Unknown user, or one without the right to do this.
    case accessRefused = "ACCESS_REFUSED"
    /// There is no such virtual host.
    case noVirtualHost = "NO_VIRTUAL_HOST"
    /// The broker refused a change; the reason has its own words.
    case refused = "REFUSED"
    /// A queue that was to be removed holds messages.
    case notEmpty = "NOT_EMPTY"
    /// A new queue had no leader within the time.
    case noLeader = "NO_LEADER"
    /// The answer is not what RabbitMQ's management API gives.
    case unreadableAnswer = "UNREADABLE_ANSWER"
  }

  package let code: Code
  /// What was being done: `PUT queue core.0`.
  package let place: String
  package let reason: String

  package init(_ code: Code, at place: String, _ reason: String) {
    self.code = code
    self.place = place
    self.reason = reason
  }

  /// Whether the same may succeed later.
  package var isTransient: Bool { code == .unreachable || code == .noLeader }

  package var description: String { "\(place): \(code.rawValue): \(reason)" }
}
