import Events
import TestSupport
import Testing

@testable import Sync

private let key = FollowedCase.Key(system: "urn:gov:a:b", number: "n1")

private func at(_ minute: Int64) -> Instant { Instant(microseconds: minute * 60_000_000) }

/// `state@minute`; `-state@minute` deletes; `~act@minute` takes an act back. An act's number is its own text.
private func statement(_ text: String, _ key: FollowedCase.Key = key) -> CaseStatement {
  let parts = text.split(separator: "@").map(String.init)
  let (word, minute) = (parts[0], at(Int64(parts[1]) ?? 0))
  if word.hasPrefix("~") {
    let act = String(word.dropFirst()).replacing("#", with: "@")
    return CaseStatement(key, state: "granted", at: minute, act: text, kind: .reversed(act: act))
  }
  if word.hasPrefix("-") {
    return CaseStatement(
      key, state: String(word.dropFirst()), at: minute, act: text, kind: .deleted)
  }
  return CaseStatement(key, state: word, at: minute, act: text)
}

@Suite("a case that is followed") struct FollowedCaseTests {
  struct Story: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let told: [String]
    /// The disposition of the last statement, and the state after it.
    let last: String
    let state: String?
    var passing: [String] = []

    init(_ name: String, _ told: [String], _ last: String, _ state: String?, passing: [String] = [])
    {
      (testDescription, self.told, self.last, self.state, self.passing) =
        (name, told, last, state, passing)
    }
  }

  private static let accepted = ["received@1", "accepted@2"]
  private static let review = accepted + ["in-review@3"]

  static let stories = [
    Story("a whole way", review + ["suspended@4", "resumed@5", "granted@6"], "applied", "granted"),
    Story("a result before the acceptance", ["granted@9"], "refused", nil),
    Story(
      "a result while it is only received", ["received@1", "granted@2"], "refused", "received"),
    Story(
      "the acceptance after a refused result", ["granted@9", "accepted@2"], "applied", "accepted"),
    Story("two results", review + ["granted@4", "denied@5"], "refused", "granted"),
    Story("the same result later", review + ["granted@4", "granted@5"], "refused", "granted"),
    Story("the same result again", review + ["granted@4", "granted@4"], "repeated", "granted"),
    Story("a resumption without a suspension", review + ["resumed@4"], "refused", "in-review"),
    Story(
      "a correction after the end", review + ["granted@4", "correction-requested@5"], "refused",
      "granted"),
    Story("an earlier time", review + ["suspended@5", "in-review@4"], "stale", "suspended"),
    Story(
      "an earlier time after the end", review + ["granted@9", "correction-requested@5"], "stale",
      "granted"),
    Story("an older word again", review + ["granted@4", "accepted@2"], "repeated", "granted"),
    Story("a step of the review after another", review + ["in-review@4"], "applied", "in-review"),
    Story("accepted twice at two times", accepted + ["accepted@3"], "refused", "accepted"),
    Story(
      "即办件: accepted and granted at one moment", ["accepted@2", "granted@2"], "applied", "granted"),
    Story("即办件 in the wrong order", ["granted@2", "accepted@2"], "applied", "accepted"),
    Story(
      "即办件: the acceptance again after its result", ["accepted@2", "granted@2", "accepted@2"],
      "repeated", "granted"),
    Story("a deleted record of an accepted case", accepted + ["-accepted@3"], "applied", "voided"),
    Story("a deletion again", accepted + ["-accepted@3", "-accepted@3"], "repeated", "voided"),
    Story(
      "a deletion of a refused case", accepted + ["denied@3", "-denied@4"], "refused", "denied"),
    Story("a deletion of what nobody told of", ["-accepted@3"], "refused", nil),
    Story("a permission that is voided", review + ["granted@4", "voided@5"], "applied", "voided"),
    Story("withdrawn before the decision", review + ["withdrawn@4"], "applied", "withdrawn"),
    Story(
      "withdrawn after the decision", review + ["granted@4", "withdrawn@5"], "refused", "granted"),
    Story(
      "anything after a refusal", ["received@1", "not-accepted@2", "accepted@3"], "refused",
      "not-accepted"),
    Story(
      "a first look that failed, and again",
      ["submitted@1", "precheck-failed@2", "submitted@3", "received@4"], "applied", "received"),
    Story(
      "a correction that never came", ["received@1", "correction-requested@2", "lapsed@3"],
      "applied", "lapsed"),
    Story(
      "accepted straight after a correction was asked for",
      ["received@1", "correction-requested@2", "accepted@3"], "refused", "correction-requested"),
    Story(
      "the same where the system cannot tell that it was brought",
      ["received@1", "correction-requested@2", "accepted@3"], "applied", "accepted",
      passing: ["corrected"]),
    Story(
      "suspended where acceptance and review have one code", accepted + ["suspended@3"], "applied",
      "suspended", passing: ["in-review"]),
    Story(
      "what passes is no beginning", ["granted@1"], "refused", nil,
      passing: ["accepted", "in-review"]),
    Story(
      "the newest act taken back", review + ["granted@4", "~granted#4@5"], "took-back", "in-review"),
    Story(
      "it goes on after that", review + ["granted@4", "~granted#4@5", "denied@6"], "applied",
      "denied"),
    Story(
      "what was taken back comes late again", review + ["granted@4", "~granted#4@5", "granted@4"],
      "repeated", "in-review"),
    Story(
      "taken back again", review + ["granted@4", "~granted#4@5", "~granted#4@6"], "repeated",
      "in-review"),
    Story(
      "an older act taken back", review + ["granted@4", "~accepted#2@5"], "refused", "granted"),
    Story(
      "an act taken back that nobody told of", review + ["~granted#4@5"], "refused", "in-review"),
    Story("the first act taken back", ["received@1", "~received#1@2"], "took-back", nil),
  ]

  @Test("what is told is applied, repeated, stale, taken back or refused", arguments: stories)
  func story(_ story: Story) throws {
    let states = try shippedStates()
    var followed = FollowedCase(key)
    var last = CaseDisposition.applied
    for text in story.told {
      last = followed.take(statement(text), by: states, passing: story.passing)
    }
    #expect(last.word == story.last, "\(last)")
    #expect(followed.state(by: states) == story.state)
  }

  @Test("a refusal names both states and what might have come")
  func refusal() throws {
    let states = try shippedStates()
    var followed = FollowedCase(key, steps: [.init(state: "granted", at: at(1))])
    let late = followed.take(statement("correction-requested@2"), by: states)
    #expect(
      late
        == .refused(
          CaseRefusal(
            state: "granted", told: "correction-requested",
            place: "state correction-requested told of a case that is granted",
            expected: "after granted: voided")))
    var unknown = FollowedCase(key)
    guard case .refused(let first) = unknown.take(statement("granted@1"), by: states) else {
      Issue.record("a result is no beginning")
      return
    }
    #expect(first.place == "state granted told of a case that is not known yet")
    #expect(first.expected == "first of all one of draft, submitted, received, accepted")
  }

  @Test("whatever comes in whatever order: a believed step was allowed, and time never goes back")
  func anyOrder() throws {
    let states = try shippedStates()
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    let names = states.states.map(\.name)
    for _ in 0..<2_000 {
      var followed = FollowedCase(key)
      for _ in 0..<12 {
        let before = followed
        let told = CaseStatement(key, state: names[next(names.count)], at: at(Int64(next(6))))
        let disposition = followed.take(told, by: states)
        if disposition == .applied {
          #expect(states.allows(told.state, after: before.state(by: states)), "seed \(seed)")
          #expect(told.at >= before.steps.last?.at ?? told.at, "seed \(seed)")
          #expect(followed.steps.count == before.steps.count + 1, "seed \(seed)")
        } else {
          #expect(followed == before, "seed \(seed)")
        }
      }
    }
  }
}
