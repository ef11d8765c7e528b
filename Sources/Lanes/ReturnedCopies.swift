import Messaging

/// Tells a copy that comes again because its acknowledgement was lost from a second copy of the same event.
///
/// When a connection is lost the broker gives back, first and in their order, the copies that were not
/// acknowledged; those of them whose effects had been recorded stand in front. So after the first copy that is
/// not recorded, or was never handed out before, a known event is a duplicate even if its copy comes again.
/// A queue that several consumers share has no such order: there every known copy that comes again
/// counts as recorded. A pure value.
struct ReturnedCopies {
  private let isOrdered: Bool
  private var generation: UInt64?
  private var arePast = false

  init(isOrdered: Bool) { self.isOrdered = isOrdered }

  /// Whether this copy of a known event has been counted before.
  func isCounted(_ delivery: Delivery) -> Bool {
    delivery.redelivered && !(arePast && generation == delivery.tag.generation)
  }

  /// Takes note of a copy in the order of the queue; `isRecorded` if its event was known before.
  mutating func note(_ delivery: Delivery, isRecorded: Bool) {
    if generation != delivery.tag.generation {
      generation = delivery.tag.generation
      arePast = false
    }
    if isOrdered && (!delivery.redelivered || !isRecorded) { arePast = true }
  }
}
