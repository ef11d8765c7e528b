import Foundation
import HubSupport
import Messaging
import TestSupport
import Testing

/// A department's own cases, from its native rows to where they stand, by the real command on the real servers.
@Suite struct FollowedCaseTests {
  /// What `tongban case followed NUMBER --json` tells.
  private struct Line: Decodable {
    struct Entry: Decodable { let told, outcome: String }
    let number, system, department, item: String
    let state: String?
    let history: [Entry]?
  }

  @Test(
    "native rows of housing construction end in the followed case; an impossible one is archived with both states"
  )
  func followed() async throws {
    try await onThread {
      let place = try Place()
      let hub = place.start(["core", "sync", "archive"])
      let publisher = Publisher(place.broker, name: "follow test", log: { _ in })
      defer { publisher.close() }
      func send(_ id: String, _ rows: [String]) throws {
        _ = try publisher.publish([Self.message(id, rows)], confirmWithin: 10, deadline: 60)
      }
      func show(_ number: String) throws -> Line? {
        let answer = Tongban.run(
          ["case", "followed", number, "--json"], environment: place.environment)
        return try answer.output.split(separator: "\n").first.map {
          try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
      }
      try send(
        "m1",
        [
          Self.row(1, "1", "09:00"), Self.row(2, "3", "10:00"), Self.row(3, "8", "11:00"),
          Self.row(4, "9", "12:00"), Self.row(5, "10", "13:00"), Self.row(6, "11", "14:00"),
        ])
      let isGranted = try eventually(within: 120) { try show("N-1")?.state == "granted" }
      #expect(isGranted, "\(hub.text)")
      // 补正 after the end, and a case whose first word is its result.
      try send("m2", [Self.row(7, "6", "15:00")])
      try send("m3", [Self.row(8, "11", "15:00", number: "N-2")])
      let letters = try place.letters(2, within: 120).sorted { $0.place < $1.place }
      #expect(letters.map(\.reason) == ["CASE_STATE_NOT_ALLOWED", "CASE_STATE_NOT_ALLOWED"])
      #expect(letters.map(\.stage) == ["case-states.fold", "case-states.fold"])
      #expect(letters.map(\.department) == ["housing-construction", "housing-construction"])
      #expect(
        letters.map(\.place) == [
          "state correction-requested told of a case that is granted",
          "state granted told of a case that is not known yet",
        ])
      #expect(letters.first?.expected == "after granted: voided")
      let line = try #require(try show("N-1"))
      #expect(line.state == "granted" && line.department == "housing-construction")
      #expect(
        line.history?.map { "\($0.told) \($0.outcome)" } == [
          "received applied", "accepted applied", "in-review applied", "suspended applied",
          "resumed applied", "granted applied", "correction-requested refused",
        ])
      // Replayed when its acceptance has come, the result is believed.
      try send(
        "m4", [Self.row(9, "1", "13:00", number: "N-2"), Self.row(10, "3", "14:00", number: "N-2")])
      let isAccepted = try eventually(within: 120) { try show("N-2")?.state == "accepted" }
      #expect(isAccepted, "\(hub.text)")
      let letter = try #require(letters.last)
      _ = Tongban.run(["deadletter", "replay", letter.id], environment: place.environment)
      let isBelieved = try eventually(within: 120) { try show("N-2")?.state == "granted" }
      #expect(isBelieved, "\(hub.text)")
      let books = place.books("case-states", "housing-construction")
      #expect(books?.isBalanced == true && (books?.dead ?? 0) >= 1, "\(String(describing: books))")
      #expect(hub.stop() == 0, "\(hub.text)")
    }
  }

  @Test("tables of the states and of each vocabulary, and a name that is none")
  func states() async throws {
    try await onThread {
      func ask(_ words: [String]) -> Tongban.Answer {
        Tongban.run(
          ["case", "states"] + words, environment: ["TONGBAN_HOME": Tongban.project.path])
      }
      let all = ask([])
      #expect(all.status == 0 && all.output.contains("suspended") && all.output.contains("epoint"))
      let codes = ask(["mohurd", "--json"]).output.split(separator: "\n")
      #expect(codes.count == 15)
      #expect(
        codes.contains(
          #"{"code":"9","field":"blzt","note":"","states":["suspended"],"vocabulary":"mohurd","words":"特别程序（开始）"}"#
        ))
      let none = ask(["mohud"])
      #expect(none.status == 2 && none.error.contains("did you mean \"mohurd\"?"), "\(none)")
    }
  }

  private static func message(_ id: String, _ rows: [String]) -> Message {
    let header =
      "LSH;SPSXSLBM;SPSXBM;SPSXMC;GCDM;GCMC;SQRLX;SQRMC;SQRZJLX;SQRZJHM;SPBMBM;SPBMMC;BLZT;BLR;BLYJ;SQSJ;SLSJ;CNBJRQ;BLSJ;JGMC;JGBH;XZQH;SJYXBS;YLSH"
    return Message(
      exchange: "gov.intake", routingKey: "housing-construction.approval.330106",
      properties: Properties(contentType: "text/csv; charset=UTF-8", messageID: id),
      headers: [
        Field("cloudEvents_specversion", .text("1.0")), Field("cloudEvents_id", .text(id)),
        Field("cloudEvents_source", .text("urn:gov:housing-construction:platform")),
        Field("cloudEvents_type", .text("change")), Field("tongban-partition", .text("7")),
      ], body: Array(([header] + rows).joined(separator: "\r\n").utf8))
  }

  private static func row(
    _ act: Int, _ state: String, _ time: String, number: String = "N-1"
  ) -> String {
    [
      "\(act)", number, "11330106000003017L4000117051000", "建筑工程施工许可证核发", "", "样例软件园二期", "10",
      "杭州星河软件（样例）有限公司", "16", "91330106000001011B", "11330106000003017L", "西湖区住房和城乡建设局",
      state, "", "", "2026-11-02 08:50:00", "", "", "2026-11-02 \(time):00", "", "", "330106", "1",
      "",
    ].joined(separator: ";")
  }
}
