/// Which files of a drop folder are whole: pure, from one look at the folder to the next.
///
/// A department's system writes its files in place and takes its time. A file is whole once its size and
/// time have stayed the same for `settle` seconds. Names that say "not yet" are left alone.
package struct DropWatch: Sendable {
  /// What a look at the folder shows of a file.
  package struct Seen: Sendable, Equatable {
    package var name: FileName
    package var size: Int64
    /// Microseconds since 1970.
    package var modified: Int64
    package var inode: UInt64

    package init(name: FileName, size: Int64, modified: Int64, inode: UInt64 = 0) {
      self.name = name
      self.size = size
      self.modified = modified
      self.inode = inode
    }
  }

  private let settle: Int64
  private var since: [FileName: (seen: Seen, from: Int64)] = [:]

  /// - Parameter settle: seconds without a change until a file counts as whole.
  package init(settle: Double) {
    self.settle = Int64(settle * 1_000_000)
  }

  /// The files that are whole now, the oldest first.
  ///
  /// - Parameter now: microseconds of a clock that nobody sets.
  package mutating func look(_ files: [Seen], now: Int64) -> [Seen] {
    let files = files.filter { !DropWatch.isUnfinished($0.name) }
    var next: [FileName: (seen: Seen, from: Int64)] = [:]
    for file in files {
      let before = since[file.name]
      next[file.name] = (file, before?.seen == file ? before?.from ?? now : now)
    }
    since = next
    return
      files
      .filter { file in next[file.name].map { now - $0.from >= settle } ?? false }
      .sorted { ($0.modified, $0.name) < ($1.modified, $1.name) }
  }

  /// Hidden files and the endings by which programs say that they are still writing.
  package static func isUnfinished(_ name: FileName) -> Bool {
    let endings: [StaticString] = [".tmp", ".part", ".partial", ".writing", ".filepart", "~"]
    return name.octets.first == UInt8(ascii: ".") || endings.contains { name.hasSuffix($0) }
  }
}
