import Events
import Storage

/// What the machine says of clocks, as statements for the transaction that writes the case. Nothing is computed here:
/// a clock that changed is due at once, and the supervision's worker looks at it.
enum ClockRows {
  struct Change {
    let caseID: String
    /// Empty for the case as a whole.
    let part: String
    /// Whose time it is; empty for the case as a whole.
    let department: String
    let change: ClockChange
  }

  /// The changes of a case that somebody watches.
  static func changes(_ effects: [Effect], of id: String, in flow: Flow) -> [Change] {
    effects.compactMap { effect in
      guard case .clock(let change) = effect else { return nil }
      switch change.name {
      case .case:
        return flow.limits == nil
          ? nil : Change(caseID: id, part: "", department: "", change: change)
      case .step(let name):
        guard let index = flow.index(of: name), flow.steps[index].limits != nil else { return nil }
        return Change(
          caseID: id, part: name, department: flow.steps[index].department ?? "", change: change)
      }
    }
  }

  /// In the order of each clock's own changes: all first ones, then all second ones.
  static func statements(_ changes: [Change], at now: Instant) -> [(String, [Parameter])] {
    var rounds: [[Change]] = []
    var seen: [String: Int] = [:]
    for change in changes {
      let clock = "\(change.caseID)/\(change.part)"
      let round = seen[clock, default: 0]
      seen[clock] = round + 1
      if rounds.count == round { rounds.append([]) }
      rounds[round].append(change)
    }
    return rounds.flatMap { round in
      ClockChange.Kind.allCases.compactMap { kind in
        let same = round.filter { $0.change.kind == kind }
        guard !same.isEmpty else { return nil }
        let parameters: [Parameter] = [
          .texts(same.map(\.caseID)), .texts(same.map(\.part)),
          .timestamp(microseconds: now.microseconds),
        ]
        guard kind == .started else { return (kind.statement, parameters) }
        return (kind.statement, parameters + [.texts(same.map(\.department))])
      }
    }
  }
}

extension ClockChange {
  enum Kind: CaseIterable {
    case started, paused, resumed, stopped

    fileprivate var statement: String {
      switch self {
      case .started:
        """
        insert into supervised_clock (case_id, part, department, started_at, due)
        select case_id, part, department, $3, $3
        from unnest($1::text[], $2::text[], $4::text[]) as new(case_id, part, department)
        on conflict do nothing
        """
      // Standing still and going on are told by how many turns there are.
      case .paused, .resumed: Kind.update("turns = array_append(turns, $3), due = $3")
      case .stopped: Kind.update("stopped_at = $3, due = $3")
      }
    }

    private static func update(_ what: String) -> String {
      """
      update supervised_clock set \(what)
      from unnest($1::text[], $2::text[]) as new(case_id, part)
      where supervised_clock.case_id = new.case_id and supervised_clock.part = new.part
        and stopped_at is null
      """
    }
  }

  var name: ClockName {
    switch self {
    case .started(let name), .paused(let name, _), .resumed(let name), .stopped(let name): name
    }
  }

  var kind: Kind {
    switch self {
    case .started: .started
    case .paused: .paused
    case .resumed: .resumed
    case .stopped: .stopped
    }
  }
}
