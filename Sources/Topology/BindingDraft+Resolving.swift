import Configuration

extension Declarations {
  /// Finds the ends of each binding among what is declared; an end that is not is a fault.
  mutating func resolveBindings() -> [Declared<Binding>] {
    let exchanges = Dictionary(
      self.exchanges.map { ($0.value.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let queues = Set(self.queues.map(\.value.name))
    var seen: [Binding: Int] = [:]
    var resolved: [Declared<Binding>] = []
    for draft in bindings {
      let (value, node) = (draft.value, draft.node)
      guard let source = exchanges[value.from] else {
        faults.append(node.unknown("exchange", value.from, known: exchanges.keys.sorted()))
        continue
      }
      let destination: Endpoint
      if queues.contains(value.to) {
        destination = .queue(value.to)
      } else if exchanges[value.to] != nil {
        destination = .exchange(value.to)
      } else {
        let known = queues.sorted() + exchanges.keys.sorted()
        faults.append(node.unknown("queue or exchange", value.to, known: known))
        continue
      }
      if let fault = BindingKey.fault(value.key, type: source.type) {
        faults.append(node.fault("the key \"\(value.key)\" from \(source.name) \(fault)"))
      }
      let binding = Binding(
        source: value.from, destination: destination, key: value.key, arguments: value.arguments)
      if let line = seen.updateValue(node.line, forKey: binding) {
        faults.append(node.fault("the binding \(binding.text) is there already, at line \(line)"))
        continue
      }
      resolved.append(Declared(value: binding, node: node))
    }
    return resolved
  }
}

/// What a binding's key must look like, by the type of the exchange that it leads from.
enum BindingKey {
  /// What is wrong with the key, or nil.
  static func fault(_ key: String, type: String) -> String? {
    guard key.utf8.count <= TopologyLimits.name else {
      return "is longer than \(TopologyLimits.name) octets"
    }
    switch type {
    case Exchange.consistentHash:
      if let weight = Int(key), weight > 0 { return nil }
      return "is no weight: a consistent-hash exchange takes a whole number from 1"
    case "topic":
      let words = key.split(separator: ".", omittingEmptySubsequences: false)
      let joker = words.first { $0.count > 1 && ($0.contains("#") || $0.contains("*")) }
      return joker.map { "can never match: in \"\($0)\" the joker is not a word of its own" }
    default: return nil
    }
  }
}
