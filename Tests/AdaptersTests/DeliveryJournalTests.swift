import Foundation
import Testing

@testable import Adapters

@Suite struct DeliveryJournalTests {
  private let root = FileManager.default.temporaryDirectory.appending(
    path: "journal-\(UUID().uuidString)")
  private var folder: URL { root.appending(path: "in") }
  private var state: URL { root.appending(path: "state") }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("a delivered file lies in the folder whole, and its ids are known, also after a restart")
  func delivers() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let journal = try DeliveryJournal(folder: folder, state: state)
    #expect(!journal.contains("one"))
    try journal.deliver([1, 2, 3], as: "a.txt", ids: ["one", "two"])
    #expect(try names() == ["a.txt"])
    #expect(try Data(contentsOf: folder.appending(path: "a.txt")) == Data([1, 2, 3]))
    let again = try DeliveryJournal(folder: folder, state: state)
    #expect(again.contains("one") && again.contains("two") && !again.contains("three"))
  }

  @Test("a file that was ready when the agent died goes on at the next start")
  func recoversReady() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let journal = try DeliveryJournal(folder: folder, state: state)
    try journal.deliver([1], as: "a.txt", ids: ["one"])
    // As if the crash had come before the last rename.
    try FileManager.default.moveItem(
      at: folder.appending(path: "a.txt"), to: state.appending(path: "spool/a.txt"))
    let again = try DeliveryJournal(folder: folder, state: state)
    #expect(try names() == ["a.txt"])
    #expect(again.contains("one"))
  }

  @Test("a file that the journal does not know is thrown away: its messages come again")
  func forgetsUnrecorded() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    _ = try DeliveryJournal(folder: folder, state: state)
    try Data([9]).write(to: state.appending(path: "spool/half.txt"))
    let again = try DeliveryJournal(folder: folder, state: state)
    #expect(try names() == [])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: state.appending(path: "spool").path) == []
    )
    #expect(!again.contains("half"))
  }

  @Test("a torn last line of the journal is not believed")
  func tornLine() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let journal = try DeliveryJournal(folder: folder, state: state)
    try journal.deliver([1], as: "a.txt", ids: ["one"])
    let file = state.appending(path: "delivered")
    let handle = try FileHandle(forWritingTo: file)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("b.txt 0123".utf8))
    try handle.close()
    try Data([2]).write(to: state.appending(path: "spool/b.txt"))
    let again = try DeliveryJournal(folder: folder, state: state)
    #expect(try names() == ["a.txt"])
    try again.deliver([3], as: "c.txt", ids: ["three"])
    #expect(try DeliveryJournal(folder: folder, state: state).contains("three"))
  }
}
