import Events

/// A case that a department handles in its own system, as far as it was told. Pure: `(case, statement) → disposition`.
///
/// What is told again is recognised, what is older than the newest is written down and changes nothing, and what the state
/// does not allow is refused with both states. Key is the pair of system and number: two systems may use one number.
package struct FollowedCase: Sendable, Equatable {
  package struct Key: Hashable, Sendable {
    package let system: String
    package let number: String

    package init(system: String, number: String) {
      self.system = system
      self.number = number
    }
  }

  /// A state that was told and believed.
  package struct Step: Sendable, Equatable {
    /// As it was told; what the case came to is `CaseStates.State.becomes`.
    package let state: String
    package let at: Instant
    /// The number of the act in its system; empty where it has none.
    package let act: String

    package init(state: String, at: Instant, act: String = "") {
      self.state = state
      self.at = at
      self.act = act
    }
  }

  package let key: Key
  /// In the order in which they were believed.
  package private(set) var steps: [Step]
  /// Those that were taken back.
  package private(set) var takenBack: [Step]

  package init(_ key: Key, steps: [Step] = [], takenBack: [Step] = []) {
    self.key = key
    self.steps = steps
    self.takenBack = takenBack
  }

  /// Nil before the first word.
  package func state(by states: CaseStates) -> String? {
    steps.last.map { states[$0.state]?.becomes ?? $0.state }
  }
}

/// What a system says of a case.
package struct CaseStatement: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case told
    /// The record is deleted (CD_OPERATION D).
    case deleted
    /// The act of this number did not happen (冲销).
    case reversed(act: String)
  }

  package let key: FollowedCase.Key
  package let state: String
  /// When it was so in the department (`event_end_time`).
  package let at: Instant
  package let act: String
  package let kind: Kind

  package init(
    _ key: FollowedCase.Key, state: String, at: Instant, act: String = "", kind: Kind = .told
  ) {
    self.key = key
    self.state = state
    self.at = at
    self.act = act
    self.kind = kind
  }
}

/// What becomes of a statement.
package enum CaseDisposition: Sendable, Equatable {
  case applied
  /// The same state at the same time was told before, or was told and taken back.
  case repeated
  /// Older than the newest that is known: written down, not applied.
  case stale(newest: Instant)
  /// The newest step did not happen.
  case tookBack(FollowedCase.Step)
  case refused(CaseRefusal)

  package var word: String {
    switch self {
    case .applied: "applied"
    case .repeated: "repeated"
    case .stale: "stale"
    case .tookBack: "took-back"
    case .refused: "refused"
    }
  }
}

/// A statement that the state does not allow.
package struct CaseRefusal: Error, Sendable, Equatable {
  package static let code = "CASE_STATE_NOT_ALLOWED"
  /// The state that the case is in; nil before the first word.
  package let state: String?
  /// The state that was told.
  package let told: String
  package let place: String
  package let expected: String
}

extension FollowedCase {
  /// - Parameter passing: states that the case's system cannot tell.
  package mutating func take(
    _ statement: CaseStatement, by states: CaseStates, passing: [String] = []
  ) -> CaseDisposition {
    precondition(statement.key == key, "a statement goes to its own case")
    if case .reversed(let act) = statement.kind {
      return takeBack(act, told: statement, by: states)
    }
    let told = statement.kind == .deleted ? states.deleted : statement.state
    let step = Step(state: told, at: statement.at, act: statement.act)
    if (steps + takenBack).contains(where: { $0.says(step) }) { return .repeated }
    if let newest = steps.last?.at, step.at < newest { return .stale(newest: newest) }
    guard states.allows(told, after: state(by: states), passing: passing) else {
      return .refused(notAllowed(told, by: states))
    }
    steps.append(step)
    return .applied
  }

  /// Only the newest step can be taken back: what came after an older one was built on it.
  private mutating func takeBack(
    _ act: String, told statement: CaseStatement, by states: CaseStates
  ) -> CaseDisposition {
    if !act.isEmpty, takenBack.contains(where: { $0.act == act }) { return .repeated }
    guard let last = steps.last, !act.isEmpty, last.act == act else {
      let isKnown = !act.isEmpty && steps.contains { $0.act == act }
      return .refused(
        CaseRefusal(
          state: state(by: states), told: statement.state,
          place: "state \(statement.state) taken back, of a case that is \(word(by: states))",
          expected: isKnown
            ? "the newest act of the case to be taken back first"
            : "the number of an act of this case that was told before"))
    }
    steps.removeLast()
    takenBack.append(last)
    return .tookBack(last)
  }

  private func notAllowed(_ told: String, by states: CaseStates) -> CaseRefusal {
    let state = state(by: states)
    let next = states.next(after: state)
    let list = next.isEmpty ? "nothing, since that is an end" : next.joined(separator: ", ")
    return CaseRefusal(
      state: state, told: told,
      place: "state \(told) told of a case that is \(word(by: states))",
      expected: state.map { "after \($0): \(list)" } ?? "first of all one of \(list)")
  }

  private func word(by states: CaseStates) -> String { state(by: states) ?? "not known yet" }
}

extension FollowedCase.Step {
  fileprivate func says(_ other: FollowedCase.Step) -> Bool {
    state == other.state && at == other.at
  }
}
