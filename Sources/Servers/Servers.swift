// Servers: the private RabbitMQ and PostgreSQL of `tongban up`, and the examination of `tongban doctor`.
//
// It promises: `up` makes the servers run with their data and on their ports, whatever state the last
// run left behind; nothing listens beyond loopback; no secret stands in a file that others can read;
// `down` and a restart signal only processes that carry this state's own mark. The command and the
// fault tests call it. It must never import a door (Messaging, Storage, HTTP) or anything of the hub.

import Foundation

/// Where the servers are. The URLs hold passwords: for connecting, never for showing.
package struct Addresses: Sendable, Equatable {
  /// `amqp://user:password@host:port/vhost` of the first node.
  package let amqp: String
  /// The same for each node of the cluster.
  package let amqpNodes: [String]
  /// `http://user:password@host:port`, or empty if there is none.
  package let management: String
  /// `postgresql://user:password@host:port/database`
  package let database: String

  package init(amqp: String, amqpNodes: [String], management: String, database: String) {
    self.amqp = amqp
    self.amqpNodes = amqpNodes
    self.management = management
    self.database = database
  }

  /// What a shell sets to use these servers.
  package var exports: String {
    [
      ("TONGBAN_AMQP_URL", amqp), ("TONGBAN_AMQP_MANAGEMENT_URL", management),
      ("TONGBAN_DATABASE_URL", database),
    ].map { "export \($0.0)='\($0.1)'\n" }.joined()
  }
}

/// What is bounded here, in one place. Times in seconds.
enum Limits {
  /// A server of ours is up within this time, on a busy two-core machine.
  static let start = 150.0
  /// A server asked to stop does so within this time, or it is killed.
  static let stop = 40.0
  /// A program that answers a question.
  static let program = 60.0
  /// Another `tongban up` or `down` on the same state is waited for this long.
  static let lock = 180.0
  /// What is read of a program's output or of the end of a log, in bytes.
  static let output = 16_384
  /// Ports are looked for here: below what Linux gives to outgoing connections (32768 and up).
  static let ports = 20_000..<32_000
}

/// What went wrong with the private servers: a stable code, the place, and what to do.
package struct ServersError: Error, CustomStringConvertible, Equatable, Sendable {
  package enum Code: String, Sendable, CaseIterable {
    /// A program that is needed is not installed, or too old.
    case programMissing = "PROGRAM_MISSING"
    /// A program of the servers ended with a failure.
    case programFailed = "PROGRAM_FAILED"
    /// A server ended at its start or was not ready in time.
    case notReady = "NOT_READY"
    /// A server could neither be stopped nor killed.
    case notStopped = "NOT_STOPPED"
    /// The state folder or a file in it cannot be read or written.
    case stateUnusable = "STATE_UNUSABLE"
    /// Another `tongban up` or `down` works on the same state.
    case stateBusy = "STATE_BUSY"
    /// The number of nodes was decided at the first start.
    case nodesDecided = "NODES_DECIDED"
    /// No free port was found.
    case noPort = "NO_PORT"
  }

  package let code: Code
  package let place: String
  package let reason: String

  package init(_ code: Code, at place: String, _ reason: String) {
    self.code = code
    self.place = place
    self.reason = reason
  }

  package var description: String { "\(code.rawValue): \(place): \(reason)" }

  package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

/// The monotonic clock, in seconds.
func monotonicNow() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Looks again and again, ever less often, until the condition holds or the time is over.
func waitUntil(within seconds: Double, _ holds: () throws(ServersError) -> Bool)
  throws(ServersError)
  -> Bool
{
  let deadline = monotonicNow() + seconds
  var wait: UInt32 = 5_000
  while true {
    if try holds() { return true }
    guard monotonicNow() < deadline else { return false }
    usleep(wait)
    wait = min(wait * 2, 100_000)
  }
}
