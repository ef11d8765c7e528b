/// Whose time runs, read from what changed in this turn.
extension Turn {
  fileprivate enum Clock: Equatable {
    case idle, running, stopped
    case paused(ClockPause)
  }

  var clockChanges: [ClockChange] {
    var changes = change(.case, from: clock(of: before), to: clock(of: self.case))
    for (index, step) in flow.steps.enumerated() {
      changes += change(
        .step(step.name), from: before.steps[index].clock, to: self.case.steps[index].clock)
    }
    return changes
  }

  private func change(_ name: ClockName, from old: Clock, to new: Clock) -> [ClockChange] {
    guard old != new else { return [] }
    switch (old, new) {
    case (.stopped, _), (.idle, .stopped): return []
    case (_, .idle): return [.stopped(name)]
    case (.idle, .running): return [.started(name)]
    case (.idle, .paused(let why)): return [.started(name), .paused(name, why)]
    case (.paused, .running): return [.resumed(name)]
    case (.paused, .paused(let why)): return [.resumed(name), .paused(name, why)]
    case (_, .paused(let why)): return [.paused(name, why)]
    case (_, .stopped): return [.stopped(name)]
    case (.running, .running): return []
    }
  }

  /// The case's clock begins at acceptance: once every review is settled.
  private func clock(of case: Case) -> Clock {
    if `case`.state.isTerminal || `case`.isUndoing { return .stopped }
    let isAccepted = zip(flow.steps, `case`.steps).allSatisfy {
      $0.role != .review || $1.phase.isMet || $1.phase == .omitted
    }
    guard `case`.state != .submitted, `case`.state != .queued, isAccepted else { return .idle }
    for step in `case`.steps {
      switch step.phase {
      case .asked: return .paused(.supplement)
      case .suspended: return .paused(.specialProcedure)
      default: continue
      }
    }
    return .running
  }
}

extension StepProgress {
  fileprivate var clock: Turn.Clock {
    switch phase {
    case .waiting, .omitted, .skipped: .idle
    case .running, .pausing, .stuck: .running
    case .asked: .paused(.supplement)
    case .suspended: .paused(.specialProcedure)
    case .awaiting: .paused(.awaitedChange)
    case .done, .refused, .unknown, .undoing, .undoPausing, .undone, .undoStuck, .waived: .stopped
    }
  }
}
