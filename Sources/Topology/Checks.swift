import Configuration

/// What must hold between declarations that are each well formed.
struct Checks {
  private let declarations: Declarations
  private let bindings: [Declared<Binding>]
  private let policies: [SelectingPolicy]

  /// A policy with its pattern ready to use.
  struct SelectingPolicy {
    let declared: Declared<Policy>
    let selects: (String) -> Bool
  }

  init(_ declarations: Declarations, bindings: [Declared<Binding>]) {
    self.declarations = declarations
    self.bindings = bindings
    policies = declarations.policies.compactMap { policy in
      policy.value.selector().map { SelectingPolicy(declared: policy, selects: $0) }
    }
  }

  func faults() -> [ConfigurationError] {
    ownership() + doubles() + arguments() + unfed() + patterns() + settings() + loops()
  }

  private var exchangeNames: [String] { declarations.exchanges.map(\.value.name) }

  private func ownership() -> [ConfigurationError] {
    let owned = Ownership(declarations.owns.map(\.value))
    func check(_ kind: String, _ name: String, _ node: ConfigurationNode) -> ConfigurationError? {
      if owned.covers(name) { return nil }
      return node.fault(
        "\(kind) \(name) is not covered by \"owns\" (\(owned.patterns.joined(separator: ", "))): "
          + "add a pattern for it, or it could never be changed or removed")
    }
    return declarations.exchanges.compactMap { check("exchange", $0.value.name, $0.node) }
      + declarations.queues.compactMap { check("queue", $0.value.name, $0.node) }
      + declarations.policies.compactMap { check("policy", $0.value.name, $0.node) }
  }

  /// No name twice, whether as queue or as exchange: an operator must know which one is meant.
  private func doubles() -> [ConfigurationError] {
    var seen: [String: String] = [:]
    var faults: [ConfigurationError] = []
    func check(_ kind: String, _ name: String, _ node: ConfigurationNode) {
      if let first = seen.updateValue("\(kind) at \(node.place)", forKey: name) {
        faults.append(node.fault("\(kind) \(name) has the name of the \(first)"))
      }
    }
    for exchange in declarations.exchanges {
      check("exchange", exchange.value.name, exchange.node)
    }
    for queue in declarations.queues { check("queue", queue.value.name, queue.node) }
    seen = [:]
    for policy in declarations.policies { check("policy", policy.value.name, policy.node) }
    seen = [:]
    for department in declarations.departments {
      check("department", department.value.code, department.node)
    }
    return faults
  }

  private func arguments() -> [ConfigurationError] {
    var faults: [ConfigurationError] = []
    for queue in declarations.queues {
      for name in queue.value.arguments.keys.sorted() {
        if let setting = PolicyKey.tunable(inArgument: name) {
          faults.append(
            queue.node.fault(
              "\(name) would be frozen into queue \(queue.value.name): set \"\(setting)\" in a policy"
            ))
        } else if !Checks.queueArguments.contains(name) {
          faults.append(queue.node.unknown("argument", name, known: Checks.queueArguments))
        }
      }
    }
    for exchange in declarations.exchanges {
      if case .text(let name) = exchange.value.arguments["alternate-exchange"],
        !exchangeNames.contains(name)
      {
        faults.append(exchange.node.unknown("exchange", name, known: exchangeNames))
      }
    }
    return faults
  }

  private static let queueArguments = [
    "x-queue-type", "x-single-active-consumer", "x-quorum-initial-group-size", "x-max-priority",
    "x-initial-cluster-size",
  ]

  private func unfed() -> [ConfigurationError] {
    let fed = Set(bindings.map(\.value.destination))
    // A binding that could not be resolved has a fault of its own.
    let meant = Set(declarations.bindings.map(\.value.to))
    return declarations.queues.compactMap { queue in
      if fed.contains(.queue(queue.value.name)) || meant.contains(queue.value.name) { return nil }
      return queue.node.fault("nothing is bound to queue \(queue.value.name): it would stay empty")
    }
  }

  private func patterns() -> [ConfigurationError] {
    var faults: [ConfigurationError] = []
    for policy in declarations.policies where policy.value.selector() == nil {
      let pattern = policy.value.pattern
      faults.append(policy.node.fault("the pattern \"\(pattern)\" is not a regular expression"))
    }
    for policy in policies where selected(by: policy).isEmpty {
      let value = policy.declared.value
      faults.append(
        policy.declared.node.fault(
          "the pattern \"\(value.pattern)\" selects none of the declared \(value.appliesTo)"))
    }
    return faults + rivals()
  }

  /// A queue takes one policy, the highest; of two equally high ones nobody knows which.
  private func rivals() -> [ConfigurationError] {
    var faults: [ConfigurationError] = []
    var reported: Set<[String]> = []
    for name in declarations.queues.map(\.value.name) {
      let matching = policies.filter { $0.declared.value.concernsQueues && $0.selects(name) }
      guard let highest = matching.map(\.declared.value.priority).max() else { continue }
      let rivals = matching.filter { $0.declared.value.priority == highest }.map(\.declared)
      guard rivals.count > 1, reported.insert(rivals.map(\.value.name)).inserted else { continue }
      faults.append(
        rivals[1].node.fault(
          "policies \(rivals[0].value.name) and \(rivals[1].value.name) both select queue \(name) "
            + "with priority \(highest); a queue takes one policy: give them different priorities"))
    }
    return faults
  }

  private func settings() -> [ConfigurationError] {
    policies.flatMap { policy -> [ConfigurationError] in
      let (definition, node) = (policy.declared.value.definition, policy.declared.node)
      var faults: [ConfigurationError] = []
      for setting in ["dead-letter-exchange", "alternate-exchange"] {
        if case .text(let name) = definition[setting], !exchangeNames.contains(name) {
          faults.append(node.unknown("exchange", name, known: exchangeNames))
        }
      }
      if definition["dead-letter-strategy"] == .text(PolicyKey.atLeastOnce) {
        faults += atLeastOnce(policy).map { node.fault($0) }
      }
      return faults
    }
  }

  /// Without any of its preconditions the broker silently falls back to at-most-once.
  private func atLeastOnce(_ policy: SelectingPolicy) -> [String] {
    let definition = policy.declared.value.definition
    var faults: [String] = []
    if definition["dead-letter-exchange"] == nil {
      faults.append("at-least-once dead-lettering needs \"dead-letter-exchange\"")
    }
    if definition["overflow"] != .text(PolicyKey.rejectPublish) {
      faults.append("at-least-once dead-lettering needs overflow: \"reject-publish\"")
    }
    for queue in declarations.queues
    where !queue.value.isQuorum && policy.selects(queue.value.name) {
      faults.append(
        "at-least-once dead-lettering needs quorum queues; \(queue.value.name) is not one")
    }
    return faults
  }

  private func loops() -> [ConfigurationError] {
    let routes = DeadLetterRoutes(
      queues: declarations.queues.map(\.value.name), bindings: bindings.map(\.value),
      target: { deadLetterExchange(of: $0) })
    return declarations.queues.compactMap { queue in
      guard let way = routes.loop(from: queue.value.name) else { return nil }
      let text = way.joined(separator: " → ")
      return queue.node.fault("dead letters would go round in circles: \(text)")
    }
  }

  private func deadLetterExchange(of queue: String) -> String? {
    let highest =
      policies
      .filter { $0.declared.value.concernsQueues && $0.selects(queue) }
      .max { $0.declared.value.priority < $1.declared.value.priority }
    guard case .text(let name) = highest?.declared.value.definition["dead-letter-exchange"] else {
      return nil
    }
    return name
  }

  private func selected(by policy: SelectingPolicy) -> [String] {
    let value = policy.declared.value
    let queues = value.concernsQueues ? declarations.queues.map(\.value.name) : []
    let exchanges = value.concernsExchanges ? exchangeNames : []
    return (queues + exchanges).filter(policy.selects)
  }
}

extension ConfigurationNode {
  /// File, without its folders, and line.
  var place: String { "\(file.split(separator: "/").last ?? ""):\(line)" }
}
