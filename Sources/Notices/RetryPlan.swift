import Messaging

/// When a notice that did not arrive is tried again, and when no more. Pure.
package struct RetryPlan: Sendable, Equatable {
  /// Seconds until the second attempt; doubled for each further one.
  package var first: Double
  /// The longest wait between two attempts, in seconds.
  package var cap: Double
  /// Seconds from the entry of a notice until it is given up.
  package var expiresAfter: Double

  package init(first: Double = 5, cap: Double = 900, expiresAfter: Double = 86_400) {
    self.first = first
    self.cap = cap
    self.expiresAfter = expiresAfter
  }

  enum Step: Equatable {
    /// Seconds from now.
    case again(in: Double)
    case giveUp
  }

  /// What follows a failed attempt.
  ///
  /// - Parameters:
  ///   - attempts: how many there were, the failed one included.
  ///   - left: seconds until the notice expires.
  ///   - asked: seconds that the receiver asked us to wait, if it did.
  ///   - random: a number in 0..<1.
  func step(attempts: Int64, left: Double, asked: Double? = nil, random: Double) -> Step {
    guard left > 0 else { return .giveUp }
    let doublings = Int(max(0, min(attempts - 1, 40)))
    var backoff = Backoff(first: min(cap, first * Double(1 << min(doublings, 40))), cap: cap)
    let wait = max(backoff.next(random: random), min(asked ?? 0, cap))
    // The last attempt falls on the end of the notice's time and not beyond it.
    return .again(in: min(wait, left))
  }
}
