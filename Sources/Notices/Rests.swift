/// Where notices go: the mail server, or one subscriber of webhooks.
struct Receiver: Hashable, CustomStringConvertible {
  let channel: Notice.Channel
  /// Nil for mail, all of which goes to one server.
  let subscriber: String?

  init(of notice: PendingNotice) {
    channel = notice.channel
    subscriber = notice.channel == .webhook ? notice.recipient : nil
  }

  var description: String { subscriber.map { "subscriber \($0)" } ?? "the mail server" }
}

/// Receivers that took long to fail and are left alone for a while, so that a dead one costs its neighbours a small share
/// of the time only. One that fails at once keeps nobody waiting and does not rest. A pure value.
struct Rests {
  /// What takes less keeps nobody waiting.
  static let quick = Duration.seconds(1)
  /// A rest is so many times as long as the attempt that failed.
  static let factor = 10

  private var ends: [Receiver: ContinuousClock.Instant] = [:]

  /// Those that rest at this moment.
  mutating func receivers(at now: ContinuousClock.Instant) -> [Receiver] {
    guard !ends.isEmpty else { return [] }
    ends = ends.filter { $0.value > now }
    return Array(ends.keys)
  }

  /// Takes note of a failed attempt; returns whether its receiver rests from now on.
  mutating func note(
    _ receiver: Receiver, took: Duration, at now: ContinuousClock.Instant
  ) -> Bool {
    guard took >= Rests.quick else { return false }
    ends[receiver] = now + took * Rests.factor
    return true
  }
}
