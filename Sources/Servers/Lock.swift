import Foundation

/// The right to change a state folder, held by one process at a time. The system takes it back from a
/// process that ends, however it ends.
struct Lock: ~Copyable {
  private let descriptor: Int32

  init(_ state: URL) throws(ServersError) {
    let file = state.appending(path: "lock")
    descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("cannot be opened", at: file) }
    let held = descriptor
    guard try waitUntil(within: Limits.lock, { flock(held, LOCK_EX | LOCK_NB) == 0 }) else {
      close(descriptor)
      throw ServersError(
        .stateBusy, at: state.path,
        "another `tongban up` or `down` has been at work for \(Int(Limits.lock)) s")
    }
  }

  deinit { close(descriptor) }
}
