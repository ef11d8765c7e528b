import Foundation

/// An unprivileged user whom root lets a server run as: PostgreSQL refuses root, and the broker does not need it.
struct Account {
  let name: String
  let user: uid_t
  let group: gid_t

  static var isRoot: Bool { geteuid() == 0 }

  /// The first of these users that the machine has.
  static func first(of names: [String]) throws(ServersError) -> Account {
    for name in names {
      guard let entry = getpwnam(name) else { continue }
      return Account(name: name, user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
    }
    throw ServersError(
      .programMissing, at: "the user \(names[0])",
      "root runs the servers as this user, and it does not exist: run scripts/setup")
  }

  func own(_ file: URL) throws(ServersError) {
    guard chown(file.path, user, group) == 0 else {
      throw .system("cannot be given to the user \(name)", at: file)
    }
  }

  /// Whether the user can reach a folder through all folders above it.
  func canReach(_ folder: URL) throws(ServersError) -> Bool {
    try Program.run("/usr/bin/test", ["-x", folder.path], as: self).status == 0
  }
}

/// Folders and secret files, made with their modes from the first moment.
enum Files {
  /// Makes the folder if it is missing; the mode is set in any case.
  static func folder(_ folder: URL, mode: mode_t, owner: Account? = nil) throws(ServersError) {
    do {
      try FileManager.default.createDirectory(
        at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw ServersError(.stateUnusable, at: folder.path, "cannot be made: \(reason(error))")
    }
    guard mkdir(folder.path, mode) == 0 || errno == EEXIST, chmod(folder.path, mode) == 0 else {
      throw .system("cannot be made or used", at: folder)
    }
    try owner?.own(folder)
  }

  /// Writes the file so that there is either the old or the new one, readable by its owner alone.
  static func write(_ text: String, to file: URL, mode: mode_t = 0o600, owner: Account? = nil)
    throws(ServersError)
  {
    let fresh = file.appendingPathExtension("new")
    unlink(fresh.path)
    let descriptor = open(fresh.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .system("cannot be written", at: file) }
    let bytes = Array(text.utf8)
    let written = Glibc.write(descriptor, bytes, bytes.count)
    let flushed = fsync(descriptor)
    close(descriptor)
    guard written == bytes.count, flushed == 0 else { throw .system("cannot be written", at: file) }
    try owner?.own(fresh)
    guard rename(fresh.path, file.path) == 0 else { throw .system("cannot be replaced", at: file) }
  }

  static func exists(_ file: URL) -> Bool { access(file.path, F_OK) == 0 }

  static func remove(_ file: URL) throws(ServersError) {
    guard exists(file) else { return }
    do { try FileManager.default.removeItem(at: file) } catch {
      throw ServersError(.stateUnusable, at: file.path, "cannot be removed: \(reason(error))")
    }
  }

  /// The last lines of a log, for an error that says why a server did not start.
  static func tail(_ file: URL, lines: Int = 12) -> String {
    guard let handle = try? FileHandle(forReadingFrom: file) else { return "" }
    defer { try? handle.close() }
    let size = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: size > UInt64(Limits.output) ? size - UInt64(Limits.output) : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
  }

  private static func reason(_ error: any Error) -> String {
    (error as NSError).localizedDescription
  }
}

extension ServersError {
  /// A system call on a file failed: what, where, and the system's word.
  static func system(_ what: String, at file: URL) -> ServersError {
    ServersError(.stateUnusable, at: file.path, "\(what): \(String(cString: strerror(errno)))")
  }
}
