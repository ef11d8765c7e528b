import Events

/// What the steps' phases lead to, whichever event changed them.
extension Turn {
  /// Whether the pivot is done, from where the case only goes forward.
  var isPastPivot: Bool {
    guard !self.case.isUndoing, let pivot = flow.pivot else { return false }
    return self.case.steps[pivot].phase == .done || self.case.steps[pivot].phase == .waived
  }

  mutating func advance() {
    guard !self.case.state.isTerminal else { return }
    if !self.case.isUndoing { goForward() }
    if self.case.isUndoing { goBackward() }
    settleState()
  }

  private mutating func goForward() {
    failures()
    while !self.case.isUndoing, let index = flow.steps.indices.first(where: isReady) {
      issue(index, .do)
      failures()
    }
  }

  /// A step that failed turns the case round, or is handed to the operators past the pivot.
  private mutating func failures() {
    for index in flow.steps.indices {
      let step = self.case.steps[index]
      guard step.phase == .refused || step.phase == .unknown else { continue }
      if isPastPivot {
        handOver(index, .stuck)
      } else {
        turnRound(because: "\(flow.steps[index].name) \(step.phase.inWords): \(step.reason)")
        return
      }
    }
  }

  private func isReady(_ index: Int) -> Bool {
    self.case.steps[index].phase == .waiting
      && flow.steps[index].after.allSatisfy {
        self.case.steps[$0].phase == .done || self.case.steps[$0].phase == .waived
      }
  }

  /// From here on nothing new is begun. What is with a department is waited for, until its deadline.
  mutating func turnRound(because reason: String) {
    self.case.isUndoing = true
    self.case.reason = reason
    say("turned round: \(reason)")
    for index in self.case.steps.indices {
      switch self.case.steps[index].phase {
      case .waiting: self.case.steps[index].phase = .skipped
      case .pausing: settle(index, .unknown)
      default: break
      }
    }
  }

  /// Later steps before earlier ones; each as soon as all that built on it is settled.
  private mutating func goBackward() {
    var changed = true
    while changed {
      changed = false
      for index in flow.steps.indices.reversed() where isToBeUndone(index) {
        undo(index)
        changed = true
      }
    }
  }

  private func isToBeUndone(_ index: Int) -> Bool {
    let phase = self.case.steps[index].phase
    return (phase == .done || phase == .unknown)
      && flow.dependents(of: index).allSatisfy { self.case.steps[$0].phase.isSettledBackward }
  }

  private mutating func undo(_ index: Int) {
    switch flow.steps[index].compensation {
    case .act: issue(index, .compensate)
    case .needless(let reason): settle(index, .waived, because: "nothing to undo: \(reason)")
    case .absent:
      self.case.steps[index].reason = "the flow has no compensation for it"
      handOver(index, .undoStuck)
    }
  }

  private mutating func settleState() {
    let phases = self.case.steps.map(\.phase)
    let state: Case.State
    if phases.contains(where: \.isWithOperators) {
      state = .needsOperator
    } else if self.case.isUndoing {
      state = phases.allSatisfy(\.isSettledBackward) ? .compensated : .compensating
    } else {
      state = phases.allSatisfy { $0 == .done || $0 == .waived } ? .completed : .running
    }
    self.case.state = state
    if state.isTerminal { say("ended: \(state.rawValue)") }
    // The operators are told at each hand-over; that they have done their part is no news to the applicant.
    guard state != before.state, state != .needsOperator else { return }
    guard before.state != .needsOperator || state.isTerminal else { return }
    if let kind = NoticeKind(rawValue: state.rawValue) { notices.append(kind) }
  }
}
