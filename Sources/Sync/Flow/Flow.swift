import Supervision

/// The definition of a "one thing" (一件事) that goes through several departments: its steps, what each waits
/// for, and how each is undone.
///
/// Read from `topology/flows/*.json5`. A running case stays on the version that it began with.
package struct Flow: Sendable {
  package let name: String
  package let title: String
  package let version: Int
  package let operators: Operators
  /// Where each kind of notice goes; a kind that is not here goes nowhere.
  package let notices: [NoticeKind: [NoticeRoute]]
  /// The persons, enterprises and things that a case is about, under which it is found and locked.
  package let entities: [Entity]
  /// What a case does when another holds an entity that it must lock.
  package let conflict: Conflict
  /// What the authorities have for the whole case, from its acceptance; nil where nobody watches it.
  package let limits: Limits?
  /// The change event that begins a case of itself; nil where only a submission does.
  package let beginning: Beginning?
  /// In the order of the file; an included flow's steps stand where it is included.
  package let steps: [Step]
  /// Where the flow stands in its file, for errors.
  package let place: Place

  /// Whose hands a case is in when the hub cannot go on alone.
  package struct Operators: Sendable {
    package let queue: String
    /// Seconds until they are reminded, again and again.
    package let remind: Double
  }

  /// One way of a notice to somebody outside.
  package struct NoticeRoute: Sendable, Equatable {
    package enum Recipient: Sendable, Equatable {
      /// An address on the channel, the same for every case.
      case fixed(String)
      /// A path into what the submitter said of the applicant. A case whose applicant has nothing
      /// there sends no notice this way.
      case applicant([String])
    }

    package let channel: String
    package let recipient: Recipient

    package init(channel: String, recipient: Recipient) {
      self.channel = channel
      self.recipient = recipient
    }
  }

  /// One department's task in the flow, or one question to the applicant.
  package struct Step: Sendable {
    package let name: String
    package let work: Work
    /// The steps that must be settled before, as indices into `steps`.
    package var after: [Int]
    package var join: Join
    /// All must hold when the step's turn comes; otherwise it is omitted.
    package let conditions: [Condition]
    package var role: Role
    /// Whether the case goes on without it, and then ends in part (部分办结).
    package let isOptional: Bool
    package let compensation: Compensation
    /// What the step's department has for it.
    package let limits: Limits?
    package let place: Place
  }

  /// What a completed step means for a case that fails later.
  package enum Role: String, Sendable, CaseIterable {
    /// Comes before acceptance (预审): its refusal ends the case as not accepted, its silence means accepted.
    case review
    /// It can be undone by a new act.
    case compensable
    /// From here on the case only goes forward.
    case pivot
    /// Comes after the pivot: whatever happens, it is tried until it is done, by operators in the end.
    case retriable
  }

  package enum Compensation: Sendable {
    case act(Act)
    /// No department undoes it by a task: operators do, as the title says.
    case byHand(title: String)
    /// There is nothing to undo, and why.
    case needless(reason: String)
    case absent
  }

  /// One act that a department is asked for: a step's task, or its compensation, which is a new act with a number of its own.
  package struct Act: Sendable {
    package let title: String
    package let task: String
    package let input: [Input]
    /// Seconds that the department has for one attempt.
    package let timeout: Double
    package let retry: Retry
    /// Seconds that the applicant has for a supplement (补正) if the department asks for one; nil: it may not.
    package let supplement: Double?
    /// The longest that a special procedure (特别程序) may take, in seconds; nil: there is none.
    package let suspension: Double?
    package let awaits: [Await]
    package let place: Place
  }

  package struct Retry: Sendable {
    /// All attempts, the first included.
    package let attempts: Int
    /// Seconds before the second attempt; doubled before each further one.
    package let backoff: Double
    /// The most that the doubling leads to.
    package let limit: Double

    /// Seconds to wait after so many attempts that failed.
    package func pause(after tries: Int) -> Double {
      var pause = min(limit, backoff)
      for _ in 1..<max(1, min(tries, 64)) { pause = min(limit, pause * 2) }
      return pause
    }
  }

  /// Where one member of a task's input comes from.
  package struct Input: Sendable {
    package let name: String
    package let source: Source
    package let isOptional: Bool
    package let place: Place

    package enum Source: Sendable, Equatable {
      case constant(Value)
      /// A path into the application.
      case application([String])
      /// A path into the result of a step's act, by its index.
      case result(Int, [String])
      case caseID
    }
  }

  package struct Place: Sendable {
    package let file: String
    package let line: Int
    package let path: String
  }

  package func index(of name: String) -> Int? { steps.firstIndex { $0.name == name } }
}

// MARK: The graph

extension Flow {
  /// The steps that wait for this one directly.
  package func dependents(of step: Int) -> [Int] {
    steps.indices.filter { steps[$0].after.contains(step) }
  }

  /// All steps that must be done before this one; empty of itself unless there is a cycle.
  package func predecessors(of step: Int) -> Set<Int> {
    var found: Set<Int> = []
    var open = steps[step].after
    while let next = open.popLast() {
      if found.insert(next).inserted { open.append(contentsOf: steps[next].after) }
    }
    return found
  }

  package var pivot: Int? { steps.firstIndex { $0.role == .pivot } }
}
