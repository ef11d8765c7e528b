import Events
import Storage

/// What operators decide about a step that the hub cannot bring forward: one proposes, another confirms. Both names,
/// the reason and the evidence stand in the case's history and in the table of decisions, for ever.
extension Cases {
  package struct Decision: Sendable {
    package let number: Int64
    package let caseID, step, reason, evidence, proposedBy, state: String
    package let resolution: Resolution
    package let proposedAt: Instant
    package let decidedBy: String?
  }

  /// Enters a proposal; nothing changes until another person confirms it.
  ///
  /// - Throws: `DecisionError` if there is no such step, it is not with the operators, or what `done` needs is missing.
  package func propose(
    _ resolution: Resolution, _ id: String, step: String, reason: String, evidence: String,
    by person: String
  ) throws -> Int64 {
    guard resolution != .done || !evidence.isEmpty else { throw DecisionError.noEvidence }
    let file = try show(id)
    guard let index = file.flow.index(of: step) else {
      throw DecisionError.noStep(step, known: file.flow.steps.map(\.name))
    }
    let phase = file.case.steps[index].phase
    guard phase.isWithOperators else { throw DecisionError.notWithOperators(step, phase) }
    return try database.query(
      """
      insert into case_decision (case_id, step, resolution, reason, evidence, proposed_by, proposed_at)
      values ($1, $2, $3, $4, $5, $6, $7) returning number
      """,
      [
        .text(file.case.id), .text(step), .text(resolution.rawValue), .text(reason.asReason),
        .text(evidence.asReason), .text(person), .timestamp(microseconds: now().microseconds),
      ])[0].int(0)
  }

  /// Does what was proposed.
  ///
  /// - Throws: `DecisionError` if it is the same person's proposal or decided already; `Refusal` if the case has moved
  ///   on meanwhile.
  package func confirm(_ number: Int64, by person: String) throws -> Decision {
    try close(number, by: person, as: "confirmed") { decision in
      guard decision.proposedBy != person else { throw DecisionError.samePerson(person) }
      let evidence = decision.evidence.isEmpty ? "" : "; evidence: \(decision.evidence)"
      let reason =
        "\(decision.reason) (proposed by \(decision.proposedBy), confirmed by \(person)\(evidence))"
      try apply(
        .resolved(step: decision.step, decision.resolution, reason: reason), to: decision.caseID)
    }
  }

  /// Withdraws or turns down a proposal; anybody may.
  package func reject(_ number: Int64, by person: String) throws -> Decision {
    try close(number, by: person, as: "rejected") { _ in }
  }

  private func close(
    _ number: Int64, by person: String, as state: String, _ body: (Decision) throws -> Void
  ) throws -> Decision {
    try database.transaction {
      let rows = try database.query(
        "select \(Decision.columns) from case_decision where number = $1 for update", [.int(number)]
      )
      guard rows.count == 1 else { throw DecisionError.none(number) }
      let decision = try Decision(rows[0])
      guard decision.state == "open" else {
        throw DecisionError.decided(number, state: decision.state, by: decision.decidedBy ?? "")
      }
      try body(decision)
      return try Decision(
        database.query(
          """
          update case_decision set state = $2, decided_by = $3, decided_at = $4 where number = $1
          returning \(Decision.columns)
          """,
          [
            .int(number), .text(state), .text(person), .timestamp(microseconds: now().microseconds),
          ])[0])
    }
  }

  /// The newest first.
  package func decisions(onlyOpen: Bool, limit: Int64 = 100) throws -> [Decision] {
    try database.query(
      """
      select \(Decision.columns) from case_decision where not $1 or state = 'open'
      order by number desc limit $2
      """, [.bool(onlyOpen), .int(limit)]
    ).map(Decision.init)
  }
}

extension Cases.Decision {
  fileprivate static let columns = """
    number, case_id, step, reason, evidence, proposed_by, state, resolution, proposed_at, decided_by
    """

  fileprivate init(_ row: Row) throws {
    guard let resolution = Resolution(rawValue: try row.text(7)) else {
      throw DocumentError(what: "decision \(try row.int(0))", path: "resolution")
    }
    self.init(
      number: try row.int(0), caseID: try row.text(1), step: try row.text(2),
      reason: try row.text(3), evidence: try row.text(4), proposedBy: try row.text(5),
      state: try row.text(6), resolution: resolution,
      proposedAt: Instant(microseconds: try row.timestamp(8)), decidedBy: try row.optionalText(9))
  }
}

package enum DecisionError: Error, CustomStringConvertible {
  case none(Int64)
  case decided(Int64, state: String, by: String)
  case samePerson(String)
  case noEvidence
  case noStep(String, known: [String])
  case notWithOperators(String, StepProgress.Phase)

  package var description: String {
    switch self {
    case .none(let number): "there is no decision \(number); see `tongban case decisions`"
    case .decided(let number, let state, let person):
      "decision \(number) was \(state) by \(person); expected an open one"
    case .samePerson(let person):
      "\(person) proposed this; expected another person to confirm it"
    case .noEvidence:
      "\"done\" needs evidence: what shows that the act was done by other means"
    case .noStep(let step, let known):
      "there is no step \"\(step)\"; expected one of \(known.joined(separator: ", "))"
    case .notWithOperators(let step, let phase):
      "step \(step) is \(phase.rawValue); expected one that is with the operators"
    }
  }
}
