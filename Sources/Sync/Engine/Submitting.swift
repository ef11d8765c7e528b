import Cryptography
import Events
import Lanes
import Storage

/// A case being begun: by a submission, or by a change event that the flow begins with.
struct Submitting {
  let file: FlowFile
  let application: Value
  let applicant: Value
  /// The submitter's idempotency key, or one made of the event that begins the case.
  let key: String
  let traceparent: String?

  /// Writes the case, its history and its first tasks in the caller's transaction; nothing of it is ever half there.
  ///
  /// - Throws: `CasesError`.
  func perform(in database: Database, at now: Instant) throws -> Cases.Submission {
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
    try FlowLibrary.record(file, in: database)
    guard try insert(fresh, digest: digest, at: now, in: database) else {
      let rows = try database.query("select digest from case_record where id = $1", [.text(id)])
      guard rows.count == 1, Key128(bytes: try rows[0].bytes(0)) == digest else {
        throw CasesError.keyReused
      }
      return Cases.Submission(id: id, isNew: false)
    }
    var docket = Docket(new: fresh, of: file.flow)
    _ = docket.apply(try beginning(of: fresh, at: now, in: database), to: id, at: now)
    try docket.write(in: database, at: now)
    return Cases.Submission(id: id, isNew: true)
  }

  /// Whether the case begins at once or waits until another has given up what both would change.
  private func beginning(
    of fresh: Case, at now: Instant, in database: Database
  ) throws -> CaseEvent {
    let locked = fresh.entities(of: file.flow).filter(\.isLocked)
    guard let other = try EntityLocks.take(locked, for: fresh.id, in: database) else {
      return .submitted
    }
    switch file.flow.conflict {
    case .refuse:
      throw CasesError.locked(kind: locked.map(\.kind).joined(separator: " or "), by: other)
    case .wait:
      try EntityLocks.wait(locked, for: fresh.id, at: now, in: database)
      return .queued
    }
  }

  private func insert(
    _ fresh: Case, digest: Key128, at now: Instant, in database: Database
  ) throws -> Bool {
    let rows = try database.query(
      """
      insert into case_record (id, key, digest, flow, version, application, applicant, traceparent,
        state, document, created_at, changed_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
      on conflict do nothing returning id
      """,
      [
        .text(fresh.id), .text(key), .bytes(digest.bytes), .text(fresh.flow),
        .int(Int64(fresh.version)), .text(fresh.application.json), .text(fresh.applicant.json),
        fresh.traceparent.map { .text($0) } ?? .null, .text(fresh.state.rawValue),
        .text(fresh.document(of: file.flow).json), .timestamp(microseconds: now.microseconds),
      ])
    return rows.count == 1
  }
}
