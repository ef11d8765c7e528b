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

  private static let home = ["TONGBAN_HOME": Tongban.project.path]

  @Test("standards list names every code table with edition and source, and every kind of number")
  func standardsList() async throws {
    struct Line: Decodable {
      let kind, name, title: String
      let edition, source: String?
      let codes: Int?
    }
    try await onThread {
      let answer = Tongban.run(["standards", "list", "--json"], environment: Self.home)
      #expect(answer.status == 0, "\(answer.error)")
      let lines = try answer.output.split(separator: "\n").map {
        try JSONDecoder().decode(Line.self, from: Data($0.utf8))
      }
      let folder = Tongban.project.appending(path: "topology/codes").path
      let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
        $0.hasSuffix(".csv")
      }
      let tables = lines.filter { $0.kind == "table" }
      #expect(tables.map(\.name) == files.map { String($0.dropLast(4)) }.sorted())
      #expect(tables.allSatisfy { $0.source?.isEmpty == false && $0.edition?.isEmpty == false })
      #expect(lines.allSatisfy { !$0.title.isEmpty })
      #expect(lines.first { $0.name == "gbt2261-1" }?.codes == 4)
      #expect(lines.contains { $0.kind == "number" && $0.name == "gb32100" })
      let page = Tongban.run(["standards", "list"], environment: Self.home).output
      #expect(page.contains("gbt4658-1984") && page.contains("公民身份号码"))
    }
  }

  @Test("standards show gives a table, one code of it, and an earlier edition")
  func standardsShow() async throws {
    @Sendable func show(_ words: String...) -> Tongban.Answer {
      Tongban.run(["standards", "show"] + words, environment: Self.home)
    }
    try await onThread {
      let page = show("gbt4658").output
      #expect(page.contains("GB/T 4658-2006") && page.contains("also      1984"))
      #expect(page.contains("CODE") && page.contains("博士研究生毕业"))
      #expect(
        show("gbt4658", "20", "--edition", "1984", "--json").output
          == #"{"code":"20","edition":"1984","label":"大学本科","table":"gbt4658"}"# + "\n")
      // A code that was given out again: what it meant before, too.
      let former = show("gbt2260-history", "110103", "--json").output
      #expect(former.contains(#""label":"崇文区""#) && former.contains(#""to":"2009""#))
      let unknown = show("gbt4658", "no")
      #expect(unknown.status == 1 && unknown.error.contains("has no code \"no\""))
      let misspelt = show("gbt4685")
      #expect(misspelt.status == 2 && misspelt.error.contains("did you mean \"gbt4658\""))
      let edition = show("gbt4658", "--edition", "1999")
      #expect(edition.status == 2 && edition.error.contains("expected 1984, 2006"))
    }
  }
}
