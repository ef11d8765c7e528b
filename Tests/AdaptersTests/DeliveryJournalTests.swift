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

  @Test("a line that could not be written leaves no trace, and the next one is whole")
  func failedLine() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let journal = try DeliveryJournal(folder: folder, state: state)
    try journal.deliver([1], as: "a.txt", ids: ["one"])
    let file = state.appending(path: "delivered")
    let size = try Data(contentsOf: file).count
    // As on a full disk: half of the line, then no more.
    journal.write = { handle, line in
      try handle.write(contentsOf: line.prefix(line.count / 2))
      throw POSIXError(.ENOSPC)
    }
    #expect(throws: POSIXError.self) { try journal.deliver([2], as: "b.txt", ids: ["two"]) }
    #expect(try Data(contentsOf: file).count == size)
    #expect(!journal.contains("two"))
    journal.write = { handle, line in try handle.write(contentsOf: line) }
    try journal.deliver([3], as: "c.txt", ids: ["three"])
    #expect(try names() == ["a.txt", "c.txt"])
    let again = try DeliveryJournal(folder: folder, state: state)
    #expect(again.contains("one") && again.contains("three") && !again.contains("two"))
  }

  @Test("the journal stays small while the agent runs, and knows the newest ids for sure")
  func compacts() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let journal = try DeliveryJournal(folder: folder, state: state, remembering: 10)
    for number in 0..<200 { try journal.deliver([1], as: "\(number).txt", ids: ["id \(number)"]) }
    let file = state.appending(path: "delivered")
    #expect(try String(contentsOf: file, encoding: .utf8).split(separator: "\n").count <= 21)
    let again = try DeliveryJournal(folder: folder, state: state, remembering: 10)
    for journal in [journal, again] {
      #expect((190..<200).allSatisfy { journal.contains("id \($0)") } && !journal.contains("id 0"))
      #expect(journal.lastName == "199.txt")
    }
    #expect(try names().count == 200)
  }
}
