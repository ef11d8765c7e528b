/// Capped, jittered, exponential back-off as a value: doubles from `first` to `cap`, and takes a
/// random point in the upper half of each step so that many clients do not return at once.
struct Backoff {
  let first: Double
  let cap: Double
  private(set) var failures = 0

  init(first: Double = 0.1, cap: Double = 10) {
    self.first = first
    self.cap = cap
  }

  /// The seconds to wait after one more failure.
  mutating func next(using random: inout some RandomNumberGenerator) -> Double {
    // 2^30 × first is above any sensible cap; the bound keeps the power from overflowing.
    let step = min(cap, first * Double(1 << min(failures, 30)))
    failures += 1
    return Double.random(in: step / 2...step, using: &random)
  }

  mutating func reset() { failures = 0 }
}
