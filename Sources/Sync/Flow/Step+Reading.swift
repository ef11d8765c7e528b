import Configuration
import Supervision

extension Flow.Step {
  init(
    _ member: ConfigurationNode.Member, named name: String, scope: FlowScope
  ) throws(ConfigurationError) {
    var object = try member.node.object()
    self.name = name
    place = Flow.Place(member.node)
    var after: [Int] = []
    for item in object.optional("after")?.list() ?? [] { after += try scope.before(item) }
    self.after = after
    join = try Flow.Join(object.optional("join"), of: after.count)
    conditions = try scope.conditions(object.optional("when"))
    limits = try object.optional("limits").map(Limits.init)
    isOptional = try object.optional("optional")?.bool() ?? false
    role = try object.optional("role")?.choice(of: Flow.Role.self) ?? .compensable
    if let question = object.optional("question") {
      work = .question(try Flow.Question(question))
      compensation = .needless(reason: "the applicant's own word")
    } else {
      work = .task(
        department: try object.required("department").word(),
        try Flow.Act(reading: &object, scope: scope))
      compensation = try Flow.Compensation(object.optional("compensation"), scope: scope)
    }
    try object.end()
  }
}

extension Flow.Join {
  /// `"all"`, `"any"`, or `{ quorum: N }`.
  fileprivate init(_ node: ConfigurationNode?, of count: Int) throws(ConfigurationError) {
    guard let node else {
      self = .all
      return
    }
    if case .string = node.value {
      switch try node.string() {
      case "all": self = .all
      case "any": self = .quorum(1)
      default: throw node.unknown("value", try node.string(), known: ["all", "any"])
      }
    } else {
      var object = try node.object()
      self = .quorum(try object.required("quorum").int(1...max(1, count)))
      try object.end()
    }
    if count == 0 { throw node.fault("there is nothing to join: the step waits for none") }
  }
}

extension Flow.Question {
  fileprivate init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    title = try object.required("title").name()
    needs = try object.optional("needs")?.strings() ?? []
    within = try object.required("within").duration(0.1...365 * 86_400)
    try object.end()
  }
}

extension Flow.Compensation {
  /// An act, `{ byHand: "what operators do" }`, or `{ needless: "why there is nothing to undo" }`.
  fileprivate init(
    _ node: ConfigurationNode?, scope: FlowScope
  ) throws(ConfigurationError) {
    guard let node else {
      self = .absent
      return
    }
    var object = try node.object()
    if let reason = object.optional("needless") {
      self = .needless(reason: try reason.name())
    } else if let title = object.optional("byHand") {
      self = .byHand(title: try title.name())
    } else {
      self = .act(try Flow.Act(reading: &object, scope: scope))
    }
    try object.end()
  }
}

extension Flow.Act {
  fileprivate init(
    reading object: inout ConfigurationObject, scope: FlowScope
  ) throws(ConfigurationError) {
    place = Flow.Place(object.node)
    task = try object.required("task").word()
    title = try object.optional("title")?.name() ?? task
    timeout = try object.required("timeout").duration(0.1...90 * 86_400)
    retry = try Flow.Retry(object.optional("retry"))
    supplement = try object.optional("supplement")?.duration(0.1...365 * 86_400)
    suspension = try object.optional("suspension")?.duration(0.1...365 * 86_400)
    var awaits: [Flow.Await] = []
    for item in object.optional("awaits")?.list() ?? [] {
      awaits.append(try Flow.Await(item, scope: scope))
    }
    self.awaits = awaits
    var input: [Flow.Input] = []
    if let node = object.optional("input") {
      for member in try node.members() { input.append(try Flow.Input(member, scope: scope)) }
    }
    self.input = input
  }
}

extension Flow.Retry {
  fileprivate init(_ node: ConfigurationNode?) throws(ConfigurationError) {
    guard let node else {
      (attempts, backoff, limit) = (1, 0, 0)
      return
    }
    var object = try node.object()
    attempts = try object.required("attempts").int(1...100)
    backoff = try object.required("backoff").duration(0.01...86_400)
    limit = try object.optional("limit")?.duration(0.01...7 * 86_400) ?? 3600
    try object.end()
  }
}

extension Flow.Await {
  fileprivate init(_ node: ConfigurationNode, scope: FlowScope) throws(ConfigurationError) {
    var object = try node.object()
    code = try object.required("code").name()
    schema = try object.required("event").name()
    member = try object.required("member").name().words(of: ".")
    key = try scope.path(object.required("key")).source
    within = try object.required("within").duration(0.1...365 * 86_400)
    again = try object.optional("again")?.duration(0.1...30 * 86_400) ?? 86_400
    place = Flow.Place(node)
    try object.end()
  }
}

extension Flow.Input {
  fileprivate init(
    _ member: ConfigurationNode.Member, scope: FlowScope
  ) throws(ConfigurationError) {
    name = member.name
    place = Flow.Place(member.node)
    (source, isOptional) = try scope.source(member.node)
  }
}

extension FlowScope {
  /// A path, or a constant as `{ value: … }`.
  func source(_ node: ConfigurationNode) throws(ConfigurationError) -> Path {
    guard case .object = node.value else { return try path(node) }
    var object = try node.object()
    let constant = Value(try object.required("value"))
    try object.end()
    return (.constant(constant), false)
  }

  /// One condition, or several that must all hold.
  func conditions(_ node: ConfigurationNode?) throws(ConfigurationError) -> [Flow.Condition] {
    var conditions: [Flow.Condition] = []
    for item in node?.list() ?? [] {
      var object = try item.object()
      let source = try path(object.required("path")).source
      let test = try Flow.Condition.Test(&object, at: item)
      try object.end()
      conditions.append(Flow.Condition(source: source, test: test, place: Flow.Place(item)))
    }
    return conditions
  }
}

extension Flow.Condition.Test {
  fileprivate init(
    _ object: inout ConfigurationObject, at node: ConfigurationNode
  ) throws(ConfigurationError) {
    if let present = object.optional("present") {
      self = .present(try present.bool())
    } else if let values = object.optional("is") {
      self = .isOneOf(values.list().map(Value.init))
    } else if let values = object.optional("isNot") {
      self = .isNoneOf(values.list().map(Value.init))
    } else if let bound = object.optional("atLeast") {
      self = .atLeast(try bound.double())
    } else if let bound = object.optional("atMost") {
      self = .atMost(try bound.double())
    } else {
      throw node.fault("expected one of \"present\", \"is\", \"isNot\", \"atLeast\", \"atMost\"")
    }
  }
}

extension Value {
  fileprivate init(_ node: ConfigurationNode) {
    switch node.value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .number(let text): self = .number(text)
    case .string(let text): self = .string(text)
    case .array(let items): self = .array(items.map(Value.init))
    case .object(let members): self = .object(members.map { Member($0.name, Value($0.node)) })
    }
  }
}
