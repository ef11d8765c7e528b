/// What steps are made of, beside acts and compensations.
extension Flow {
  /// Who does a step.
  package enum Work: Sendable {
    case task(department: String, Act)
    /// Something that only the applicant can say or bring; meanwhile the clock stands still.
    case question(Question)
  }

  package struct Question: Sendable {
    package let title: String
    /// The members that the answer must have.
    package let needs: [String]
    /// Seconds until the case lapses without an answer.
    package let within: Double
  }

  /// How many of the steps before must be done.
  package enum Join: Sendable, Equatable {
    case all
    /// So many; what fails beyond that does not harm the case.
    case quorum(Int)
  }

  /// Something that must hold of the application or of a result before a step begins.
  package struct Condition: Sendable {
    package enum Test: Sendable, Equatable {
      case present(Bool)
      case isOneOf([Value])
      case isNoneOf([Value])
      case atLeast(Double)
      case atMost(Double)
    }

    package let source: Input.Source
    package let test: Test
    package let place: Place
  }

  /// A refusal that is not the last word: the step waits for a change elsewhere and is then asked for again.
  package struct Await: Sendable {
    /// The department's reason code for such a refusal.
    package let code: String
    /// The standard schema of the event, such as `std.social-insurance.v1`.
    package let schema: String
    /// Where in the event the value stands that must equal `key`; `[]` after a name goes through a list.
    package let member: [String]
    package let key: Input.Source
    /// Seconds until waiting is given up.
    package let within: Double
    /// Seconds after which the step is asked for again although nothing came, since the event may have come before the wait.
    package let again: Double
    package let place: Place
  }

  /// A person, an enterprise or a thing that the case is about.
  package struct Entity: Sendable {
    /// What kind of number it is, such as `identity-number` or `birth-certificate`.
    package let kind: String
    /// Where its number stands; in a result, it is known once that step is done.
    package let source: Input.Source
    /// Whether no other case may change it meanwhile.
    package let isLocked: Bool
    package let place: Place
  }

  package enum Conflict: Sendable, Equatable {
    case refuse
    /// Waits its turn, so many seconds at most.
    case wait(Double)
  }

  /// A change event that begins a case.
  package struct Beginning: Sendable {
    package let schema: String
    package let change: String
    /// The application's members, each from a path into the event.
    package let application: [Part]
    /// The flow whose ended case the new one answers, found by an entity of the event; its results become `application.original`.
    package let original: Original?

    package struct Part: Sendable {
      package let name: String
      package let path: [String]
      package let isOptional: Bool
    }

    package struct Original: Sendable {
      package let flow: String
      package let kind: String
      package let path: [String]
    }
  }
}

extension Flow.Step {
  /// The step's own act; nil for a question to the applicant.
  package var act: Flow.Act? {
    if case .task(_, let act) = work { return act }
    return nil
  }

  /// The department whose task it is; nil for a question to the applicant.
  package var department: String? {
    if case .task(let department, _) = work { return department }
    return nil
  }

  package var title: String {
    switch work {
    case .task(_, let act): act.title
    case .question(let question): question.title
    }
  }

  /// Who does it, for people.
  package var doer: String { department ?? "applicant" }

  /// The step's own act and, where it has one, the act that undoes it.
  package var acts: [Flow.Act] {
    var acts: [Flow.Act] = []
    if let act { acts.append(act) }
    if case .act(let undo) = compensation { acts.append(undo) }
    return acts
  }

  func act(of kind: TaskOrder.Kind) -> Flow.Act? {
    switch (kind, compensation) {
    case (.do, _): act
    case (.compensate, .act(let undo)): undo
    case (.compensate, _): nil
    }
  }
}

extension Flow.Condition {
  /// Whether it holds of what is found there; nil: nothing is.
  package func holds(of value: Value?) -> Bool {
    switch test {
    case .present(let expected): (value != nil) == expected
    case .isOneOf(let values): value.map(values.contains) ?? false
    case .isNoneOf(let values): value.map { !values.contains($0) } ?? true
    case .atLeast(let bound): value?.double.map { $0 >= bound } ?? false
    case .atMost(let bound): value?.double.map { $0 <= bound } ?? false
    }
  }
}

extension Value {
  fileprivate var double: Double? {
    guard case .number(let text) = self else { return nil }
    return Double(text)
  }
}
