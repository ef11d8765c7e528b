import Events

/// What a department's answer does. An answer is known by case, step and attempt.
extension Turn {
  mutating func take(_ result: StepResult) -> Disposition {
    guard let index = flow.index(of: result.step) else {
      return .refused(
        refusal(.unknownStep, result, nil, expected: "one of the steps of \(flow.name)"))
    }
    let step = self.case.steps[index]
    guard (1...max(1, step.attempts)).contains(result.attempt), step.attempts > 0 else {
      return .refused(
        refusal(.neverIssued, result, step, expected: "an attempt from 1 to \(step.attempts)"))
    }
    guard result.outcome.isAnswer else {
      return self.case.state.isTerminal ? .repeated : take(procedure: result, index)
    }
    if let earlier = step.answers[result.attempt - 1] {
      if earlier == result.outcome { return .repeated }
      return .refused(
        refusal(
          .contradiction, result, step, expected: "\(earlier.rawValue), as was answered before"))
    }
    let isCompensation = step.isCompensation(result.attempt)
    if self.case.state.isTerminal {
      return takeAfterEnd(result, step, isCompensation: isCompensation)
    }
    self.case.steps[index].answers[result.attempt - 1] = result.outcome
    if isCompensation { takeUndo(result, index) } else { takeAct(result, index) }
    return .applied
  }

  /// The case has ended. Only an act that was done although the department had refused it is news.
  private func takeAfterEnd(
    _ result: StepResult, _ step: StepProgress, isCompensation: Bool
  ) -> Disposition {
    let isNews = step.phase == .refused || (step.phase == .unknown && !self.case.isUndoing)
    guard result.outcome == .accepted, !isCompensation, isNews else { return .repeated }
    return .refused(
      refusal(
        .notAllowed, result, step, expected: "a case that has not ended, or an act that was undone")
    )
  }

  private mutating func takeAct(_ result: StepResult, _ index: Int) {
    let step = self.case.steps[index]
    let isLatest = result.attempt == step.attempts
    let name = flow.steps[index].name
    switch (result.outcome, step.phase) {
    case (.accepted, .running), (.accepted, .pausing), (.accepted, .unknown), (.accepted, .refused),
      (.accepted, .stuck), (.accepted, .asked), (.accepted, .suspended), (.accepted, .awaiting):
      self.case.steps[index].data = result.data
      self.case.steps[index].reason = ""
      settle(index, .done)
      say("\(name) done")
    case (.refused, .running) where isLatest, (.refused, .pausing) where isLatest,
      (.refused, .suspended) where isLatest:
      if !self.await(index, after: result) { settle(index, .refused, because: result.reason) }
    case (.refused, .unknown) where isLatest: settle(index, .refused, because: result.reason)
    case (.needsSupplement, .running) where isLatest, (.needsSupplement, .pausing) where isLatest,
      (.needsSupplement, .suspended) where isLatest:
      needSupplement(result, index)
    case (.failedTransiently, .running) where isLatest,
      (.failedTransiently, .suspended) where isLatest:
      retry(index, .do, because: "failed for now: \(result.reason)")
    default: note(result, index)
    }
  }

  /// The department wants more of the applicant, who is asked unless the case is on its way back.
  private mutating func needSupplement(_ result: StepResult, _ index: Int) {
    if let within = flow.steps[index].act?.supplement, !self.case.isUndoing {
      ask(index, within: within, result.reason)
    } else {
      settle(index, .refused, because: "a supplement is needed: \(result.reason)")
    }
  }

  private mutating func takeUndo(_ result: StepResult, _ index: Int) {
    let step = self.case.steps[index]
    let isLatest = result.attempt == step.attempts
    let name = flow.steps[index].name
    switch (result.outcome, step.phase) {
    case (.accepted, .undoing), (.accepted, .undoPausing), (.accepted, .undoStuck):
      self.case.steps[index].undoData = result.data
      settle(index, .undone)
      say("\(name) undone")
    case (.refused, .undoing) where isLatest, (.refused, .undoPausing) where isLatest,
      (.needsSupplement, .undoing) where isLatest:
      self.case.steps[index].reason = result.reason
      say("\(name): the compensation was refused: \(result.reason)")
      handOver(index, .undoStuck)
    case (.failedTransiently, .undoing) where isLatest:
      retry(index, .compensate, because: "failed for now: \(result.reason)")
    default: note(result, index)
    }
  }

  /// An answer that came after its attempt had been given up. It is in the history and changes nothing else.
  private mutating func note(_ result: StepResult, _ index: Int) {
    say(
      "\(flow.steps[index].name): late answer to attempt \(result.attempt), \(result.outcome.rawValue), "
        + "while \(self.case.steps[index].phase.rawValue)")
  }

  private func refusal(
    _ code: Refusal.Code, _ result: StepResult, _ step: StepProgress?, expected: String
  ) -> Refusal {
    let phase = step.map { ", step \(result.step) is \($0.phase.rawValue)" } ?? ""
    return Refusal(
      code: code,
      event: "\(result.outcome.rawValue) for attempt \(result.attempt) of \(result.step)",
      state: "the case is \(self.case.state.rawValue)\(phase)", expected: expected)
  }
}
