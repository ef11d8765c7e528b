import Configuration

/// One line that makes a family of partition queues, each entity's messages always in the same one.
///
/// `core: { from: "gov.intake", partitions: 2 }` makes a consistent-hash exchange `gov.intake.partitions`
/// bound to `gov.intake`, and the queues `core.0` and `core.1` bound to it with equal weight, each with
/// a single active consumer so that order holds whatever number of processes reads.
struct Family {
  let name: String
  let from: String
  let key: String
  let via: String
  let header: String
  let partitions: Int

  var queues: [String] { (0..<partitions).map { "\(name).\($0)" } }

  init(_ name: String, _ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    self.name = name
    from = try object.required("from").name()
    key = try object.optional("key")?.string() ?? "#"
    via = try object.optional("via")?.name() ?? "\(from).partitions"
    header = try object.optional("header")?.name() ?? "tongban-partition"
    partitions = try object.required("partitions").int(1...TopologyLimits.partitions)
    try object.end()
  }
}

/// What every department that takes this kind of message gets: a queue and its binding. `{department}` stands for the code.
struct Take {
  let queue: String
  let from: String
  let key: String

  static let placeholder = "{department}"

  init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    queue = try object.required("queue").name()
    from = try object.required("from").name()
    key = try object.required("key").string()
    try object.end()
    guard queue.contains(Take.placeholder) else {
      throw node.fault(
        "the queue's name has no \(Take.placeholder): all departments would share \"\(queue)\"")
    }
  }
}

extension Department {
  init(_ code: String, _ node: ConfigurationNode) throws(ConfigurationError) {
    let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
    guard code.first?.isLetter == true, code.allSatisfy(letters.contains) else {
      throw node.fault(
        "a department's code has lower-case letters, digits and \"-\", found \"\(code)\"")
    }
    self.code = code
    if case .string(let title) = node.value {
      self.title = title
      takes = Department.everything
      return
    }
    var object = try node.object()
    title = try object.optional("title")?.string() ?? code
    takes = try object.optional("takes")?.strings() ?? Department.everything
    try object.end()
  }

  /// Stands for all kinds until they are known.
  static let everything = ["*"]

  fileprivate func taking(_ kinds: [String]) -> Department {
    Department(code: code, title: title, takes: takes == Department.everything ? kinds : takes)
  }
}

extension Declarations {
  /// Replaces families and departments by what they stand for.
  mutating func expand() {
    for family in families { expand(family.value, at: family.node) }
    let kinds = takes.map(\.name)
    for index in departments.indices {
      let node = departments[index].node
      departments[index].value = departments[index].value.taking(kinds)
      for name in departments[index].value.takes where !kinds.contains(name) {
        faults.append(node.unknown("kind of message to take", name, known: kinds))
      }
      expand(departments[index].value, at: node)
    }
  }

  private mutating func expand(_ family: Family, at node: ConfigurationNode) {
    if !exchanges.contains(where: { $0.value.name == family.via }) {
      let exchange = Exchange(
        name: family.via, type: Exchange.consistentHash,
        arguments: ["hash-header": .text(family.header)])
      exchanges.append(Declared(value: exchange, node: node))
    }
    let feed = BindingDraft(from: family.from, to: family.via, key: family.key)
    bindings.append(Declared(value: feed, node: node))
    for name in family.queues {
      let queue = Queue(
        name: name,
        arguments: ["x-queue-type": .text("quorum"), "x-single-active-consumer": .bool(true)])
      queues.append(Declared(value: queue, node: node))
      // The key is the weight: the number of places on the hash exchange's ring.
      let weight = BindingDraft(from: family.via, to: name, key: "1")
      bindings.append(Declared(value: weight, node: node))
    }
  }

  private mutating func expand(_ department: Department, at node: ConfigurationNode) {
    func filled(_ text: String) -> String {
      text.split(separator: Take.placeholder, omittingEmptySubsequences: false)
        .joined(separator: department.code)
    }
    for (name, take) in takes where department.takes.contains(name) {
      let queue = Queue(
        name: filled(take.value.queue), arguments: ["x-queue-type": .text("quorum")])
      let draft = BindingDraft(
        from: take.value.from, to: queue.name, key: filled(take.value.key))
      queues.append(Declared(value: queue, node: node))
      bindings.append(Declared(value: draft, node: node))
    }
  }
}
