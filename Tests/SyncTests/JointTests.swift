import Events
import Testing

@testable import Sync

@Suite("joint approval, questions, supplements, special procedures and waits") struct JointTests {
  /// Accepted by the review, with the opinions and the consent asked for.
  private func accepted() throws -> Drive {
    var drive = Drive(
      try joint(),
      application: .object([.init("name", .string("an enterprise")), .init("employees", .int(3))]))
    drive.take(.submitted)
    drive.answer("look", 1, .accepted)
    return drive
  }

  /// At the registration, with consent and two of three opinions.
  private func registering() throws -> Drive {
    var drive = try accepted()
    drive.take(
      .supplemented(step: "consent", data: .object([.init("consent", .string("yes"))])))
    drive.answer("fire", 1, .accepted)
    drive.answer("health", 1, .accepted)
    drive.answer("traffic", 1, .refused)
    drive.answer("joined", 1, .accepted)
    return drive
  }

  @Test("the flow is sound, and an included flow's steps stand in it under its step's name")
  func sound() throws {
    let flow = try joint()
    #expect(flow.check(departments: departments).isEmpty, "\(flow.check(departments: departments))")
    #expect(
      flow.steps.map(\.name) == [
        "look", "consent", "fire", "health", "traffic", "joined", "register", "insure-open",
        "insure-insure", "gift", "last",
      ])
    #expect(flow.steps[8].after == [7] && flow.steps[7].after == [6])
    #expect(flow.steps[10].after == [8, 9], "whoever waits for the group waits for its last step")
    guard case .result(6, ["number"]) = flow.steps[7].acts[0].input[0].source else {
      Issue.record("the included step's application is what the group hands over")
      return
    }
  }

  @Test(
    "a review's refusal ends the case as not accepted, with nothing to undo and no clock started")
  func notAccepted() throws {
    var drive = Drive(try joint())
    drive.take(.submitted)
    #expect(drive.asked == ["market-regulation.look#1"])
    #expect(drive.clocks == [.started(.step("look"))])
    drive.answer("look", 1, .refused)
    #expect(drive.case.state == .notAccepted && drive.notices == [.notAccepted])
    #expect(drive.clocks == [.stopped(.step("look"))])
  }

  @Test("a review that is silent counts as acceptance")
  func silentReview() throws {
    var drive = Drive(try joint())
    drive.take(.submitted)
    drive.take(.due, after: 60)
    #expect(drive.phase("look") == .waived && drive.case.state == .withApplicant)
    #expect(drive.asked.count == 3 && drive.notices == [.supplement])
  }

  @Test(
    "the case's clock begins at acceptance, stands while the applicant is asked, and stops at the end"
  )
  func clocks() throws {
    var drive = try accepted()
    #expect(drive.clocks.first == .started(.case))
    #expect(drive.clocks.contains(.paused(.case, .supplement)))
    drive.take(
      .supplemented(step: "consent", data: .object([.init("consent", .string("yes"))])))
    #expect(drive.clocks == [.resumed(.case), .stopped(.step("consent"))])
    drive.take(.cancelled(reason: "withdrawn"))
    #expect(drive.clocks.contains(.stopped(.case)))
  }

  @Test("two of three opinions are enough, and the third one's refusal harms nothing")
  func quorum() throws {
    var drive = try accepted()
    drive.answer("traffic", 1, .refused)
    #expect(drive.case.isUndoing == false)
    drive.answer("fire", 1, .accepted)
    #expect(drive.asked.isEmpty)
    drive.answer("health", 1, .accepted)
    #expect(drive.asked == ["market-regulation.join#1"])
  }

  @Test("opinions that leave no quorum turn the case round")
  func noQuorum() throws {
    var drive = try accepted()
    drive.answer("traffic", 1, .refused)
    drive.answer("fire", 1, .refused)
    #expect(drive.case.isUndoing && drive.case.reason.hasPrefix("fire refused"))
  }

  @Test("an answer that lacks what the question needs is refused, and names it")
  func incomplete() throws {
    var drive = try accepted()
    drive.take(.supplemented(step: "consent", data: .object([.init("other", .string("x"))])))
    #expect(drive.refusal?.code == .incomplete)
    #expect(drive.refusal?.expected == "the members consent")
    #expect(drive.phase("consent") == .asked)
  }

  @Test("a question that is not answered in time lapses")
  func lapsed() throws {
    var drive = try accepted()
    for step in ["fire", "health", "traffic"] { drive.answer(step, 1, .accepted) }
    drive.answer("joined", 1, .accepted)
    drive.take(.due, after: 5 * 86_400)
    #expect(drive.case.isUndoing && drive.case.reason.contains("lapsed"))
    #expect(drive.asked == ["market-regulation.part#2"])
  }

  @Test(
    "a supplement that the department wants is laid over the application, and the act is asked for again under its key"
  )
  func supplement() throws {
    var drive = try registering()
    #expect(drive.asked == ["market-regulation.register#1"])
    let key = drive.tasks[0].key
    drive.answer("register", 1, .needsSupplement)
    #expect(drive.phase("register") == .asked && drive.case.state == .withApplicant)
    #expect(drive.notices == [.supplement])
    drive.take(
      .supplemented(step: "register", data: .object([.init("name", .string("another name"))])))
    #expect(drive.asked == ["market-regulation.register#2"] && drive.tasks[0].key == key)
    #expect(drive.tasks[0].input.member("name") == .string("another name"))
    #expect(drive.case.application.member("name") == .string("an enterprise"))
    drive.take(.supplemented(step: "register", data: .empty))
    #expect(drive.refusal?.code == .notAllowed)
    #expect(drive.refusal?.state.contains("step register is running") == true)
  }

  @Test("a special procedure stops the attempt's time and the clocks, and gives it back")
  func suspension() throws {
    var drive = try accepted()
    drive.answer("fire", 1, .suspended)
    #expect(drive.phase("fire") == .suspended)
    #expect(drive.clocks.contains(.paused(.step("fire"), .specialProcedure)))
    drive.answer("fire", 1, .suspended)
    #expect(drive.disposition == .repeated)
    drive.answer("fire", 1, .resumed, after: 3 * 86_400)
    #expect(drive.phase("fire") == .running)
    drive.answer("fire", 1, .suspended)
    #expect(drive.disposition == .repeated, "the first procedure has ended")
    drive.answer("fire", 1, .accepted)
    #expect(drive.phase("fire") == .done)
  }

  @Test("a resumption that overtakes its suspension leaves the step running")
  func overtaken() throws {
    var drive = try accepted()
    drive.answer("fire", 1, .resumed)
    drive.answer("fire", 1, .suspended)
    #expect(drive.disposition == .repeated && drive.phase("fire") == .running)
  }

  @Test("a special procedure that runs out gives the department its time again, and no more")
  func longest() throws {
    var drive = try accepted()
    drive.take(.supplemented(step: "consent", data: .object([.init("consent", .bool(true))])))
    for step in ["health", "traffic"] { drive.answer(step, 1, .accepted) }
    drive.answer("fire", 1, .suspended)
    drive.answer("joined", 1, .accepted)
    drive.take(.due, after: 10 * 86_400)
    #expect(drive.phase("fire") == .running)
    drive.take(.due, after: 60)
    #expect(drive.phase("fire") == .unknown && !drive.case.isUndoing)
  }

  @Test("a special procedure that the flow does not foresee is refused with both states named")
  func unforeseen() throws {
    var drive = try accepted()
    drive.answer("health", 1, .suspended)
    #expect(drive.refusal?.code == .notAllowed)
    #expect(drive.refusal?.state == "the case is with-applicant, step health is running")
  }

  @Test(
    "a refusal that waits for a change elsewhere is asked again when it happens, and now and then")
  func awaiting() throws {
    var drive = try registering()
    let refusal = StepResult(
      step: "register", attempt: 1, outcome: .refused, reason: "held", code: "HELD_ELSEWHERE")
    drive.take(.result(refusal))
    #expect(drive.phase("register") == .awaiting && !drive.case.isUndoing)
    drive.take(.happened(step: "register", event: "e1"))
    #expect(drive.asked == ["market-regulation.register#2"])
    drive.take(.happened(step: "register", event: "e1"))
    #expect(drive.disposition == .repeated)
    drive.take(
      .result(
        StepResult(
          step: "register", attempt: 2, outcome: .refused, reason: "held", code: "HELD_ELSEWHERE")))
    drive.take(.due, after: 2 * 86_400)
    #expect(drive.asked == ["market-regulation.register#3"])
    drive.answer("register", 3, .accepted, number("R-1"))
    #expect(drive.phase("register") == .done)
  }

  @Test("a wait for a change elsewhere ends, however often the step was asked again meanwhile")
  func inVain() throws {
    var drive = try registering()
    var attempt = 1
    while drive.phase("register") != .refused && !drive.case.isUndoing && attempt < 40 {
      drive.take(
        .result(
          StepResult(
            step: "register", attempt: attempt, outcome: .refused, reason: "held",
            code: "HELD_ELSEWHERE")))
      drive.take(.due, after: 2 * 86_400)
      attempt += 1
    }
    #expect(drive.case.isUndoing && (14...16).contains(attempt - 1), "\(attempt)")
  }

  @Test(
    "an optional step's failure leaves the case partly completed, and what builds on it goes on with the rest"
  )
  func partly() throws {
    var drive = try registering()
    drive.answer("register", 1, .accepted, number("R-1"))
    #expect(drive.asked == ["social-security.open#1", "tax.gift#1"])
    drive.answer("gift", 1, .refused)
    drive.answer("insure-open", 1, .accepted, number("A-1"))
    drive.answer("insure-insure", 1, .accepted)
    #expect(drive.tasks.first?.input == .object([.init("account", .string("A-1"))]))
    drive.answer("last", 1, .accepted)
    #expect(drive.case.state == .partlyCompleted && drive.notices == [.partlyCompleted])
  }

  @Test("steps whose condition does not hold are omitted, and those that build on nothing else too")
  func omitted() throws {
    var drive = try registering()
    drive.case = Case(
      id: "c1", flow: drive.flow, application: .object([.init("name", .string("alone"))]))
    drive.take(.submitted)
    drive.answer("look", 1, .accepted)
    drive.take(.supplemented(step: "consent", data: .object([.init("consent", .bool(true))])))
    for step in ["fire", "health", "traffic", "joined"] { drive.answer(step, 1, .accepted) }
    drive.answer("register", 1, .accepted, number("R-1"))
    #expect(drive.phase("insure-open") == .omitted && drive.phase("insure-insure") == .omitted)
    drive.answer("gift", 1, .accepted)
    drive.answer("last", 1, .accepted)
    #expect(drive.case.state == .completed)
  }

  @Test(
    "what is undone by hand goes to the operators with what they must do, and holds up only what it builds on"
  )
  func byHand() throws {
    var drive = try registering()
    drive.answer("register", 1, .accepted, number("R-1"))
    drive.answer("gift", 1, .accepted)
    drive.answer("insure-open", 1, .refused)
    #expect(drive.phase("gift") == .undoStuck && drive.case.state == .needsOperator)
    #expect(drive.case.steps[9].reason == "to be undone by hand: get the gift back")
    #expect(drive.phase("register") == .done, "the gift builds on it")
    drive.take(.resolved(step: "gift", .done, reason: "money is back"))
    #expect(drive.asked == ["market-regulation.revoke#2"])
    drive.answer("register", 2, .accepted)
    drive.answer("joined", 2, .accepted)
    #expect(drive.case.state == .compensated, "the review and the opinions need no undoing")
  }

  @Test(
    "a case that waits its turn begins when it is admitted, and is not accepted when that comes too late"
  )
  func queued() throws {
    var drive = Drive(try joint())
    drive.take(.queued)
    #expect(drive.case.state == .queued && drive.asked.isEmpty && drive.notices == [.queued])
    var late = drive
    drive.take(.admitted)
    #expect(drive.asked == ["market-regulation.look#1"] && drive.case.state == .running)
    drive.take(.admitted)
    #expect(drive.disposition == .repeated)
    late.take(.due, after: 10 * 86_400)
    #expect(late.case.state == .notAccepted && late.notices == [.notAccepted])
  }

  @Test("every event and every state survives being written and read")
  func documents() throws {
    var drive = try registering()
    drive.take(
      .result(
        StepResult(
          step: "register", attempt: 1, outcome: .refused, reason: "held", code: "HELD_ELSEWHERE")))
    drive.answer("fire", 1, .accepted)
    var read = Case(id: "c1", flow: drive.flow, application: drive.case.application)
    let document = try Value(json: drive.case.document(of: drive.flow).json)
    try read.restore(document, state: drive.case.state, of: drive.flow)
    #expect(read == drive.case)
    let events: [CaseEvent] = [
      .queued, .admitted, .happened(step: "register", event: "e1"),
      .supplemented(step: "consent", data: number("1")),
      .result(StepResult(step: "fire", attempt: 1, outcome: .suspended, procedure: 2)),
      .result(StepResult(step: "fire", attempt: 1, outcome: .refused, code: "HELD")),
    ]
    for event in events { #expect(try CaseEvent(document: event.document) == event) }
  }
}

@Suite("what flow check says of joins, reviews and inclusions") struct JointCheckTests {
  private func faults(_ steps: String) throws -> [String] {
    try flow(
      "{ name: 'f', title: 't', version: 1, operators: { queue: 'd', remind: '1d' }, steps: { \(steps) } }"
    ).check(departments: departments).map(\.message)
  }

  @Test(
    "what is unsound is told",
    arguments: [
      (
        "a: { department: 'tax', task: 't', timeout: '1m', compensation: { needless: 'r' } }, "
          + "b: { department: 'tax', task: 't', timeout: '1m', role: 'review', after: 'a' }",
        "the review \"b\" waits for \"a\", which is none"
      ),
      (
        "a: { department: 'tax', task: 't', timeout: '1m', role: 'review', compensation: { byHand: 'x' } }",
        "the review \"a\" changes nothing, so nothing undoes it"
      ),
      (
        "a: { department: 'tax', task: 't', timeout: '1m', optional: true, compensation: { needless: 'r' } }, "
          + "b: { department: 'tax', task: 't', timeout: '1m', after: 'a', input: { x: 'a.x' }, compensation: { needless: 'r' } }",
        "\"a\" may be left out or fail before \"b\"; end the path with \"?\""
      ),
      (
        "a: { department: 'tax', task: 't', timeout: '1m', when: { path: 'b.x', present: true }, compensation: { needless: 'r' } }, "
          + "b: { department: 'tax', task: 't', timeout: '1m', compensation: { needless: 'r' } }",
        "\"b\" is not done before \"a\"; add it to \"after\""
      ),
    ])
  func unsound(steps: String, message: String) throws {
    let found = try faults(steps)
    #expect(found.contains(message), "\(found)")
  }

  @Test("a circle of inclusions, a flow that is not there, and what is not handed over are told")
  func inclusions() throws {
    func read(_ main: String, _ other: String) throws -> Flow {
      try Flow.read(Array(main.utf8), file: "f.json5") { $0 == "g" ? Array(other.utf8) : nil }
    }
    func text(_ name: String, _ steps: String) -> String {
      "{ name: '\(name)', title: 't', version: 1, operators: { queue: 'd', remind: '1d' }, steps: { \(steps) } }"
    }
    func message(_ main: String, _ other: String) -> String {
      do {
        _ = try read(main, other)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message(text("f", "a: { flow: 'g' }"), text("g", "b: { flow: 'f' }"))
        .contains("f includes g includes f: a circle"))
    #expect(
      message(text("f", "a: { flow: 'h' }"), "").contains("there is no flow \"h\" to include"))
    #expect(
      message(
        text("f", "a: { flow: 'g', input: { number: 'application.n' } }"),
        text(
          "g",
          "b: { department: 'tax', task: 't', timeout: '1m', input: { x: 'application.numer' } }")
      )
      .contains("did you mean \"number\""))
  }
}
