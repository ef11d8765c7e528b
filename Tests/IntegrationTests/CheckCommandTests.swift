import Foundation
import HubSupport
import TestSupport
import Testing

@Suite("commands that answer without a server") struct CheckCommandTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "tongban-checks-\(UUID().uuidString)")

  private func file(_ name: String, _ text: String) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let place = folder.appending(path: name)
    try Data(text.utf8).write(to: place)
    return place.path
  }

  @Test("json check follows RFC 8259 alone", .timeLimit(.minutes(2)))
  func json() async throws {
    try await onThread {
      for (text, status) in [
        (#"{"a":1,"a":2}"#, Int32(0)), ("[1,]", 1), ("", 1), ("\"\\ud800\"", 0),
      ] {
        #expect(
          Tongban.run(["json", "check"], input: Array(text.utf8)).status == status, "\(text)")
      }
      #expect(Tongban.run(["json", "check", "/nowhere.json"]).status == 2)
    }
  }

  @Test("schema check answers a line for each instance", .timeLimit(.minutes(2)))
  func schema() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let schema = try file(
      "schema.json",
      #"{"type":"object","required":["id"],"properties":{"id":{"format":"gb11643"}}}"#)
    try await onThread {
      let answer = Tongban.run(
        ["schema", "check", schema, "--json"],
        input: Array("{\"id\":\"330103189003070016\"}\n{}\n[\n".utf8))
      #expect(answer.status == 1)
      let lines = answer.output.split(separator: "\n").map(String.init)
      #expect(lines.count == 3)
      #expect(lines.first == #"{"valid":true}"#)
      #expect(lines.dropFirst().first?.contains(#""keywordPath":"/required""#) == true)
      #expect(lines.last?.contains("JSON") == true)
    }
  }

  @Test("schema diff says how two versions go together and exits 1 if old data breaks")
  func difference() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let old = try file("old.json", #"{"properties":{"a":{}},"additionalProperties":false}"#)
    let new = try file(
      "new.json", #"{"properties":{"a":{},"b":{}},"additionalProperties":false}"#)
    let broken = try file("broken.json", #"{"type":1}"#)
    try await onThread {
      let forwards = Tongban.run(["schema", "diff", old, new])
      #expect(forwards.status == 0)
      #expect(forwards.output.hasPrefix("backward: "))
      #expect(forwards.output.contains("/b: no value may stand here (/additionalProperties)"))
      let back = Tongban.run(["schema", "diff", new, old, "--json"])
      #expect(back.status == 1)
      #expect(back.output.contains(#""verdict":"forward""#))
      let refused = Tongban.run(["schema", "diff", old, broken])
      #expect(refused.status == 2)
      #expect(refused.error.contains("broken.json"))
    }
  }

  @Test("standards check answers with the reason", .timeLimit(.minutes(2)))
  func standards() async throws {
    try await onThread {
      let answer = Tongban.run(
        ["standards", "check", "gb11643", "--json"],
        input: Array("330103189003070016\n330103189003070017\n".utf8))
      #expect(answer.status == 1)
      let lines = answer.output.split(separator: "\n").map(String.init)
      #expect(lines.first?.contains(#""valid":true"#) == true)
      #expect(lines.last?.contains("WRONG_CHECK_CHARACTER") == true)
      #expect(Tongban.run(["standards", "check", "gb1"]).status == 2)
    }
  }
}
