import Foundation
import Testing

@testable import Sync

/// The flow that docs/writing-a-flow.md shows, and the one that it includes.
@Suite("the flow in the documentation") struct DocumentedFlowTests {
  private static let page = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs/writing-a-flow.md")

  private static func text() throws -> String { try String(contentsOf: page, encoding: .utf8) }

  /// The blocks that begin with the path of a file, by that file's name.
  private static func files() throws -> [String: String] {
    let head = "// topology/flows/"
    var files: [String: String] = [:]
    for block in try text().components(separatedBy: "```json5\n").dropFirst() {
      guard block.hasPrefix(head), let end = block.range(of: "```") else { continue }
      let name = block.dropFirst(head.count).prefix { $0 != "." }
      files[String(name)] = String(block[..<end.lowerBound])
    }
    return files
  }

  @Test("it reads, it is sound with what it includes, and it keeps every invariant")
  func sound() throws {
    let files = try Self.files()
    #expect(files.keys.sorted() == ["opinions", "restaurant"])
    let known = departments + ["health", "housing-construction", "natural-resources"]
    for (name, text) in files {
      let flow = try Flow.read(Array(text.utf8), file: "\(name).json5") {
        files[$0].map { Array($0.utf8) }
      }
      #expect(flow.check(departments: known).isEmpty, "\(flow.check(departments: known))")
      #expect(flow.name == name)
      let simulation = Simulation(flow)
      var ends: Set<Case.State> = []
      for seed in UInt64(1)...300 {
        let run = simulation.run(seed: seed)
        #expect(run.violations.isEmpty, "\(name), seed \(seed): \(run.violations)")
        ends.insert(run.state)
      }
      #expect(ends.isSuperset(of: [.completed, .compensated]), "\(name): \(ends)")
    }
  }

  @Test("every kind of notice and every role is named there")
  func words() throws {
    let text = try Self.text()
    for word in NoticeKind.allCases.map(\.rawValue) + Flow.Role.allCases.map(\.rawValue) {
      #expect(text.contains("`\(word)`"), "\(word)")
    }
  }
}
