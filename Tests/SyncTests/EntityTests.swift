import Events
import Lanes
import Messaging
import Storage
import TestSupport
import Testing

@testable import Sync

/// Flows about an enterprise's name that nobody else may change meanwhile.
private func naming(_ conflict: String, name: String = "naming") throws -> FlowFile {
  let text = """
    { name: "\(name)", title: "t", version: 1, operators: { queue: "desk", remind: "1d" },
      entities: [{ kind: "enterprise-name", value: "application.name", lock: true },
        { kind: "register-number", value: "register.number" }],
      conflict: \(conflict),
      steps: {
        register: { department: "market-regulation", task: "register", timeout: "60s",
          awaits: [{ code: "HELD", event: "std.social-insurance.v1", member: "identifiers[].number",
            key: "application.person?", within: "30d" }],
          compensation: { task: "revoke", timeout: "60s" } },
        open: { department: "tax", task: "open", after: "register", timeout: "60s",
          compensation: { task: "close", timeout: "60s" } },
      } }
    """
  return try FlowFile(Array(text.utf8), file: "\(name).json5")
}

private let named = Value.object([
  .init("name", .string("云栖")), .init("person", .string("110103189003070025")),
])

extension Bench {
  fileprivate func message(_ body: Value, key: String, type: String = "answer", id: String)
    -> Message
  {
    Event(id: id, source: "/department", type: type).message(
      exchange: Sync.resultsExchange, routingKey: key, body: body.jsonBytes)
  }

  fileprivate func answer(
    _ subject: Value.Member, _ step: String, _ department: String,
    _ more: [Value.Member] = [.init("outcome", .string("accepted"))], id: String = "a"
  ) -> Message {
    message(
      .object([subject, .init("step", .string(step))] + more), key: "\(department).task", id: id)
  }

  /// One batch of standard events through the stage, in a transaction as the lane has it.
  fileprivate func happen(_ messages: [Message], flows: [FlowFile] = []) throws -> [String] {
    var stage = CaseEventStage(try Shelf(watching: [], log: Log(level: .silent)) { flows })
    var batch = Batch(
      messages.enumerated().map {
        Delivery(
          tag: DeliveryTag(generation: 1, number: UInt64($0 + 1)), redelivered: false, message: $1)
      }, consumer: "case-events")
    stage.work(&batch)
    try database.transaction { try stage.prepare(&batch, in: database, at: clock.now) }
    return batch.items.map(\.verdict.word)
  }

  fileprivate func insured(_ number: String, id: String) -> Message {
    message(
      .object([.init("identifiers", .array([.object([.init("number", .string(number))])]))]),
      key: "std.social-insurance.v1.updated.330106", type: "std.social-insurance.v1.updated", id: id
    )
  }
}

@Suite("what cases are about") struct EntityTests {
  @Test(
    "a second case on the same entity is refused while the first is open, and begins after its end")
  func refused() throws {
    let bench = try Bench()
    let file = try naming("\"refuse\"")
    let first = try bench.cases.submit(file, application: named, key: "k1").id
    #expect {
      try bench.cases.submit(file, application: named, key: "k2")
    } throws: { error in
      "\(error)"
        == "case \(first) is open about the same enterprise-name; expected to submit again when it has ended"
    }
    #expect(try bench.cases.list().count == 1, "nothing of the second is left")
    #expect(try !bench.cases.submit(file, application: named, key: "k1").isNew)
    try bench.cases.cancel(first, reason: "withdrawn")
    let undo = [Value.Member("outcome", .string("accepted")), .init("attempt", .int(2))]
    _ = try bench.take([
      bench.answer(.init("case", .string(first)), "register", "market-regulation", id: "a1")
    ])
    bench.clock.move(by: 61)
    _ = try bench.timers().wake()
    _ = try bench.take([
      bench.answer(.init("case", .string(first)), "register", "market-regulation", undo, id: "a2")
    ])
    #expect(try bench.state(first) == .compensated)
    #expect(try bench.cases.submit(file, application: named, key: "k2").isNew)
  }

  @Test(
    "cases on the same entity wait their turn, in their order, and one whose turn comes too late ends"
  )
  func queued() throws {
    let bench = try Bench()
    let file = try naming("{ wait: \"10d\" }")
    let ids = try (1...3).map {
      try bench.cases.submit(file, application: named, key: "k\($0)").id
    }
    #expect(try ids.map(bench.state) == [.running, .queued, .queued])
    let timers = try bench.timers()
    #expect(try timers.wake() == 0, "nobody is admitted while the first is open")
    for (id, next) in [(ids[0], ids[1])] {
      let subject = Value.Member("case", .string(id))
      for (step, department) in [("register", "market-regulation"), ("open", "tax")] {
        let more = [Value.Member("outcome", .string("accepted")), .init("attempt", .int(1))]
        _ = try bench.take([bench.answer(subject, step, department, more, id: "\(id)\(step)")])
      }
      #expect(try bench.state(id) == .completed)
      #expect(try timers.wake() == 1)
      #expect(try bench.state(next) == .running)
    }
    #expect(try bench.state(ids[2]) == .queued)
    bench.clock.move(by: 11 * 86_400)
    while try timers.wake() > 0 {}
    #expect(try bench.state(ids[2]) == .notAccepted)
    #expect(try bench.cases.show(ids[2]).replayed == bench.cases.show(ids[2]).case)
    let left = try bench.database.query("select count(*) from lock_wait")
    #expect(try left[0].int(0) == 0)
  }

  @Test("a newcomer does not overtake one that waits")
  func fair() throws {
    let bench = try Bench()
    let file = try naming("{ wait: \"10d\" }")
    let first = try bench.cases.submit(file, application: named, key: "k1").id
    let second = try bench.cases.submit(file, application: named, key: "k2").id
    try bench.database.query("delete from entity_lock where case_id = $1", [.text(first)])
    let third = try bench.cases.submit(file, application: named, key: "k3").id
    #expect(try bench.state(second) == .queued && bench.state(third) == .queued)
    #expect(try bench.timers().wake() == 1)
    #expect(try bench.state(second) == .running && bench.state(third) == .queued)
  }

  @Test("of many that want the same entity at the same time one gets it")
  func race() async throws {
    let bench = try Bench()
    let file = try naming("{ wait: \"10d\" }")
    let url = bench.url
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          try await onThread {
            let cases = Cases(Database(url, name: "racer"), now: { start })
            _ = try cases.submit(file, application: named, key: "k\(number)")
          }
        }
      }
      try await group.waitForAll()
    }
    let states = try bench.cases.list().map(\.state)
    #expect(states.filter { $0 == "running" }.count == 1 && states.count == 8, "\(states)")
  }

  @Test(
    "a department that knows only what the case is about answers by that, as soon as it is known")
  func byEntity() throws {
    let bench = try Bench()
    let file = try naming("\"refuse\"")
    let id = try bench.cases.submit(file, application: named, key: "k").id
    func about(_ kind: String, _ value: String) -> Value.Member {
      .init("entity", .object([.init("kind", .string(kind)), .init("value", .string(value))]))
    }
    let unknown = bench.answer(about("register-number", "R-1"), "open", "tax", id: "a0")
    #expect(try bench.take([unknown]).map(\.word) == ["UNKNOWN_CASE"])
    let registered = bench.answer(
      about("enterprise-name", "云栖"), "register", "market-regulation",
      [.init("outcome", .string("accepted")), .init("data", number("R-1"))], id: "a1")
    #expect(try bench.take([registered]).map(\.word) == ["applied"])
    #expect(try bench.cases.list(about: ("register-number", "R-1")).map(\.id) == [id])
    #expect(try bench.take([unknown]).map(\.word) == ["applied"])
    #expect(try bench.state(id) == .completed)
    #expect(
      try bench.take([unknown]).map(\.word) == ["UNKNOWN_CASE"], "no open case is about it any more"
    )
  }

  @Test("a change elsewhere wakes the case that awaits it, and no other")
  func awaited() throws {
    let bench = try Bench()
    let file = try naming("\"refuse\"")
    let id = try bench.cases.submit(file, application: named, key: "k").id
    let refusal: [Value.Member] = [
      .init("outcome", .string("refused")), .init("attempt", .int(1)),
      .init("code", .string("HELD")),
    ]
    let subject = Value.Member("case", .string(id))
    // Before it waits, the change means nothing to it.
    #expect(try bench.happen([bench.insured("110103189003070025", id: "e0")]) == ["applied"])
    _ = try bench.take([bench.answer(subject, "register", "market-regulation", refusal)])
    #expect(try bench.cases.show(id).case.steps[0].phase == .awaiting)
    _ = try bench.happen([bench.insured("110103189003070033", id: "e1")])
    #expect(try bench.cases.show(id).case.steps[0].phase == .awaiting)
    _ = try bench.happen([bench.insured("110103189003070025", id: "e2")])
    #expect(try bench.cases.show(id).case.steps[0].phase == .running)
    #expect(try bench.cases.show(id).case.steps[0].attempts == 2)
    let left = try bench.database.query("select count(*) from case_await")
    #expect(try left[0].int(0) == 0)
    #expect(try bench.cases.show(id).replayed == bench.cases.show(id).case)
  }
}

@Suite("cases that events begin") struct BeginningTests {
  private func deaths() throws -> [FlowFile] {
    func text(_ name: String, _ change: String, _ original: String, _ input: String) -> String {
      """
      { name: "\(name)", title: "t", version: 1, operators: { queue: "desk", remind: "1d" },
        entities: [{ kind: "identity-number", value: "application.number" }],
        begins: { event: "std.death.v1", change: "\(change)", \(original)
          application: { number: "identifiers.0.number", day: "deathDate?" } },
        steps: { cancel: { department: "tax", task: "cancel", timeout: "60s", input: { \(input) },
          compensation: { task: "restore", timeout: "60s" } } } }
      """
    }
    let original =
      "original: { flow: \"death\", kind: \"identity-number\", value: \"identifiers[].number\" },"
    return [
      try FlowFile(
        Array(text("death", "created", "", "number: \"application.number\"").utf8), file: "death"),
      try FlowFile(
        Array(
          text(
            "reversal", "reversed", original, "of: \"application.original.done.cancel.number\""
          ).utf8), file: "reversal"),
    ]
  }

  private func death(_ change: String, id: String, number: String = "110103189003070025") -> Message
  {
    let body = Value.object([
      .init("identifiers", .array([.object([.init("number", .string(number))])]))
    ])
    return Event(id: id, source: "/core", type: "std.death.v1.\(change)").message(
      exchange: "gov.standard", routingKey: "std.death.v1.\(change).330106", body: body.jsonBytes)
  }

  @Test(
    "a change event begins a case once, however often it comes, and its reversal a case that knows the first one's results"
  )
  func begun() throws {
    let bench = try Bench()
    let flows = try deaths()
    #expect(try bench.happen([death("reversed", id: "e0")], flows: flows) == ["CASE_NOT_BEGUN"])
    let event = death("created", id: "e1")
    #expect(try bench.happen([event], flows: flows) == ["applied"])
    #expect(try bench.happen([event], flows: flows) == ["applied"])
    let id = try #require(try bench.cases.list().first?.id)
    #expect(try bench.cases.list().count == 1)
    _ = try bench.take([
      bench.answer(
        .init("case", .string(id)), "cancel", "tax",
        [
          .init("outcome", .string("accepted")), .init("attempt", .int(1)),
          .init("data", number("X-7")),
        ])
    ])
    #expect(try bench.state(id) == .completed)
    #expect(try bench.happen([death("reversed", id: "e2")], flows: flows) == ["applied"])
    let reversal = try #require(try bench.cases.list().first { $0.flow == "reversal" })
    let file = try bench.cases.show(reversal.id)
    #expect(file.case.application.at(["original", "case"]) == .string(id))
    #expect(file.case.state == .running, "its task's input came from the first case's result")
  }

  @Test("an event that says too little to begin a case is a dead letter that names what it lacks")
  func incomplete() throws {
    let bench = try Bench()
    let message = Event(id: "e", source: "/core", type: "std.death.v1.created").message(
      exchange: "gov.standard", routingKey: "std.death.v1.created.330106", body: Array("{}".utf8))
    #expect(try bench.happen([message], flows: deaths()) == ["CASE_NOT_BEGUN"])
    #expect(try bench.cases.list().isEmpty)
  }
}

@Suite("included flows in the database") struct IncludedFlowTests {
  @Test("a case goes on with the text of the included flow that it began with")
  func stored() throws {
    let bench = try Bench()
    let file = try FlowFile(Array(jointText.utf8), file: "joint.json5") { name in
      name == "account" ? Array(accountText.utf8) : nil
    }
    let id = try bench.cases.submit(file, application: application, key: "k").id
    #expect(try bench.cases.show(id).flow.steps.count == 11)
    let changed = try FlowFile(Array(jointText.utf8), file: "joint.json5") { name in
      name == "account" ? Array(accountText.replacing("60s", with: "61s").utf8) : nil
    }
    #expect(throws: FlowLibraryError.self) {
      try bench.cases.submit(
        changed, application: .object([.init("name", .string("another"))]), key: "k2")
    }
  }
}
