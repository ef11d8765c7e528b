import Events

/// The hub with its cases, the departments, the broker between them, the locks in the database, and the clock.
///
/// A flow that makes cases wait for one another is run with three cases about the same entity; any other with one.
struct SimulatedWorld {
  private enum Arrival {
    case submission
    /// The timer worker looks for a case whose turn has come.
    case admission
    case task(TaskOrder)
    case event(CaseEvent)
    case operators
    case applicant
  }

  private struct Pending {
    let at: Instant
    let number: Int
    let arrival: Arrival
  }

  /// One case, what is stored of it beside itself, and the departments' books about it.
  private struct Actor {
    var `case`: Case
    /// The timer as it is stored: set by effects alone.
    var timer: Instant?
    var departments: [SimulatedDepartment]
    var invariants: Invariants
  }

  let flow: Flow
  private let simulation: Simulation
  private var random: SeededRandom
  private var now = Instant(microseconds: 1_764_000_000_000_000)
  private var agenda: [Pending] = []
  private var actors: [Actor] = []
  /// Who holds the entity that all cases are about, and who waits for it, as rows of the database.
  private var holder: Int?
  private var waiting: [Int] = []
  private var together: [String] = []
  private(set) var visited: Set<Case.State> = []

  init(_ simulation: Simulation, seed: UInt64) {
    self.simulation = simulation
    flow = simulation.flow
    random = SeededRandom(seed: seed)
    for number in 0..<(flow.isInTurns ? 3 : 1) {
      let first = Case(
        id: "case-\(seed)-\(number)", flow: flow, application: flow.application(&random))
      var departments: [SimulatedDepartment] = []
      for step in flow.steps {
        departments.append(SimulatedDepartment(step: step, random: &random))
      }
      actors.append(
        Actor(
          case: first, departments: departments,
          invariants: Invariants(flow: flow, case: first, decide: simulation.decide)))
    }
  }

  var `case`: Case { actors[0].case }
  var events: Int { actors.reduce(0) { $0 + $1.case.events } }
  var violations: [String] { actors.flatMap(\.invariants.violations) + together }

  mutating func run() {
    for number in actors.indices {
      let moment = number == 0 ? 0 : Double.random(in: 0...50_000, using: &random)
      send(.submission, to: number, after: moment)
      if random.chance(0.15) {
        let withdrawal = CaseEvent.cancelled(reason: "the applicant withdrew")
        send(
          .event(withdrawal), to: number, after: Double.random(in: moment...90_000, using: &random))
      }
    }
    var events = 0
    while let (number, next) = takeNext() {
      events += 1
      guard events < Simulation.maximumEvents * actors.count else {
        actors[number].invariants.violated(
          "it ends",
          "after \(events) events the case is still \(actors[number].case.state.rawValue)")
        return
      }
      guard violations.isEmpty else { return }
      arrive(next, at: number)
    }
    for number in actors.indices {
      actors[number].invariants.checkEnd(actors[number].case, actors[number].departments)
    }
  }

  /// The next thing that happens, with the clock moved on to it: a message, or a timer.
  private mutating func takeNext() -> (Int, Arrival)? {
    let first = agenda.indices.min { agenda[$0].at < agenda[$1].at }
    let message = first.map { agenda[$0].at }
    let timers = actors.indices.compactMap { number in actors[number].timer.map { ($0, number) } }
    if let (timer, number) = timers.min(by: { $0.0 < $1.0 }), timer <= message ?? timer {
      // The timer worker is late now and then, and never early.
      now = max(now, timer).adding(seconds: random.chance(0.2) ? 90 : 0.01)
      return (number, .event(.due))
    }
    guard let first else { return nil }
    now = max(now, agenda[first].at)
    let pending = agenda.remove(at: first)
    return (pending.number, pending.arrival)
  }

  private mutating func arrive(_ arrival: Arrival, at number: Int) {
    switch arrival {
    case .submission: submit(number)
    case .admission: admit()
    case .event(let event): take(event, number)
    case .task(let order): ask(order, number)
    case .operators: decideForOperators(number)
    case .applicant: answerForApplicant(number)
    }
  }

  // MARK: The engine

  /// Stores the case, with its lock or its place among those that wait, in one transaction.
  private mutating func submit(_ number: Int) {
    let isFree = holder == nil && waiting.isEmpty || !flow.isInTurns
    guard take(isFree ? .submitted : .queued, number, again: .submission) else { return }
    guard flow.isInTurns, actors[number].case.events == 1, !actors[number].case.state.isTerminal
    else { return }
    if isFree { holder = number } else { waiting.append(number) }
  }

  /// Lets in the one that has waited longest, once nobody holds what it waits for.
  private mutating func admit() {
    guard holder == nil || simulation.fault == .admitsWhileHeld, let next = waiting.first else {
      return
    }
    guard take(.admitted, next, again: .admission) else { return }
    holder = next
    waiting.removeFirst()
  }

  /// One turn of the engine: decide, commit, publish, acknowledge, with a crash between any two of them.
  ///
  /// - Returns: whether it was committed.
  @discardableResult
  private mutating func take(_ event: CaseEvent, _ number: Int, again: Arrival? = nil) -> Bool {
    let before = actors[number].case
    let transition = simulation.decide(event, before, now)
    if random.chance(0.05) {
      // Crashed before the commit: nothing is kept, and the broker delivers again. A timer is still due by itself.
      if event != .due { send(again ?? .event(event), to: number) }
      return false
    }
    actors[number].case = transition.case
    visited.insert(transition.case.state)
    for effect in transition.effects { perform(effect, number) }
    actors[number].invariants.check(
      before: before, event: event, transition: transition, timer: actors[number].timer, at: now,
      actors[number].departments)
    if transition.case.state.isTerminal, !before.state.isTerminal { release(number) }
    checkTogether()
    // Crashed after the commit and before the acknowledgement: it is delivered again.
    if event != .due, random.chance(0.05) { send(again ?? .event(event), to: number) }
    return true
  }

  private mutating func perform(_ effect: Effect, _ number: Int) {
    switch effect {
    case .timer(let due): actors[number].timer = due
    case .task(let order): publish(order, number)
    case .notice(let kind) where kind == .needsOperator || kind == .operatorReminder:
      send(.operators, to: number, after: Double.random(in: 60...200_000, using: &random))
    case .notice(.supplement) where random.chance(0.95):
      send(.applicant, to: number, after: Double.random(in: 60...400_000, using: &random))
    case .notice, .clock, .history: break
    }
  }

  private mutating func release(_ number: Int) {
    guard flow.isInTurns else { return }
    if holder == number { holder = nil }
    waiting.removeAll { $0 == number }
    send(.admission, to: number, after: Double.random(in: 0...2, using: &random))
  }

  /// While one case changes what all are about, no other does.
  private mutating func checkTogether() {
    guard flow.isInTurns else { return }
    let active = actors.filter {
      !$0.case.state.isTerminal && $0.case.state != .submitted && $0.case.state != .queued
        && !($0.case.isUndoing && $0.case.isNotAccepted)
    }
    if active.count > 1 {
      together.append(
        "one case an entity: \(active.map(\.case.id).joined(separator: ", ")) at once")
    }
  }

  /// The relay may crash between the broker's confirm and the deletion of the row, and then publishes again.
  private mutating func publish(_ order: TaskOrder, _ number: Int) {
    for _ in 0..<(random.chance(0.1) ? 2 : 1) { send(.task(order), to: number) }
  }

  // MARK: The others

  private mutating func ask(_ order: TaskOrder, _ number: Int) {
    guard let index = flow.index(of: order.step),
      let answer = actors[number].departments[index].take(order, random: &random)
    else { return }
    let department = actors[number].departments[index]
    let steps = actors[number].departments[index].procedure(
      before: answer, order, random: &random)
    let patience = flow.steps[index].act?.timeout ?? 60
    var delay = 0.0
    for result in steps + [answer] {
      delay +=
        random.chance(department.slowness)
        ? Double.random(in: 0...patience * 4, using: &random)
        : Double.random(in: 0...60, using: &random)
      for _ in 0..<(random.chance(0.1) ? 2 : 1) {
        send(.event(.result(result)), to: number, after: delay)
      }
    }
    guard !answer.code.isEmpty, random.chance(0.7) else { return }
    // The change elsewhere may come before the refusal that would wait for it.
    let change = CaseEvent.happened(step: order.step, event: "e-\(actors[number].case.events)")
    send(.event(change), to: number, after: Double.random(in: 0...200_000, using: &random))
  }

  private mutating func answerForApplicant(_ number: Int) {
    for (index, step) in actors[number].case.steps.enumerated() where step.phase == .asked {
      var members = [Value.Member("more", .string("sample"))]
      if case .question(let question) = flow.steps[index].work {
        members += question.needs.map { Value.Member($0, .string("sample")) }
      }
      take(.supplemented(step: flow.steps[index].name, data: .object(members)), number)
    }
  }

  private mutating func decideForOperators(_ number: Int) {
    for (index, step) in actors[number].case.steps.enumerated() where step.phase.isWithOperators {
      let resolution: Resolution =
        random.chance(0.5) ? .retry : random.chance(0.5) ? .skip : .done
      take(
        .resolved(step: flow.steps[index].name, resolution, reason: "looked into by hand"), number)
    }
  }

  private mutating func send(_ arrival: Arrival, to number: Int, after seconds: Double? = nil) {
    // Short as a rule; sometimes long enough that others overtake, as after a redelivery.
    let delay =
      seconds
      ?? (random.chance(0.1)
        ? Double.random(in: 0...3000, using: &random) : Double.random(in: 0...2, using: &random))
    agenda.append(Pending(at: now.adding(seconds: delay), number: number, arrival: arrival))
  }
}

extension Flow {
  /// Whether its cases wait for one another.
  fileprivate var isInTurns: Bool {
    if case .wait = conflict { return entities.contains(where: \.isLocked) }
    return false
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
