import Configuration

/// The settings that RabbitMQ 3.10 takes in a policy, and the shape of each.
enum PolicyKey {
  enum Shape {
    case text
    case count
    case choice([String])
  }

  static let atLeastOnce = "at-least-once"
  static let rejectPublish = "reject-publish"

  static let shapes: [String: Shape] = [
    "alternate-exchange": .text,
    "dead-letter-exchange": .text,
    "dead-letter-routing-key": .text,
    "dead-letter-strategy": .choice(["at-most-once", atLeastOnce]),
    "delivery-limit": .count,
    "expires": .count,
    "federation-upstream": .text,
    "federation-upstream-set": .text,
    "max-age": .text,
    "max-in-memory-bytes": .count,
    "max-in-memory-length": .count,
    "max-length": .count,
    "max-length-bytes": .count,
    "message-ttl": .count,
    "overflow": .choice(["drop-head", rejectPublish, "reject-publish-dlx"]),
    "queue-leader-locator": .choice(["client-local", "balanced", "least-leaders", "random"]),
    "queue-mode": .choice(["default", "lazy"]),
    "stream-max-segment-size-bytes": .count,
  ]

  static func definition(
    _ node: ConfigurationNode
  ) throws(ConfigurationError) -> [String: Argument] {
    var definition: [String: Argument] = [:]
    for member in try node.members() {
      guard let shape = shapes[member.name] else {
        throw member.node.unknown("policy setting", member.name, known: shapes.keys.sorted())
      }
      definition[member.name] = try value(of: member.node, shape)
    }
    guard !definition.isEmpty else { throw node.fault("a policy sets at least one thing") }
    return definition
  }

  private static func value(
    of node: ConfigurationNode, _ shape: Shape
  ) throws(ConfigurationError) -> Argument {
    switch shape {
    case .text: return .text(try node.name())
    case .count: return .int(try node.int(0...Int.max))
    case .choice(let known):
      let word = try node.string()
      guard known.contains(word) else { throw node.unknown("value", word, known: known) }
      return .text(word)
    }
  }

  /// The setting that a queue argument such as `x-delivery-limit` freezes, if a policy could carry it.
  static func tunable(inArgument name: String) -> String? {
    guard name.hasPrefix("x-") else { return nil }
    let setting = String(name.dropFirst(2))
    return shapes[setting] == nil ? nil : setting
  }
}

extension Policy {
  /// The names that the pattern selects; nil if the pattern is not a regular expression.
  func selector() -> ((String) -> Bool)? {
    guard let expression = try? Regex(pattern) else { return nil }
    return { $0.firstMatch(of: expression) != nil }
  }

  var concernsQueues: Bool { appliesTo != "exchanges" }
  var concernsExchanges: Bool { appliesTo != "queues" }
}
