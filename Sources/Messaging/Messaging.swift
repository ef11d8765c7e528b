// Messaging: the door to the broker, a thin safe layer over librabbitmq (AMQP 0-9-1).
//
// It promises: a message that `Publisher.publish` reports as confirmed is safe with the broker; a
// delivery that was not acknowledged comes back; a lost connection is mended by itself; every wait
// is bounded. Lanes, adapter agents and tests call it. It knows nothing of departments, events or
// tables and must never import Storage, HTTP, Events or anything of the hub.
//
// Every object here belongs to one thread at a time (librabbitmq is not thread-safe per connection)
// and its calls block: run them on a `Thread` of your own, never on Swift's cooperative pool.

import Glibc

/// What this module bounds, in one place.
enum Limits {
  /// Frames are at most this long, in octets (librabbitmq's own default and RabbitMQ's).
  static let frameMax: Int32 = 131_072
  /// Tables and arrays inside header fields nest at most this deep.
  static let tableDepth = 16
  /// The largest body accepted from the broker, in octets (RabbitMQ's default `max_message_size`).
  static let bodyMax: UInt64 = 134_217_728
  /// What is reserved for a body before its octets have arrived.
  static let bodyReserve = 1 << 20
  /// Heartbeat interval asked for when the URI names none, in seconds.
  static let heartbeat = 60
  /// How long one attempt to connect may take when the URI says nothing, in seconds.
  static let connectionTimeout = 10.0
  /// How long a synchronous AMQP method may take, in seconds.
  static let callTimeout = 15.0
  /// How long a closing publisher waits for its last confirms, in seconds.
  static let farewell = 2.0
  /// Messages written between two looks at what the broker has sent meanwhile.
  static let sendsBetweenDrains = 128
  /// Octets of frames gathered before they are written.
  static let flushAt = 65_536
  /// A short string of AMQP holds at most this many octets (AMQP 0-9-1 §4.2.5.3).
  static let shortString = 255

  /// Throws if what stands at this depth may not hold a table or array.
  static func check(depth: Int) throws(MessagingError) {
    guard depth < tableDepth else { throw tooDeep }
  }

  static var tooDeep: MessagingError {
    MessagingError(
      .unsendable, at: "a header", "tables and arrays nest more than \(tableDepth) deep")
  }
}

/// The monotonic clock, in seconds.
func monotonicNow() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Sleeps so many seconds, or less if a signal arrives.
func pause(_ seconds: Double) {
  guard seconds > 0 else { return }
  var time = timespec(
    tv_sec: Int(seconds), tv_nsec: Int(seconds.truncatingRemainder(dividingBy: 1) * 1e9))
  nanosleep(&time, nil)
}

/// So many seconds as C's `timeval`; never negative.
func interval(_ seconds: Double) -> timeval {
  let bounded = min(max(seconds, 0), 86_400 * 365)
  return timeval(
    tv_sec: Int(bounded), tv_usec: Int(bounded.truncatingRemainder(dividingBy: 1) * 1e6))
}

/// A socket whose other side is gone must give an error, not end the process.
let sigpipeIsIgnored: Bool = {
  signal(SIGPIPE, SIG_IGN)
  return true
}()
