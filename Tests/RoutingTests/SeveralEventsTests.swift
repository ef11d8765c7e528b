import Foundation
import Lanes
import Messaging
import Testing

@testable import Routing

/// One native record that gives several standard events: by its items, and by several mappings.
@Suite struct SeveralEventsTests {
  private let json = "{kind: 'json', record: 'rows'}"

  private func divided() throws -> ScratchHome {
    try ScratchHome(
      format: json, event: "mapping: 'people'",
      mappings: [
        "people": ScratchHome.mapping(
          "{id: {from: 'id', required: true}, name: '$.flat'}", more: "records: {each: 'people'},")
      ])
  }

  private static let body = """
    {"rows":[{"flat":"f1","people":[{"id":"a"},{"x":"b"},{"id":"c"}]},{"flat":"f2","people":{"id":"d"}}]}
    """

  @Test(
    "each item becomes an event with an id of its own, which it has again in a repeat; the letter names the bad item"
  )
  func items() throws {
    let home = try divided()
    let verdict = try home.work(Self.body)
    #expect(
      verdict.messages.map(text) == [
        #"{"id":"a","name":"f1"}"#, #"{"id":"c","name":"f1"}"#, #"{"id":"d","name":"f2"}"#,
      ])
    let ids = verdict.messages.map(\.properties.messageID)
    #expect(Set(ids).count == 3)
    #expect(try home.work(Self.body).messages.map(\.properties.messageID) == ids)
    let letter = try #require(verdict.letter)
    #expect(letter.code == "MISSING_FIELD")
    #expect(letter.place.hasPrefix("record 1, line 1, item 2: "))
  }

  @Test("after the bad item is mended, its neighbours have the ids that they had")
  func replay() throws {
    let home = try divided()
    let before = try home.work(Self.body).messages.map(\.properties.messageID)
    let mended = try home.work(Self.body.replacing(#"{"x":"b"}"#, with: #"{"id":"b"}"#))
    let after = mended.messages.map(\.properties.messageID)
    #expect(after.count == 4 && [after[0], after[2], after[3]] == before)
  }

  @Test("other bad items and records are named in the one letter")
  func manyBad() throws {
    let body =
      #"{"rows":[{"people":[{"x":"1"},{"id":"a"},{"x":"2"}]},{"people":[]},{"people":[{}]}]}"#
    let letter = try #require(try divided().work(body).letter)
    #expect(letter.expectation.hasSuffix("(also bad: records 1 item 3, 2, 3 item 1)"))
  }

  @Test(
    "a rehearsal shows the events and, of the dead letters, record and item")
  func rehearsal() throws {
    let rehearsal = try divided().rehearse(Self.body)
    #expect(rehearsal.events.count == 3)
    #expect(rehearsal.deadLetters.count == 1)
    #expect(rehearsal.deadLetters[0].hasPrefix(#"{"record":1,"item":2,"stage":"core.map""#))
  }

  @Test(
    "an event with several mappings gives an event of each; where one refuses, the others go on")
  func mappings() throws {
    let home = try ScratchHome(
      format: json, event: "mapping: ['tenant', 'owner', 'flat']",
      mappings: [
        "tenant": ScratchHome.mapping("{id: {from: 'id', required: true}}"),
        "owner": ScratchHome.mapping("{id: {from: 'owner', required: true}}"),
        "flat": ScratchHome.mapping(
          "{id: {from: 'flat', required: true}}", to: "std.flat.v1",
          more: "records: {when: {flat: {present: true}}},"),
      ])
    let verdict = try home.work(#"{"rows":[{"id":"a","owner":"b","flat":"f"}]}"#)
    #expect(verdict.letter == nil)
    #expect(verdict.messages.map(text) == [#"{"id":"a"}"#, #"{"id":"b"}"#, #"{"id":"f"}"#])
    #expect(
      verdict.messages.map(\.routingKey) == [
        "std.tenant.v1.updated.330106", "std.tenant.v1.updated.330106",
        "std.flat.v1.updated.330106",
      ])
    let ids = verdict.messages.map(\.properties.messageID)
    #expect(Set(ids).count == 3)
    // The one that stood alone before keeps its id.
    let alone = try ScratchHome(
      format: json, event: "mapping: 'tenant'",
      mappings: ["tenant": ScratchHome.mapping("{id: {from: 'id', required: true}}")])
    #expect(
      try alone.work(#"{"rows":[{"id":"a"}]}"#).messages.map(\.properties.messageID) == [ids[0]])
    let partly = try home.work(#"{"rows":[{"id":"a"}]}"#)
    #expect(partly.messages.count == 1 && partly.letter?.code == "MISSING_FIELD")
    #expect(partly.letter?.expectation.contains("also bad") == false)
  }

  @Test("a record that every mapping leaves out on purpose is an answer of no events")
  func none() throws {
    let home = try ScratchHome(
      format: json, event: "mapping: 'tenant'",
      mappings: [
        "tenant": ScratchHome.mapping("{id: 'id'}", more: "records: {when: {id: 'x'}},")
      ])
    guard case .outputs(let messages) = try home.work(#"{"rows":[{"id":"a"}]}"#) else {
      Issue.record("expected a decision")
      return
    }
    #expect(messages.isEmpty)
  }
}
