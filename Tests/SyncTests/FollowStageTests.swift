import Events
import Lanes
import Messaging
import Testing

@testable import Sync

private let system = "urn:gov:housing-construction:platform"

extension Bench {
  fileprivate func event(
    _ state: String, minute: Int, number: String = "n1", system: String = system,
    change: String = "updated", act: String = "", reverses: String = ""
  ) -> Message {
    let data = Value.object([
      .init("number", .string(number)),
      .init("item", .object([.init("name", .string("施工许可"))])), .init("state", .string(state)),
      .init("changedAt", .string("2026-11-02T09:\(minute < 10 ? "0" : "")\(minute):00+08:00")),
    ])
    return message(
      data.jsonBytes, id: "\(state)\(minute)\(number)\(system)\(change)", system, change,
      act, reverses)
  }

  fileprivate func message(
    _ body: [UInt8], id: String, _ system: String = system, _ change: String = "updated",
    _ act: String = "", _ reverses: String = ""
  ) -> Message {
    Event(
      id: id, source: system, type: "std.case.v1.\(change)", dataSchema: "std.case.v1"
    ).message(
      exchange: "gov.standard", routingKey: "std.case.v1.\(change).330106", body: body,
      headers: [("tongban-act", act), ("tongban-reverses", reverses)].filter { !$0.1.isEmpty }
        .map { Field($0.0, .text($0.1)) })
  }

  /// One batch through the stage, in a transaction as the lane has it.
  fileprivate func follow(_ messages: [Message]) throws -> [Batch.Item] {
    var stage = FollowStage(
      try Shelf(watching: [], log: Log(level: .silent)) { try shippedStates() })
    var batch = Batch(
      messages.enumerated().map {
        Delivery(
          tag: DeliveryTag(generation: 1, number: UInt64($0 + 1)), redelivered: false, message: $1)
      }, consumer: "case-states")
    stage.work(&batch)
    try database.transaction { try stage.prepare(&batch, in: database, at: clock.now) }
    return batch.items
  }

  fileprivate func letter(_ item: Batch.Item) -> DeadLetter? {
    guard case .dead(let letter, _) = item.verdict else { return nil }
    return letter
  }

  fileprivate func states() throws -> [String] {
    try FollowedCases(database).list().map { "\($0.key.system) \($0.state ?? "none")" }.sorted()
  }
}

@Suite("the stage that follows cases") struct FollowStageTests {
  @Test("a batch is folded in its order, and the next batch goes on from what was written")
  func folds() throws {
    let bench = try Bench()
    let first = try bench.follow([
      bench.event("received", minute: 1), bench.event("accepted", minute: 2),
    ])
    #expect(first.allSatisfy { bench.letter($0) == nil && $0.source == "housing-construction" })
    let second = try bench.follow([
      bench.event("in-review", minute: 4), bench.event("accepted", minute: 2),
      bench.event("in-review", minute: 3), bench.event("granted", minute: 5),
      bench.event("correction-requested", minute: 6),
    ])
    let letter = try #require(bench.letter(second[4]))
    #expect(letter.stage == "case-states.fold" && letter.code == "CASE_STATE_NOT_ALLOWED")
    #expect(letter.place == "state correction-requested told of a case that is granted")
    #expect(letter.rule == "topology/cases/states.json5: states.granted")
    #expect(try bench.states() == ["\(system) granted"])
    let key = FollowedCase.Key(system: system, number: "n1")
    let history = try FollowedCases(bench.database).history(of: key)
    #expect(
      history.map { "\($0.before ?? "-") \($0.state) \($0.disposition)" } == [
        "- received applied", "received accepted applied", "accepted in-review applied",
        "in-review accepted repeated", "in-review in-review stale", "in-review granted applied",
        "granted correction-requested refused",
      ])
    #expect(history.first?.at == Instant(rfc3339: "2026-11-02T01:01:00Z"))
    if case .duplicate = second[1].verdict {} else { Issue.record("a repeat is a duplicate") }
  }

  @Test("the same number from two systems is two cases")
  func twoSystems() throws {
    let bench = try Bench()
    let items = try bench.follow([
      bench.event("accepted", minute: 1), bench.event("granted", minute: 2),
      bench.event("accepted", minute: 3, system: "urn:gov:other:system"),
    ])
    #expect(items.allSatisfy { bench.letter($0) == nil })
    #expect(items.map(\.source) == ["housing-construction", "housing-construction", "unknown"])
    #expect(try bench.states() == ["\(system) granted", "urn:gov:other:system accepted"])
    #expect(try FollowedCases(bench.database).list(number: "n1").count == 2)
  }

  @Test("an act that is taken back is gone in the next batch too, and a deletion voids the case")
  func takenBack() throws {
    let bench = try Bench()
    _ = try bench.follow([
      bench.event("accepted", minute: 1, act: "1"), bench.event("granted", minute: 2, act: "2"),
    ])
    _ = try bench.follow([
      bench.event("granted", minute: 3, change: "reversed", act: "3", reverses: "2")
    ])
    #expect(try bench.states() == ["\(system) accepted"])
    let again = try bench.follow([bench.event("granted", minute: 2, act: "2")])
    if case .duplicate = again[0].verdict {} else { Issue.record("\(again[0].verdict)") }
    _ = try bench.follow([bench.event("accepted", minute: 4, change: "deleted", act: "4")])
    #expect(try bench.states() == ["\(system) voided"])
  }

  @Test("what is no std.case.v1 dies with the place, and stops nobody")
  func unreadable() throws {
    let bench = try Bench()
    let items = try bench.follow([
      bench.message(Array("[]".utf8), id: "a"), bench.message(Array("{}".utf8), id: "b"),
      bench.message(Array(#"{"number":"1","changedAt":"yesterday"}"#.utf8), id: "c"),
      bench.message(
        Array(#"{"number":"1","changedAt":"2026-11-02T09:00:00Z","state":"16"}"#.utf8), id: "d"),
      bench.event("received", minute: 1),
    ])
    #expect(
      items.map { bench.letter($0).map { "\($0.code) \($0.place)" } } == [
        "NOT_STANDARD body", "NOT_STANDARD number", "NOT_STANDARD changedAt", "NOT_STANDARD state",
        nil,
      ])
  }
}
