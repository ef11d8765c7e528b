import Messaging
import Storage

/// A batch with the stage's verdicts, and how it has fared with the doors. A pure value.
///
/// One message that a door refuses must not stop the others: after a refusal the batch is halved until the message
/// stands alone, and that one dies with the reason. What the broker does not confirm in time is halved too, since
/// it may be too much at once; but it dies of nothing.
struct WorkedBatch {
  var batch: Batch
  /// Messaging could not send something of it: the next attempt weeds out what AMQP cannot carry.
  private(set) var isSuspect = false
  /// How often a door refused something of it for good.
  private(set) var refusals = 0

  init(_ batch: Batch) { self.batch = batch }

  /// What to try instead after this error; nil if only waiting helps.
  func parts(after error: any Error, stage: String) -> [WorkedBatch]? {
    if Self.isTooMuch(error) { return batch.items.count > 1 ? halves : nil }
    guard let code = Self.refusal(in: error) else { return nil }
    var next = self
    next.refusals += 1
    next.isSuspect = isSuspect || code == "UNSENDABLE"
    // Once may be a race between two lanes.
    if refusals == 0 { return [next] }
    if batch.items.count > 1 { return next.halves }
    // It is dead already and refused all the same: that is no longer the message's fault.
    guard let item = batch.items.first, !item.verdict.isDead else { return nil }
    next.batch.items[0].verdict = .dead(
      DeadLetter(
        stage: "\(stage).record", code: code, place: "message",
        expectation: "what the message causes to be acceptable: \(error)"))
    // It may be whose message it is that the books do not take.
    if !item.source.isPlain { next.batch.items[0].source = "unknown" }
    return [next]
  }

  /// The batch, not to be sent while another is under way.
  var alone: WorkedBatch {
    var next = self
    next.refusals = max(1, refusals)
    return next
  }

  /// Whether a door refuses a message for good.
  static func isRefusal(_ error: any Error) -> Bool { refusal(in: error) != nil }

  private var halves: [WorkedBatch] {
    batch.halves.map { half in
      var part = self
      part.batch = half
      return part
    }
  }

  /// The reason code, if the error is about a message and not about the way.
  private static func refusal(in error: any Error) -> String? {
    switch error {
    case let error as MessagingError where error.refusesMessage:
      error.code == .unsendable ? "UNSENDABLE" : "REFUSED_BY_BROKER"
    case let error as StorageError where error.code == .invalidValue || error.code == .constraint:
      "REFUSED_BY_DATABASE"
    default: nil
    }
  }

  private static func isTooMuch(_ error: any Error) -> Bool {
    (error as? MessagingError)?.code == .confirmTimeout
  }
}

extension MessagingError {
  /// Whether it is a message that is refused, by our own library or by the broker: reply 406 for a body above
  /// its `max_message_size` or a user id that is not ours, 311 for content that is too large.
  var refusesMessage: Bool {
    switch code {
    case .unsendable, .preconditionFailed, .contentRefused: true
    default: false
    }
  }
}

extension String {
  /// Visible ASCII of a bounded length, as the codes of departments are.
  fileprivate var isPlain: Bool {
    (1...100).contains(utf8.count) && utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
