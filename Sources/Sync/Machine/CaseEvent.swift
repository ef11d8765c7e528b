import Events

/// What can happen to a case.
package enum CaseEvent: Sendable, Equatable {
  /// It exists; its first steps begin.
  case submitted
  /// Another case holds what it must lock; it waits its turn.
  case queued
  /// What it must lock is its own now.
  case admitted
  case result(StepResult)
  /// What the applicant was asked for.
  case supplemented(step: String, data: Value)
  /// The change elsewhere that a step awaits, by the event's id.
  case happened(step: String, event: String)
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
  /// The department's own code for a refusal; empty where it gives none.
  package let code: String
  /// Which special procedure of the step is meant, counted from 1, where one begins or ends.
  package let procedure: Int

  package init(
    step: String, attempt: Int, outcome: Outcome, data: Value = .empty, reason: String = "",
    code: String = "", procedure: Int = 1
  ) {
    self.step = step
    self.attempt = attempt
    self.outcome = outcome
    self.data = data
    self.reason = reason
    self.code = code
    self.procedure = procedure
  }
}

package enum Outcome: String, Sendable, CaseIterable {
  case accepted
  /// The department's no. It is an answer and not a fault, so it is not tried again.
  case refused
  case failedTransiently = "failed-transiently"
  /// The applicant must bring more (补正); after that it is tried again.
  case needsSupplement = "needs-supplement"
  /// A special procedure (特别程序) begins or ends. No answer to the attempt: that still comes.
  case suspended, resumed

  var isAnswer: Bool { self != .suspended && self != .resumed }
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
  /// Whose time runs.
  case clock(ClockChange)
  case history(HistoryEntry)
}

/// The time that an authority takes, as it counts: from acceptance for the case, from the first asking for a step.
package enum ClockChange: Sendable, Equatable {
  case started(ClockName)
  case paused(ClockName, ClockPause)
  case resumed(ClockName)
  case stopped(ClockName)
}

package enum ClockName: Sendable, Equatable {
  case `case`
  /// By the step's name.
  case step(String)
}

package enum ClockPause: String, Sendable, CaseIterable {
  case supplement
  case specialProcedure = "special-procedure"
  /// A change in another department is waited for.
  case awaitedChange = "awaited-change"
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
  case running, compensating, completed, compensated, queued
  case partlyCompleted = "partly-completed"
  case notAccepted = "not-accepted"
  /// The applicant must bring or say something.
  case supplement
  /// Cards of the supervision, about the case or a step of it.
  case warning
  case yellowCard = "yellow-card"
  case redCard = "red-card"
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
