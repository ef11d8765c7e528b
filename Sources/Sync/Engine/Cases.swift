import Events
import Storage

/// The door for those who submit cases, look at them, and decide about what is stuck: the gateway and the command.
package struct Cases {
  let database: Database
  let now: @Sendable () -> Instant

  package init(_ database: Database, now: @escaping @Sendable () -> Instant) {
    self.database = database
    self.now = now
  }

  package struct Submission: Sendable, Equatable {
    package let id: String
    /// False where the same key and content had come before.
    package let isNew: Bool
  }

  /// Begins a case, in one transaction with its first task. A caller who never got the answer submits again with
  /// the same key and gets the same case.
  ///
  /// - Parameters:
  ///   - key: the submitter's idempotency key.
  ///   - applicant: whom to tell; kept and passed on in notices, and not looked into.
  /// - Throws: `CasesError` if the application lacks something, the key came before with another content, or another
  ///   case holds what this one must lock and the flow says not to wait.
  package func submit(
    _ file: FlowFile, application: Value, key: String, applicant: Value = .null,
    traceparent: String? = nil
  ) throws -> Submission {
    let request = Submitting(
      file: file, application: application, applicant: applicant, key: key, traceparent: traceparent
    )
    return try database.transaction { try request.perform(in: database, at: now()) }
  }

  // MARK: Deciding

  /// Undoes what the case has done so far.
  ///
  /// - Throws: `Refusal` if it has ended or is past its pivot.
  package func cancel(_ id: String, reason: String) throws {
    try decide(.cancelled(reason: reason.asReason), about: id)
  }

  /// What the applicant was asked for.
  ///
  /// - Throws: `Refusal` if nothing is asked for there, or the answer lacks something.
  package func supplement(_ id: String, step: String, data: Value) throws {
    try decide(.supplemented(step: step, data: data), about: id)
  }

  private func decide(_ event: CaseEvent, about id: String) throws {
    try database.transaction { try apply(event, to: id) }
  }

  /// In the caller's transaction.
  func apply(_ event: CaseEvent, to id: String) throws {
    var flows = FlowLibrary()
    var docket = try Docket.load([id], flows: &flows, from: database)
    if let reason = docket.unreadable[id] { throw CasesError.unreadable(reason) }
    guard docket[id] != nil else { throw CasesError.none(id) }
    let at = now()
    if case .refused(let refusal) = docket.apply(event, to: id, at: at) { throw refusal }
    try docket.write(in: database, at: at)
  }
}

package enum CasesError: Error, CustomStringConvertible {
  case incomplete(flow: String, missing: [String])
  case noKey
  case keyReused
  case locked(kind: String, by: String)
  case noOriginal(flow: String)
  case none(String)
  case several(String)
  case unreadable(String)

  package var description: String {
    switch self {
    case .incomplete(let flow, let missing):
      "the application lacks what \(flow) needs: \(missing.joined(separator: ", "))"
    case .noKey: "the idempotency key must be 1 to 255 printable ASCII characters without blanks"
    case .keyReused:
      "this idempotency key came before with another content; expected a key of its own for each application"
    case .locked(let kind, let other):
      "case \(other) is open about the same \(kind); expected to submit again when it has ended"
    case .noOriginal(let flow): "no case of \(flow) is about what the event is about"
    case .none(let id): "no case has an id that begins with \(id); see `tongban case list`"
    case .several(let id): "more than one case has an id that begins with \(id); give more of it"
    case .unreadable(let reason): reason
    }
  }
}
