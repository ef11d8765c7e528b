import Testing

@testable import Topology

@Suite("the planner") struct PlannerTests {
  private static let base = """
    { owns: ["gov.*", "core.*", "q*", "tongban.*"],
      exchanges: { "gov.intake": { type: "topic" }, "gov.letters": { type: "topic" } },
      families: { core: { from: "gov.intake", partitions: 2 } },
      queues: { q: { from: "gov.letters" } },
      policies: { "tongban.work": { pattern: "^core", definition: { "delivery-limit": 5 } } } }
    """

  private func topology(_ text: String = base) throws -> Topology {
    let (topology, faults) = try compile(text)
    #expect(faults.isEmpty)
    return topology
  }

  /// The broker after the base topology was applied, changed by hand.
  private func broker(_ change: (inout BrokerState) -> Void = { _ in }) throws -> BrokerState {
    let fake = FakeBroker()
    try fake.apply(topology().plan(against: fake.read()))
    #expect(fake.complaints.isEmpty)
    var state = fake.state
    change(&state)
    return state
  }

  private func lines(_ plan: Plan) -> [String] {
    plan.steps.map { "\($0.action.rawValue) \($0.operation.object)" }
  }

  @Test("on an empty broker all is made, in an order that loses nothing on the way")
  func fromNothing() throws {
    let plan = try topology().plan(against: BrokerState())
    #expect(
      lines(plan) == [
        "+ exchange gov.intake", "+ exchange gov.letters", "+ exchange gov.intake.partitions",
        "+ policy tongban.work", "+ queue q", "+ queue core.0", "+ queue core.1",
        "+ binding gov.letters → q by \"#\"", "+ binding gov.intake.partitions → core.0 by \"1\"",
        "+ binding gov.intake.partitions → core.1 by \"1\"",
        "+ binding gov.intake → gov.intake.partitions by \"#\"",
      ])
    #expect(!plan.isEmpty)
    #expect(plan.text.contains("+ queue core.0: declared at 0.json5:3"))
    #expect(plan.text.hasSuffix("11 to create"))
  }

  @Test("what was applied leaves nothing to do")
  func idempotent() throws {
    let plan = try topology().plan(against: broker())
    #expect(plan.isEmpty)
    #expect(plan.text == "nothing to do: the broker holds what topology/ says")
  }

  @Test("a binding that was taken away by hand comes back, one that was added goes")
  func bindingDrift() throws {
    let lost = Binding(source: "gov.letters", destination: .queue("q"), key: "#")
    let added = Binding(source: "gov.intake", destination: .queue("q"), key: "tax.#")
    let actual = try broker {
      $0.bindings.remove(lost)
      $0.bindings.insert(added)
    }
    let plan = try topology().plan(against: actual)
    #expect(plan.steps.map(\.operation) == [.bind(lost), .unbind(added)])
    #expect(plan.steps.map(\.reason) == ["declared at 0.json5:4", "not in topology/"])
  }

  @Test("a changed policy is set again and the plan says what changes")
  func policyDrift() throws {
    let actual = try broker {
      $0.policies["tongban.work"]?.definition = ["delivery-limit": .int(9), "max-length": .int(1)]
    }
    let plan = try topology().plan(against: actual)
    #expect(lines(plan) == ["~ policy tongban.work"])
    #expect(
      plan.steps.first?.reason
        == "delivery-limit 9 → 5, max-length 1 → (none); declared at 0.json5:5")
  }

  @Test("objects of others are left alone, and named")
  func foreign() throws {
    let theirs = Binding(source: "gov.intake", destination: .queue("tap"), key: "#")
    let actual = try broker {
      $0.exchanges["other"] = Exchange(name: "other", type: "fanout")
      $0.queues["tap"] = Queue(name: "tap")
      $0.bindings.insert(theirs)
      $0.policies["ha"] = Policy(
        name: "ha", pattern: "^tap", appliesTo: "all", priority: 0, definition: [:])
    }
    let plan = try topology().plan(against: actual, allowDestroy: true)
    #expect(plan.isEmpty)
    #expect(plan.notes.count == 4)
    #expect(plan.text.contains("not ours and left alone: 1 queues: tap"))
  }

  @Test("somebody else's higher policy that takes our queue is told, and no other is")
  func overruled() throws {
    func note(_ pattern: String, _ priority: Int) throws -> Bool {
      let actual = try broker {
        $0.policies["ha"] = Policy(
          name: "ha", pattern: pattern, appliesTo: "all", priority: priority, definition: [:])
      }
      return try topology().plan(against: actual).notes.contains {
        $0.contains("policy ha is not ours and takes queue core.1 from tongban.work")
      }
    }
    #expect(try note(".*", 1))
    #expect(try !note(".*", -1))
    #expect(try !note("^core\\.0$", 1))
  }

  @Test(
    "a queue of ours that is no longer declared is removed only with leave, and only when empty")
  func removal() throws {
    let binding = Binding(source: "gov.intake", destination: .queue("q.old"), key: "#")
    func plan(depth: Int?, allowDestroy: Bool) throws -> Plan {
      let actual = try broker {
        $0.queues["q.old"] = Queue(name: "q.old")
        $0.depths["q.old"] = depth
        $0.bindings.insert(binding)
      }
      return try topology().plan(against: actual, allowDestroy: allowDestroy)
    }
    let refused = try plan(depth: 0, allowDestroy: false)
    #expect(refused.steps.isEmpty, "its binding stays with it")
    #expect(refused.refusals.first?.reason.contains("needs --allow-destroy") == true)
    #expect(!refused.isEmpty)
    let full = try plan(depth: 3, allowDestroy: true)
    #expect(full.steps.isEmpty)
    #expect(full.refusals.first?.reason.contains("holds 3 messages") == true)
    #expect(try plan(depth: nil, allowDestroy: true).steps.isEmpty)
    let removed = try plan(depth: 0, allowDestroy: true)
    #expect(removed.steps.map(\.operation) == [.unbind(binding), .deleteQueue("q.old")])
    #expect(removed.refusals.isEmpty)
  }

  @Test("an exchange of another type is made anew with leave, and everybody's bindings come back")
  func exchangeType() throws {
    let theirs = Binding(source: "gov.letters", destination: .queue("tap"), key: "#")
    let actual = try broker {
      $0.exchanges["gov.letters"]?.type = "fanout"
      $0.queues["tap"] = Queue(name: "tap")
      $0.bindings.insert(theirs)
    }
    let refused = try topology().plan(against: actual)
    #expect(refused.steps.isEmpty)
    #expect(
      refused.refusals.first?.reason
        == "type \"fanout\" → \"topic\" (AMQP cannot change it in place); removing it needs --allow-destroy"
    )
    let plan = try topology().plan(against: actual, allowDestroy: true)
    #expect(
      lines(plan) == [
        "-/+ exchange gov.letters", "+ exchange gov.letters", "+ binding gov.letters → q by \"#\"",
        "+ binding gov.letters → tap by \"#\"",
      ])
    let fake = FakeBroker(actual)
    try fake.apply(plan)
    #expect(fake.complaints.isEmpty)
    #expect(fake.state.bindings == actual.bindings)
    #expect(try topology().plan(against: fake.state).isEmpty)
  }

  @Test(
    "a queue with other arguments is closed, then made anew, then opened; never while it holds messages"
  )
  func queueArguments() throws {
    let actual = try broker {
      $0.queues["core.0"]?.arguments["x-single-active-consumer"] = nil
    }
    let plan = try topology().plan(against: actual, allowDestroy: true)
    #expect(
      lines(plan) == [
        "- binding gov.intake.partitions → core.0 by \"1\"", "-/+ queue core.0", "+ queue core.0",
        "+ binding gov.intake.partitions → core.0 by \"1\"",
      ])
    var full = actual
    full.depths["core.0"] = 1
    let refused = try topology().plan(against: full, allowDestroy: true)
    #expect(refused.steps.isEmpty)
    #expect(
      refused.refusals.first?.reason.hasPrefix("x-single-active-consumer (none) → true") == true)
  }

  @Test("another weight replaces the old one at once, since a hash exchange ignores a second")
  func weights() throws {
    let old = Binding(source: "gov.intake.partitions", destination: .queue("core.0"), key: "7")
    let new = Binding(source: "gov.intake.partitions", destination: .queue("core.0"), key: "1")
    let actual = try broker {
      $0.bindings.remove(new)
      $0.bindings.insert(old)
    }
    let plan = try topology().plan(against: actual)
    #expect(plan.steps.map(\.operation) == [.unbind(old), .bind(new)])
  }

  @Test("ways are closed from the source on, so that no message ends where no way leads further")
  func closing() throws {
    let actual = try broker()
    let text = """
      { owns: ["gov.*", "core.*", "q*", "tongban.*"],
        exchanges: { "gov.intake": { type: "topic" }, "gov.letters": { type: "topic" },
          "gov.intake.partitions": { type: "x-consistent-hash", arguments: { "hash-header": "tongban-partition" } } },
        queues: { q: { from: "gov.letters" }, "core.0": { singleActiveConsumer: true, from: "gov.letters", key: "a" },
          "core.1": { singleActiveConsumer: true, from: "gov.letters", key: "a" } } }
      """
    let plan = try topology(text).plan(against: actual)
    #expect(
      lines(plan).filter { $0.hasPrefix("-") } == [
        "- binding gov.intake → gov.intake.partitions by \"#\"",
        "- binding gov.intake.partitions → core.1 by \"1\"",
        "- binding gov.intake.partitions → core.0 by \"1\"", "- policy tongban.work",
      ])
  }

  @Test("a line of --json is one object with action, kind, name and reason")
  func json() throws {
    let actual = try broker {
      $0.bindings.remove(Binding(source: "gov.letters", destination: .queue("q"), key: "#"))
    }
    let lines = try topology().plan(against: actual).lines.map(\.json)
    #expect(
      lines == [
        ##"{"action":"create","arguments":{},"destination":"q","destination_type":"queue","kind":"binding","name":"gov.letters → q by \"#\"","reason":"declared at 0.json5:4","routing_key":"#","source":"gov.letters"}"##
      ])
  }
}
