import Foundation
import HubSupport
import TestSupport
import Testing

@Suite("commands about flows") struct FlowCommandTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "tongban-flows-\(UUID().uuidString)")

  @Test("flow simulate runs every flow where none is named, with a line and the ends of each")
  func simulate() async throws {
    try await onThread {
      let answer = Tongban.run(["flow", "simulate", "--seeds", "40", "--from", "7"])
      #expect(answer.status == 0, "\(answer.error)")
      let lines = answer.output.split(separator: "\n").map(String.init)
      #expect(lines.first?.split(separator: " ").first == "flow")
      #expect(
        lines.dropFirst().dropLast().compactMap { $0.split(separator: " ").first }.map(String.init)
          == [
            "death-reversal", "death", "employee-onboarding", "enterprise-startup", "newborn",
            "retirement",
          ])
      #expect(lines.last == "240 runs, seeds from 7: every invariant held")
      let one = Tongban.run(["flow", "simulate", "newborn", "--seeds", "40", "--json"])
      #expect(one.output.contains(#""flow":"newborn""#) && one.output.contains(#""seeds":40"#))
    }
  }

  @Test("flow graph draws into a file as SVG, with the departments' names, or prints Mermaid")
  func graph() async throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "newborn.svg")
    try await onThread {
      let answer = Tongban.run(["flow", "graph", "newborn", "--svg", file.path])
      #expect(answer.status == 0 && answer.output.isEmpty, "\(answer.error)")
      let svg = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      #expect(svg.hasPrefix("<svg ") && svg.contains(">公安</text>"))
      for arguments in [["--mermaid"], []] {
        #expect(
          Tongban.run(["flow", "graph", "newborn"] + arguments).output.hasPrefix("flowchart LR"))
      }
      #expect(Tongban.run(["flow", "graph", "newborn", "--svg", "x", "--mermaid"]).status == 2)
      let nowhere = Tongban.run(["flow", "graph", "newborn", "--svg", "\(folder.path)/no/x.svg"])
      #expect(nowhere.status == 2 && nowhere.error.contains("cannot be written"))
    }
  }
}
