import Foundation

/// The machine's processes, as /proc shows them. A process is known by its command line, which no file
/// that went stale and no number that was given out again can imitate.
enum ProcessTable {
  /// The processes whose command line the test accepts. One that has ended and waits for its parent has none.
  static func find(_ matches: ([String]) -> Bool) -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { matches(commandLine($0)) }.sorted()
  }

  /// Whether there is none. A process shows no command line in the instant in which it becomes another
  /// program, so one look is not enough.
  static func hasNone(_ matches: ([String]) -> Bool) -> Bool {
    for _ in 0..<3 {
      guard find(matches).isEmpty else { return false }
      usleep(20_000)
    }
    return true
  }

  static func commandLine(_ pid: pid_t) -> [String] {
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return [] }
    return data.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Signals each of them that still is what it was.
  static func signal(_ signal: Int32, _ matches: ([String]) -> Bool) {
    for pid in find(matches) where matches(commandLine(pid)) { kill(pid, signal) }
  }

  /// Sends the signals one after the other, each with its share of the time, until none is left: the
  /// polite ones to those that `takesSignals` names, SIGKILL to all. Says whether it took SIGKILL.
  @discardableResult
  static func end(
    _ matches: ([String]) -> Bool, takesSignals: ([String]) -> Bool = { _ in true },
    by steps: [(signal: Int32, within: Double)], what: String
  ) throws(ServersError) -> Bool {
    for step in steps {
      signal(step.signal) { matches($0) && (step.signal == SIGKILL || takesSignals($0)) }
      if try waitUntil(within: step.within, { hasNone(matches) }) { return step.signal == SIGKILL }
    }
    let left = find(matches).map(String.init).joined(separator: ", ")
    throw ServersError(.notStopped, at: what, "process \(left) goes on after SIGKILL")
  }
}
