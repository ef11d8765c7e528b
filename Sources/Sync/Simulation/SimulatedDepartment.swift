import Events

/// A department as the contract of tasks allows it to be: it may refuse, falter, be slow, lose its answer or say nothing.
///
/// It keeps the contract: an act is done once for its key; the same attempt gets the same answer; after a
/// refusal only a later attempt may be decided anew; an act that was compensated is not done any more.
struct SimulatedDepartment {
  private let refuses, falters, silent, refusesUndo, wantsMore: Double
  private let act: Flow.Act?
  let slowness: Double
  private let results: Value

  private var answers: [Int: StepResult] = [:]
  private var refusedUpTo = 0
  /// How often the act was really done, and really undone.
  private(set) var done = 0
  private(set) var undone = 0
  private var isClosed = false
  /// How many special procedures it has begun.
  private var procedures = 0

  init(step: Flow.Step, random: inout SeededRandom) {
    func rate(_ usual: Double, rarely: Double, _ random: inout SeededRandom) -> Double {
      random.chance(0.1) ? rarely : usual
    }
    refuses = rate(0.04, rarely: 0.9, &random)
    falters = rate(0.1, rarely: 0.8, &random)
    silent = rate(0.05, rarely: 0.9, &random)
    refusesUndo = rate(0.01, rarely: 0.5, &random)
    slowness = rate(0.1, rarely: 0.7, &random)
    wantsMore = rate(0.15, rarely: 0.6, &random)
    act = step.act
    results = .object(
      ["number", "uscc", "id"].map { Value.Member($0, .string("\(step.name)-\($0)")) })
  }

  /// Whether the act stands in the department's books.
  var stands: Bool { done > undone }

  /// The answer to a task; nil where none ever comes.
  mutating func take(_ order: TaskOrder, random: inout SeededRandom) -> StepResult? {
    if let before = answers[order.attempt] { return before }
    if random.chance(silent) {
      // Silence before the act, or after it.
      if random.chance(0.5) { _ = decide(order, random: &random) }
      return nil
    }
    let (outcome, data) = decide(order, random: &random)
    let codes = outcome == .refused && order.kind == .do ? act?.awaits.map(\.code) ?? [] : []
    let answer = StepResult(
      step: order.step, attempt: order.attempt, outcome: outcome, data: data,
      reason: outcome == .accepted ? "" : "as it happens",
      code: random.chance(0.7) ? codes.randomElement(using: &random) ?? "" : "")
    answers[order.attempt] = answer
    return answer
  }

  /// A special procedure that comes before the answer: its beginning and its end, which may be lost.
  mutating func procedure(
    before answer: StepResult, _ order: TaskOrder, random: inout SeededRandom
  ) -> [StepResult] {
    guard order.kind == .do, act?.suspension != nil, random.chance(0.4) else { return [] }
    procedures += 1
    return [Outcome.suspended, .resumed].filter { _ in random.chance(0.9) }.map {
      StepResult(step: order.step, attempt: order.attempt, outcome: $0, procedure: procedures)
    }
  }

  private mutating func decide(_ order: TaskOrder, random: inout SeededRandom) -> (Outcome, Value) {
    order.kind == .do ? act(order, random: &random) : undo(random: &random)
  }

  private mutating func act(_ order: TaskOrder, random: inout SeededRandom) -> (Outcome, Value) {
    if isClosed || order.attempt <= refusedUpTo { return (.refused, .empty) }
    if done > 0 { return (.accepted, results) }
    if random.chance(falters) { return (.failedTransiently, .empty) }
    if act?.supplement != nil, random.chance(wantsMore) { return (.needsSupplement, .empty) }
    if random.chance(refuses) {
      refusedUpTo = order.attempt
      return (.refused, .empty)
    }
    done += 1
    return (.accepted, results)
  }

  private mutating func undo(random: inout SeededRandom) -> (Outcome, Value) {
    let number = Value.object([Value.Member("number", .string("undo"))])
    if isClosed { return (.accepted, number) }
    if random.chance(falters) { return (.failedTransiently, .empty) }
    if random.chance(refusesUndo) { return (.refused, .empty) }
    isClosed = true
    if stands { undone += 1 }
    return (.accepted, number)
  }
}
