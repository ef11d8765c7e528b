import Configuration

/// Something declared, with its place in the file.
struct Declared<Value> {
  var value: Value
  let node: ConfigurationNode
}

/// The files as they were written, merged, before names are resolved and checked.
///
/// A fault in one declaration does not hide those of the next: it is kept, and reading goes on.
struct Declarations {
  var owns: [Declared<String>] = []
  var departments: [Declared<Department>] = []
  var takes: [(name: String, take: Declared<Take>)] = []
  var families: [Declared<Family>] = []
  var exchanges: [Declared<Exchange>] = []
  var queues: [Declared<Queue>] = []
  var bindings: [Declared<BindingDraft>] = []
  var policies: [Declared<Policy>] = []
  var faults: [ConfigurationError] = []

  mutating func read(_ file: ConfigurationNode) {
    attempt { declarations throws(ConfigurationError) in
      var object = try file.object()
      for pattern in object.optional("owns")?.list() ?? [] {
        declarations.attempt { inner throws(ConfigurationError) in
          inner.owns.append(Declared(value: try pattern.name(), node: pattern))
        }
      }
      declarations.entries(object.optional("exchanges")) {
        inner, name, node throws(ConfigurationError) in
        try inner.readExchange(name, node)
      }
      declarations.entries(object.optional("families")) {
        inner, name, node throws(ConfigurationError) in
        inner.families.append(Declared(value: try Family(name, node), node: node))
      }
      declarations.entries(object.optional("takes")) {
        inner, name, node throws(ConfigurationError) in
        inner.takes.append((name, Declared(value: try Take(node), node: node)))
      }
      declarations.entries(object.optional("departments")) {
        inner, code, node throws(ConfigurationError) in
        inner.departments.append(Declared(value: try Department(code, node), node: node))
      }
      declarations.entries(object.optional("queues")) {
        inner, name, node throws(ConfigurationError) in
        try inner.readQueue(name, node)
      }
      for node in object.optional("bindings")?.list() ?? [] {
        declarations.attempt { inner throws(ConfigurationError) in
          inner.bindings.append(Declared(value: try BindingDraft(node), node: node))
        }
      }
      declarations.entries(object.optional("policies")) {
        inner, name, node throws(ConfigurationError) in
        inner.policies.append(Declared(value: try Policy(name, node), node: node))
      }
      try object.end()
    }
  }

  private mutating func entries(
    _ node: ConfigurationNode?,
    _ body: (inout Declarations, String, ConfigurationNode) throws(ConfigurationError) -> Void
  ) {
    guard let node else { return }
    attempt { declarations throws(ConfigurationError) in
      for member in try node.members() {
        declarations.attempt { inner throws(ConfigurationError) in
          guard !member.name.isEmpty, member.name.utf8.count <= TopologyLimits.name else {
            throw member.node.fault("a name has 1 to \(TopologyLimits.name) octets")
          }
          try body(&inner, member.name, member.node)
        }
      }
    }
  }

  private mutating func attempt(
    _ body: (inout Declarations) throws(ConfigurationError) -> Void
  ) {
    do throws(ConfigurationError) { try body(&self) } catch { faults.append(error) }
  }

  private mutating func readExchange(
    _ name: String, _ node: ConfigurationNode
  ) throws(ConfigurationError) {
    var object = try node.object()
    var exchange = Exchange(name: name, type: try object.required("type").name())
    exchange.durable = try object.optional("durable")?.bool() ?? true
    exchange.autoDelete = try object.optional("autoDelete")?.bool() ?? false
    exchange.isInternal = try object.optional("internal")?.bool() ?? false
    if let arguments = object.optional("arguments") {
      exchange.arguments = try Argument.members(of: arguments)
    }
    try object.end()
    exchanges.append(Declared(value: exchange, node: node))
  }

  private mutating func readQueue(
    _ name: String, _ node: ConfigurationNode
  ) throws(ConfigurationError) {
    var object = try node.object()
    var queue = Queue(name: name, arguments: ["x-queue-type": .text("quorum")])
    if let type = object.optional("type") {
      queue.arguments["x-queue-type"] = .text(try type.choice(of: QueueType.self).rawValue)
    }
    queue.durable = try object.optional("durable")?.bool() ?? true
    queue.autoDelete = try object.optional("autoDelete")?.bool() ?? false
    if try object.optional("singleActiveConsumer")?.bool() ?? false {
      queue.arguments["x-single-active-consumer"] = .bool(true)
    }
    if let arguments = object.optional("arguments") {
      queue.arguments.merge(try Argument.members(of: arguments)) { _, written in written }
    }
    let source = try object.optional("from")?.name()
    let key = try object.optional("key")?.string()
    try object.end()
    queues.append(Declared(value: queue, node: node))
    if let source {
      let draft = BindingDraft(from: source, to: name, key: key ?? "#")
      bindings.append(Declared(value: draft, node: node))
    } else if key != nil {
      throw node.fault("\"key\" stands without \"from\": say which exchange the queue is bound to")
    }
  }
}

enum QueueType: String, CaseIterable { case quorum, classic, stream }

/// A binding whose ends are names, not yet known to exist.
struct BindingDraft {
  var from: String
  var to: String
  var key: String
  var arguments: [String: Argument] = [:]

  init(from: String, to: String, key: String) {
    self.from = from
    self.to = to
    self.key = key
  }

  init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    from = try object.required("from").name()
    to = try object.required("to").name()
    key = try object.optional("key")?.string() ?? ""
    if let table = object.optional("arguments") { arguments = try Argument.members(of: table) }
    try object.end()
  }
}

extension Policy {
  fileprivate enum Scope: String, CaseIterable { case queues, exchanges, all }

  init(_ name: String, _ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    self.name = name
    pattern = try object.required("pattern").name()
    appliesTo = try object.optional("appliesTo")?.choice(of: Scope.self).rawValue ?? "queues"
    priority =
      try object.optional("priority")?.int(-TopologyLimits.priority...TopologyLimits.priority) ?? 0
    definition = try PolicyKey.definition(try object.required("definition"))
    try object.end()
  }
}
