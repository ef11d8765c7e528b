/// Capped, jittered, exponential back-off as a value: doubles from `first` to `cap`, and takes a
/// random point in the upper half of each step so that many clients do not return at once.
package struct Backoff: Sendable {
  package let first: Double
  package let cap: Double
  package private(set) var failures = 0

  package init(first: Double = 0.1, cap: Double = 10) {
    self.first = first
    self.cap = cap
  }

  /// The seconds to wait after one more failure.
  ///
  /// - Parameter random: a number in 0..<1.
  package mutating func next(random: Double) -> Double {
    // 2^30 × first is above any sensible cap; the bound keeps the power from overflowing.
    let step = min(cap, first * Double(1 << min(failures, 30)))
    failures += 1
    return step / 2 + step / 2 * random
  }

  mutating func next(using random: inout some RandomNumberGenerator) -> Double {
    next(random: Double.random(in: 0..<1, using: &random))
  }

  package mutating func reset() { failures = 0 }
}
