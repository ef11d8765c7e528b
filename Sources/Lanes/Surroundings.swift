import Events
import Foundation
import Synchronization

/// Time, randomness, the log and the wish to stop: all that a worker takes from outside besides its connections.
package struct Surroundings: Sendable {
  package let now: @Sendable () -> Instant
  /// A number in 0..<1, for the jitter of back-off alone.
  package let random: @Sendable () -> Double
  package let stop: StopSignal
  package let log: Log
  /// Called between any two effects; tests crash the process here.
  package let failpoint: @Sendable (String) -> Void

  package init(
    now: @escaping @Sendable () -> Instant, random: @escaping @Sendable () -> Double,
    stop: StopSignal, log: Log, failpoint: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.now = now
    self.random = random
    self.stop = stop
    self.log = log
    self.failpoint = failpoint
  }

  /// The real clock and the system's randomness. `TONGBAN_FAILPOINT=name` kills the process at that point.
  package static func real(stop: StopSignal, log: Log) -> Surroundings {
    let point = ProcessInfo.processInfo.environment["TONGBAN_FAILPOINT"]
    return Surroundings(
      now: { Instant(seconds: Date().timeIntervalSince1970) }, random: { Double.random(in: 0..<1) },
      stop: stop, log: log,
      failpoint: { name in if name == point { kill(getpid(), SIGKILL) } })
  }
}

/// One wish to stop, seen by every thread.
package final class StopSignal: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package var isSet: Bool { flag.load(ordering: .acquiring) }

  package func set() { flag.store(true, ordering: .releasing) }

  /// Waits, but not beyond a wish to stop.
  ///
  /// - Parameter clock: how time passes; one that nobody sets, since a clock that is put back would wait all it was put back.
  package func wait<Time: Clock<Duration>>(seconds: Double, by clock: Time = ContinuousClock()) {
    let end = clock.now.advanced(by: .seconds(seconds))
    while !isSet {
      let left = clock.now.duration(to: end) / .seconds(1)
      guard left > 0 else { return }
      Thread.sleep(forTimeInterval: min(0.05, max(0.001, left)))
    }
  }
}
