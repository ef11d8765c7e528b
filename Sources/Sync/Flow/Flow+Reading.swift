import Configuration

/// Reads a flow from its file. What one value alone can show to be wrong is an error here; what only the
/// whole can show is found by `Flow.check`.
extension Flow {
  package static func read(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> Flow {
    try Flow(JSON5.read(bytes, file: file))
  }

  init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    place = Place(node)
    name = try object.required("name").word()
    title = try object.required("title").name()
    version = try object.required("version").int(1...1_000_000)
    operators = try Operators(object.required("operators"))
    notices = try Flow.notices(object.optional("notices"))
    let members = try object.required("steps").members()
    guard !members.isEmpty else {
      throw try object.required("steps").fault("expected at least one step")
    }
    let names = members.map(\.name)
    var steps: [Step] = []
    for member in members { steps.append(try Step(member, names: names)) }
    self.steps = steps
    try object.end()
  }

  private static func notices(
    _ node: ConfigurationNode?
  ) throws(ConfigurationError) -> [NoticeKind: [NoticeRoute]] {
    guard let node else { return [:] }
    var notices: [NoticeKind: [NoticeRoute]] = [:]
    for member in try node.members() {
      guard let kind = NoticeKind(rawValue: member.name) else {
        throw member.node.unknown(
          "kind of notice", member.name, known: NoticeKind.allCases.map(\.rawValue))
      }
      var routes: [NoticeRoute] = []
      for route in member.node.list() { routes.append(try NoticeRoute(route)) }
      notices[kind] = routes
    }
    return notices
  }
}

extension Flow.NoticeRoute {
  /// `{ channel: "mail", to: "applicant.mail" }`, or a fixed address: `{ channel, recipient: "…" }`.
  fileprivate init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    channel = try object.required("channel").word()
    switch (object.optional("to"), object.optional("recipient")) {
    case (let to?, nil):
      let words = try to.name().split(separator: ".").map(String.init)
      guard words.count > 1, words[0] == "applicant" else {
        throw to.fault("expected a path into the applicant, such as \"applicant.mail\"")
      }
      recipient = .applicant(Array(words.dropFirst()))
    case (nil, let fixed?): recipient = .fixed(try fixed.name())
    default: throw node.fault("expected either \"to\" or \"recipient\"")
    }
    try object.end()
  }
}

extension Flow.Operators {
  fileprivate init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    queue = try object.required("queue").word()
    remind = try object.required("remind").duration(1...30 * 86_400)
    try object.end()
  }
}

extension Flow.Step {
  fileprivate init(
    _ member: ConfigurationNode.Member, names: [String]
  ) throws(ConfigurationError) {
    var object = try member.node.object()
    name = member.name
    guard name.isWord, !["application", "case"].contains(name) else {
      throw member.node.fault(
        "expected a step's name of letters, digits and hyphens, other than application and case")
    }
    place = Flow.Place(member.node)
    department = try object.required("department").word()
    var after: [Int] = []
    for item in object.optional("after")?.list() ?? [] { after.append(try item.step(among: names)) }
    self.after = after
    role = try object.optional("role")?.choice(of: Flow.Role.self) ?? .compensable
    act = try Flow.Act(reading: &object, names: names)
    compensation = try Flow.Compensation(object.optional("compensation"), names: names)
    try object.end()
  }
}

extension Flow.Compensation {
  /// An act, or `{ needless: "why there is nothing to undo" }`.
  fileprivate init(
    _ node: ConfigurationNode?, names: [String]
  ) throws(ConfigurationError) {
    guard let node else {
      self = .absent
      return
    }
    var object = try node.object()
    if let reason = object.optional("needless") {
      self = .needless(reason: try reason.name())
    } else {
      self = .act(try Flow.Act(reading: &object, names: names))
    }
    try object.end()
  }
}

extension Flow.Act {
  fileprivate init(
    reading object: inout ConfigurationObject, names: [String]
  ) throws(ConfigurationError) {
    place = Flow.Place(object.node)
    task = try object.required("task").word()
    title = try object.optional("title")?.name() ?? task
    timeout = try object.required("timeout").duration(0.1...90 * 86_400)
    retry = try Flow.Retry(object.optional("retry"))
    var input: [Flow.Input] = []
    if let node = object.optional("input") {
      for member in try node.members() { input.append(try Flow.Input(member, names: names)) }
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

extension Flow.Input {
  /// A path (`"application.name"`, `"registration.uscc"`, `"case.id"`; a `?` at its end where the value may be absent),
  /// or a constant as `{ value: … }`.
  fileprivate init(
    _ member: ConfigurationNode.Member, names: [String]
  ) throws(ConfigurationError) {
    name = member.name
    place = Flow.Place(member.node)
    if case .object = member.node.value {
      var object = try member.node.object()
      source = .constant(Value(try object.required("value")))
      isOptional = false
      try object.end()
      return
    }
    var path = try member.node.name()
    isOptional = path.hasSuffix("?")
    if isOptional { path.removeLast() }
    let words = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let rest = Array(words.dropFirst())
    guard let first = words.first, !words.contains("") else {
      throw member.node.fault("expected a path such as \"application.name\", found \"\(path)\"")
    }
    switch first {
    case "application": source = .application(rest)
    case "case":
      guard rest == ["id"] else { throw member.node.unknown("path", path, known: ["case.id"]) }
      source = .caseID
    default:
      guard let step = names.firstIndex(of: first) else {
        throw member.node.unknown(
          "beginning of a path", first, known: ["application", "case"] + names)
      }
      source = .result(step, rest)
    }
  }
}

// MARK: Values

extension Flow.Place {
  init(_ node: ConfigurationNode) {
    self.init(file: node.file, line: node.line, path: node.path)
  }

  func fault(_ message: String) -> ConfigurationError {
    ConfigurationError(file: file, line: line, path: path, message: message)
  }
}

extension ConfigurationNode {
  /// A name that can stand in a routing key: letters, digits and hyphens.
  fileprivate func word() throws(ConfigurationError) -> String {
    let text = try name()
    guard text.isWord else {
      throw fault("expected a word of letters, digits and hyphens, found \"\(text)\"")
    }
    return text
  }

  fileprivate func step(among names: [String]) throws(ConfigurationError) -> Int {
    let text = try string()
    guard let index = names.firstIndex(of: text) else {
      throw unknown("step", text, known: names)
    }
    return index
  }

  fileprivate func duration(_ bounds: ClosedRange<Double>) throws(ConfigurationError) -> Double {
    let seconds = try seconds()
    guard bounds.contains(seconds) else {
      throw fault(
        "expected a length of time from \(bounds.lowerBound) to \(bounds.upperBound) seconds, found \(seconds)"
      )
    }
    return seconds
  }
}

extension String {
  fileprivate var isWord: Bool {
    !isEmpty && utf8.count <= 64
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
          true
        default: false
        }
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
