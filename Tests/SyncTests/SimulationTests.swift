import Events
import Foundation
import Testing

@testable import Sync

@Suite("the simulation") struct SimulationTests {
  @Test(
    "whatever order, loss, delay, crash and refusal: 2,000 seeds of each flow keep every invariant")
  func invariants() throws {
    for flow in [try enterpriseStartup(), try pivotal(), try diamond(), try joint()] {
      let simulation = Simulation(flow)
      var states: [Case.State: Int] = [:]
      var stuck = 0
      for seed in UInt64(1)...2000 {
        let run = simulation.run(seed: seed)
        #expect(run.violations.isEmpty, "\(flow.name), seed \(seed): \(run.violations)")
        states[run.state, default: 0] += 1
        if run.visited.contains(.needsOperator) { stuck += 1 }
      }
      // The runs are worth something only if both ends are reached often.
      #expect(
        states[.completed, default: 0] + states[.partlyCompleted, default: 0] > 30
          && states[.compensated, default: 0] > 100, "\(states)")
      #expect(
        states.keys.allSatisfy(\.isTerminal) && stuck > 50, "\(states), \(stuck) with operators")
    }
  }

  @Test("the same seed gives the same run")
  func deterministic() throws {
    let simulation = Simulation(try diamond())
    for seed in UInt64(1)...20 {
      let (one, other) = (simulation.run(seed: seed), simulation.run(seed: seed))
      #expect(one.events == other.events && one.state == other.state)
    }
  }

  /// A fault that somebody might put into the machine, and the invariant that must catch it.
  struct PlantedFault: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let caughtBy: String
    var flow: @Sendable () throws -> Flow = diamond
    let decide: @Sendable (Flow, CaseEvent, Case, Instant) throws -> Transition
  }

  static let faults = [
    PlantedFault(testDescription: "a retry is sent under a new key", caughtBy: "one key an act") {
      let transition = Machine($0).apply($1, to: $2, at: $3)
      return transition.changingEffects { effect in
        guard case .task(let order) = effect else { return effect }
        return .task(order.with(key: "\(order.key)/\(order.attempt)"))
      }
    },
    PlantedFault(
      testDescription: "a branch that runs when the case turns round is forgotten",
      caughtBy: "compensated means undone"
    ) {
      var transition = Machine($0).apply($1, to: $2, at: $3)
      guard transition.case.isUndoing, !$2.isUndoing else { return transition }
      for index in transition.case.steps.indices
      where transition.case.steps[index].phase == .running {
        transition.case.steps[index].phase = .skipped
        transition.case.steps[index].due = nil
        transition.effects.append(.clock(.stopped(.step($0.steps[index].name))))
      }
      return transition.keepingTimer()
    },
    PlantedFault(
      testDescription: "a step that never answered is taken for one that was not done",
      caughtBy: "undone in reverse order"
    ) { flow, event, before, now in
      guard event == .due, before.isUndoing,
        let index = before.steps.firstIndex(where: { step in
          step.phase == .running && step.due.map { $0 <= now } ?? false
        })
      else { return Machine(flow).apply(event, to: before, at: now) }
      let refusal = StepResult(
        step: flow.steps[index].name, attempt: before.steps[index].attempts, outcome: .refused)
      return Machine(flow).apply(.result(refusal), to: before, at: now)
    },
    PlantedFault(
      testDescription: "everything is undone at once", caughtBy: "undone in reverse order"
    ) { flow, event, before, now in
      let transition = Machine(flow).apply(event, to: before, at: now)
      guard transition.case.isUndoing else { return transition }
      return Machine(flow.withoutOrder).apply(event, to: before, at: now)
    },
    PlantedFault(
      testDescription: "an effect that sets the timer is lost",
      caughtBy: "every wait has a deadline"
    ) {
      Machine($0).apply($1, to: $2, at: $3).changingEffects { effect in
        if case .timer = effect { return nil }
        return effect
      }
    },
    PlantedFault(
      testDescription: "what a deadline did is not in the history", caughtBy: "history replays"
    ) { flow, event, before, now in
      Machine(flow).apply(event, to: before, at: now).changingEffects { effect in
        if case .history = effect, event == .due { return nil }
        return effect
      }
    },
    PlantedFault(testDescription: "the end is told again", caughtBy: "one end") {
      flow, event, before, now in
      var transition = Machine(flow).apply(event, to: before, at: now)
      if before.state.isTerminal, transition.disposition == .repeated {
        transition.effects = [.notice(.completed)]
      }
      return transition
    },
    PlantedFault(
      testDescription: "the pivot is not respected", caughtBy: "nothing is undone past the pivot",
      flow: pivotal
    ) { flow, event, before, now in
      Machine(flow.withoutPivot).apply(event, to: before, at: now)
    },
    PlantedFault(
      testDescription: "a case ends although a step is not done", caughtBy: "completed means done"
    ) { flow, event, before, now in
      var altered = before
      if case .result(let result) = event, result.step == "right",
        result.outcome == .failedTransiently,
        before.state == .running, before.steps[2].phase == .running
      {
        altered.steps[2].phase = .done
        altered.steps[2].due = nil
      }
      return Machine(flow).apply(event, to: altered, at: now)
    },
    PlantedFault(
      testDescription: "what is undone is undone again", caughtBy: "undone once"
    ) { flow, event, before, now in
      var transition = Machine(flow).apply(event, to: before, at: now)
      guard transition.disposition == .applied,
        let index = before.steps.firstIndex(where: { $0.phase == .undone }),
        let department = flow.steps[index].department, let undo = flow.steps[index].acts.last
      else { return transition }
      let step = flow.steps[index].name
      let again = TaskOrder(
        department: department, task: undo.task, step: step, kind: .compensate,
        attempt: before.steps[index].attempts, key: "\(before.id)/\(step)/compensate",
        input: .empty,
        deadline: now)
      transition.effects.append(.task(again))
      return transition
    },
    PlantedFault(
      testDescription: "an answer to an earlier attempt is refused",
      caughtBy: "every answer is understood"
    ) { flow, event, before, now in
      guard case .result(let result) = event, let index = flow.index(of: result.step),
        result.attempt < before.steps[index].attempts
      else { return Machine(flow).apply(event, to: before, at: now) }
      let refusal = Refusal(code: .notAllowed, event: "an answer", state: "", expected: "another")
      return Transition(case: before, effects: [], disposition: .refused(refusal))
    },
    PlantedFault(
      testDescription: "the end of a wait only begins another", caughtBy: "it ends"
    ) { flow, event, before, now in
      let transition = Machine(flow).apply(event, to: before, at: now)
      guard event == .due, transition.disposition == .applied else { return transition }
      var waiting = before
      waiting.events += 1
      for index in waiting.steps.indices {
        guard let due = waiting.steps[index].due, due <= now else { continue }
        waiting.steps[index].due = now.adding(seconds: 3600)
      }
      let entry = HistoryEntry(number: waiting.events, at: now, event: event, said: [])
      return Transition(
        case: waiting, effects: [.timer(waiting.due), .history(entry)], disposition: .applied)
    },
  ]

  static let jointFaults = [
    PlantedFault(
      testDescription: "a quorum is forgotten", caughtBy: "begun in order", flow: joint
    ) { flow, event, before, now in
      Machine(flow.withoutQuorum).apply(event, to: before, at: now)
    },
    PlantedFault(
      testDescription: "a clock is never stopped", caughtBy: "clocks", flow: joint
    ) {
      Machine($0).apply($1, to: $2, at: $3).changingEffects { effect in
        if case .clock(.stopped(.case)) = effect { return nil }
        return effect
      }
    },
    PlantedFault(
      testDescription: "a supplement stops no clock but starts one again", caughtBy: "clocks",
      flow: joint
    ) {
      Machine($0).apply($1, to: $2, at: $3).changingEffects { effect in
        if case .clock(.paused(_, .supplement)) = effect { return nil }
        return effect
      }
    },
    PlantedFault(
      testDescription: "a question without a deadline", caughtBy: "every wait has a deadline",
      flow: joint
    ) {
      var transition = Machine($0).apply($1, to: $2, at: $3)
      for index in transition.case.steps.indices
      where transition.case.steps[index].phase == .asked {
        transition.case.steps[index].due = nil
      }
      return transition.keepingTimer()
    },
    PlantedFault(
      testDescription: "what the answer said is not in the history", caughtBy: "history replays",
      flow: joint
    ) { flow, event, before, now in
      Machine(flow).apply(event, to: before, at: now).changingEffects { effect in
        guard case .history(let entry) = effect, case .supplemented(let step, _) = entry.event
        else {
          return effect
        }
        return .history(
          HistoryEntry(
            number: entry.number, at: entry.at, event: .supplemented(step: step, data: .empty),
            said: entry.said))
      }
    },
  ]

  @Test(
    "each invariant that the simulation checks has a planted fault, and stands in the documentation"
  )
  func coverage() throws {
    let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    var named: Set<String> = []
    for file in ["Invariants", "SimulatedWorld"] {
      let source = try String(
        contentsOf: root.appending(path: "Sources/Sync/Simulation/\(file).swift"), encoding: .utf8)
      for match in source.matches(of: /(?:violated\(|together\.append\()\s*"([a-z ]+)/) {
        named.insert(String(match.1))
      }
    }
    let all = Self.faults + Self.jointFaults
    #expect(named == Set(all.map(\.caughtBy) + ["one case an entity"]))
    let page = try String(
      contentsOf: root.appending(path: "docs/invariants.md"), encoding: .utf8)
    for text in named.union(all.map(\.testDescription)) { #expect(page.contains(text), "\(text)") }
  }

  @Test("an engine that lets in a case while another holds what both change is caught")
  func engineFault() throws {
    let simulation = Simulation(try joint(), decide: nil, fault: .admitsWhileHeld)
    let caught = (UInt64(1)...500).lazy.compactMap { seed in
      simulation.run(seed: seed).violations.first { $0.hasPrefix("one case an entity") }
    }.first
    #expect(caught != nil)
  }

  @Test("a planted fault is caught by its invariant", arguments: faults + jointFaults)
  func mutation(fault: PlantedFault) throws {
    let flow = try fault.flow()
    let simulation = Simulation(
      flow,
      decide: { event, before, now in
        // The closures above throw only while they build their variant of the flow.
        (try? fault.decide(flow, event, before, now))
          ?? Transition(case: before, effects: [], disposition: .repeated)
      })
    let caught = (UInt64(1)...500).lazy.compactMap { seed in
      simulation.run(seed: seed).violations.first { $0.hasPrefix(fault.caughtBy) }
    }.first
    #expect(caught != nil, "no seed up to 500 violates \"\(fault.caughtBy)\"")
  }
}

extension Transition {
  fileprivate func changingEffects(_ change: (Effect) -> Effect?) -> Transition {
    Transition(case: self.case, effects: effects.compactMap(change), disposition: disposition)
  }

  /// Makes the timer effect agree with the case again, so that only the planted fault shows.
  fileprivate func keepingTimer() -> Transition {
    var effects = effects.filter { if case .timer = $0 { false } else { true } }
    effects.append(.timer(self.case.due))
    return Transition(case: self.case, effects: effects, disposition: disposition)
  }
}

extension TaskOrder {
  fileprivate func with(key: String) -> TaskOrder {
    TaskOrder(
      department: department, task: task, step: step, kind: kind, attempt: attempt, key: key,
      input: input, deadline: deadline)
  }
}

extension Flow {
  private func changing(_ change: (inout Step) -> Void) -> Flow {
    let changed = steps.map { step in
      var step = step
      change(&step)
      return step
    }
    return Flow(
      name: name, title: title, version: version, operators: operators, notices: notices,
      entities: entities, conflict: conflict, limits: limits, beginning: beginning, steps: changed,
      place: place)
  }

  fileprivate var withoutOrder: Flow { changing { $0.after = [] } }

  fileprivate var withoutQuorum: Flow {
    changing { if $0.join != .all { $0.join = .quorum(1) } }
  }

  fileprivate var withoutPivot: Flow { changing { $0.role = .compensable } }
}
