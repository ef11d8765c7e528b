import Events

/// What can happen to a case.
package enum CaseEvent: Sendable, Equatable {
  /// It exists; its first steps begin.
  case submitted
  case result(StepResult)
  /// A deadline that the case was waiting for has passed.
  case due
  case cancelled(reason: String)
  case resolved(step: String, Resolution, reason: String)
}

/// A department's answer to one attempt.
package struct StepResult: Sendable, Equatable {
  package let step: String
  package let attempt: Int
  package let outcome: Outcome
  package let data: Value
  package let reason: String

  package init(
    step: String, attempt: Int, outcome: Outcome, data: Value = .empty, reason: String = ""
  ) {
    self.step = step
    self.attempt = attempt
    self.outcome = outcome
    self.data = data
    self.reason = reason
  }
}

package enum Outcome: String, Sendable, CaseIterable {
  case accepted
  /// The department's no. It is an answer and not a fault, so it is not tried again.
  case refused
  case failedTransiently = "failed-transiently"
}

/// What an operator decides about a step that the hub cannot bring forward.
package enum Resolution: String, Sendable, CaseIterable {
  case retry, skip, done
}

/// What the case causes outside.
package enum Effect: Sendable, Equatable {
  case task(TaskOrder)
  /// When to wake the case; nil: never again.
  case timer(Instant?)
  case notice(NoticeKind)
  case history(HistoryEntry)
}

/// An act that a department is asked for.
package struct TaskOrder: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case `do`, compensate
  }

  package let department: String
  package let task: String
  package let step: String
  package let kind: Kind
  package let attempt: Int
  /// Names the act: the same for every attempt at it, so that it is done once however often it is asked for.
  package let key: String
  package let input: Value
  package let deadline: Instant
}

package enum NoticeKind: String, Sendable, CaseIterable {
  case running, compensating, completed, compensated
  case needsOperator = "needs-operator"
  case operatorReminder = "operator-reminder"
}

/// One event as the case took it. The entries of a case, folded again, give the same case.
package struct HistoryEntry: Sendable, Equatable {
  /// Counted from 1 in each case.
  package let number: Int
  package let at: Instant
  package let event: CaseEvent
  /// What the case did because of it, one sentence each, with the departments' reasons and without their data.
  package let said: [String]
}
