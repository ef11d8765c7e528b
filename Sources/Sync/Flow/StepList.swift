import Configuration

/// The steps of a flow as they are read, with the steps of included flows in their place.
///
/// `{ flow: "household-check", input: {…} }` in place of a step includes another flow: its steps become this one's,
/// under names with the including step's before them, so that a case, its compensation, its proof and its drawing
/// know only steps. What the included flow calls its application is what `input` hands over.
struct StepList {
  private(set) var steps: [Flow.Step] = []
  private(set) var scope = FlowScope()

  private struct Included {
    let list: ConfigurationNode
    let name: String
  }

  init(
    _ node: ConfigurationNode, including: Flow.Inclusion, within: [String]
  ) throws(ConfigurationError) {
    try self.init(
      node, prefix: "", scope: FlowScope(), first: 0, including: including, within: within)
  }

  private init(
    _ node: ConfigurationNode, prefix: String, scope outer: FlowScope, first: Int,
    including: Flow.Inclusion, within: [String]
  ) throws(ConfigurationError) {
    scope.application = outer.application
    let members = try node.members()
    guard !members.isEmpty else { throw node.fault("expected at least one step") }
    // Names first, since a step may name one that stands behind it.
    let inclusions = try name(members, prefix: prefix, first: first, including, within)
    var next = first
    for member in members {
      guard let included = inclusions[member.name] else {
        steps.append(try Flow.Step(member, named: prefix + member.name, scope: scope))
        next += 1
        continue
      }
      let group = try include(
        member, included, prefix: prefix, first: next, including: including, within: within)
      steps += group
      next += group.count
    }
  }

  /// Gives every step its index, and returns what is included.
  private mutating func name(
    _ members: [ConfigurationNode.Member], prefix: String, first: Int, _ including: Flow.Inclusion,
    _ within: [String]
  ) throws(ConfigurationError) -> [String: Included] {
    var inclusions: [String: Included] = [:]
    var next = first
    for member in members {
      guard member.name.isWord, !["application", "case", "applicant"].contains(member.name) else {
        throw member.node.fault(
          "expected a step's name of letters, digits and hyphens, other than application, applicant and case"
        )
      }
      var object = try member.node.object()
      guard let flow = object.optional("flow") else {
        scope.steps[member.name] = next
        scope.names.append(member.name)
        next += 1
        continue
      }
      let included = try StepList.open(flow, including, within)
      inclusions[member.name] = included
      let inner = try StepList.outline(included.list, including, within + [included.name])
      for (name, index) in inner.steps { scope.steps["\(member.name)-\(name)"] = next + index }
      scope.groups[member.name] = inner.last.map { next + $0 }
      next += inner.steps.count
    }
    return inclusions
  }

  private static func open(
    _ node: ConfigurationNode, _ including: Flow.Inclusion, _ within: [String]
  ) throws(ConfigurationError) -> Included {
    let name = try node.word()
    guard !within.contains(name) else {
      throw node.fault("\(within.joined(separator: " includes ")) includes \(name): a circle")
    }
    guard let bytes = including(name) else {
      throw node.fault(
        "there is no flow \"\(name)\" to include; expected a file \(name).json5 beside this one")
    }
    let whole = try JSON5.read(bytes, file: "\(name).json5")
    var object = try whole.object()
    return Included(list: try object.required("steps"), name: name)
  }

  private func include(
    _ member: ConfigurationNode.Member, _ included: Included, prefix: String, first: Int,
    including: Flow.Inclusion, within: [String]
  ) throws(ConfigurationError) -> [Flow.Step] {
    var object = try member.node.object()
    _ = object.optional("flow")
    var inner = FlowScope()
    var handed: [String: FlowScope.Path] = [:]
    for input in try object.optional("input")?.members() ?? [] {
      handed[input.name] = try scope.source(input.node)
    }
    inner.application = handed
    var before: [Int] = []
    for item in object.optional("after")?.list() ?? [] { before += try scope.before(item) }
    let conditions = try scope.conditions(object.optional("when"))
    try object.end()
    let list = try StepList(
      included.list, prefix: "\(prefix)\(member.name)-", scope: inner, first: first,
      including: including, within: within + [included.name])
    return list.steps.map { $0.included(after: before, when: conditions) }
  }

  /// Only the names of an included flow's steps, with their indices, and which steps nothing in it waits for.
  private static func outline(
    _ node: ConfigurationNode, _ including: Flow.Inclusion, _ within: [String]
  ) throws(ConfigurationError) -> (steps: [String: Int], last: [Int]) {
    var list = StepList()
    let members = try node.members()
    _ = try list.name(members, prefix: "", first: 0, including, within)
    var waitedFor: Set<Int> = []
    for member in members {
      var object = try member.node.object()
      for item in object.optional("after")?.list() ?? [] {
        waitedFor.formUnion(try list.scope.before(item))
      }
    }
    let last = list.scope.steps.values.filter { !waitedFor.contains($0) }
    return (list.scope.steps, last.sorted())
  }

  private init() {}
}

extension Flow.Step {
  /// The same as a part of a flow that includes it: its beginnings wait for what the group waits for.
  fileprivate func included(after before: [Int], when outer: [Flow.Condition]) -> Flow.Step {
    Flow.Step(
      name: name, work: work, after: after.isEmpty ? before : after,
      join: after.isEmpty ? .all : join, conditions: outer + conditions, role: role,
      isOptional: isOptional, compensation: compensation, limits: limits, place: place)
  }
}
