import Cryptography
import Foundation

/// Puts files into a department's folder, each exactly once, although the broker may deliver twice
/// and the department's system may take a file away at any moment.
///
/// A file is written into the spool, its ids into the journal, and only then is it renamed into the
/// department's folder: the journal says that it was ready, its absence from the spool that it went.
/// After a crash a file that the journal knows is moved on, and one that it does not know is thrown
/// away, since its messages come again. One journal belongs to one agent.
package final class DeliveryJournal {
  private let folder: URL
  private let spool: URL
  private let journal: URL
  private let remembered: Int
  private var handle: FileHandle
  /// The journal is good up to here.
  private var end: UInt64
  private var known: Set<Key128> = []
  private var order: [Key128] = []
  /// Files that the journal knows and that have not gone, in their order.
  private var waiting: [String] = []
  /// The name of the last file that the journal knows.
  package private(set) var lastName: String?

  /// How a line is written; tests let it fail half-way.
  var write: (FileHandle, Data) throws -> Void = { try $0.write(contentsOf: $1) }

  /// - Parameters:
  ///   - folder: the department's place; made if it is not there. Must share a file system with `state`.
  ///   - state: the agent's own folder, for spool and journal.
  ///   - remembering: how many of the newest ids are known for sure.
  package init(folder: URL, state: URL, remembering: Int = AdapterLimits.remembered) throws {
    self.folder = folder
    spool = state.appending(path: "spool")
    journal = state.appending(path: "delivered")
    remembered = remembering
    for place in [folder, spool] {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    // Copied line by line, so that a torn one is never written on.
    let lines = try DeliveryJournal.wholeLines(of: journal)
    try DeliveryJournal.write(lines[...], to: journal)
    handle = try FileHandle(forUpdating: journal)
    end = try handle.seekToEnd()
    try recover(lines)
    try compact()
  }

  /// Whether a message with this id is in the folder, or will be after `settle`.
  package func contains(_ id: String) -> Bool { known.contains(DeliveryJournal.key(id)) }

  /// Puts one file with these messages into the folder. If it throws, either nothing has happened, or the messages
  /// are known and `settle` will do the rest.
  ///
  /// - Parameter name: the file's name there; sorts in the order of delivery.
  package func deliver(_ body: [UInt8], as name: String, ids: [String]) throws {
    guard !name.contains(where: { $0 == "/" || $0.isWhitespace }), !name.hasPrefix("."),
      (1...FileName.longest).contains(name.utf8.count)
    else { throw EdgeError("not the name of a file to deliver; expected one word") }
    try settle()
    let ready = spool.appending(path: name)
    let keys = ids.map(DeliveryJournal.key)
    do {
      try DeliveryJournal.durably(write: body, to: ready)
      try DeliveryJournal.synchronize(spool)
      try append(([name] + keys.map(\.hex)).joined(separator: " ") + "\n")
    } catch {
      // What the journal might half say must be gone before the file is.
      try cutBack()
      try? FileManager.default.removeItem(at: ready)
      throw error
    }
    lastName = name
    remember(keys)
    waiting.append(name)
    try settle()
    if order.count > remembered * 2 { try compact() }
  }

  /// Moves what is ready and has not gone into the folder.
  package func settle() throws {
    while let name = waiting.first {
      let (from, to) = (spool.appending(path: name).path, folder.appending(path: name).path)
      guard rename(from, to) == 0 else {
        throw EdgeError("cannot move \(from) to \(to): \(String(cString: strerror(errno)))")
      }
      waiting.removeFirst()
    }
  }

  private func append(_ line: String) throws {
    if try handle.offset() != end { try cutBack() }
    try write(handle, Data(line.utf8))
    try handle.synchronize()
    end += UInt64(line.utf8.count)
  }

  private func cutBack() throws {
    try handle.truncate(atOffset: end)
    try handle.seek(toOffset: end)
    try handle.synchronize()
  }

  private func recover(_ lines: [Substring]) throws {
    let ready = Set(try FileManager.default.contentsOfDirectory(atPath: spool.path))
    var recorded: Set<String> = []
    for line in lines {
      let words = line.split(separator: " ")
      guard let name = words.first.map(String.init) else { continue }
      recorded.insert(name)
      lastName = name
      remember(words.dropFirst().compactMap { DeliveryJournal.key(hex: $0) })
      if ready.contains(name) { waiting.append(name) }
    }
    try settle()
    for name in ready where !recorded.contains(name) {
      try FileManager.default.removeItem(at: spool.appending(path: name))
    }
  }

  private func remember(_ keys: [Key128]) {
    for key in keys where known.insert(key).inserted { order.append(key) }
  }

  /// Forgets the oldest ids, here and in the journal, once there are twice as many as must be remembered.
  private func compact() throws {
    guard order.count > remembered * 2 else { return }
    for key in order.prefix(order.count - remembered) { known.remove(key) }
    order.removeFirst(order.count - remembered)
    let lines = try DeliveryJournal.wholeLines(of: journal)
    var kept = lines.endIndex
    var ids = 0
    while kept > lines.startIndex, ids < remembered {
      kept -= 1
      ids += lines[kept].utf8.reduce(0) { $0 + ($1 == UInt8(ascii: " ") ? 1 : 0) }
    }
    try DeliveryJournal.write(lines[kept...], to: journal)
    let next = try FileHandle(forUpdating: journal)
    end = try next.seekToEnd()
    handle = next
  }

  /// An id may hold anything; in the journal it is its digest.
  private static func key(_ id: String) -> Key128 { Hasher128().key(id) }

  private static func key(hex: Substring) -> Key128? {
    guard let bytes = [UInt8](hex: String(hex)), bytes.count == 16 else { return nil }
    return Key128(bytes: bytes)
  }

  /// The lines that were written to their end; a torn last one is of a file that never went.
  private static func wholeLines(of file: URL) throws -> [Substring] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    guard let end = text.lastIndex(of: "\n") else { return [] }
    return text[..<end].split(separator: "\n")
  }

  private static func write(_ lines: ArraySlice<Substring>, to file: URL) throws {
    let text = lines.map { $0 + "\n" }.joined()
    let next = file.appendingPathExtension("next")
    try durably(write: Array(text.utf8), to: next)
    guard rename(next.path, file.path) == 0 else {
      throw EdgeError("cannot rename \(next.path): \(String(cString: strerror(errno)))")
    }
  }

  /// Makes what was made in a folder outlast a power cut.
  private static func synchronize(_ folder: URL) throws {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileTrouble("open the folder", folder.path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileTrouble("synchronize the folder", folder.path) }
  }

  static func durably(write bytes: [UInt8], to file: URL) throws {
    guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
      throw EdgeError("cannot write \(file.path)")
    }
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: Data(bytes))
    try handle.synchronize()
    try handle.close()
  }
}

/// Trouble at the edge that the person who runs the agent must mend.
package struct EdgeError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
