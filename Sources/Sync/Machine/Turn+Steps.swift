import Events

/// What happens to one step: asked for, tried again, settled, handed over.
extension Turn {
  /// Sends the next attempt at a step's act or compensation.
  mutating func issue(_ index: Int, _ kind: TaskOrder.Kind) {
    guard let act = flow.steps[index].act(of: kind) else { return }
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
    let step = flow.steps[index]
    let attempt = self.case.steps[index].attempts
    tasks.append(
      .task(
        TaskOrder(
          department: step.department, task: act.task, step: step.name, kind: kind,
          attempt: attempt,
          key: "\(self.case.id)/\(step.name)/\(kind.rawValue)", input: input, deadline: deadline)))
    say("asked \(step.department) for \(act.task), attempt \(attempt)")
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
    case .refused, .skipped, .undone, .waived: true
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

extension Flow.Step {
  func act(of kind: TaskOrder.Kind) -> Flow.Act? {
    switch (kind, compensation) {
    case (.do, _): act
    case (.compensate, .act(let act)): act
    case (.compensate, _): nil
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
      let value: Value?
      let path: String
      switch input.source {
      case .constant(let constant): (value, path) = (constant, "")
      case .caseID: (value, path) = (.string(id), "case.id")
      case .application(let names):
        value = application.at(names)
        path = (["application"] + names).joined(separator: ".")
      case .result(let step, let names):
        value = steps[step].data.at(names)
        path = ([flow.steps[step].name] + names).joined(separator: ".")
      }
      if let value {
        members.append(Value.Member(input.name, value))
      } else if !input.isOptional {
        throw MissingInput(path: path)
      }
    }
    return .object(members)
  }
}

/// A task cannot be asked for, since a value that it needs is not there.
struct MissingInput: Error, CustomStringConvertible {
  let path: String
  var description: String { "its input needs \(path), which is not there" }
}
