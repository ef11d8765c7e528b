import Events

/// Runs a flow against departments, a broker and a hub that misbehave in every way they can, all from one seed.
///
/// Messages are repeated, delayed and overtake each other; departments refuse, falter, stay silent, or do the
/// act and lose their answer; the hub crashes before and after its commit; operators decide at random; applicants
/// cancel; cases about the same entity wait for one another. After every event the `Invariants` are checked. Pure: the same seed gives the same run.
package struct Simulation {
  package typealias Decide = (CaseEvent, Case, Instant) -> Transition

  /// How a run ended; of several cases about one entity, the first one.
  package struct Run: Sendable {
    package let seed: UInt64
    package let state: Case.State
    /// Every state that the case was in.
    package let visited: Set<Case.State>
    package let events: Int
    package let violations: [String]
  }

  /// More events than any sound flow takes; a run that reaches it does not end.
  static let maximumEvents = 20_000

  /// A fault of the engine that tests plant.
  enum Fault {
    /// A case is let in although another holds what it waits for.
    case admitsWhileHeld
  }

  let flow: Flow
  let decide: Decide
  let fault: Fault?

  package init(_ flow: Flow) { self.init(flow, decide: nil) }

  /// - Parameter decide: the machine; tests pass one with a planted fault.
  init(_ flow: Flow, decide: Decide?, fault: Fault? = nil) {
    let machine = Machine(flow)
    self.flow = flow
    self.fault = fault
    self.decide = decide ?? { machine.apply($0, to: $1, at: $2) }
  }

  package func run(seed: UInt64) -> Run {
    var world = SimulatedWorld(self, seed: seed)
    world.run()
    return Run(
      seed: seed, state: world.case.state, visited: world.visited, events: world.events,
      violations: world.violations)
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func chance(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &self) < probability
  }
}
