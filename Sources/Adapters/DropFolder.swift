import Events
import Foundation

/// A folder held by its descriptor, so that nobody who may write into it can lead the agent elsewhere: every
/// name is looked up in this very folder, and no symbolic link is followed below it.
package final class DropFolder {
  /// What the log calls it.
  package let path: String
  private let descriptor: Int32

  /// Opens the folder, and makes it if it is not there. The path itself is the operator's and may hold links.
  package init(_ path: URL) throws {
    try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
    self.path = path.path
    descriptor = Glibc.open(path.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileTrouble("open the folder", path.path) }
  }

  private init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// The regular files in it; folders, links and special files are not a department's records.
  package func look() throws -> [DropWatch.Seen] {
    // A descriptor of its own, whose place in the folder begins at the start.
    let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0, let listing = fdopendir(own) else {
      let trouble = FileTrouble("list", path)
      if own >= 0 { close(own) }
      throw trouble
    }
    defer { closedir(listing) }
    var files: [DropWatch.Seen] = []
    while true {
      errno = 0
      guard let entry = readdir(listing) else { break }
      let name = DropFolder.name(of: entry)
      if let file = status(of: name) { files.append(file) }
    }
    guard errno == 0 else { throw FileTrouble("list", path) }
    return files
  }

  /// What it says of a regular file; nil if there is none of that name.
  package func status(of name: FileName) -> DropWatch.Seen? {
    var status = stat()
    guard name.withPath({ fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
      return nil
    }
    return DropWatch.Seen(name: name, status)
  }

  /// Opens a regular file for reading; neither a link nor a pipe that took its place meanwhile.
  package func open(_ name: FileName) throws -> DropFile {
    let file = name.withPath {
      openat(descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    }
    guard file >= 0 else { throw FileTrouble("open", place(of: name)) }
    return DropFile(name: name, place: place(of: name), descriptor: file)
  }

  /// The folder of that name in this one, made if it is not there. Whatever else has the name is put aside under
  /// another one: a file then is one of the drop like any other, and a link leads nowhere.
  package func folder(_ name: String) throws -> DropFolder {
    let entry = FileName(name)
    if let found = try opened(entry) { return found }
    try move(entry, to: self, as: entry)
    guard let made = try opened(entry) else {
      throw FileTrouble("make the folder", place(of: entry))
    }
    return made
  }

  private func opened(_ name: FileName) throws -> DropFolder? {
    let path = "\(path)/\(String(decoding: name.octets, as: UTF8.self))"
    guard name.withPath({ mkdirat(descriptor, $0, 0o777) }) == 0 || errno == EEXIST else {
      throw FileTrouble("make the folder", path)
    }
    let folder = name.withPath {
      openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    if folder >= 0 { return DropFolder(descriptor: folder, path: path) }
    guard errno == ENOTDIR || errno == ELOOP else { throw FileTrouble("open the folder", path) }
    return nil
  }

  /// Moves a file, beside those that went before under the same name; returns the name it has there.
  @discardableResult
  package func move(_ name: FileName, to target: DropFolder, as wish: FileName) throws -> FileName {
    for number in 1...100_000 {
      let free = wish.numbered(number)
      if try rename(name, to: target, as: free) { return free }
    }
    throw EdgeError("\(target.path) holds too many files of the name \(wish.label): remove some")
  }

  /// Returns false if the name is taken. An empty file holds it until the move replaces that, so that neither an
  /// older file nor one that appears meanwhile is lost.
  private func rename(_ name: FileName, to target: DropFolder, as free: FileName) throws -> Bool {
    let held = free.withPath {
      openat(target.descriptor, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }
    guard held >= 0 else {
      if errno == EEXIST { return false }
      throw FileTrouble("make a file", target.place(of: free))
    }
    close(held)
    let moved = name.withPath { from in
      free.withPath { to in renameat(descriptor, from, target.descriptor, to) }
    }
    if moved == 0 { return true }
    let trouble = FileTrouble("move", place(of: name))
    _ = free.withPath { unlinkat(target.descriptor, $0, 0) }
    throw trouble
  }

  private func place(of name: FileName) -> String { "\(path), file \(name.label)" }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> FileName {
    // Read where it lies: an entry is shorter than the structure that C declares for it.
    let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 19
    let start = UnsafeRawPointer(entry) + offset
    return FileName(
      octets: Array(
        UnsafeRawBufferPointer(
          start: start, count: strlen(start.assumingMemoryBound(to: CChar.self)))))
  }
}

/// An open file of a drop folder, read in bounded chunks.
package final class DropFile {
  private let name: FileName
  private let place: String
  private let descriptor: Int32

  fileprivate init(name: FileName, place: String, descriptor: Int32) {
    self.name = name
    self.place = place
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// What it is now, wherever it was moved; nil if it is no regular file.
  package var status: DropWatch.Seen? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    return DropWatch.Seen(name: name, status)
  }

  /// Hands out the first `size` octets in order, until `body` returns false.
  ///
  /// - Returns: false if the file ended before that: somebody cut it.
  package func read(_ size: Int64, _ body: (UnsafeRawBufferPointer) throws -> Bool) throws -> Bool {
    let room = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Int(min(size, Int64(AdapterLimits.chunk))), alignment: 16)
    defer { room.deallocate() }
    var offset: Int64 = 0
    while offset < size {
      let count = pread(
        descriptor, room.baseAddress, min(room.count, Int(size - offset)), off_t(offset))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileTrouble("read", place) }
      guard count > 0 else { return false }
      offset += Int64(count)
      guard try body(UnsafeRawBufferPointer(rebasing: room[..<count])) else { return true }
    }
    return true
  }
}

extension DropWatch.Seen {
  /// Nil if it is no regular file.
  fileprivate init?(name: FileName, _ status: stat) {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    let modified = Instant(
      wholeSeconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
    self.init(
      name: name, size: Int64(status.st_size), modified: modified.microseconds,
      inode: UInt64(status.st_ino))
  }
}

/// One file or folder that the system does not let the agent use. Made right after the call that failed.
package struct FileTrouble: Error, CustomStringConvertible {
  package let description: String

  init(_ what: String, _ place: @autoclosure () -> String) {
    let reason = String(cString: strerror(errno))
    description = "cannot \(what): \(place()): \(reason)"
  }
}
