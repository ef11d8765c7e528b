/// Capped exponential back-off with full jitter in its upper half.
package struct Backoff: Sendable {
  package static let first = 0.1
  package static let cap = 10.0
  private var failures = 0

  package init() {}

  package mutating func succeeded() { failures = 0 }

  /// Seconds to wait after one more failure.
  ///
  /// - Parameter random: a number in 0..<1.
  package mutating func next(random: Double) -> Double {
    var ceiling = Backoff.first
    for _ in 0..<min(failures, 16) { ceiling = min(Backoff.cap, ceiling * 2) }
    failures += 1
    return ceiling / 2 + ceiling / 2 * random
  }
}
