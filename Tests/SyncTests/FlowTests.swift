import Configuration
import Testing

@testable import Sync

@Suite("flows") struct FlowTests {
  @Test("a flow that is shipped reads as it is written")
  func shipped() throws {
    let flow = try enterpriseStartup()
    #expect(
      flow.steps.compactMap(\.department) == [
        "market-regulation", "market-regulation", "public-security", "tax", "social-security",
        "medical-insurance", "housing-fund",
      ])
    #expect(flow.steps.map(\.after) == [[], [0], [1], [1], [1], [1], [1]])
    #expect(flow.steps.map(\.isOptional) == [false, false, false, false, false, true, true])
    #expect(
      flow.notices[.compensated] == [
        .init(channel: "webhook", recipient: .fixed("applicant-portal")),
        .init(channel: "mail", recipient: .applicant(["mail"])),
      ])
    guard case .act(let revoke) = flow.steps[1].compensation else {
      Issue.record("the registration has no compensation")
      return
    }
    #expect(revoke.title == "撤销登记")
    #expect(revoke.retry.attempts == 5)
  }

  @Test("an application that lacks what a task needs is told all of it before a case begins")
  func missing() throws {
    let flow = try enterpriseStartup()
    #expect(
      flow.missing(in: .object([.init("name", .string("n"))]))
        == ["legalRepresentative", "address", "division"])
    #expect(flow.missing(in: flow.sampleApplication).isEmpty)
  }

  private func text(_ steps: String) -> String {
    """
    { name: "f", title: "t", version: 1, operators: { queue: "desk", remind: "1d" }, steps: {
    \(steps)
    } }
    """
  }

  private let base = """
    a: { department: "tax", task: "t", timeout: "1m", compensation: { task: "u", timeout: "1m" } },

    """

  @Test(
    "a mistake in a file is told with line, path and the nearest right name",
    arguments: [
      (
        "b: { departmnt: 'tax', task: 't', timeout: '1m' }",
        "flow.json5:3: steps.b: \"department\" is missing; is \"departmnt\" meant to be it?"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', aftr: ['a'] }",
        "flow.json5:3: steps.b.aftr: unknown name \"aftr\"; did you mean \"after\"?"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', after: ['aa'] }",
        "flow.json5:3: steps.b.after[0]: unknown step \"aa\"; did you mean \"a\"?"
      ),
      ("b: { department: 'tax', task: 't' }", "flow.json5:3: steps.b: \"timeout\" is missing"),
      (
        "b: { department: 'tax', task: 't.x', timeout: '1m' }",
        "flow.json5:3: steps.b.task: expected a word of letters, digits and hyphens, found \"t.x\""
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', role: 'pivott' }",
        "flow.json5:3: steps.b.role: unknown value \"pivott\"; did you mean \"pivot\"?"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', input: { x: 'aplication.y' } }",
        "flow.json5:3: steps.b.input.x: unknown beginning of a path \"aplication\"; did you mean \"application\"?"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', retry: { attempts: 0, backoff: '1s' } }",
        "flow.json5:3: steps.b.retry.attempts: expected a number from 1 to 100, found 0"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: 0 }",
        "flow.json5:3: steps.b.timeout: expected a length of time from 0.1 to 7776000.0 seconds, found 0.0"
      ),
    ])
  func reading(step: String, expected: String) {
    #expect {
      try flow(text(base + step))
    } throws: { error in
      "\(error)" == expected
    }
  }

  @Test(
    "what only the whole shows to be unsound is found by the check",
    arguments: [
      (
        "b: { department: 'taxx', task: 't', timeout: '1m', compensation: { needless: 'r' } }",
        "unknown department \"taxx\"; did you mean \"tax\"?"
      ),
      ("b: { department: 'tax', task: 't', timeout: '1m' }", "\"b\" has no compensation"),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', after: ['b'], compensation: { needless: 'r' } }",
        "the steps b wait for each other in a circle"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', role: 'retriable' }",
        "\"b\" is retriable but does not come after a pivot"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', role: 'pivot' }",
        "\"a\" runs beside the pivot \"b\""
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', role: 'pivot', after: 'a' }, c: { department: 'tax', task: 't', timeout: '1m', after: 'b', compensation: { needless: 'r' } }",
        "\"c\" comes after the pivot"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', input: { x: 'a.y' }, compensation: { needless: 'r' } }",
        "\"a\" is not done before \"b\"; add it to \"after\""
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', compensation: { task: 'u', timeout: '1m', input: { x: 'b.y' } } }",
        "the result of \"b\" may be unknown when it is undone"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', after: 'c', role: 'pivot' }, c: { department: 'tax', task: 't', timeout: '1m', after: 'a', role: 'pivot' }",
        "a second pivot"
      ),
      (
        "b: { department: 'tax', task: 't', timeout: '1m', after: 'a', optional: true, compensation: { needless: 'r' } }, c: { department: 'tax', task: 't', timeout: '1m', after: 'b', role: 'pivot' }",
        "the pivot \"c\" may be left out"
      ),
    ])
  func checking(steps: String, expected: String) throws {
    let faults = try flow(text(base + steps)).check(departments: departments)
    #expect(faults.contains { $0.message.contains(expected) }, "\(faults)")
    #expect(faults.allSatisfy { (2...3).contains($0.line) && $0.path.hasPrefix("steps.") })
  }

  @Test("a step that waits for a circle is told to be unreachable")
  func unreachable() throws {
    let faults = try flow(
      text(
        """
        a: { department: "tax", task: "t", timeout: "1m", after: "b", compensation: { needless: "r" } },
        b: { department: "tax", task: "t", timeout: "1m", after: "a", compensation: { needless: "r" } },
        c: { department: "tax", task: "t", timeout: "1m", after: "b", compensation: { needless: "r" } },
        """)
    ).check(departments: departments)
    #expect(faults.map(\.line) == [2, 4])
    #expect(faults.last?.message == "\"c\" can never begin: it waits for that circle")
  }

  @Test("the pause between attempts doubles up to its limit")
  func pauses() {
    let retry = Flow.Retry(attempts: 9, backoff: 2, limit: 10)
    #expect((1...5).map(retry.pause) == [2, 4, 8, 10, 10])
  }

  @Test("the graph names every step, its department and how it is undone")
  func graph() throws {
    let lines = try diamond().mermaid.split(separator: "\n").map(String.init)
    #expect(lines.first == "flowchart LR")
    #expect(lines.contains("  s1[\"open<br/>tax\"]"))
    #expect(lines.contains("  s0 --> s1") && lines.contains("  s0 --> s2"))
    #expect(lines.contains("  s2 --> done") && lines.contains("  begin --> s0"))
    #expect(lines.contains("  s0 -.-> u0([\"revoke\"])"))
  }
}
