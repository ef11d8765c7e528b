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
      faults += undoing(index)
      faults += inputs(of: index)
    }
    return faults
  }

  private func unknownDepartment(_ step: Step, among known: [String]) -> [ConfigurationError] {
    guard !known.contains(step.department) else { return [] }
    let hint =
      nearestName(to: step.department, in: known).map { "did you mean \"\($0)\"?" }
      ?? "known are \(known.sorted().joined(separator: ", "))"
    return [step.place.fault("unknown department \"\(step.department)\"; \(hint)")]
  }

  private var stepsInCycles: [Int] { steps.indices.filter { predecessors(of: $0).contains($0) } }

  /// Steps that are in no circle themselves but wait for one can never begin.
  private func unreachable(_ cycle: [Int]) -> [ConfigurationError] {
    steps.indices.filter { !cycle.contains($0) && !predecessors(of: $0).isDisjoint(with: cycle) }
      .map {
        steps[$0].place.fault("\"\(steps[$0].name)\" can never begin: it waits for that circle")
      }
  }

  /// At most one pivot, and nothing beside it: a branch that runs while the pivot decides could neither be undone nor go on.
  private var pivots: [ConfigurationError] {
    let all = steps.indices.filter { steps[$0].role == .pivot }
    guard let pivot = all.first else { return [] }
    if all.count > 1 {
      return [steps[all[1]].place.fault("a second pivot; \"\(steps[pivot].name)\" is one already")]
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

  private func undoing(_ index: Int) -> [ConfigurationError] {
    let step = steps[index]
    let isAfterPivot = pivot.map { predecessors(of: index).contains($0) } ?? false
    switch step.role {
    case .retriable where !isAfterPivot:
      return [step.place.fault("\"\(step.name)\" is retriable but does not come after a pivot")]
    case .compensable where isAfterPivot:
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

  /// A task's input comes from the application or from steps that are done by then.
  private func inputs(of index: Int) -> [ConfigurationError] {
    let before = predecessors(of: index)
    var faults = late(steps[index].act, allowed: before, step: index)
    if case .act(let act) = steps[index].compensation {
      faults += late(act, allowed: before.union([index]), step: index)
      faults += certain(act, of: index)
    }
    return faults
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

  private func late(_ act: Act, allowed: Set<Int>, step: Int) -> [ConfigurationError] {
    act.input.compactMap { input in
      guard case .result(let source, _) = input.source, !allowed.contains(source) else {
        return nil
      }
      return input.place.fault(
        "\"\(steps[source].name)\" is not done before \"\(steps[step].name)\"; add it to \"after\"")
    }
  }

  /// The paths that tasks need of an application and that this one lacks.
  package func missing(in application: Value) -> [String] {
    var missing: [String] = []
    for step in steps {
      for input in step.acts.flatMap(\.input) where !input.isOptional {
        guard case .application(let path) = input.source, application.at(path) == nil else {
          continue
        }
        let name = path.joined(separator: ".")
        if !missing.contains(name) { missing.append(name) }
      }
    }
    return missing
  }
}

extension Flow.Step {
  /// The step's own act and, where it has one, the act that undoes it.
  var acts: [Flow.Act] {
    if case .act(let undo) = compensation { return [act, undo] }
    return [act]
  }
}
