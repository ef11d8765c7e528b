import Events

/// What happens to one step: asked for, tried again, settled, handed over.
extension Turn {
  /// Sends the next attempt at a step's act or compensation.
  mutating func issue(_ index: Int, _ kind: TaskOrder.Kind) {
    let step = flow.steps[index]
    guard let act = step.act(of: kind), let department = step.department else { return }
    let input: Value
    do {
      input = try self.case.input(for: act, of: flow)
    } catch {
      self.case.steps[index].reason = "\(error)"
      say("\(flow.steps[index].name): \(error)")
      if kind == .compensate { handOver(index, .undoStuck) } else { settle(index, .refused) }
      return
    }
    let deadline = now.adding(seconds: act.timeout)
    self.case.steps[index].begin(kind, deadline: deadline)
    let attempt = self.case.steps[index].attempts
    tasks.append(
      .task(
        TaskOrder(
          department: department, task: act.task, step: step.name, kind: kind,
          attempt: attempt,
          key: "\(self.case.id)/\(step.name)/\(kind.rawValue)", input: input, deadline: deadline)))
    say("asked \(department) for \(act.task), attempt \(attempt)")
  }

  /// Another attempt after a pause, if any is left; otherwise the round is lost.
  mutating func retry(_ index: Int, _ kind: TaskOrder.Kind, because reason: String) {
    self.case.steps[index].reason = reason
    let name = flow.steps[index].name
    guard let act = flow.steps[index].act(of: kind) else { return }
    let tries = self.case.steps[index].tries
    let isWanted = kind == .compensate || !self.case.isUndoing
    guard isWanted, tries < act.retry.attempts else {
      say("\(name): \(reason); no attempt is left")
      if kind == .compensate { handOver(index, .undoStuck) } else { settle(index, .unknown) }
      return
    }
    let pause = act.retry.pause(after: tries)
    self.case.steps[index].phase = kind == .compensate ? .undoPausing : .pausing
    self.case.steps[index].due = now.adding(seconds: pause)
    say("\(name): \(reason); the next attempt follows")
  }

  /// The step waits for nothing any more.
  mutating func settle(_ index: Int, _ phase: StepProgress.Phase, because reason: String? = nil) {
    self.case.steps[index].phase = phase
    self.case.steps[index].due = nil
    self.case.steps[index].until = nil
    self.case.steps[index].awaited = nil
    if let reason {
      self.case.steps[index].reason = reason
      say("\(flow.steps[index].name) \(phase.inWords): \(reason)")
    }
  }

  /// Gives a step to the operators and reminds them after a while.
  mutating func handOver(_ index: Int, _ phase: StepProgress.Phase) {
    self.case.steps[index].phase = phase
    self.case.steps[index].due = now.adding(seconds: flow.operators.remind)
    if !notices.contains(.needsOperator) { notices.append(.needsOperator) }
    say("\(flow.steps[index].name) is with the operators, queue \(flow.operators.queue)")
  }
}

extension StepProgress {
  fileprivate mutating func begin(_ kind: TaskOrder.Kind, deadline: Instant) {
    attempts += 1
    answers.append(nil)
    if kind == .compensate, undoFrom == nil {
      undoFrom = attempts
      tries = 0
    }
    tries += 1
    phase = kind == .compensate ? .undoing : .running
    due = deadline
  }
}

extension StepProgress.Phase {
  /// Whether, on the way back, nothing is left to do for the step.
  var isSettledBackward: Bool {
    switch self {
    case .refused, .skipped, .omitted, .undone, .waived: true
    default: false
    }
  }

  var inWords: String {
    switch self {
    case .unknown: "did not answer in time"
    default: rawValue
    }
  }
}

extension Case {
  /// A task's input, from the application and earlier results.
  ///
  /// - Throws: `MissingInput` with the path that leads nowhere.
  func input(for act: Flow.Act, of flow: Flow) throws(MissingInput) -> Value {
    var members: [Value.Member] = []
    for input in act.input {
      if let value = value(of: input.source) {
        members.append(Value.Member(input.name, value))
      } else if !input.isOptional {
        throw MissingInput(path: input.source.path(in: flow))
      }
    }
    return .object(members)
  }

  /// What is there now; nil if nothing is. What the applicant said last comes first.
  func value(of source: Flow.Input.Source) -> Value? {
    switch source {
    case .constant(let constant): constant
    case .caseID: .string(id)
    case .application(let names): amendments.at(names) ?? application.at(names)
    case .result(let step, let names): steps[step].data.at(names)
    }
  }
}

extension Flow.Input.Source {
  /// As the flow's file writes it.
  func path(in flow: Flow) -> String {
    switch self {
    case .constant(let constant): constant.json
    case .caseID: "case.id"
    case .application(let names): (["application"] + names).joined(separator: ".")
    case .result(let step, let names): ([flow.steps[step].name] + names).joined(separator: ".")
    }
  }
}

/// A task cannot be asked for, since a value that it needs is not there.
struct MissingInput: Error, CustomStringConvertible {
  let path: String
  var description: String { "its input needs \(path), which is not there" }
}
