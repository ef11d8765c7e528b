import Foundation
import Synchronization

/// A configuration that is read from folders or files and read again when they change: the newest good one is
/// on the shelf, and a broken one never replaces it. Lanes look between two batches.
package final class Shelf<Value: Sendable>: Sendable {
  private struct State {
    var value: Value
    var version: Int
    var fingerprint: [String]
  }

  private let folders: [URL]
  private let log: Log
  private let read: @Sendable () throws -> Value
  private let state: Mutex<State>

  /// Reads for the first time.
  ///
  /// - Parameters:
  ///   - folders: what is watched: folders with everything below, or single files.
  ///   - read: reads them whole, or throws what is wrong with them.
  package init(watching folders: [URL], log: Log, read: @escaping @Sendable () throws -> Value)
    throws
  {
    self.folders = folders
    self.log = log.named("tongban configuration")
    self.read = read
    let fingerprint = Shelf.fingerprint(of: folders)
    state = Mutex(State(value: try read(), version: 1, fingerprint: fingerprint))
  }

  /// The newest good configuration, and a number that grows with each.
  package var current: (value: Value, version: Int) {
    state.withLock { ($0.value, $0.version) }
  }

  package var version: Int { state.withLock { $0.version } }

  /// Reads again if anything below the folders has changed since the last time.
  package func reload() {
    let fingerprint = Shelf.fingerprint(of: folders)
    guard state.withLock({ $0.fingerprint }) != fingerprint else { return }
    do {
      let value = try read()
      let version = state.withLock { state in
        state = State(value: value, version: state.version + 1, fingerprint: fingerprint)
        return state.version
      }
      log.info(
        "read \(folders.map(\.lastPathComponent).joined(separator: ", ")) anew: version \(version)")
    } catch {
      // Remembered as seen, so that one mistake is told once; the next change is read again.
      state.withLock { $0.fingerprint = fingerprint }
      log.error("a changed configuration is not used, the one before goes on: \(error)")
    }
  }

  /// Name, size and time of every file.
  private static func fingerprint(of folders: [URL]) -> [String] {
    folders.flatMap { folder -> [String] in
      let names =
        FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
      return [fingerprint(folder, folder.lastPathComponent)]
        + names.sorted().map { fingerprint(folder.appending(path: $0), $0) }
    }
  }

  private static func fingerprint(_ file: URL, _ name: String) -> String {
    var status = stat()
    guard stat(file.path, &status) == 0 else { return name }
    return "\(name) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }
}
