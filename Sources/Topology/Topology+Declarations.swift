extension Topology {
  init(_ declarations: Declarations, bindings: [Declared<Binding>]) {
    var places: [BrokerObject: String] = [:]
    for exchange in declarations.exchanges {
      places[.exchange(exchange.value.name)] = exchange.node.place
    }
    for queue in declarations.queues { places[.queue(queue.value.name)] = queue.node.place }
    for policy in declarations.policies { places[.policy(policy.value.name)] = policy.node.place }
    for binding in bindings { places[.binding(binding.value)] = binding.node.place }
    self.init(
      owned: Ownership(declarations.owns.map(\.value)),
      participants: declarations.departments.map(\.value),
      exchanges: declarations.exchanges.map(\.value), queues: declarations.queues.map(\.value),
      bindings: bindings.map(\.value), policies: declarations.policies.map(\.value),
      families: Dictionary(
        declarations.families.map { ($0.value.name, $0.value.queues) },
        uniquingKeysWith: { first, _ in first }), places: places)
  }

  /// The broker as it would be with nothing but this topology in it.
  package var state: BrokerState {
    var state = BrokerState()
    for exchange in exchanges { state.exchanges[exchange.name] = exchange }
    for queue in queues { state.queues[queue.name] = queue }
    for policy in policies { state.policies[policy.name] = policy }
    state.bindings = Set(bindings)
    return state
  }
}
