import Events

/// The hub with its one case, the departments, the broker between them, and the clock.
struct SimulatedWorld {
  private enum Arrival {
    case task(TaskOrder)
    case event(CaseEvent)
    case operators
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
    let first = Case(id: "case-\(seed)", flow: flow, application: flow.sampleApplication)
    self.case = first
    invariants = Invariants(flow: flow, case: first, decide: decide)
    departments = []
    for step in flow.steps { departments.append(SimulatedDepartment(step: step, random: &random)) }
  }

  mutating func run() {
    send(.event(.submitted))
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
      case .notice, .history: break
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
    let patience = flow.steps[index].act.timeout
    for _ in 0..<(random.chance(0.1) ? 2 : 1) {
      let delay =
        random.chance(departments[index].slowness)
        ? Double.random(in: 0...patience * 4, using: &random)
        : Double.random(in: 0...60, using: &random)
      send(.event(.result(answer)), after: delay)
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
  /// An application with a text wherever a task needs one.
  var sampleApplication: Value {
    var application = Value.empty
    for input in steps.flatMap(\.acts).flatMap(\.input) {
      if case .application(let path) = input.source {
        application.set(path[...], to: .string("sample"))
      }
    }
    return application
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
