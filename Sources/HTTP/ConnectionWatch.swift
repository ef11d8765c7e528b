import Foundation
import Glibc

/// Cuts the connections that take too long over an exchange; libmicrohttpd itself only counts seconds without a byte.
///
/// A client that sends one byte every ten seconds never idles. So each connection has a deadline, counted
/// from its beginning or from the end of its last exchange; past it, the socket is shut down, and
/// libmicrohttpd then closes it as it closes any other that its client has left.
// Unchecked, since all mutable state is touched under `condition` only.
final class ConnectionWatch: @unchecked Sendable {
  private struct Entry {
    let socket: Int32
    var deadline: Double
    var isBusy = false
  }

  private let condition = NSCondition()
  private let seconds: Double
  private var entries: [OpaquePointer: Entry] = [:]
  private var isStopped = false

  init(seconds: Double) {
    self.seconds = seconds
    Thread.detachNewThread { [self] in run() }
  }

  func opened(_ connection: OpaquePointer, socket: Int32) {
    condition.withLock {
      entries[connection] = Entry(socket: socket, deadline: ConnectionWatch.now + seconds)
    }
  }

  func closed(_ connection: OpaquePointer) {
    condition.withLock {
      entries[connection] = nil
      condition.broadcast()
    }
  }

  func began(_ connection: OpaquePointer) {
    condition.withLock { entries[connection]?.isBusy = true }
  }

  func ended(_ connection: OpaquePointer) {
    condition.withLock {
      entries[connection]?.isBusy = false
      entries[connection]?.deadline = ConnectionWatch.now + seconds
      condition.broadcast()
    }
  }

  /// Waits until no connection is in an exchange.
  func awaitQuiet(within seconds: Double) {
    let deadline = Date().addingTimeInterval(seconds)
    condition.withLock {
      while entries.values.contains(where: \.isBusy), condition.wait(until: deadline) {}
    }
  }

  func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
    }
  }

  private func run() {
    condition.withLock {
      while !isStopped {
        let now = ConnectionWatch.now
        for entry in entries.values where entry.deadline < now {
          shutdown(entry.socket, Int32(SHUT_RDWR))
        }
        let pause = min(1, max(0.02, seconds / 4))
        _ = condition.wait(until: Date().addingTimeInterval(pause))
      }
    }
  }

  /// Seconds on a clock that nobody sets.
  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
