import Foundation
import HubSupport
import TestSupport
import Testing

@Suite("tongban mapping draft") struct DraftCommandTests {
  private static let rows = """
    LSH,SFZH,XM,XB,CSRQ,XZQH,SJ
    000123,330103189003070016,王小宁,1,18900307,330106,20261102090000
    000124,330104189104120349,李芳,2,18910412,330106,20261102091500

    """

  @Test(
    "with --write it makes an adapter whose samples can be tested at once, and never touches one that is there"
  )
  func writes() async throws {
    try await onThread {
      let home = FileManager.default.temporaryDirectory.appending(
        path: "draft-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: home) }
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: Tongban.project.appending(path: "topology"), to: home.appending(path: "topology"))
      let file = home.appending(path: "rent.csv")
      try Data(Self.rows.utf8).write(to: file)
      func tongban(_ words: String...) -> Tongban.Answer {
        Tongban.run(words, environment: ["TONGBAN_HOME": home.path])
      }
      let draft = ["mapping", "draft", file.path, "--department", "housing", "--event", "rent"]
      let shown = Tongban.run(draft, environment: ["TONGBAN_HOME": home.path])
      #expect(shown.status == 0)
      #expect(shown.output.contains("// ---- adapters/housing/mappings/rent.json5"))
      #expect(!FileManager.default.fileExists(atPath: home.appending(path: "adapters").path))

      let written = Tongban.run(draft + ["--write"], environment: ["TONGBAN_HOME": home.path])
      #expect(written.status == 0, "\(written.error)")
      let accepted = tongban("mapping", "test", "housing", "--accept")
      #expect(accepted.status == 0, "\(accepted.error)")
      let events = try String(
        contentsOf: home.appending(path: "adapters/housing/samples/rent/rent.csv.events.ndjson"),
        encoding: .utf8)
      #expect(events.split(separator: "\n").count == 2)

      let again = Tongban.run(draft + ["--write"], environment: ["TONGBAN_HOME": home.path])
      #expect(again.status == 2)
      #expect(again.error.contains("exists already"))
    }
  }

  @Test(
    "for programs it says each thing in a line of JSON; what is no sample ends with 1, wrong words with 2"
  )
  func answers() async throws {
    try await onThread {
      let file = FileManager.default.temporaryDirectory.appending(
        path: "draft-\(UUID().uuidString).csv")
      defer { try? FileManager.default.removeItem(at: file) }
      try Data(Self.rows.utf8).write(to: file)
      let environment = ["TONGBAN_HOME": Tongban.project.path]
      let lines = Tongban.run(["mapping", "draft", file.path, "--json"], environment: environment)
      for line in lines.output.split(separator: "\n") {
        #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
      }
      #expect(lines.output.contains(#""takenFor":"identity number""#))
      #expect(!lines.output.contains("330103189003070016"))
      #expect(Tongban.run(["mapping", "draft", "/dev/null"], environment: environment).status == 1)
      #expect(Tongban.run(["mapping", "draft"], environment: environment).status == 2)
      let wrong = ["mapping", "draft", file.path, "--department", "../x"]
      #expect(Tongban.run(wrong, environment: environment).status == 2)
    }
  }
}
