import Foundation

/// Work of the hub's own code, on this thread.
final class OwnWork: Contender {
  let name: String
  let remark: String
  /// Goes through all records once; gives events and bytes.
  private let sweep: () throws -> (events: Int, bytes: Int)

  /// A pass is so many sweeps that the clock's grain is nothing.
  private static let shortest = 0.3

  init(
    _ name: String = "tongban", remark: String = "",
    sweep: @escaping () throws -> (events: Int, bytes: Int)
  ) {
    self.name = name
    self.remark = remark
    self.sweep = sweep
  }

  func pass() throws -> Pass? {
    var pass = Pass(events: 0, bytes: 0, seconds: 0)
    let start = Self.seconds()
    repeat {
      let done = try sweep()
      pass.events += done.events
      pass.bytes += done.bytes
      pass.seconds = Self.seconds() - start
    } while pass.seconds < Self.shortest
    return pass
  }

  func end() {}

  /// One sweep without a clock, for who counts something else. - Returns: the events of it.
  func sweepOnce() throws -> Int { try sweep().events }

  /// CPU time of this thread.
  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
