import Messaging
import Storage

/// A batch with the stage's verdicts, and how it has fared with the doors. A pure value.
///
/// One message that a door refuses must not stop the others: after a refusal the batch is halved until the message
/// stands alone, and that one dies with the reason.
struct WorkedBatch {
  var batch: Batch
  /// Messaging could not send something of it: the next attempt weeds out what AMQP cannot carry.
  private(set) var isSuspect = false
  /// How often a door refused something of it for good.
  private(set) var refusals = 0

  init(_ batch: Batch) { self.batch = batch }

  /// What to try instead after this error; nil if only waiting helps.
  func parts(after error: any Error, stage: String) -> [WorkedBatch]? {
    guard let code = Self.refusal(in: error) else { return nil }
    var next = self
    next.refusals += 1
    next.isSuspect = isSuspect || code == "UNSENDABLE"
    // Once may be a race between two lanes.
    if refusals == 0 { return [next] }
    if batch.items.count > 1 {
      return batch.halves.map { half in
        var part = next
        part.batch = half
        return part
      }
    }
    // It is dead already and refused all the same: that is no longer the message's fault.
    guard let verdict = batch.items.first?.verdict, !verdict.isDead else { return nil }
    next.batch.items[0].verdict = .dead(
      DeadLetter(
        stage: "\(stage).record", code: code, place: "message",
        expectation: "what the message causes to be acceptable: \(error)"))
    return [next]
  }

  /// The reason code, if the error is about a message and not about the way.
  private static func refusal(in error: any Error) -> String? {
    switch error {
    case let error as MessagingError where error.code == .unsendable: "UNSENDABLE"
    case let error as StorageError where error.code == .invalidValue || error.code == .constraint:
      "REFUSED_BY_DATABASE"
    default: nil
    }
  }
}
