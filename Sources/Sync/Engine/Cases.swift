import Cryptography
import Events
import Lanes
import Storage

/// The door for those who submit cases, look at them, and decide about what is stuck: the gateway and the command.
package struct Cases {
  let database: Database
  private let now: @Sendable () -> Instant

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
  /// - Throws: `CasesError` if the application lacks something, or the key came before with another content.
  package func submit(
    _ file: FlowFile, application: Value, key: String, applicant: Value = .null,
    traceparent: String? = nil
  ) throws -> Submission {
    let missing = file.flow.missing(in: application)
    guard missing.isEmpty else {
      throw CasesError.incomplete(flow: file.flow.name, missing: missing)
    }
    guard key.isIdentifier else { throw CasesError.noKey }
    let hasher = Hasher128()
    let id = hasher.key("case", key).hex
    let digest = hasher.key(file.flow.name, application.json, applicant.json)
    let fresh = Case(
      id: id, flow: file.flow, application: application, applicant: applicant,
      traceparent: traceparent)
    return try database.transaction {
      try FlowLibrary.record(file, in: database)
      guard try insert(fresh, key: key, digest: digest, of: file.flow) else {
        let rows = try database.query("select digest from case_record where id = $1", [.text(id)])
        guard rows.count == 1, Key128(bytes: try rows[0].bytes(0)) == digest else {
          throw CasesError.keyReused
        }
        return Submission(id: id, isNew: false)
      }
      var docket = Docket(new: fresh, of: file.flow)
      let at = now()
      _ = docket.apply(.submitted, to: id, at: at)
      try docket.write(in: database, at: at)
      return Submission(id: id, isNew: true)
    }
  }

  private func insert(_ fresh: Case, key: String, digest: Key128, of flow: Flow) throws -> Bool {
    let at = Parameter.timestamp(microseconds: now().microseconds)
    let rows = try database.query(
      """
      insert into case_record (id, key, digest, flow, version, application, applicant, traceparent,
        state, document, created_at, changed_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
      on conflict do nothing returning id
      """,
      [
        .text(fresh.id), .text(key), .bytes(digest.bytes), .text(flow.name),
        .int(Int64(flow.version)),
        .text(fresh.application.json), .text(fresh.applicant.json),
        fresh.traceparent.map { .text($0) } ?? .null, .text(fresh.state.rawValue),
        .text(fresh.document(of: flow).json), at,
      ])
    return rows.count == 1
  }

  // MARK: Deciding

  /// Undoes what the case has done so far.
  ///
  /// - Throws: `Refusal` if it has ended or is past its pivot.
  package func cancel(_ id: String, reason: String) throws {
    try decide(.cancelled(reason: reason.asReason), about: id)
  }

  /// An operator's word about a step that the hub cannot bring forward.
  package func resolve(
    _ id: String, step: String, _ resolution: Resolution, reason: String
  ) throws {
    try decide(.resolved(step: step, resolution, reason: reason.asReason), about: id)
  }

  private func decide(_ event: CaseEvent, about id: String) throws {
    try database.transaction {
      var flows = FlowLibrary()
      var docket = try Docket.load([id], flows: &flows, from: database)
      if let reason = docket.unreadable[id] { throw CasesError.unreadable(reason) }
      guard docket[id] != nil else { throw CasesError.none(id) }
      let at = now()
      if case .refused(let refusal) = docket.apply(event, to: id, at: at) { throw refusal }
      try docket.write(in: database, at: at)
    }
  }
}

package enum CasesError: Error, CustomStringConvertible {
  case incomplete(flow: String, missing: [String])
  case noKey
  case keyReused
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
    case .none(let id): "no case has an id that begins with \(id); see `tongban case list`"
    case .several(let id): "more than one case has an id that begins with \(id); give more of it"
    case .unreadable(let reason): reason
    }
  }
}
