import Events

/// Decides what an event does to a case: `(case, event, now) → (case, effects)`. Pure, and the only place that decides.
///
/// Forward: a step begins when what it waits for is done, or enough of it, and its conditions hold. A refusal, or
/// attempts used up, before the pivot turns the case round; after it, the step waits for operators. A step that is
/// optional, or more than its quorum needs, may fail. Backward: a completed step is undone once every step that built on
/// it is settled; a step whose answer never came is undone as if it were completed. Branches do not wait for one
/// another: what is stuck holds up only what depends on it.
package struct Machine: Sendable {
  let flow: Flow

  package init(_ flow: Flow) {
    self.flow = flow
  }

  package func apply(_ event: CaseEvent, to original: Case, at now: Instant) -> Transition {
    precondition(original.flow == flow.name && original.version == flow.version)
    var turn = Turn(flow: flow, case: original, now: now)
    let disposition = turn.take(event)
    guard disposition == .applied else {
      return Transition(case: original, effects: [], disposition: disposition)
    }
    turn.advance()
    return turn.finish(event)
  }
}

/// What became of an event.
package struct Transition: Sendable, Equatable {
  package var `case`: Case
  package var effects: [Effect]
  package var disposition: Disposition
}

package enum Disposition: Sendable, Equatable {
  case applied
  /// The case knows it already, or it comes too late to matter: nothing changes.
  case repeated
  /// The case's state does not allow it.
  case refused(Refusal)
}

/// Why an event is not allowed, with both states: the case's and the one that the event supposes.
package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: String, Sendable, CaseIterable {
    case unknownStep = "UNKNOWN_STEP"
    case neverIssued = "ATTEMPT_NEVER_ISSUED"
    case contradiction = "CONTRADICTING_RESULT"
    case notAllowed = "STATE_NOT_ALLOWED"
    case incomplete = "INCOMPLETE_SUPPLEMENT"
  }

  package let code: Code
  /// What came.
  package let event: String
  /// The state that the case is in.
  package let state: String
  /// The state in which it would have been allowed.
  package let expected: String

  package var description: String { "\(event) is not allowed: \(state); expected \(expected)" }
}

/// One event being taken: the case as it changes, and what it causes.
struct Turn {
  let flow: Flow
  let before: Case
  var `case`: Case
  let now: Instant
  var tasks: [Effect] = []
  var notices: [NoticeKind] = []
  var said: [String] = []

  init(flow: Flow, case: Case, now: Instant) {
    self.flow = flow
    self.before = `case`
    self.case = `case`
    self.now = now
  }

  mutating func take(_ event: CaseEvent) -> Disposition {
    switch event {
    case .submitted: begin()
    case .queued: queue()
    case .admitted: admit()
    case .result(let result): take(result)
    case .supplemented(let step, let data): supplement(step, data)
    case .happened(let step, let event): happen(step, event)
    case .due: takeDue()
    case .cancelled(let reason): cancel(reason)
    case .resolved(let step, let resolution, let reason): resolve(step, resolution, reason)
    }
  }

  private mutating func begin() -> Disposition {
    guard self.case.state == .submitted else { return .repeated }
    self.case.state = .running
    say("accepted for processing")
    return .applied
  }

  private mutating func queue() -> Disposition {
    guard self.case.state == .submitted, case .wait(let longest) = flow.conflict else {
      return .repeated
    }
    self.case.state = .queued
    self.case.queueDue = now.adding(seconds: longest)
    notices.append(.queued)
    say("waits until another case on the same entity has ended")
    return .applied
  }

  private mutating func admit() -> Disposition {
    guard self.case.state == .queued else { return .repeated }
    self.case.queueDue = nil
    self.case.state = .running
    say("its turn has come; accepted for processing")
    return .applied
  }

  private mutating func cancel(_ reason: String) -> Disposition {
    guard !self.case.isUndoing || self.case.state.isTerminal else { return .repeated }
    guard !self.case.state.isTerminal, !isPastPivot else {
      return .refused(
        Refusal(
          code: .notAllowed, event: "a cancellation",
          state: "the case is \(self.case.state.rawValue)\(isPastPivot ? ", past the pivot" : "")",
          expected: "a case that is running and not past its pivot"))
    }
    turnRound(because: "cancelled: \(reason)")
    return .applied
  }

  mutating func say(_ sentence: String) { said.append(sentence) }

  /// Makes the effects, in their order: tasks, then notices, clocks, timer and history.
  func finish(_ event: CaseEvent) -> Transition {
    var result = self.case
    result.events += 1
    var effects = tasks
    effects += notices.map(Effect.notice)
    effects += clockChanges.map(Effect.clock)
    if result.due != before.due { effects.append(.timer(result.due)) }
    effects.append(
      .history(HistoryEntry(number: result.events, at: now, event: event, said: said)))
    return Transition(case: result, effects: effects, disposition: .applied)
  }
}
