import Foundation

/// Runs blocking work on a thread of its own, since Swift's cooperative pool must not be blocked.
///
/// - Parameter stack: the thread's stack in octets.
package func onThread<Result: Sendable>(
  stack: Int = 8 << 20, _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    let thread = Thread { continuation.resume(with: Swift.Result(catching: body)) }
    thread.stackSize = stack
    thread.start()
  }
}
