import Testing

@testable import Topology

/// Repeatable randomness: the same seed, the same topologies (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("any two topologies") struct RandomTopologyTests {
  private static let types = ["topic", "direct", "fanout", "x-consistent-hash"]

  private func topology(_ random: inout SeededGenerator) -> Topology {
    let exchanges = (0..<8).compactMap { number -> Exchange? in
      guard Bool.random(using: &random) else { return nil }
      return Exchange(
        name: "x\(number)",
        type: RandomTopologyTests.types.randomElement(using: &random) ?? "topic",
        isInternal: Int.random(in: 0..<6, using: &random) == 0,
        arguments: Bool.random(using: &random) ? [:] : ["hash-header": .text("h")])
    }
    let queues = (0..<12).compactMap { number -> Queue? in
      guard Bool.random(using: &random) else { return nil }
      let single = Bool.random(using: &random)
      return Queue(
        name: "q\(number)",
        arguments: ["x-queue-type": .text("quorum")]
          .merging(single ? ["x-single-active-consumer": .bool(true)] : [:]) { $1 })
    }
    let policies = (0..<4).compactMap { number -> Policy? in
      guard Bool.random(using: &random) else { return nil }
      return Policy(
        name: "p\(number)", pattern: "^q\(Int.random(in: 0..<3, using: &random))",
        appliesTo: "queues",
        priority: Int.random(in: 0..<3, using: &random),
        definition: ["delivery-limit": .int(Int.random(in: 1..<4, using: &random))])
    }
    return Topology(
      owned: Ownership(["x*", "q*", "p*"]), participants: [], exchanges: exchanges, queues: queues,
      bindings: bindings(exchanges, queues, &random), policies: policies, families: [:], places: [:]
    )
  }

  private func bindings(
    _ exchanges: [Exchange], _ queues: [Queue], _ random: inout SeededGenerator
  ) -> [Binding] {
    var bindings: [Binding] = []
    let targets = queues.map { Endpoint.queue($0.name) } + exchanges.map { .exchange($0.name) }
    for _ in 0..<20 {
      guard let source = exchanges.randomElement(using: &random),
        let target = targets.randomElement(using: &random)
      else { break }
      let isHash = source.type == "x-consistent-hash"
      let key =
        isHash
        ? "\(Int.random(in: 1...3, using: &random))" : ["a", "b.#"].randomElement(using: &random)
      let binding = Binding(source: source.name, destination: target, key: key ?? "a")
      let rival = bindings.contains {
        $0 == binding || isHash && $0.source == binding.source && $0.destination == target
      }
      if !rival { bindings.append(binding) }
    }
    return bindings
  }

  /// Things of others, tied to ours.
  private func strangers(_ state: inout BrokerState, _ topology: Topology) -> Set<Binding> {
    state.exchanges["other"] = Exchange(name: "other", type: "topic")
    state.queues["tap"] = Queue(name: "tap")
    state.depths["tap"] = 5
    var theirs: Set<Binding> = [Binding(source: "other", destination: .queue("tap"), key: "#")]
    for exchange in topology.exchanges where exchange.type != "x-consistent-hash" {
      theirs.insert(Binding(source: exchange.name, destination: .queue("tap"), key: "#"))
    }
    for queue in topology.queues {
      theirs.insert(Binding(source: "other", destination: .queue(queue.name), key: "k"))
    }
    state.bindings.formUnion(theirs)
    return theirs
  }

  @Test(
    "apply A, apply B: the plan is empty, nothing was refused by the broker, and what is others' is still there"
  )
  func anyTwo() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(state: seed)
    for round in 0..<400 {
      let (a, b) = (topology(&random), topology(&random))
      var empty = BrokerState()
      let first = FakeBroker(empty)
      try first.apply(a.plan(against: empty))
      empty = first.state
      let theirs = strangers(&empty, a)
      let fake = FakeBroker(empty)
      let plan = b.plan(against: fake.state, allowDestroy: true)
      try fake.apply(plan)
      let left = b.plan(against: fake.state)
      #expect(plan.refusals.isEmpty)
      #expect(left.isEmpty, "seed \(seed), round \(round): \(left.text)")
      #expect(fake.complaints.isEmpty && first.complaints.isEmpty, "seed \(seed), round \(round)")
      let kept = theirs.filter {
        (fake.state.exchanges[$0.source] != nil)
          && fake.state.queues[$0.destination.name] != nil
      }
      let isBack = kept.filter { replacedOrKept($0, a, b) }.isSubset(of: fake.state.bindings)
      #expect(isBack, "seed \(seed), round \(round)")
      #expect(fake.state.queues["tap"] != nil && fake.state.exchanges["other"] != nil)
      var ours = fake.state
      ours.queues["tap"] = nil
      ours.exchanges["other"] = nil
      #expect(ours.queues == b.state.queues && ours.exchanges == b.state.exchanges)
    }
  }

  /// Whether an object of ours at the binding's end is in both topologies.
  private func replacedOrKept(_ binding: Binding, _ a: Topology, _ b: Topology) -> Bool {
    let source = binding.source == "other" || b.exchanges.contains { $0.name == binding.source }
    let target =
      binding.destination.name == "tap"
      || b.queues.contains { $0.name == binding.destination.name }
    return source && target
  }

  @Test("a plan that was broken off anywhere is finished by the next one")
  func brokenOff() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(state: seed)
    for round in 0..<200 {
      let (a, b) = (topology(&random), topology(&random))
      let fake = FakeBroker()
      try fake.apply(a.plan(against: fake.state))
      let steps = b.plan(against: fake.state, allowDestroy: true).steps
      for step in steps.prefix(Int.random(in: 0...steps.count, using: &random)) {
        try fake.perform(step.operation)
      }
      try fake.apply(b.plan(against: fake.state, allowDestroy: true))
      #expect(b.plan(against: fake.state).isEmpty, "seed \(seed), round \(round)")
      #expect(fake.complaints.isEmpty, "seed \(seed), round \(round): \(fake.complaints)")
    }
  }

  @Test("two appliers at once end where one would")
  func concurrent() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(state: seed)
    for round in 0..<200 {
      let (a, b) = (topology(&random), topology(&random))
      let fake = FakeBroker()
      try fake.apply(a.plan(against: fake.state))
      let plan = b.plan(against: fake.state, allowDestroy: true).steps
      // The second has read the same state and runs some steps behind the first.
      let lag = Int.random(in: 0...max(1, plan.count), using: &random)
      for index in 0..<(plan.count + lag) {
        if index < plan.count { try? fake.perform(plan[index].operation) }
        if index >= lag { try? fake.perform(plan[index - lag].operation) }
      }
      try fake.apply(b.plan(against: fake.state, allowDestroy: true))
      #expect(b.plan(against: fake.state).isEmpty, "seed \(seed), round \(round)")
    }
  }
}
