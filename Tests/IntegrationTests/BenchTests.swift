import Foundation
import HubSupport
import TestSupport
import Testing

/// `tongban bench map` as a command; what it measures is read by people, on a quiet machine.
@Suite struct BenchTests {
  private struct Row: Decodable {
    let work: String
    let name: String
    let eventsPerSecond: Double?
    let remark: String
  }

  private struct Count: Decodable {
    let work: String
    let name: String
    let perEvent: Double
  }

  private func run<Line: Decodable>(_ words: String, as line: Line.Type) async throws -> [Line] {
    let state = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID())")
    defer { try? FileManager.default.removeItem(at: state) }
    let answer = try await onThread {
      Tongban.run(
        ["bench", "map"] + words.split(separator: ",").map(String.init),
        environment: ["TONGBAN_HOME": Tongban.project.path, "TONGBAN_STATE": state.path])
    }
    #expect(answer.status == 0, "\(answer.error)")
    return try answer.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  @Test("the hub's own rows need no peer, and a peer that is left out says why it has no figure")
  func alone() async throws {
    let rows = try await run(
      "--alone,--only,JSON write,--rounds,1,--records,1000,--json", as: Row.self)
    let own = try #require(rows.first { $0.name == "tongban" })
    #expect((own.eventsPerSecond ?? 0) > 0)
    let peer = try #require(rows.first { $0.name == "python orjson" })
    #expect(peer.eventsPerSecond == nil && peer.remark.contains("not installed"))
  }

  @Test(
    "parsing, mapping, checking and writing a record allocate nothing, however many fields it has",
    .enabled(
      if: ProcessInfo.processInfo.environment["TONGBAN_LONG"] != nil,
      "TONGBAN_LONG asks for it; every allocation of a debug build is traced, which takes minutes"))
  func allocations() async throws {
    let counts = try await run("--allocations,--only,step by step", as: Count.self)
    #expect(counts.count > 4, "every step of every work is counted")
    for count in counts {
      #expect(count.perEvent < 0.1, "\(count.work): \(count.name)")
    }
  }
}
