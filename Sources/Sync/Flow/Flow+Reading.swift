import Configuration
import Supervision

/// Reads a flow from its file. What one value alone can show to be wrong is an error here; what only the
/// whole can show is found by `Flow.check`.
extension Flow {
  /// Gives the text of an included flow by its name; nil if there is none.
  package typealias Inclusion = (String) -> [UInt8]?

  package static func read(
    _ bytes: [UInt8], file: String, including: Inclusion = { _ in nil }
  ) throws(ConfigurationError) -> Flow {
    try Flow(JSON5.read(bytes, file: file), including: including, within: [])
  }

  init(
    _ node: ConfigurationNode, including: Inclusion, within: [String]
  ) throws(ConfigurationError) {
    var object = try node.object()
    place = Place(node)
    name = try object.required("name").word()
    title = try object.required("title").name()
    version = try object.required("version").int(1...1_000_000)
    operators = try Operators(object.required("operators"))
    notices = try Flow.notices(object.optional("notices"))
    limits = try object.optional("limits").map(Limits.init)
    beginning = try object.optional("begins").map(Beginning.init)
    let steps = try StepList(
      object.required("steps"), including: including, within: within + [name])
    self.steps = steps.steps
    var entities: [Entity] = []
    for item in object.optional("entities")?.list() ?? [] {
      entities.append(try Entity(item, scope: steps.scope))
    }
    self.entities = entities
    conflict = try Conflict(object.optional("conflict"))
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

extension Flow.Entity {
  fileprivate init(_ node: ConfigurationNode, scope: FlowScope) throws(ConfigurationError) {
    var object = try node.object()
    kind = try object.required("kind").word()
    source = try scope.path(object.required("value")).source
    isLocked = try object.optional("lock")?.bool() ?? false
    place = Flow.Place(node)
    if isLocked, case .result = source {
      throw node.fault(
        "only what the application says can be locked, since a case is locked as it begins")
    }
    try object.end()
  }
}

extension Flow.Conflict {
  /// `"refuse"`, or `{ wait: "10d" }`.
  fileprivate init(_ node: ConfigurationNode?) throws(ConfigurationError) {
    guard let node else {
      self = .refuse
      return
    }
    if case .string = node.value {
      guard try node.string() == "refuse" else {
        throw node.unknown("value", try node.string(), known: ["refuse"])
      }
      self = .refuse
      return
    }
    var object = try node.object()
    self = .wait(try object.required("wait").duration(0.1...365 * 86_400))
    try object.end()
  }
}

extension Flow.Beginning {
  fileprivate init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    schema = try object.required("event").name()
    change = try object.required("change").word()
    var parts: [Part] = []
    for member in try object.required("application").members() {
      var path = try member.node.name()
      let isOptional = path.hasSuffix("?")
      if isOptional { path.removeLast() }
      parts.append(Part(name: member.name, path: path.words(of: "."), isOptional: isOptional))
    }
    application = parts
    original = try object.optional("original").map(Original.init)
    try object.end()
  }
}

extension Flow.Beginning.Original {
  fileprivate init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    flow = try object.required("flow").word()
    kind = try object.required("kind").word()
    path = try object.required("value").name().words(of: ".")
    try object.end()
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
  func word() throws(ConfigurationError) -> String {
    let text = try name()
    guard text.isWord else {
      throw fault("expected a word of letters, digits and hyphens, found \"\(text)\"")
    }
    return text
  }

  func duration(_ bounds: ClosedRange<Double>) throws(ConfigurationError) -> Double {
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
  var isWord: Bool {
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

  func words(of separator: Character) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
