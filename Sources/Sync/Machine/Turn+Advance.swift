import Events

/// What the steps' phases lead to, whichever event changed them.
extension Turn {
  /// Whether the pivot is done, from where the case only goes forward.
  var isPastPivot: Bool {
    guard !self.case.isUndoing, let pivot = flow.pivot else { return false }
    return self.case.steps[pivot].phase.isMet
  }

  mutating func advance() {
    guard !self.case.state.isTerminal else { return }
    if !self.case.isUndoing { goForward() }
    if self.case.isUndoing { goBackward() }
    settleState()
  }

  private mutating func goForward() {
    guard self.case.state != .submitted, self.case.state != .queued else { return }
    failures()
    while !self.case.isUndoing, let (index, gate) = nextGate() {
      switch gate {
      case .open: start(index)
      case .closed(let reason): settle(index, .omitted, because: reason)
      }
      failures()
    }
  }

  /// Asks for the step's act, or the applicant for what it wants to know.
  mutating func start(_ index: Int) {
    switch flow.steps[index].work {
    case .task: issue(index, .do)
    case .question(let question): ask(index, within: question.within, question.title)
    }
  }

  /// A step that failed turns the case round, is done without, or is handed to the operators past the pivot.
  private mutating func failures() {
    for index in flow.steps.indices {
      let step = self.case.steps[index]
      guard step.phase == .refused || step.phase == .unknown, !isDoneWithout(index) else {
        continue
      }
      let reason = "\(flow.steps[index].name) \(step.phase.inWords): \(step.reason)"
      if flow.steps[index].role == .review {
        if step.phase == .unknown {
          settle(
            index, .waived, because: "no answer in time, so the application is deemed accepted")
          continue
        }
        self.case.isNotAccepted = true
        turnRound(because: reason)
        return
      }
      if isPastPivot {
        handOver(index, .stuck)
      } else {
        turnRound(because: reason)
        return
      }
    }
  }

  // MARK: Whose turn it is

  private enum Gate {
    case open
    case closed(String)
  }

  private func nextGate() -> (Int, Gate)? {
    for index in flow.steps.indices where self.case.steps[index].phase == .waiting {
      if let gate = gate(of: index) { return (index, gate) }
    }
    return nil
  }

  /// Nil while what the step waits for is not settled.
  private func gate(of index: Int) -> Gate? {
    let step = flow.steps[index]
    let met = step.after.filter { self.case.steps[$0].phase.isMet }.count
    let absent = step.after.filter(isAbsent).count
    switch step.join {
    case .all:
      guard met + absent == step.after.count else { return nil }
      if met == 0, absent > 0 { return .closed("nothing that it builds on is there") }
    case .quorum(let count):
      let omitted = step.after.filter { self.case.steps[$0].phase == .omitted }.count
      let needed = min(count, step.after.count - omitted)
      if needed == 0 { return .closed("nothing that it builds on is there") }
      guard met >= needed else { return nil }
    }
    guard
      let failed = step.conditions.first(where: { !$0.holds(of: self.case.value(of: $0.source)) })
    else { return .open }
    return .closed("its condition on \(failed.source.path(in: flow)) does not hold")
  }

  private func isAbsent(_ index: Int) -> Bool {
    switch self.case.steps[index].phase {
    case .omitted: true
    case .refused, .unknown: isDoneWithout(index)
    default: false
    }
  }

  /// Whether the case goes its way although this step failed: it is optional, or all that wait for it can do with the others.
  func isDoneWithout(_ index: Int) -> Bool {
    if flow.steps[index].isOptional { return true }
    let dependents = flow.dependents(of: index)
    return !dependents.isEmpty && dependents.allSatisfy(canBegin(without: index))
  }

  private func canBegin(without index: Int) -> (Int) -> Bool {
    { dependent in
      guard case .quorum(let count) = flow.steps[dependent].join else { return false }
      let others = flow.steps[dependent].after.filter { other in
        switch self.case.steps[other].phase {
        case .refused, .unknown, .skipped, .omitted: false
        default: other != index
        }
      }
      return others.count >= count
    }
  }

  /// From here on nothing new is begun. What is with a department is waited for, until its deadline.
  mutating func turnRound(because reason: String) {
    self.case.isUndoing = true
    self.case.reason = reason
    self.case.queueDue = nil
    say("turned round: \(reason)")
    for index in self.case.steps.indices {
      switch self.case.steps[index].phase {
      case .waiting: self.case.steps[index].phase = .skipped
      case .asked: settle(index, .skipped)
      case .awaiting: settle(index, .refused)
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
    case .byHand(let title):
      self.case.steps[index].reason = "to be undone by hand: \(title)"
      handOver(index, .undoStuck)
    case .needless(let reason): settle(index, .waived, because: "nothing to undo: \(reason)")
    case .absent where flow.steps[index].role == .review:
      settle(index, .waived, because: "a review leaves nothing to undo")
    case .absent:
      self.case.steps[index].reason = "the flow has no compensation for it"
      handOver(index, .undoStuck)
    }
  }

  private mutating func settleState() {
    guard self.case.state != .queued || self.case.isUndoing else { return }
    let state = self.case.isUndoing ? stateBackward : stateForward
    self.case.state = state
    if state.isTerminal { say("ended: \(state.rawValue)") }
    // The operators are told at each hand-over; that they have done their part is no news to the applicant.
    guard state != before.state, state != .needsOperator else { return }
    guard before.state != .needsOperator || state.isTerminal else { return }
    guard before.state != .withApplicant || state != .running else { return }
    if let kind = NoticeKind(rawValue: state.rawValue) { notices.append(kind) }
  }

  private var stateBackward: Case.State {
    if self.case.steps.contains(where: \.phase.isWithOperators) { return .needsOperator }
    guard self.case.steps.allSatisfy(\.phase.isSettledBackward) else { return .compensating }
    return self.case.isNotAccepted ? .notAccepted : .compensated
  }

  private var stateForward: Case.State {
    var isPart = false
    var isOpen = false
    var isAsked = false
    for step in self.case.steps {
      switch step.phase {
      case .done, .waived, .omitted: continue
      case .refused, .unknown: isPart = true
      case .stuck, .undoStuck: return .needsOperator
      case .asked: isAsked = true
      default: isOpen = true
      }
    }
    if isAsked { return .withApplicant }
    if isOpen { return .running }
    return isPart ? .partlyCompleted : .completed
  }
}
