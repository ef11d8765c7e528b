import Events
import Foundation
import Messaging
import Testing

@testable import Adapters

@Suite struct FolderPlaceTests {
  private let root = FileManager.default.temporaryDirectory.appending(
    path: "place-\(UUID().uuidString)")

  private func place(_ records: RecordSplitter = .whole) throws -> FolderPlace {
    FolderPlace(
      journal: try DeliveryJournal(
        folder: root.appending(path: "in"), state: root.appending(path: ".agent")), records: records
    )
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "in").path).sorted()
  }

  private func message(_ body: String, id: String?, key: String = "tax.std.person.v1") -> Message {
    Message(
      exchange: "gov.delivery", routingKey: key,
      properties: Properties(contentType: "application/json", messageID: id), body: Array(body.utf8)
    )
  }

  private func texts() throws -> [String] {
    try names().map {
      try String(contentsOf: root.appending(path: "in/\($0)"), encoding: .utf8)
    }
  }

  @Test(
    "files sort in the order of delivery, also when the clock stands or goes back, and after a restart"
  )
  func order() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let first = try place()
    _ = try first.put(
      (0..<12).map { message("\($0)", id: "\($0)") }, at: Instant(microseconds: 1_000))
    _ = try first.put([message("12", id: "12")], at: Instant(microseconds: 5))
    _ = try place().put([message("13", id: "13")], at: Instant(microseconds: 7))
    #expect(try texts() == (0...13).map(String.init))
    #expect(try names().first == "0000000000001000-std.person.v1.json")
  }

  @Test(
    "a file's name holds only what is safe in a name, whatever the routing key says",
    arguments: [
      ("tax.a/../b c\nd", "-a_.._b_c_d.json"), ("tax", "-.json"), ("tax.人", "-___.json"),
      (
        "tax." + String(repeating: "k", count: 250),
        "-" + String(repeating: "k", count: 100) + ".json"
      ),
    ])
  func safeNames(key: String, ending: String) throws {
    defer { try? FileManager.default.removeItem(at: root) }
    _ = try place().put([message("1", id: "1", key: key)], at: Instant(microseconds: 1))
    #expect(try names() == ["0000000000000001" + ending])
    #expect(try place().put([message("1", id: "1", key: key)], at: Instant(microseconds: 2)) == [])
    #expect(try names().count == 1, "the journal can be read again")
  }

  @Test("messages without an id are told apart by their octets", arguments: [nil, ""])
  func withoutID(id: String?) throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let place = try place()
    for _ in 0..<2 {
      _ = try place.put([message("1", id: id), message("2", id: id)], at: Instant(microseconds: 1))
    }
    #expect(try texts() == ["1", "2"])
  }

  @Test("while the folder is away nothing is copied again; when it is back each file comes once")
  func folderAway() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let place = try place()
    let (folder, away) = (root.appending(path: "in"), root.appending(path: "away"))
    try FileManager.default.moveItem(at: folder, to: away)
    let messages = [message("1", id: "1"), message("2", id: "2")]
    for _ in 0..<5 {
      #expect(throws: EdgeError.self) { try place.put(messages, at: Instant(microseconds: 1)) }
    }
    let spool = root.appending(path: ".agent/spool").path
    #expect(try FileManager.default.contentsOfDirectory(atPath: spool).count == 1)
    try FileManager.default.moveItem(at: away, to: folder)
    _ = try place.put(messages, at: Instant(microseconds: 1))
    #expect(try texts() == ["1", "2"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: spool) == [])
  }
}
