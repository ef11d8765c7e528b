import Foundation

/// Threads that work side by side until a common wish to stop, and are waited for.
///
/// The libraries below block, so every worker has a thread of its own and nothing runs on Swift's
/// cooperative pool (docs/decisions/0005).
package final class Crew {
  private let group = DispatchGroup()

  package init() {}

  /// Runs `body` on a thread of its own, whose name a debugger shows.
  package func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let group = group
    group.enter()
    let thread = Thread {
      body()
      group.leave()
    }
    thread.name = name
    // Readers of nested input recurse to a stated depth; the default stack is too small for some.
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Waits until every worker has ended, or `seconds` have passed; returns whether all ended.
  @discardableResult
  package func join(within seconds: Double = .infinity) -> Bool {
    guard seconds.isFinite else {
      group.wait()
      return true
    }
    return group.wait(timeout: .now() + seconds) == .success
  }
}
