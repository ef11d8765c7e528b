/// From what a broker holds to what it should hold, as ordered steps. Pure.
///
/// The order loses no message on the way: policies come before the queues that they govern; what
/// takes messages in is bound before what leads to it; new ways open before old ones close. `model` is
/// the broker as it is after the steps so far, so that what falls away with a removed object is seen.
struct Planner {
  private let desired: Topology
  private let wanted: BrokerState
  private let actual: BrokerState
  private let allowDestroy: Bool
  private var model: BrokerState
  /// The bindings that the broker has now, by each of their ends.
  private let touching: [Endpoint: [Binding]]
  private var result = Plan()
  /// Objects that stay as they are, with all their bindings, because their change was refused.
  private var held: Set<Endpoint> = []
  private var replaced: [Endpoint: String] = [:]
  private var doomed: Set<Endpoint> = []

  init(desired: Topology, actual: BrokerState, allowDestroy: Bool) {
    self.desired = desired
    self.actual = actual
    self.allowDestroy = allowDestroy
    wanted = desired.state
    model = actual
    var touching: [Endpoint: [Binding]] = [:]
    for binding in actual.bindings {
      touching[binding.destination, default: []].append(binding)
      touching[.exchange(binding.source), default: []].append(binding)
    }
    self.touching = touching
  }

  mutating func plan() -> Plan {
    judge()
    createExchanges()
    setPolicies()
    removeReplaced()
    createQueues()
    bind()
    unbind()
    removeDoomed()
    deletePolicies()
    result.notes = Notes(desired: desired, actual: actual).all
    return result
  }

  private mutating func add(_ action: Plan.Action, _ operation: Operation, _ reason: String) {
    result.steps.append(Plan.Step(action: action, operation: operation, reason: reason))
  }

  private func place(_ object: BrokerObject) -> String {
    desired.places[object] ?? "topology/"
  }

  // MARK: What may be removed or made anew

  private mutating func judge() {
    for exchange in desired.exchanges {
      guard let there = actual.exchanges[exchange.name] else { continue }
      judge(.exchange(exchange.name), changes: Differences.between(there, exchange))
    }
    for queue in desired.queues {
      guard let there = actual.queues[queue.name] else { continue }
      judge(.queue(queue.name), changes: Differences.between(there, queue))
    }
    for name in actual.queues.keys.sorted()
    where wanted.queues[name] == nil && desired.owned.covers(name) {
      judgeRemoval(of: .queue(name))
    }
    for name in actual.exchanges.keys.sorted()
    where wanted.exchanges[name] == nil && desired.owned.covers(name) {
      judgeRemoval(of: .exchange(name))
    }
  }

  private mutating func judge(_ endpoint: Endpoint, changes: [String]) {
    guard !changes.isEmpty else { return }
    let text = changes.joined(separator: ", ") + " (AMQP cannot change it in place)"
    if let obstacle = obstacle(to: endpoint) {
      refuse(endpoint, "\(text); \(obstacle)")
    } else {
      replaced[endpoint] = text
    }
  }

  private mutating func judgeRemoval(of endpoint: Endpoint) {
    if let obstacle = obstacle(to: endpoint) {
      refuse(endpoint, "not in topology/, but its name is ours; \(obstacle)")
    } else {
      doomed.insert(endpoint)
    }
  }

  private mutating func refuse(_ endpoint: Endpoint, _ reason: String) {
    held.insert(endpoint)
    result.refusals.append(Plan.Refusal(object: endpoint.object, reason: reason))
  }

  /// Why the object may not be removed, or nil.
  private func obstacle(to endpoint: Endpoint) -> String? {
    if endpoint.kind == .queue {
      guard let depth = actual.depths[endpoint.name] else {
        return "the broker did not say whether it is empty"
      }
      if depth > 0 { return "it holds \(depth) messages, which nobody may drop: drain it first" }
    }
    return allowDestroy ? nil : "removing it needs --allow-destroy"
  }

  // MARK: Creating

  private mutating func createExchanges() {
    for exchange in desired.exchanges where model.exchanges[exchange.name] == nil {
      add(.create, .createExchange(exchange), "declared at \(place(.exchange(exchange.name)))")
      model.exchanges[exchange.name] = exchange
    }
  }

  private mutating func setPolicies() {
    for policy in desired.policies {
      let declared = "declared at \(place(.policy(policy.name)))"
      if let there = actual.policies[policy.name] {
        let changes = Differences.between(there, policy)
        guard !changes.isEmpty else { continue }
        add(.change, .setPolicy(policy), "\(changes.joined(separator: ", ")); \(declared)")
      } else {
        add(.create, .setPolicy(policy), declared)
      }
    }
  }

  private mutating func createQueues() {
    for queue in desired.queues where model.queues[queue.name] == nil {
      let again = replaced[.queue(queue.name)] == nil ? "" : "made anew; "
      add(.create, .createQueue(queue), "\(again)declared at \(place(.queue(queue.name)))")
      model.queues[queue.name] = queue
    }
  }

  // MARK: Replacing

  private mutating func removeReplaced() {
    for exchange in desired.exchanges {
      guard let reason = replaced[.exchange(exchange.name)] else { continue }
      add(.replace, .deleteExchange(exchange.name), reason)
      remove(.exchange(exchange.name))
      add(
        .create, .createExchange(exchange),
        "made anew; declared at \(place(.exchange(exchange.name)))")
      model.exchanges[exchange.name] = exchange
    }
    let queues = desired.queues.filter { replaced[.queue($0.name)] != nil }
    for queue in queues {
      close(.queue(queue.name), "so that nothing comes in before its queue is made anew")
    }
    for queue in queues {
      guard let reason = replaced[.queue(queue.name)] else { continue }
      add(.replace, .deleteQueue(queue.name), reason)
      remove(.queue(queue.name))
    }
  }

  /// Takes away the bindings that lead to a queue, so that what is found empty stays empty.
  private mutating func close(_ endpoint: Endpoint, _ reason: String) {
    let open = (touching[endpoint] ?? []).filter {
      $0.destination == endpoint && model.bindings.contains($0)
    }
    for binding in sorted(open) {
      add(.remove, .unbind(binding), reason)
      model.bindings.remove(binding)
    }
  }

  /// As the broker does it: the bindings of a removed object go with it.
  private mutating func remove(_ endpoint: Endpoint) {
    switch endpoint.kind {
    case .exchange: model.exchanges[endpoint.name] = nil
    case .queue: model.queues[endpoint.name] = nil
    }
    for binding in touching[endpoint] ?? [] { model.bindings.remove(binding) }
  }

  // MARK: Bindings

  /// Bindings of others that a replacement takes away come back with it.
  private func restored() -> [Binding] {
    let lost = actual.bindings.filter { binding in
      !desired.owned.covers(binding) && !model.bindings.contains(binding) && ends(of: binding)
    }
    return sorted(lost)
  }

  private func ends(of binding: Binding) -> Bool {
    let destination = binding.destination
    return model.exchanges[binding.source] != nil
      && (destination.kind == .queue
        ? model.queues[destination.name] != nil : model.exchanges[destination.name] != nil)
  }

  private func isHeld(_ binding: Binding) -> Bool {
    held.contains(binding.destination) || held.contains(.exchange(binding.source))
  }

  private mutating func bind() {
    let heights = Heights(desired.bindings)
    let missing = desired.bindings.filter { !model.bindings.contains($0) && !isHeld($0) }
    for binding in heights.downstreamFirst(missing) {
      removeOtherWeights(of: binding)
      let again = actual.bindings.contains(binding) ? "as before; " : ""
      add(.create, .bind(binding), "\(again)declared at \(place(.binding(binding)))")
      model.bindings.insert(binding)
    }
    for binding in restored() {
      add(.create, .bind(binding), "somebody else's, as before")
      model.bindings.insert(binding)
    }
  }

  /// A hash exchange ignores a second weight between the same two ends, so the old one goes first.
  private mutating func removeOtherWeights(of binding: Binding) {
    guard wanted.exchanges[binding.source]?.type == Exchange.consistentHash else { return }
    let stale = (touching[binding.destination] ?? []).filter {
      $0.source == binding.source && $0.destination == binding.destination
        && model.bindings.contains($0) && !wanted.bindings.contains($0)
    }
    for old in sorted(stale) {
      add(.remove, .unbind(old), "its weight changes to \(binding.key)")
      model.bindings.remove(old)
    }
  }

  private mutating func unbind() {
    let stale = model.bindings.filter {
      desired.owned.covers($0) && !wanted.bindings.contains($0) && !isHeld($0)
    }
    let heights = Heights(Array(model.bindings))
    for binding in heights.downstreamFirst(sorted(stale)).reversed() {
      add(.remove, .unbind(binding), "not in topology/")
      model.bindings.remove(binding)
    }
  }

  // MARK: Removing

  private mutating func removeDoomed() {
    let queues = doomed.filter { $0.kind == .queue }.sorted { $0.name < $1.name }
    let exchanges = doomed.filter { $0.kind == .exchange }.sorted { $0.name < $1.name }
    for queue in queues { close(queue, "its queue is removed") }
    for queue in queues {
      add(.remove, .deleteQueue(queue.name), "not in topology/, and it is empty")
      remove(queue)
    }
    for exchange in exchanges {
      add(.remove, .deleteExchange(exchange.name), "not in topology/")
      remove(exchange)
    }
  }

  private mutating func deletePolicies() {
    for name in actual.policies.keys.sorted()
    where wanted.policies[name] == nil && desired.owned.covers(name) {
      add(.remove, .deletePolicy(name), "not in topology/")
    }
  }

  private func sorted(_ bindings: some Sequence<Binding>) -> [Binding] {
    bindings.map { ($0.text, $0) }.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

extension Endpoint {
  var object: BrokerObject { kind == .queue ? .queue(name) : .exchange(name) }
}
