import Configuration

/// What paths and `after` may name while a flow's steps are read: its steps, the groups that included flows
/// make, and, within an included flow, what the one that includes it hands over as the application.
struct FlowScope {
  typealias Path = (source: Flow.Input.Source, isOptional: Bool)

  /// The index of each step by the name it has here.
  var steps: [String: Int] = [:]
  /// The last steps of each included flow.
  var groups: [String: [Int]] = [:]
  /// The names in the order of the file, for errors.
  var names: [String] = []
  /// What `application.<name>` stands for; nil at the top, where it is the application itself.
  var application: [String: Path]?

  /// `"application.name"`, `"registration.uscc"`, `"case.id"`; a `?` at its end where the value may be absent.
  func path(_ node: ConfigurationNode) throws(ConfigurationError) -> Path {
    var text = try node.name()
    let isOptional = text.hasSuffix("?")
    if isOptional { text.removeLast() }
    let words = text.words(of: ".")
    guard let first = words.first, !words.contains("") else {
      throw node.fault("expected a path such as \"application.name\", found \"\(text)\"")
    }
    let rest = Array(words.dropFirst())
    switch first {
    case "application": return try handedOver(rest, isOptional, at: node)
    case "case":
      guard rest == ["id"] else { throw node.unknown("path", text, known: ["case.id"]) }
      return (.caseID, isOptional)
    default:
      guard let step = steps[first] else {
        throw node.unknown("beginning of a path", first, known: ["application", "case"] + names)
      }
      return (.result(step, rest), isOptional)
    }
  }

  private func handedOver(
    _ path: [String], _ isOptional: Bool, at node: ConfigurationNode
  ) throws(ConfigurationError) -> Path {
    guard let application else { return (.application(path), isOptional) }
    guard let name = path.first, let outer = application[name] else {
      throw node.unknown(
        "part of what the including flow hands over", path.first ?? "",
        known: application.keys.sorted())
    }
    return (outer.source.extended(by: path.dropFirst()), isOptional || outer.isOptional)
  }

  /// The steps that a name in `after` stands for: itself, or the last ones of an included flow.
  func before(_ node: ConfigurationNode) throws(ConfigurationError) -> [Int] {
    let text = try node.string()
    if let step = steps[text] { return [step] }
    if let last = groups[text] { return last }
    throw node.unknown("step", text, known: names + groups.keys.sorted())
  }
}

extension Flow.Input.Source {
  fileprivate func extended(by rest: some Sequence<String>) -> Flow.Input.Source {
    switch self {
    case .constant(let value): .constant(value.at(rest) ?? .null)
    case .application(let path): .application(path + rest)
    case .result(let step, let path): .result(step, path + rest)
    case .caseID: .caseID
    }
  }
}
