import Configuration

/// The way to a value in a record: `XM`, `FRDB.ZJHM`, `DOCS[0].HM`, `DOCS[*].HM`, `['odd.name']`, and
/// `DOCS[kind=passport].HM` for the first item whose member `kind` is that text.
///
/// `.` is the item itself inside `each`, and `$.XM` starts at the record again. A value that is not a
/// list counts as a list of one, since XML shows a repeated element that is there once in no other way.
struct FieldPath: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    case member(String)
    case item(Int)
    case every
    case matching(String, String)
  }

  var text: String
  /// From the record, also inside `each`.
  var isAbsolute: Bool
  var steps: [Step]

  var isList: Bool { steps.contains(.every) }

  /// The names on the way, without the items' numbers.
  var names: [String] { ways[0] }

  /// Those names, and the names on the way to each member that a filter looks at.
  var ways: [[String]] {
    var ways: [[String]] = [[]]
    for step in steps {
      switch step {
      case .member(let name): ways[0].append(name)
      case .matching(let name, _): ways.append(ways[0] + [name])
      case .item, .every: break
      }
    }
    return ways
  }

  /// The members that filters such as `[kind=passport]` look at.
  var filters: [FieldPath] {
    var filters: [FieldPath] = []
    var before = isAbsolute ? "$" : ""
    for step in steps {
      switch step {
      case .member(let name): before += before.isEmpty ? name : ".\(name)"
      case .item, .every: before += "[*]"
      case .matching(let name, _):
        before += "[*]"
        filters.append(
          FieldPath(text: "\(before).\(name)", isAbsolute: isAbsolute, steps: [.member(name)]))
      }
    }
    return filters
  }

  static let itself = FieldPath(text: ".", isAbsolute: false, steps: [])

  static func read(_ node: ConfigurationNode) throws(ConfigurationError) -> FieldPath {
    try read(try node.name(), at: node)
  }

  static func read(_ text: String, at node: ConfigurationNode) throws(ConfigurationError)
    -> FieldPath
  {
    if text == "." { return .itself }
    guard let path = parse(text) else {
      throw node.fault(
        "\"\(text)\" is not a path; a path looks like XM, FRDB.ZJHM, DOCS[0].HM, DOCS[*].HM or DOCS[kind=passport].HM"
      )
    }
    return path
  }

  private static func parse(_ text: String) -> FieldPath? {
    var rest = Substring(text)
    let isAbsolute = rest == "$" || rest.hasPrefix("$.") || rest.hasPrefix("$[")
    if isAbsolute { rest = rest.dropFirst(rest.hasPrefix("$.") ? 2 : 1) }
    var steps: [Step] = []
    while !rest.isEmpty {
      if rest.hasPrefix("[") {
        guard let step = bracket(&rest) else { return nil }
        steps.append(step)
      } else {
        let name = rest.prefix { $0 != "." && $0 != "[" && $0 != "]" }
        guard !name.isEmpty else { return nil }
        steps.append(.member(String(name)))
        rest = rest.dropFirst(name.count)
      }
      if rest.hasPrefix(".") {
        rest = rest.dropFirst()
        guard !rest.isEmpty else { return nil }
      } else if !rest.isEmpty, !rest.hasPrefix("[") {
        return nil
      }
    }
    return steps.isEmpty && !isAbsolute
      ? nil : FieldPath(text: text, isAbsolute: isAbsolute, steps: steps)
  }

  private static func bracket(_ rest: inout Substring) -> Step? {
    rest = rest.dropFirst()
    if let quote = rest.first, quote == "'" || quote == "\"" {
      rest = rest.dropFirst()
      let name = rest.prefix { $0 != quote }
      rest = rest.dropFirst(name.count)
      guard !name.isEmpty, rest.hasPrefix("\(quote)]") else { return nil }
      rest = rest.dropFirst(2)
      return .member(String(name))
    }
    let inner = rest.prefix { $0 != "]" }
    rest = rest.dropFirst(inner.count)
    guard rest.hasPrefix("]") else { return nil }
    rest = rest.dropFirst()
    if inner == "*" { return .every }
    if let equals = inner.firstIndex(of: "=") {
      let (name, value) = (inner[..<equals], inner[inner.index(after: equals)...])
      return name.isEmpty || value.isEmpty ? nil : .matching(String(name), String(value))
    }
    guard let index = Int32(inner), index >= 0 else { return nil }
    return .item(Int(index))
  }
}
