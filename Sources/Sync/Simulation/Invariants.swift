import Events

/// What must hold after every event of a case, seen from outside: from its effects and from the departments' own books.
struct Invariants {
  private let flow: Flow
  private let decide: Simulation.Decide
  private(set) var violations: [String] = []

  /// The case as its history alone makes it.
  private var replayed: Case
  private var keys: [String: String] = [:]
  private var kinds: [String: TaskOrder.Kind] = [:]
  private var ends = 0
  private var wasPastPivot = false
  private var clocks: [String: ClockChange] = [:]
  private var confirmedUndo: Set<Int> = []
  /// Steps about which operators decided: the departments' books say nothing certain of them.
  private var byHand: Set<Int> = []

  init(flow: Flow, case: Case, decide: @escaping Simulation.Decide) {
    self.flow = flow
    self.decide = decide
    replayed = `case`
  }

  mutating func violated(_ invariant: String, _ detail: String) {
    violations.append("\(invariant): \(detail)")
  }

  mutating func check(
    before: Case, event: CaseEvent, transition: Transition, timer: Instant?, at now: Instant,
    _ departments: [SimulatedDepartment]
  ) {
    let after = transition.case
    checkOneEnd(before: before, transition)
    checkDeadlines(after, timer: timer)
    checkHistory(transition)
    checkAnswers(event, transition)
    checkClocks(transition)
    if case .resolved(let step, let resolution, _) = event, transition.disposition == .applied,
      resolution != .retry, let index = flow.index(of: step)
    {
      byHand.insert(index)
    }
    for case .task(let order) in transition.effects {
      checkKeys(order)
      if order.kind == .compensate {
        checkUndo(order, departments)
      } else {
        checkBeginning(order, after)
      }
    }
    for index in flow.steps.indices where after.steps[index].phase == .undone {
      confirmedUndo.insert(index)
    }
    if let pivot = flow.pivot, !after.isUndoing, after.steps[pivot].phase == .done {
      wasPastPivot = true
    }
  }

  private mutating func checkOneEnd(before: Case, _ transition: Transition) {
    if before.state.isTerminal, transition.case != before || !transition.effects.isEmpty {
      violated("one end", "the case had ended as \(before.state.rawValue) and changed again")
    }
    for case .notice(let kind) in transition.effects
    where Case.State(rawValue: kind.rawValue)?.isTerminal ?? false {
      ends += 1
    }
    if ends > 1 { violated("one end", "the end was told \(ends) times") }
    let isAtEnd = transition.case.state.isTerminal
    if isAtEnd, ends != 1 { violated("one end", "the case has ended and \(ends) notices told it") }
  }

  private mutating func checkDeadlines(_ after: Case, timer: Instant?) {
    if after.due != timer {
      violated("every wait has a deadline", "the timer is not that of the case")
    }
    if after.state != .submitted, after.state.isTerminal != (timer == nil) {
      violated(
        "every wait has a deadline",
        "\(after.state.rawValue) with\(timer == nil ? "out" : "") a timer")
    }
    for (index, step) in after.steps.enumerated() where step.phase.isWaiting && step.due == nil {
      violated(
        "every wait has a deadline",
        "\(flow.steps[index].name) is \(step.phase.rawValue) without one")
    }
  }

  private mutating func checkHistory(_ transition: Transition) {
    for case .history(let entry) in transition.effects {
      replayed = decide(entry.event, replayed, entry.at).case
    }
    if replayed != transition.case { violated("history replays", "to another state") }
  }

  /// The departments keep their contract here, so nothing that they say may be refused.
  private mutating func checkAnswers(_ event: CaseEvent, _ transition: Transition) {
    // An answer that the case did not wait for, since it could do without, is news when it comes after the end.
    if transition.case.state == .partlyCompleted { return }
    if case .result = event, case .refused(let refusal) = transition.disposition {
      violated("every answer is understood", "\(refusal)")
    }
  }

  private mutating func checkClocks(_ transition: Transition) {
    for case .clock(let change) in transition.effects {
      let name = change.name.description
      if !change.mayFollow(clocks[name]) {
        violated("clocks", "\(change) after \(clocks[name].map { "\($0)" } ?? "nothing")")
      }
      clocks[name] = change
    }
    guard transition.case.state.isTerminal else { return }
    for (name, last) in clocks {
      if case .stopped = last { continue }
      violated("clocks", "the case has ended and the clock of \(name) goes on")
    }
  }

  /// A step's act is first asked for when all that it waits for are settled, or enough of them done.
  private mutating func checkBeginning(_ order: TaskOrder, _ after: Case) {
    guard let index = flow.index(of: order.step), order.attempt == 1 else { return }
    let before = flow.steps[index].after
    let met = before.filter { after.steps[$0].phase.isMet }
    switch flow.steps[index].join {
    case .all:
      for other in before {
        switch after.steps[other].phase {
        case .done, .waived, .omitted, .refused, .unknown: continue
        default:
          violated(
            "begun in order",
            "\(order.step) while \(flow.steps[other].name) is \(after.steps[other].phase.rawValue)")
        }
      }
    case .quorum(let count):
      let omitted = before.filter { after.steps[$0].phase == .omitted }
      if met.count < min(count, before.count - omitted.count) {
        violated("begun in order", "\(order.step) with \(met.count) of \(count)")
      }
    }
  }

  private mutating func checkKeys(_ order: TaskOrder) {
    let act = "\(order.step) \(order.kind.rawValue)"
    if let key = keys[act], key != order.key { violated("one key an act", "\(act) has two keys") }
    keys[act] = order.key
    let attempt = "\(order.step) \(order.attempt)"
    if let kind = kinds[attempt], kind != order.kind {
      violated("one key an act", "attempt \(attempt) stands for two acts")
    }
    kinds[attempt] = order.kind
  }

  private mutating func checkUndo(_ order: TaskOrder, _ departments: [SimulatedDepartment]) {
    guard let index = flow.index(of: order.step) else { return }
    if wasPastPivot { violated("nothing is undone past the pivot", order.step) }
    if confirmedUndo.contains(index) { violated("undone once", "\(order.step) is undone again") }
    for later in flow.dependents(of: index)
    where departments[later].stands && !byHand.contains(later) {
      if case .needless = flow.steps[later].compensation { continue }
      violated(
        "undone in reverse order",
        "\(order.step) while \(flow.steps[later].name), built on it, still stands")
    }
  }

  /// What must hold when nothing is on its way any more.
  mutating func checkEnd(_ case: Case, _ departments: [SimulatedDepartment]) {
    guard `case`.state.isTerminal else {
      violated("it ends", "nothing is on its way and the case is \(`case`.state.rawValue)")
      return
    }
    for (index, step) in flow.steps.enumerated() where !byHand.contains(index) && step.act != nil {
      let stands = departments[index].stands
      let phase = `case`.steps[index].phase
      switch `case`.state {
      case .completed, .partlyCompleted:
        if phase == .done, !stands { violated("completed means done", "\(step.name) is not done") }
        let isSettled = phase.isMet || phase == .omitted
        if `case`.state == .completed, !isSettled {
          violated("completed means done", "\(step.name) is \(phase.rawValue)")
        }
      default:
        if stands, case .act = step.compensation {
          violated("compensated means undone", "\(step.name) still stands")
        }
        if departments[index].undone > 1 {
          violated("undone once", "\(step.name) was undone twice")
        }
      }
    }
  }
}

extension ClockChange {
  /// A clock starts once, is paused only while it runs, resumed only while it is paused, and stops for good.
  fileprivate func mayFollow(_ last: ClockChange?) -> Bool {
    switch (self, last) {
    case (.started, nil), (.paused, .started), (.paused, .resumed), (.resumed, .paused),
      (.stopped, .started), (.stopped, .resumed), (.stopped, .paused):
      true
    default: false
    }
  }
}

extension ClockName: CustomStringConvertible {
  package var description: String {
    switch self {
    case .case: "the case"
    case .step(let name): name
    }
  }
}
