import Configuration

/// Proves that a flow is sound as a whole, before any case begins with it.
///
/// Reading has already required a deadline of every act, bounded retries and an operators' queue with a
/// reminder; with what is proved here, no case can wait for ever or stop half-way without anybody's knowing.
extension Flow {
  /// All that is wrong, in the order of the file; empty if the flow is sound.
  ///
  /// - Parameter departments: the departments of the exchange, by code.
  package func check(departments: [String]) -> [ConfigurationError] {
    let cycle = stepsInCycles
    var faults = steps.flatMap { unknownDepartment($0, among: departments) }
    if !cycle.isEmpty {
      let names = cycle.map { steps[$0].name }.joined(separator: ", ")
      faults += [steps[cycle[0]].place.fault("the steps \(names) wait for each other in a circle")]
      faults += unreachable(cycle)
      return faults
    }
    faults += pivots
    for index in steps.indices {
      faults += reviewing(index)
      faults += undoing(index)
      faults += inputs(of: index)
    }
    return faults
  }

  private func unknownDepartment(_ step: Step, among known: [String]) -> [ConfigurationError] {
    guard let department = step.department, !known.contains(department) else { return [] }
    let hint =
      nearestName(to: department, in: known).map { "did you mean \"\($0)\"?" }
      ?? "known are \(known.sorted().joined(separator: ", "))"
    return [step.place.fault("unknown department \"\(department)\"; \(hint)")]
  }

  private var stepsInCycles: [Int] { steps.indices.filter { predecessors(of: $0).contains($0) } }

  /// Steps that are in no circle themselves but wait for one can never begin.
  private func unreachable(_ cycle: [Int]) -> [ConfigurationError] {
    steps.indices.filter { !cycle.contains($0) && !predecessors(of: $0).isDisjoint(with: cycle) }
      .map {
        steps[$0].place.fault("\"\(steps[$0].name)\" can never begin: it waits for that circle")
      }
  }

  /// At most one pivot, which cannot be left out, and nothing beside it: a branch that runs while the pivot decides could neither be undone nor go on.
  private var pivots: [ConfigurationError] {
    let all = steps.indices.filter { steps[$0].role == .pivot }
    guard let pivot = all.first else { return [] }
    if all.count > 1 {
      return [steps[all[1]].place.fault("a second pivot; \"\(steps[pivot].name)\" is one already")]
    }
    if mayBeOmitted(pivot, for: pivot) || steps[pivot].isOptional {
      return [
        steps[pivot].place.fault(
          "the pivot \"\(steps[pivot].name)\" may be left out; let it wait for a step that is always done, or for none"
        )
      ]
    }
    let before = predecessors(of: pivot)
    return steps.indices
      .filter { $0 != pivot && !before.contains($0) && !predecessors(of: $0).contains(pivot) }
      .map {
        steps[$0].place.fault(
          "\"\(steps[$0].name)\" runs beside the pivot \"\(steps[pivot].name)\"; put it before or after"
        )
      }
  }

  /// A review comes before everything else and leaves nothing behind that had to be undone.
  private func reviewing(_ index: Int) -> [ConfigurationError] {
    let step = steps[index]
    guard step.role == .review else { return [] }
    if let other = step.after.first(where: { steps[$0].role != .review }) {
      return [
        step.place.fault(
          "the review \"\(step.name)\" waits for \"\(steps[other].name)\", which is none")
      ]
    }
    switch step.compensation {
    case .absent, .needless: return []
    case .act, .byHand:
      return [step.place.fault("the review \"\(step.name)\" changes nothing, so nothing undoes it")]
    }
  }

  private func undoing(_ index: Int) -> [ConfigurationError] {
    let step = steps[index]
    let isAfterPivot = pivot.map { predecessors(of: index).contains($0) } ?? false
    switch step.role {
    case .retriable where !isAfterPivot:
      return [step.place.fault("\"\(step.name)\" is retriable but does not come after a pivot")]
    case .compensable where isAfterPivot && step.act != nil:
      return [
        step.place.fault(
          "\"\(step.name)\" comes after the pivot, from where nothing is undone: its role is retriable"
        )
      ]
    default: break
    }
    if step.role == .compensable, case .absent = step.compensation {
      return [
        step.place.fault(
          "\"\(step.name)\" has no compensation: say how it is undone, or { needless: \"why not\" }"
        )
      ]
    }
    return []
  }

  /// What a step reads comes from the application or from steps that are done by then.
  private func inputs(of index: Int) -> [ConfigurationError] {
    let before = predecessors(of: index)
    let step = steps[index]
    var faults: [ConfigurationError] = []
    for condition in step.conditions {
      faults += late(condition.source, allowed: before, step: index, condition.place)
    }
    if let act = step.act {
      faults += act.awaits.flatMap { late($0.key, allowed: before, step: index, $0.place) }
      for input in act.input {
        faults += late(input.source, allowed: before, step: index, input.place)
        faults += uncertain(input, of: index)
      }
    }
    if case .act(let undo) = step.compensation {
      for input in undo.input {
        faults += late(input.source, allowed: before.union([index]), step: index, input.place)
      }
      faults += certain(undo, of: index)
    }
    return faults
  }

  /// A step that may be left out leaves no result.
  private func uncertain(_ input: Input, of index: Int) -> [ConfigurationError] {
    guard case .result(let source, _) = input.source, !input.isOptional, source != index,
      predecessors(of: index).contains(source), mayBeAbsent(source, for: index)
    else { return [] }
    return [
      input.place.fault(
        "\"\(steps[source].name)\" may be left out or fail before \"\(steps[index].name)\"; end the path with \"?\""
      )
    ]
  }

  /// Whether a step that comes before another may have no result when that one begins: it, or what it builds on, is
  /// optional or conditional, or only a quorum of it is waited for. The other's own conditions may have seen to it.
  private func mayBeAbsent(_ source: Int, for index: Int) -> Bool {
    let seen = steps[index].conditions.contains { condition in
      guard case .result(source, _) = condition.source else { return false }
      return condition.test != .present(false)
    }
    if seen { return false }
    if steps[source].isOptional || mayBeOmitted(source, for: index) { return true }
    let waiting = predecessors(of: index).union([index])
    return dependents(of: source).contains { waiting.contains($0) && steps[$0].join != .all }
  }

  /// Whether a step may never be asked for: its condition may fail, or there may be nothing that it builds on. Behind a
  /// quorum, enough is there unless all of it was never asked for.
  private func mayBeOmitted(_ source: Int, for index: Int) -> Bool {
    let isConditional = steps[source].conditions.contains { condition in
      !steps[index].conditions.contains {
        $0.source == condition.source && $0.test == condition.test
      }
    }
    if isConditional { return true }
    let before = steps[source].after
    guard !before.isEmpty else { return false }
    return before.allSatisfy {
      steps[source].join == .all ? mayBeAbsent($0, for: index) : mayBeOmitted($0, for: index)
    }
  }

  /// A step whose answer never came is undone too, and then nothing is known of its result.
  private func certain(_ undo: Act, of step: Int) -> [ConfigurationError] {
    undo.input.compactMap { input in
      guard case .result(step, _) = input.source, !input.isOptional else { return nil }
      return input.place.fault(
        "the result of \"\(steps[step].name)\" may be unknown when it is undone; end the path with \"?\""
      )
    }
  }

  private func late(
    _ source: Input.Source, allowed: Set<Int>, step: Int, _ place: Place
  ) -> [ConfigurationError] {
    guard case .result(let source, _) = source, !allowed.contains(source) else { return [] }
    return [
      place.fault(
        "\"\(steps[source].name)\" is not done before \"\(steps[step].name)\"; add it to \"after\"")
    ]
  }

  /// The paths that tasks need of an application and that this one lacks.
  package func missing(in application: Value) -> [String] {
    var missing: [String] = []
    func look(for path: [String]) {
      guard application.at(path) == nil else { return }
      let name = path.joined(separator: ".")
      if !missing.contains(name) { missing.append(name) }
    }
    for entity in entities {
      if case .application(let path) = entity.source { look(for: path) }
    }
    for step in steps where !step.isOutOfQuestion(in: application) {
      for input in step.acts.flatMap(\.input) where !input.isOptional {
        if case .application(let path) = input.source { look(for: path) }
      }
    }
    return missing
  }
}

extension Flow.Step {
  /// Whether the application alone shows that the step will be omitted.
  fileprivate func isOutOfQuestion(in application: Value) -> Bool {
    conditions.contains { condition in
      guard case .application(let path) = condition.source else { return false }
      return !condition.holds(of: application.at(path))
    }
  }
}
