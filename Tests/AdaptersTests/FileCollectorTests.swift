import Events
import Foundation
import Lanes
import Messaging
import Records
import Synchronization
import Testing

@testable import Adapters

/// A drop folder of its own, a clock that the test turns, and a broker that takes what the test lets it take.
private final class Drop {
  let root = FileManager.default.temporaryDirectory.appending(path: "drop-\(UUID().uuidString)")
  var folder: URL { root.appending(path: "out") }
  var published: [Message] = []
  /// Called at each publishing, with the messages; returns the places of those refused.
  var broker: ([Message]) throws -> [Int] = { _ in [] }
  var time: Int64 = 0
  private let lines = Lines()
  private lazy var collector = make()
  private let splitter: RecordSplitter

  init(_ splitter: RecordSplitter = .lines) throws {
    self.splitter = splitter
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  var text: String { lines.text.withLock { $0 } }

  private func make() -> FileCollector {
    let surroundings = Surroundings(
      now: { Instant(microseconds: 0) }, random: { 0.5 }, stop: StopSignal(),
      log: Log(level: .debug) { [lines] line in lines.text.withLock { $0 += line } })
    let envelope = IntakeEnvelope(
      department: "tax", source: "/tax", event: "change", region: "330106",
      contentType: "text/plain")
    return FileCollector(
      settle: 1, folder: folder, splitter: splitter, envelope: envelope,
      order: OrderKey("", format: .json(JSONFormat()), charset: .utf8),
      surroundings: surroundings, uptime: { [weak self] in self?.time ?? 0 })
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func append(_ text: String, to name: String) throws {
    let handle = try FileHandle(forWritingTo: folder.appending(path: name))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  func read(_ name: String) -> String? {
    try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  func names(_ place: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: place).path).sorted()
  }

  /// So many looks, each long enough after the one before.
  func look(_ times: Int = 2) throws {
    for _ in 0..<times {
      time += 2_000_000
      try collector.round { batch in
        let refused = try broker(batch.messages)
        published += batch.messages
        let answer = refused.map {
          Outgoing<Int>.Refused(
            origin: batch.origins[$0], message: batch.messages[$0],
            error: MessagingError(.preconditionFailed, at: "a broker", "too large"))
        }
        batch = Outgoing()
        return answer
      }
    }
  }

  var bodies: [String] { published.map { String(decoding: $0.body, as: UTF8.self) } }
  var ids: [String?] { published.map(\.properties.messageID) }
}

private final class Lines: Sendable {
  let text = Mutex("")
}

private struct BrokerGone: Error {}

@Suite struct FileCollectorTests {
  @Test("a whole file is cut, published and moved; its name is in no message and no log line")
  func carries() throws {
    let drop = try Drop()
    try drop.write("a\nb\na\n", to: "330106199001011234.txt")
    try drop.look()
    #expect(drop.bodies == ["a", "b", "a"])
    #expect(Set(drop.ids).count == 3)
    #expect(try drop.names("done") == ["330106199001011234.txt"])
    #expect(!drop.text.contains("330106199001011234"))
    let label = FileName("330106199001011234.txt").label
    #expect(drop.text.contains("file \(label)") && label.count == 12)
    #expect(
      drop.published.map { $0.text("cloudEvents_subject") } == (1...3).map { "\(label)#\($0)" })
  }

  @Test("the same file under another name has the same ids, and goes beside the first")
  func repeats() throws {
    let drop = try Drop()
    let name = String(repeating: "n", count: 255)
    for _ in 0..<2 {
      try drop.write("a\na\n", to: name)
      try drop.look()
    }
    #expect(drop.ids.count == 4 && drop.ids[0..<2] == drop.ids[2..<4] && drop.ids[0] != drop.ids[1])
    #expect(try drop.names("done").map(\.utf8.count) == [255, 255])
  }

  @Test("a file that its writer cuts under the agent's hands is looked at again")
  func cut() throws {
    let drop = try Drop()
    let line = String(repeating: "x", count: 99) + "\n"
    try drop.write(String(repeating: line, count: 20_000), to: "a.txt")
    let file = drop.folder.appending(path: "a.txt").path
    drop.broker = { _ in
      truncate(file, 200)
      return []
    }
    try drop.look()
    #expect(drop.read("a.txt")?.utf8.count == 200, "it stays")
    drop.broker = { _ in [] }
    try drop.look()
    #expect(drop.read("done/a.txt")?.utf8.count == 200)
  }

  @Test("a file that grows while it is carried stays until it is whole")
  func growsMeanwhile() throws {
    let drop = try Drop()
    try drop.write("a\n", to: "a.txt")
    drop.broker = { _ in
      try drop.append("b\n", to: "a.txt")
      return []
    }
    try drop.look()
    #expect(drop.read("a.txt") == "a\nb\n" && drop.bodies == ["a"])
    drop.broker = { _ in [] }
    try drop.look()
    #expect(drop.read("done/a.txt") == "a\nb\n")
    #expect(drop.bodies == ["a", "a", "b"] && drop.ids[0] == drop.ids[1])
  }

  @Test("a file whose writer goes on after the move comes back, and its tail is not lost")
  func growsAfterwards() throws {
    let drop = try Drop()
    try drop.write("a\n", to: "a.txt")
    let writer = try FileHandle(forWritingTo: drop.folder.appending(path: "a.txt"))
    try writer.seekToEnd()
    try drop.look()
    #expect(drop.read("done/a.txt") == "a\n")
    try writer.write(contentsOf: Data("b\n".utf8))
    try drop.look(3)
    #expect(drop.read("done/a.txt") == "a\nb\n")
    #expect(drop.bodies == ["a", "a", "b"] && drop.ids[0] == drop.ids[1])
  }

  @Test(
    "a file that cannot be read waits with back-off, and the others go on",
    .enabled(if: getuid() != 0))
  func unreadable() throws {
    let drop = try Drop()
    try drop.write("secret\n", to: "a.txt")
    try drop.write("b\n", to: "b.txt")
    chmod(drop.folder.appending(path: "a.txt").path, 0)
    try drop.look()
    #expect(drop.bodies == ["b"])
    chmod(drop.folder.appending(path: "a.txt").path, 0o600)
    drop.time += 300_000_000
    try drop.look()
    #expect(drop.bodies == ["b", "secret"])
  }

  @Test("a file that is gone when its turn comes stops nothing")
  func gone() throws {
    let drop = try Drop()
    for name in ["a", "b", "c"] { try drop.write(name + "\n", to: name) }
    drop.broker = { _ in
      unlink(drop.folder.appending(path: "b").path)
      return []
    }
    try drop.look()
    #expect(drop.bodies == ["a", "c"])
    #expect(try drop.names("done") == ["a", "c"])
  }

  @Test("a record that the broker refuses leads the file to refused, while its neighbours go on")
  func refused() throws {
    let drop = try Drop()
    try drop.write("a\nb\nc\n", to: "a.txt")
    try drop.write("d\n", to: "d.txt")
    drop.broker = { messages in messages.indices.filter { messages[$0].body == [0x62] } }
    try drop.look()
    #expect(try drop.names("refused") == ["a.txt"])
    #expect(try drop.names("done") == ["d.txt"])
    #expect(drop.text.contains("record 2;"))
  }

  @Test("trouble with the broker stops the round, and nothing moves")
  func brokerGone() throws {
    let drop = try Drop()
    try drop.write("a\n", to: "a.txt")
    drop.broker = { _ in throw BrokerGone() }
    #expect(throws: BrokerGone.self) { try drop.look() }
    #expect(drop.read("a.txt") == "a\n")
  }

  @Test("files named done and refused are files like any other")
  func reservedNames() throws {
    let drop = try Drop()
    try drop.write("a\n", to: "done")
    try drop.write("b\n", to: "refused")
    try drop.look(3)
    #expect(drop.bodies.sorted() == ["a", "b"])
    #expect(try drop.names() == ["done"])
    #expect(try drop.names("done") == ["done~2", "refused"])
  }

  @Test("a link named done leads the agent nowhere, and links in the drop are left alone")
  func links() throws {
    let drop = try Drop()
    let elsewhere = drop.root.appending(path: "elsewhere")
    try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
    try Data("secret\n".utf8).write(to: elsewhere.appending(path: "secret"))
    try FileManager.default.createSymbolicLink(
      at: drop.folder.appending(path: "done"), withDestinationURL: elsewhere)
    try FileManager.default.createSymbolicLink(
      at: drop.folder.appending(path: "b.txt"),
      withDestinationURL: elsewhere.appending(path: "secret"))
    mkfifo(drop.folder.appending(path: "pipe").path, 0o600)
    try drop.write("a\n", to: "a.txt")
    try drop.look()
    #expect(drop.bodies == ["a"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.path) == ["secret"])
    #expect(drop.read("done/a.txt") == "a\n")
  }

  @Test("a link or a pipe that takes a file's place after the look is not read")
  func swapped() throws {
    let drop = try Drop()
    let folder = try DropFolder(drop.folder)
    let path = drop.folder.appending(path: "a").path
    symlink("/etc/passwd", path)
    #expect(throws: FileTrouble.self) { try folder.open(FileName("a")) }
    unlink(path)
    mkfifo(path, 0o600)
    #expect(try folder.open(FileName("a")).status == nil)
  }

  @Test("names in GBK are names, and a time that no date can hold stops nothing")
  func names() throws {
    let drop = try Drop()
    let name = FileName(octets: [0xB1, 0xE4, 0xB8, 0xFC] + Array(".txt".utf8))
    let path = FileName(octets: Array(drop.folder.path.utf8) + [0x2F] + name.octets)
    let file = path.withPath { creat($0, 0o600) }
    Foundation.write(file, "a\n", 2)
    var times = [timespec](repeating: timespec(tv_sec: 20_000_000_000_000, tv_nsec: 0), count: 2)
    futimens(file, &times)
    close(file)
    try drop.look()
    #expect(drop.bodies == ["a"])
    #expect(try DropFolder(drop.folder.appending(path: "done")).look().map(\.name) == [name])
  }
}
