import Events
import Testing

@testable import Sync

@Suite("the machine, forward") struct ForwardTests {
  @Test("a case goes through its steps and ends completed, with one notice")
  func straight() throws {
    var drive = Drive(try diamond())
    drive.take(.submitted)
    #expect(drive.asked == ["market-regulation.register#1"])
    #expect(drive.case.state == .running && drive.notices == [.running])
    drive.answer("base", 1, .accepted, number("B-1"))
    #expect(drive.asked == ["tax.open#1", "social-security.insure#1"])
    #expect(drive.tasks[0].input == .object([.init("base", .string("B-1"))]))
    drive.answer("right", 1, .accepted)
    #expect(drive.asked.isEmpty && drive.case.state == .running)
    drive.answer("left", 1, .accepted)
    #expect(drive.case.state == .completed && drive.notices == [.completed])
    #expect(drive.effects.contains(.timer(nil)))
  }

  @Test("a task carries its key, its deadline and the application's part that it needs")
  func order() throws {
    var drive = Drive(try diamond())
    drive.take(.submitted)
    let order = try #require(drive.tasks.first)
    #expect(order.key == "c1/base/do")
    #expect(order.deadline == drive.now.adding(seconds: 60))
    #expect(order.input == .object([.init("name", .string("an enterprise"))]))
    #expect(drive.effects.contains(.timer(order.deadline)))
  }

  @Test(
    "a transient failure is tried again after the pause, under the same key, until the attempts are used up"
  )
  func retries() throws {
    var drive = Drive(try diamond())
    drive.take(.submitted)
    drive.answer("base", 1, .failedTransiently)
    #expect(drive.phase("base") == .pausing && drive.asked.isEmpty)
    drive.take(.due, after: 9)
    #expect(drive.disposition == .repeated)
    drive.take(.due, after: 1)
    #expect(drive.asked == ["market-regulation.register#2"])
    #expect(drive.tasks[0].key == "c1/base/do")
    drive.answer("base", 2, .failedTransiently)
    // Nobody knows whether it was done, so it is undone.
    #expect(drive.phase("base") == .undoing && drive.asked == ["market-regulation.revoke#3"])
  }

  @Test("silence until the deadline counts as a failed attempt")
  func timeout() throws {
    var drive = Drive(try diamond())
    drive.take(.submitted)
    drive.take(.due, after: 60)
    #expect(drive.phase("base") == .pausing)
    drive.take(.due, after: 10)
    #expect(drive.asked == ["market-regulation.register#2"])
  }

  @Test("an answer to an earlier attempt counts, and the later attempt's own is then known")
  func lateAnswer() throws {
    var drive = Drive(try diamond())
    drive.take(.submitted)
    drive.take(.due, after: 60)
    drive.take(.due, after: 10)
    drive.answer("base", 1, .accepted, number("B-1"))
    #expect(drive.phase("base") == .done && drive.asked.count == 2)
    drive.answer("base", 2, .accepted, number("B-1"))
    #expect(drive.disposition == .applied && drive.asked.isEmpty && drive.case.state == .running)
    drive.answer("base", 2, .accepted, number("B-1"))
    #expect(drive.disposition == .repeated)
  }

  @Test("a refusal of an attempt that has been given up waits for the newer attempt's answer")
  func lateRefusal() throws {
    var drive = Drive(try diamond())
    drive.take(.submitted)
    drive.take(.due, after: 60)
    drive.take(.due, after: 10)
    drive.answer("base", 1, .refused)
    #expect(drive.phase("base") == .running && drive.case.state == .running)
  }

  @Test("a task whose input is not there turns the case round and says which path is missing")
  func missingInput() throws {
    var drive = Drive(try diamond())
    drive.take(.submitted)
    drive.answer("base", 1, .accepted)
    #expect(drive.phase("left") == .refused)
    #expect(drive.case.reason.contains("base.number"))
    #expect(drive.asked == ["market-regulation.revoke#2"])
  }
}

@Suite("the machine, backward") struct BackwardTests {
  @Test("a refusal undoes what is completed in reverse order, the beginning last")
  func refusal() throws {
    var drive = Drive(try diamond())
    drive.toBranches()
    drive.answer("right", 1, .accepted)
    drive.answer("left", 1, .refused)
    #expect(drive.case.state == .compensating && drive.notices == [.compensating])
    #expect(drive.asked == ["social-security.stop#2"])
    #expect(drive.tasks[0].key == "c1/right/compensate" && drive.tasks[0].kind == .compensate)
    drive.answer("right", 2, .accepted, number("R-9"))
    #expect(drive.asked == ["market-regulation.revoke#2"])
    #expect(drive.tasks[0].input == number("B-1"))
    drive.answer("base", 2, .accepted, number("X-1"))
    #expect(drive.case.state == .compensated && drive.notices == [.compensated])
    // A compensation is a new act with a number of its own; the old one stays known.
    #expect(
      drive.case.steps[0].data == number("B-1") && drive.case.steps[0].undoData == number("X-1"))
  }

  @Test(
    "a branch that is still running does not hold up another's compensation, and its late success is undone too"
  )
  func sibling() throws {
    var drive = Drive(try diamond())
    drive.toBranches()
    drive.answer("left", 1, .refused)
    #expect(drive.asked.isEmpty && drive.phase("base") == .done)
    drive.answer("right", 1, .accepted)
    #expect(drive.asked == ["social-security.stop#2"])
    drive.answer("right", 2, .accepted)
    #expect(drive.asked == ["market-regulation.revoke#2"])
  }

  @Test("a branch that never answers is undone at its deadline and not tried again")
  func silentSibling() throws {
    var drive = Drive(try diamond())
    drive.toBranches()
    drive.answer("right", 1, .refused)
    drive.take(.due, after: 60)
    #expect(drive.phase("left") == .undoing && drive.asked == ["tax.close#2"])
    drive.answer("left", 1, .accepted)
    #expect(drive.phase("left") == .undoing && drive.asked.isEmpty)
    drive.answer("left", 2, .accepted)
    #expect(drive.phase("left") == .undone && drive.asked == ["market-regulation.revoke#2"])
  }

  @Test(
    "a compensation that keeps failing waits for operators, with a reminder, and retry, done and skip bring it on"
  )
  func operators() throws {
    for resolution in Resolution.allCases {
      var drive = Drive(try diamond())
      drive.toBranches()
      drive.answer("left", 1, .refused)
      drive.answer("right", 1, .refused)
      drive.answer("base", 2, .failedTransiently)
      drive.take(.due, after: 10)
      #expect(drive.asked == ["market-regulation.revoke#3"])
      drive.take(.due, after: 60)
      #expect(drive.case.state == .needsOperator && drive.notices == [.needsOperator])
      drive.take(.due, after: 86_400)
      #expect(drive.notices == [.operatorReminder] && drive.case.due != nil)
      drive.take(.resolved(step: "base", resolution, reason: "seen to"))
      switch resolution {
      case .retry:
        #expect(drive.case.state == .compensating && drive.asked == ["market-regulation.revoke#4"])
      case .skip: #expect(drive.case.state == .compensated && drive.phase("base") == .waived)
      case .done: #expect(drive.case.state == .compensated && drive.phase("base") == .undone)
      }
    }
  }

  @Test("a compensation that answers late, after it was given to the operators, still counts")
  func lateUndo() throws {
    var drive = Drive(try diamond())
    drive.toBranches()
    drive.answer("left", 1, .refused)
    drive.answer("right", 1, .accepted)
    drive.take(.due, after: 60)
    #expect(drive.case.state == .needsOperator)
    drive.answer("right", 2, .accepted)
    #expect(drive.case.state == .compensating && drive.notices.isEmpty)
  }

  @Test("an applicant may cancel while the case runs; what is done is undone")
  func cancel() throws {
    var drive = Drive(try diamond())
    drive.toBranches()
    drive.take(.cancelled(reason: "withdrawn"))
    #expect(drive.case.state == .compensating && drive.case.reason == "cancelled: withdrawn")
    drive.take(.cancelled(reason: "withdrawn"))
    #expect(drive.disposition == .repeated)
  }
}

@Suite("the machine, past the pivot") struct PivotTests {
  private func pastPivot() throws -> Drive {
    var drive = Drive(try pivotal())
    drive.take(.submitted)
    drive.answer("check", 1, .accepted)
    drive.answer("reserve", 1, .accepted)
    drive.answer("decide", 1, .accepted)
    return drive
  }

  @Test(
    "a refusal after the pivot undoes nothing and waits for operators, while the other branch goes on"
  )
  func refusal() throws {
    var drive = try pastPivot()
    drive.answer("pay", 1, .refused)
    #expect(
      drive.case.state == .needsOperator && drive.phase("pay") == .stuck && drive.asked.isEmpty)
    drive.answer("inform", 1, .accepted)
    #expect(drive.case.state == .needsOperator)
    drive.take(.resolved(step: "pay", .retry, reason: "the account is open now"))
    #expect(drive.asked == ["social-security.pay#2"] && drive.tasks[0].key == "c1/pay/do")
    drive.answer("pay", 2, .accepted)
    #expect(drive.case.state == .completed)
  }

  @Test("a case past its pivot cannot be cancelled")
  func cancel() throws {
    var drive = try pastPivot()
    drive.take(.cancelled(reason: "too late"))
    guard case .refused(let refusal) = drive.disposition else {
      Issue.record("it was \(drive.disposition)")
      return
    }
    #expect(refusal.state == "the case is running, past the pivot")
  }

  @Test(
    "a pivot that answers after the case has turned round is for the operators, since it cannot be undone"
  )
  func latePivot() throws {
    var drive = Drive(try pivotal())
    drive.take(.submitted)
    drive.answer("check", 1, .accepted)
    drive.answer("reserve", 1, .accepted)
    drive.take(.cancelled(reason: "withdrawn"))
    drive.answer("decide", 1, .accepted)
    #expect(drive.phase("decide") == .undoStuck && drive.case.state == .needsOperator)
    drive.take(.resolved(step: "decide", .retry, reason: "r"))
    guard case .refused = drive.disposition else {
      Issue.record("there is no compensation to retry")
      return
    }
    drive.take(.resolved(step: "decide", .done, reason: "undone by letter"))
    #expect(drive.asked == ["tax.release#2"] && drive.phase("check") == .waived)
  }
}

@Suite("what the machine refuses") struct RefusalTests {
  @Test(
    "an answer that the state does not allow is refused with both states named",
    arguments: [
      ("nosuch", 1, Outcome.accepted, Refusal.Code.unknownStep),
      ("base", 2, .accepted, .neverIssued), ("base", 0, .accepted, .neverIssued),
      ("left", 3, .refused, .neverIssued), ("base", 1, .refused, .contradiction),
    ])
  func refused(step: String, attempt: Int, outcome: Outcome, code: Refusal.Code) throws {
    var drive = Drive(try diamond())
    drive.toBranches()
    let before = drive.case
    drive.answer(step, attempt, outcome)
    guard case .refused(let refusal) = drive.disposition else {
      Issue.record("it was \(drive.disposition)")
      return
    }
    #expect(refusal.code == code)
    #expect(
      refusal.description.contains("the case is running")
        && refusal.description.contains("expected"))
    #expect(drive.case == before && drive.effects.isEmpty)
  }

  @Test("a success after the end of an act that was refused is no silent matter")
  func afterEnd() throws {
    var drive = Drive(try diamond())
    drive.take(.submitted)
    drive.take(.due, after: 60)
    drive.take(.due, after: 10)
    drive.answer("base", 2, .refused)
    #expect(drive.case.state == .compensated)
    drive.answer("base", 1, .accepted)
    guard case .refused(let refusal) = drive.disposition else {
      Issue.record("it was \(drive.disposition)")
      return
    }
    #expect(
      refusal.code == .notAllowed
        && refusal.state == "the case is compensated, step base is refused")
  }

  @Test("an ended case does not change, whatever comes")
  func terminal() throws {
    var drive = Drive(try diamond())
    drive.toBranches()
    drive.answer("left", 1, .accepted)
    drive.answer("right", 1, .accepted)
    let ended = drive.case
    let events: [CaseEvent] = [
      .submitted, .due, .cancelled(reason: "r"), .resolved(step: "base", .retry, reason: "r"),
      .result(StepResult(step: "left", attempt: 1, outcome: .accepted)),
      .result(StepResult(step: "left", attempt: 1, outcome: .refused)),
    ]
    for event in events {
      drive.take(event, after: 1000)
      #expect(drive.case == ended && drive.effects.isEmpty && drive.disposition != .applied)
    }
  }

  @Test("operators decide only about a step that is with them")
  func resolve() throws {
    var drive = Drive(try diamond())
    drive.toBranches()
    for step in ["left", "nosuch"] {
      drive.take(.resolved(step: step, .skip, reason: "r"))
      guard case .refused = drive.disposition else {
        Issue.record("\(step) was \(drive.disposition)")
        return
      }
    }
  }
}

@Suite("documents") struct DocumentTests {
  @Test("a case and its events come back from their documents as they were")
  func roundTrip() throws {
    var drive = Drive(try diamond())
    var events: [CaseEvent] = []
    func check(_ drive: Drive) throws {
      var restored = Case(id: "c1", flow: drive.flow, application: application)
      let document = try Value(json: drive.case.document(of: drive.flow).json)
      try restored.restore(document, state: drive.case.state, of: drive.flow)
      #expect(restored == drive.case)
    }
    drive.toBranches()
    try check(drive)
    drive.answer("left", 1, .failedTransiently)
    try check(drive)
    drive.answer(
      "right", 1, .accepted,
      .object([.init("text", .string("\"\\\n\u{1}企业")), .init("n", .number("1.50"))]))
    drive.take(.cancelled(reason: "r"))
    try check(drive)
    drive.take(.due, after: 60)
    try check(drive)
    events = [
      .submitted, .due, .cancelled(reason: "because"), .resolved(step: "s", .skip, reason: "r"),
      .result(
        StepResult(step: "s", attempt: 3, outcome: .refused, data: number("1"), reason: "no")),
    ]
    for event in events {
      #expect(try CaseEvent(document: Value(json: event.document.json)) == event)
    }
  }

  @Test(
    "a document that this version cannot have written is told, not guessed at",
    arguments: [
      (#"{"phase":"dreaming"}"#, "phase"),
      (#"{"phase":"done","attempts":2,"answers":[]}"#, "answers"),
      (#"{"phase":"running","attempts":1,"answers":[null]}"#, "due"),
      (#"{"phase":"done","attempts":1,"answers":["accepted"],"due":1}"#, "due"),
    ])
  func later(base: String, path: String) throws {
    var restored = Case(id: "c1", flow: try diamond(), application: application)
    let document = try Value(json: #"{"events":1,"steps":{"base":\#(base)}}"#)
    #expect {
      try restored.restore(document, state: .running, of: try diamond())
    } throws: { error in
      "\(error)".hasPrefix("case c1: steps.base.\(path) is missing or not what this version writes")
    }
  }
}
