import Events

/// Where a step waits for somebody other than its department: the applicant, a special procedure, a change elsewhere.
extension Turn {
  // MARK: The applicant

  /// Asks the applicant; the clock stands still until the answer, or until the case lapses.
  mutating func ask(_ index: Int, within seconds: Double, _ what: String) {
    self.case.steps[index].phase = .asked
    self.case.steps[index].due = now.adding(seconds: seconds)
    self.case.steps[index].reason = what
    if !notices.contains(.supplement) { notices.append(.supplement) }
    say("\(flow.steps[index].name): asked the applicant: \(what)")
  }

  mutating func supplement(_ name: String, _ data: Value) -> Disposition {
    guard let index = flow.index(of: name) else { return unknownStep(name, "a supplement for") }
    guard self.case.steps[index].phase == .asked else {
      return .refused(
        Refusal(
          code: .notAllowed, event: "a supplement for \(name)", state: inWords(index),
          expected: "a step for which the applicant was asked"))
    }
    switch flow.steps[index].work {
    case .question(let question):
      let missing = question.needs.filter { data.member($0) == nil }
      guard missing.isEmpty else {
        return .refused(
          Refusal(
            code: .incomplete, event: "a supplement for \(name)", state: inWords(index),
            expected: "the members \(missing.joined(separator: ", "))"))
      }
      self.case.steps[index].data = data
      self.case.steps[index].reason = ""
      settle(index, .done)
      say("\(name): the applicant answered")
    case .task:
      self.case.amendments.merge(data)
      self.case.steps[index].tries = 0
      say("\(name): the applicant brought the supplement")
      issue(index, .do)
    }
    return .applied
  }

  // MARK: Special procedures

  /// A special procedure begins or ends. They are counted, so that what is repeated or overtaken does no harm.
  mutating func take(procedure result: StepResult, _ index: Int) -> Disposition {
    let step = self.case.steps[index]
    let name = flow.steps[index].name
    guard let longest = flow.steps[index].act?.suspension else {
      return .refused(
        Refusal(
          code: .notAllowed, event: "\(result.outcome.rawValue) for \(name)", state: inWords(index),
          expected: "a step that the flow gives a special procedure (suspension)"))
    }
    let isBeginning = result.outcome == .suspended
    guard result.procedure > (isBeginning ? step.suspensions : step.resumptions) else {
      return .repeated
    }
    self.case.steps[index].suspensions = max(step.suspensions, result.procedure)
    if !isBeginning { self.case.steps[index].resumptions = result.procedure }
    switch (isBeginning, step.phase) {
    case (true, .running):
      self.case.steps[index].phase = .suspended
      self.case.steps[index].due = now.adding(seconds: longest)
      say("\(name): special procedure \(result.procedure) begins: \(result.reason)")
    case (false, .suspended):
      say("\(name): special procedure \(result.procedure) ends")
      resume(index)
    default:
      say(
        "\(name): special procedure \(result.procedure) \(result.outcome.rawValue) while \(step.phase.rawValue)"
      )
    }
    return .applied
  }

  /// The department has its time for the attempt again.
  mutating func resume(_ index: Int) {
    guard let act = flow.steps[index].act else { return }
    self.case.steps[index].resumptions = self.case.steps[index].suspensions
    self.case.steps[index].phase = .running
    self.case.steps[index].due = now.adding(seconds: act.timeout)
  }

  // MARK: Changes elsewhere

  /// Waits after a refusal that a change elsewhere can turn; false if the flow foresees no such wait.
  mutating func await(_ index: Int, after result: StepResult) -> Bool {
    guard !self.case.isUndoing, let wait = flow.steps[index].await(for: result.code) else {
      return false
    }
    let step = self.case.steps[index]
    // Asked again in vain: the wait goes on, it does not begin anew.
    let until =
      step.awaited == wait.code
      ? step.until ?? now.adding(seconds: wait.within)
      : now.adding(seconds: wait.within)
    guard until > now else { return false }
    self.case.steps[index].phase = .awaiting
    self.case.steps[index].awaited = wait.code
    self.case.steps[index].until = until
    self.case.steps[index].due = min(until, now.adding(seconds: wait.again))
    self.case.steps[index].reason = result.reason
    say("\(flow.steps[index].name): \(result.code); waits for \(wait.schema)")
    return true
  }

  mutating func happen(_ name: String, _ event: String) -> Disposition {
    guard let index = flow.index(of: name), self.case.steps[index].phase == .awaiting else {
      return .repeated
    }
    say("\(name): what it waits for has happened, event \(event)")
    askAgain(index)
    return .applied
  }

  mutating func awaitLonger(_ index: Int) {
    guard let until = self.case.steps[index].until, now < until else {
      settle(index, .refused, because: "waited in vain: \(self.case.steps[index].reason)")
      return
    }
    askAgain(index)
  }

  private mutating func askAgain(_ index: Int) {
    self.case.steps[index].tries = 0
    issue(index, .do)
  }

  func unknownStep(_ name: String, _ what: String) -> Disposition {
    .refused(
      Refusal(
        code: .unknownStep, event: "\(what) \(name)",
        state: "the case is \(self.case.state.rawValue)",
        expected: "one of the steps \(flow.steps.map(\.name).joined(separator: ", "))"))
  }

  func inWords(_ index: Int) -> String {
    "the case is \(self.case.state.rawValue), step \(flow.steps[index].name) is \(self.case.steps[index].phase.rawValue)"
  }
}

extension Flow.Step {
  func await(for code: String) -> Flow.Await? {
    code.isEmpty ? nil : act?.awaits.first { $0.code == code }
  }
}

extension Value {
  /// Lays another object over this one, member by member, all the way down.
  mutating func merge(_ other: Value) {
    guard var members, let additions = other.members else {
      self = other
      return
    }
    for addition in additions {
      guard let index = members.firstIndex(where: { $0.name == addition.name }) else {
        members.append(addition)
        continue
      }
      var inner = members[index].value
      inner.merge(addition.value)
      members[index] = Member(addition.name, inner)
    }
    self = .object(members)
  }
}
