import Events

/// The hub with its one case, the departments, the broker between them, and the clock.
struct SimulatedWorld {
  private enum Arrival {
    case task(TaskOrder)
    case event(CaseEvent)
    case operators
    case applicant
  }

  private struct Pending {
    let at: Instant
    let arrival: Arrival
  }

  let flow: Flow
  private let decide: Simulation.Decide
  private var random: SeededRandom
  private var departments: [SimulatedDepartment]
  private var now = Instant(microseconds: 1_764_000_000_000_000)
  private var agenda: [Pending] = []
  /// The timer as it is stored: set by effects alone.
  private var timer: Instant?
  private(set) var `case`: Case
  private(set) var invariants: Invariants
  private(set) var visited: Set<Case.State> = []

  init(flow: Flow, decide: @escaping Simulation.Decide, seed: UInt64) {
    self.flow = flow
    self.decide = decide
    random = SeededRandom(seed: seed)
    let first = Case(id: "case-\(seed)", flow: flow, application: flow.application(&random))
    self.case = first
    invariants = Invariants(flow: flow, case: first, decide: decide)
    departments = []
    for step in flow.steps { departments.append(SimulatedDepartment(step: step, random: &random)) }
  }

  mutating func run() {
    if case .wait(let longest) = flow.conflict, random.chance(0.3) {
      send(.event(.queued), after: 0)
      send(.event(.admitted), after: Double.random(in: 1...longest * 1.3, using: &random))
    } else {
      send(.event(.submitted))
    }
    if random.chance(0.15) {
      send(
        .event(.cancelled(reason: "the applicant withdrew")),
        after: Double.random(in: 0...20_000, using: &random))
    }
    var events = 0
    while let next = takeNext() {
      events += 1
      guard events < Simulation.maximumEvents else {
        invariants.violated(
          "it ends", "after \(events) events the case is still \(self.case.state.rawValue)")
        return
      }
      guard invariants.violations.isEmpty else { return }
      arrive(next)
    }
    invariants.checkEnd(self.case, departments)
  }

  /// The next thing that happens, with the clock moved on to it: a message, or the timer.
  private mutating func takeNext() -> Arrival? {
    let first = agenda.indices.min { agenda[$0].at < agenda[$1].at }
    let message = first.map { agenda[$0].at }
    if let timer, timer <= message ?? timer {
      // The timer worker is late now and then, and never early.
      now = max(now, timer).adding(seconds: random.chance(0.2) ? 90 : 0.01)
      return .event(.due)
    }
    guard let first else { return nil }
    now = max(now, agenda[first].at)
    return agenda.remove(at: first).arrival
  }

  private mutating func arrive(_ arrival: Arrival) {
    switch arrival {
    case .event(let event): take(event)
    case .task(let order): ask(order)
    case .operators: decideForOperators()
    case .applicant: answerForApplicant()
    }
  }

  /// One turn of the engine: decide, commit, publish, acknowledge, with a crash between any two of them.
  private mutating func take(_ event: CaseEvent) {
    let transition = decide(event, self.case, now)
    if random.chance(0.05) {
      // Crashed before the commit: nothing is kept, and the broker delivers again. A timer is still due by itself.
      if event != .due { send(.event(event)) }
      return
    }
    let before = self.case
    self.case = transition.case
    visited.insert(transition.case.state)
    for effect in transition.effects {
      switch effect {
      case .timer(let due): timer = due
      case .task(let order): publish(order)
      case .notice(let kind) where kind == .needsOperator || kind == .operatorReminder:
        send(.operators, after: Double.random(in: 60...200_000, using: &random))
      case .notice(.supplement) where random.chance(0.95):
        send(.applicant, after: Double.random(in: 60...400_000, using: &random))
      case .notice, .clock, .history: break
      }
    }
    invariants.check(
      before: before, event: event, transition: transition, timer: timer, at: now, departments)
    // Crashed after the commit and before the acknowledgement: it is delivered again.
    if event != .due, random.chance(0.05) { send(.event(event)) }
  }

  /// The relay may crash between the broker's confirm and the deletion of the row, and then publishes again.
  private mutating func publish(_ order: TaskOrder) {
    for _ in 0..<(random.chance(0.1) ? 2 : 1) { send(.task(order)) }
  }

  private mutating func ask(_ order: TaskOrder) {
    guard let index = flow.index(of: order.step) else { return }
    guard let answer = departments[index].take(order, random: &random) else { return }
    let steps = departments[index].procedure(before: answer, order, random: &random)
    let patience = flow.steps[index].act?.timeout ?? 60
    var delay = 0.0
    for result in steps + [answer] {
      delay +=
        random.chance(departments[index].slowness)
        ? Double.random(in: 0...patience * 4, using: &random)
        : Double.random(in: 0...60, using: &random)
      for _ in 0..<(random.chance(0.1) ? 2 : 1) { send(.event(.result(result)), after: delay) }
    }
    guard !answer.code.isEmpty, random.chance(0.7) else { return }
    // The change elsewhere may come before the refusal that would wait for it.
    let change = CaseEvent.happened(step: order.step, event: "e-\(self.case.events)")
    send(.event(change), after: Double.random(in: 0...200_000, using: &random))
  }

  private mutating func answerForApplicant() {
    for (index, step) in self.case.steps.enumerated() where step.phase == .asked {
      var members = [Value.Member("more", .string("sample"))]
      if case .question(let question) = flow.steps[index].work {
        members += question.needs.map { Value.Member($0, .string("sample")) }
      }
      take(.supplemented(step: flow.steps[index].name, data: .object(members)))
    }
  }

  private mutating func decideForOperators() {
    for (index, step) in self.case.steps.enumerated() where step.phase.isWithOperators {
      let resolution: Resolution =
        random.chance(0.5) ? .retry : random.chance(0.5) ? .skip : .done
      take(.resolved(step: flow.steps[index].name, resolution, reason: "looked into by hand"))
    }
  }

  private mutating func send(_ arrival: Arrival, after seconds: Double? = nil) {
    // Short as a rule; sometimes long enough that others overtake, as after a redelivery.
    let delay =
      seconds
      ?? (random.chance(0.1)
        ? Double.random(in: 0...3000, using: &random) : Double.random(in: 0...2, using: &random))
    agenda.append(Pending(at: now.adding(seconds: delay), arrival: arrival))
  }
}

extension Flow {
  /// An application with a text wherever a task needs one, and conditions that hold more often than not.
  func application(_ random: inout SeededRandom) -> Value {
    var application = sampleApplication
    for condition in steps.flatMap(\.conditions) {
      guard case .application(let path) = condition.source, random.chance(0.7) else { continue }
      application.set(path[...], to: condition.test.sample)
    }
    return application
  }

  /// An application with a text wherever a task needs one.
  var sampleApplication: Value {
    var application = Value.empty
    let needed = steps.flatMap(\.acts).flatMap(\.input).map(\.source) + entities.map(\.source)
    for case .application(let path) in needed {
      application.set(path[...], to: .string("sample"))
    }
    return application
  }
}

extension Flow.Condition.Test {
  /// A value of which it holds.
  fileprivate var sample: Value {
    switch self {
    case .present(true), .isNoneOf: .string("sample")
    case .present(false): .null
    case .isOneOf(let values): values.first ?? .null
    case .atLeast(let bound), .atMost(let bound): .number(String(bound))
    }
  }
}

extension Value {
  fileprivate mutating func set(_ path: ArraySlice<String>, to value: Value) {
    guard let name = path.first else { return }
    var members = members ?? []
    let index = members.firstIndex { $0.name == name }
    var inner = index.map { members[$0].value } ?? .empty
    if path.count == 1 { inner = value } else { inner.set(path.dropFirst(), to: value) }
    if let index {
      members[index] = Member(name, inner)
    } else {
      members.append(Member(name, inner))
    }
    self = .object(members)
  }
}
