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
  private var handle: FileHandle
  private var known: Set<Key128> = []
  private var order: [Key128] = []

  /// - Parameters:
  ///   - folder: the department's place; made if it is not there. Must share a file system with `state`.
  ///   - state: the agent's own folder, for spool and journal.
  package init(folder: URL, state: URL) throws {
    self.folder = folder
    spool = state.appending(path: "spool")
    journal = state.appending(path: "delivered")
    for place in [folder, spool] {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    let lines = try DeliveryJournal.wholeLines(of: journal)
    try DeliveryJournal.write(lines.suffix(AdapterLimits.remembered), to: journal)
    handle = try FileHandle(forUpdating: journal)
    try handle.seekToEnd()
    try recover(lines)
  }

  /// Whether a message with this id went into the folder already.
  package func contains(_ id: String) -> Bool { known.contains(DeliveryJournal.key(id)) }

  /// Puts one file with these messages into the folder.
  ///
  /// - Parameter name: the file's name there; sorts in the order of delivery.
  package func deliver(_ body: [UInt8], as name: String, ids: [String]) throws {
    precondition(!name.contains("/") && !name.hasPrefix("."), "the name of a file in one folder")
    let waiting = spool.appending(path: name)
    try DeliveryJournal.durably(write: body, to: waiting)
    let keys = ids.map(DeliveryJournal.key)
    let line = ([name] + keys.map(\.hex)).joined(separator: " ") + "\n"
    try handle.write(contentsOf: Data(line.utf8))
    try handle.synchronize()
    try move(name)
    remember(keys)
  }

  private func move(_ name: String) throws {
    let (from, to) = (spool.appending(path: name).path, folder.appending(path: name).path)
    guard rename(from, to) == 0 else {
      throw EdgeError("cannot move \(from) to \(to): \(String(cString: strerror(errno)))")
    }
  }

  private func recover(_ lines: [Substring]) throws {
    let waiting = Set(try FileManager.default.contentsOfDirectory(atPath: spool.path))
    var recorded: Set<String> = []
    for line in lines {
      let words = line.split(separator: " ")
      guard let name = words.first.map(String.init) else { continue }
      recorded.insert(name)
      remember(words.dropFirst().compactMap { DeliveryJournal.key(hex: $0) })
      if waiting.contains(name) { try move(name) }
    }
    for name in waiting where !recorded.contains(name) {
      try FileManager.default.removeItem(at: spool.appending(path: name))
    }
  }

  private func remember(_ keys: [Key128]) {
    for key in keys where known.insert(key).inserted { order.append(key) }
    guard order.count > AdapterLimits.remembered * 2 else { return }
    for key in order.prefix(AdapterLimits.remembered) { known.remove(key) }
    order.removeFirst(AdapterLimits.remembered)
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

  private static func durably(write bytes: [UInt8], to file: URL) throws {
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
