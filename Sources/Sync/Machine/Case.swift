import Events

/// One running instance (办件) of a flow: what was applied for, and how far each step has come.
///
/// A value. Only `Machine` changes it, and only by an event.
package struct Case: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case submitted
    /// Waits for another case to give up an entity that both would change.
    case queued
    case running
    /// At least one step waits for the applicant; the others go on by themselves.
    case withApplicant = "with-applicant"
    case compensating
    /// At least one step waits for operators; the others go on by themselves.
    case needsOperator = "needs-operator"
    case completed
    /// Ended (部分办结): what had to be done is, and an optional step is not.
    case partlyCompleted = "partly-completed"
    case compensated
    /// Ended before acceptance (不予受理).
    case notAccepted = "not-accepted"

    package var isTerminal: Bool {
      switch self {
      case .completed, .partlyCompleted, .compensated, .notAccepted: true
      case .submitted, .queued, .running, .withApplicant, .compensating, .needsOperator: false
      }
    }
  }

  package let id: String
  package let flow: String
  package let version: Int
  package let application: Value
  /// Whom to tell, as the front end gave it; opaque here.
  package let applicant: Value
  /// W3C Trace Context of the submission, carried into every task.
  package let traceparent: String?

  package var state = State.submitted
  /// Whether completed steps are being undone. Never turns back.
  package var isUndoing = false
  /// Whether it turned round before it was accepted.
  package var isNotAccepted = false
  /// While it is queued: when its turn must have come.
  package var queueDue: Instant?
  /// What the applicant has said since, laid over the application.
  package var amendments = Value.empty
  /// Why the case did not go its way; empty while it does.
  package var reason = ""
  /// In the order of the flow's steps.
  package var steps: [StepProgress]
  /// How many events it has taken; the number of its last history entry.
  package var events = 0

  package init(
    id: String, flow: Flow, application: Value, applicant: Value = .null,
    traceparent: String? = nil
  ) {
    self.init(
      id: id, flow: flow.name, version: flow.version, application: application,
      applicant: applicant, traceparent: traceparent,
      steps: flow.steps.map { _ in StepProgress() })
  }

  init(
    id: String, flow: String, version: Int, application: Value, applicant: Value,
    traceparent: String?, steps: [StepProgress]
  ) {
    self.id = id
    self.flow = flow
    self.version = version
    self.application = application
    self.applicant = applicant
    self.traceparent = traceparent
    self.steps = steps
  }

  /// When to look at the case again if nothing comes: the earliest deadline of its waits. Nil once it has ended.
  package var due: Instant? { (steps.compactMap(\.due) + [queueDue].compactMap(\.self)).min() }
}

/// How far one step of a case has come.
package struct StepProgress: Sendable, Equatable {
  package enum Phase: String, Sendable, CaseIterable {
    /// Steps before it are not done.
    case waiting
    /// An attempt at the act is with the department.
    case running
    /// Between two attempts at the act.
    case pausing
    /// The applicant is asked: for a supplement that the department wants, or for what the step itself wants to know.
    case asked
    /// The department is in a special procedure, which does not count.
    case suspended
    /// The department refused for now; a change elsewhere is waited for.
    case awaiting
    case done
    /// The department said no: nothing was done.
    case refused
    /// All attempts are used up, or no more are wanted; whether the act was done is not known.
    case unknown
    /// Never begun, since the case is being undone.
    case skipped
    /// Never begun, since its condition does not hold or what it builds on is not there.
    case omitted
    /// After the pivot: the act failed and is with the operators.
    case stuck
    /// An attempt at the compensation is with the department.
    case undoing
    /// Between two attempts at the compensation.
    case undoPausing = "undo-pausing"
    case undone
    /// The compensation failed and is with the operators.
    case undoStuck = "undo-stuck"
    /// Left as it is: nothing to undo, or an operator's decision, with the reason.
    case waived

    package var isWithOperators: Bool { self == .stuck || self == .undoStuck }

    /// Whether what builds on the step can rely on it.
    package var isMet: Bool { self == .done || self == .waived }

    /// Whether the step waits for something from outside, and so must have a deadline.
    package var isWaiting: Bool {
      switch self {
      case .running, .pausing, .asked, .suspended, .awaiting, .undoing, .undoPausing, .stuck,
        .undoStuck:
        true
      case .waiting, .done, .refused, .unknown, .skipped, .omitted, .undone, .waived: false
      }
    }
  }

  package var phase = Phase.waiting
  /// Attempts issued. The act's and then the compensation's count on, so that a number says which of the two it is.
  package var attempts = 0
  /// The first attempt that was the compensation's.
  package var undoFrom: Int?
  /// Attempts in this round: since the beginning, or since an operator asked for another try.
  package var tries = 0
  /// What was answered to each attempt; nil where no answer has come.
  package var answers: [Outcome?] = []
  /// When the wait that the step is in ends.
  package var due: Instant?
  /// While it awaits a change elsewhere: when that is given up.
  package var until: Instant?
  /// The code of the refusal after which it waits, or waited last.
  package var awaited: String?
  /// How many special procedures have begun, and up to which they have ended.
  package var suspensions = 0
  package var resumptions = 0
  /// The act's result.
  package var data = Value.empty
  /// The compensation's result: a new act has its own number.
  package var undoData = Value.empty
  /// The last reason given for anything but success.
  package var reason = ""

  package init() {}

  package func isCompensation(_ attempt: Int) -> Bool { undoFrom.map { attempt >= $0 } ?? false }
}
