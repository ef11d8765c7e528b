import Events

/// What the end of a wait does, and what an operator's decision does.
extension Turn {
  mutating func takeDue() -> Disposition {
    if let due = self.case.queueDue, due <= now {
      self.case.isNotAccepted = true
      turnRound(because: "another case on the same entity did not end in time")
      return .applied
    }
    let due = self.case.steps.indices.filter { index in
      self.case.steps[index].due.map { $0 <= now } ?? false
    }
    guard !due.isEmpty else { return .repeated }
    for index in due { endWait(of: index) }
    return .applied
  }

  private mutating func endWait(of index: Int) {
    switch self.case.steps[index].phase {
    case .running: retry(index, .do, because: "no answer in time")
    case .pausing: issue(index, .do)
    case .undoing: retry(index, .compensate, because: "no answer in time")
    case .undoPausing: issue(index, .compensate)
    case .stuck, .undoStuck:
      self.case.steps[index].due = now.adding(seconds: flow.operators.remind)
      if !notices.contains(.operatorReminder) { notices.append(.operatorReminder) }
      say("reminded \(flow.operators.queue) of \(flow.steps[index].name)")
    case .asked:
      settle(index, .refused, because: "lapsed: the applicant did not answer in time")
    case .suspended:
      say("\(flow.steps[index].name): the special procedure has run out")
      resume(index)
    case .awaiting: awaitLonger(index)
    case .waiting, .done, .refused, .unknown, .skipped, .omitted, .undone, .waived:
      preconditionFailure("a step in this phase waits for nothing")
    }
  }

  mutating func resolve(_ name: String, _ resolution: Resolution, _ reason: String) -> Disposition {
    guard let index = flow.index(of: name) else { return unknownStep(name, "resolving") }
    let phase = self.case.steps[index].phase
    let isUndo = phase == .undoStuck
    if !phase.isWithOperators
      || (resolution == .retry && isUndo && flow.steps[index].act(of: .compensate) == nil)
    {
      return .refused(
        Refusal(
          code: .notAllowed, event: "\(resolution.rawValue) for \(name)",
          state: inWords(index),
          expected: phase.isWithOperators
            ? "skip or done: there is no compensation to retry"
            : "a step that is with the operators"))
    }
    say("operators: \(resolution.rawValue) \(name): \(reason)")
    switch resolution {
    case .retry:
      self.case.steps[index].tries = 0
      if isUndo { issue(index, .compensate) } else { start(index) }
    case .skip: settle(index, .waived, because: reason)
    case .done: settle(index, isUndo ? .undone : .done, because: reason)
    }
    return .applied
  }
}
