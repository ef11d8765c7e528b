/// What went wrong at the door to the broker: a stable code, the place, and a sentence for the
/// person who must act. Two errors are equal when their codes are. Never holds a password.
package struct MessagingError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The stable reason codes of this module.
  package enum Code: String, Sendable, CaseIterable {
    /// The broker's URI, or a file named in it, cannot be understood.
    case unreadableURI = "UNREADABLE_URI"
    /// No TCP connection to the broker: unknown host, refused, timed out.
    case unreachable = "UNREACHABLE"
    /// The broker's certificate, host name or TLS version is not acceptable, or it refuses ours.
    case notTrusted = "NOT_TRUSTED"
    /// What answers is not an AMQP 0-9-1 broker, or sent what AMQP does not allow.
    case protocolViolation = "PROTOCOL_VIOLATION"
    /// Reply code 403: wrong credentials or a missing permission.
    case accessRefused = "ACCESS_REFUSED"
    /// Reply code 404: no such queue or exchange.
    case notFound = "NOT_FOUND"
    /// Reply code 405: the queue belongs exclusively to another connection.
    case resourceLocked = "RESOURCE_LOCKED"
    /// Reply code 406: declared otherwise, unknown delivery tag, invalid argument or user id.
    case preconditionFailed = "PRECONDITION_FAILED"
    /// Reply codes 311 and 313: content too large, or no consumers.
    case contentRefused = "CONTENT_REFUSED"
    /// Reply code 530: for instance an unknown virtual host.
    case notAllowed = "NOT_ALLOWED"
    /// Reply codes 501–505, 540 and any other refusal of what we sent.
    case commandInvalid = "COMMAND_INVALID"
    /// Reply codes 506 and 541: the broker lacks resources or failed inside.
    case brokerTrouble = "BROKER_TROUBLE"
    /// Reply code 320, or the connection ended, or the broker cancelled the consumer.
    case connectionLost = "CONNECTION_LOST"
    /// A confirm did not come in time.
    case confirmTimeout = "CONFIRM_TIMEOUT"
    /// The broker refused responsibility for a message (basic.nack), for instance a full queue.
    case notConfirmed = "NOT_CONFIRMED"
    /// The broker asked publishers to wait (connection.blocked) and did not lift it in time.
    case blocked = "BLOCKED"
    /// A message or argument that AMQP cannot carry: a name over 255 octets, tables nested too deep.
    case unsendable = "UNSENDABLE"
    /// Used after `close()`.
    case closed = "CLOSED"
  }

  package let code: Code
  /// Where: the broker's host and port, and the queue or exchange if one is concerned.
  package let place: String
  /// What happened and what was expected, in one sentence; the broker's own words if it gave some.
  package let reason: String

  package init(_ code: Code, at place: String, _ reason: String) {
    self.code = code
    self.place = place
    self.reason = reason
  }

  package var description: String { "\(code.rawValue): \(place): \(reason)" }

  /// Whether waiting and trying again, with nothing else changed, may help.
  package var isTransient: Bool {
    switch code {
    case .unreachable, .connectionLost, .confirmTimeout, .notConfirmed, .blocked, .brokerTrouble,
      .resourceLocked:
      true
    case .unreadableURI, .notTrusted, .protocolViolation, .accessRefused, .notFound,
      .preconditionFailed, .contentRefused, .notAllowed, .commandInvalid, .unsendable, .closed:
      false
    }
  }

  package static func == (left: Self, right: Self) -> Bool { left.code == right.code }

  /// The code for an AMQP 0-9-1 reply code (§1.2 of the specification).
  static func code(reply: UInt16) -> Code {
    switch reply {
    case 311, 313: .contentRefused
    case 320: .connectionLost
    case 403: .accessRefused
    case 402, 530: .notAllowed
    case 404: .notFound
    case 405: .resourceLocked
    case 406: .preconditionFailed
    case 506, 541: .brokerTrouble
    default: .commandInvalid
    }
  }
}
