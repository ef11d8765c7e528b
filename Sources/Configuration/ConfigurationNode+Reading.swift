/// Typed reading of a value, with an error that says what was expected and what was found.
extension ConfigurationNode {
  package func string() throws(ConfigurationError) -> String {
    guard case .string(let text) = value else { throw expected("a string") }
    return text
  }

  /// A string that is not empty.
  package func name() throws(ConfigurationError) -> String {
    let text = try string()
    guard !text.isEmpty else { throw expected("a name") }
    return text
  }

  package func bool() throws(ConfigurationError) -> Bool {
    guard case .bool(let flag) = value else { throw expected("true or false") }
    return flag
  }

  /// A whole number within the bounds.
  package func int(_ bounds: ClosedRange<Int> = Int.min...Int.max) throws(ConfigurationError) -> Int
  {
    guard case .number(let text) = value, let number = Int(text) else {
      throw expected("a whole number")
    }
    guard bounds.contains(number) else {
      throw fault(
        "expected a number from \(bounds.lowerBound) to \(bounds.upperBound), found \(text)")
    }
    return number
  }

  package func double() throws(ConfigurationError) -> Double {
    guard case .number(let text) = value, let number = Double(text), number.isFinite else {
      throw expected("a number")
    }
    return number
  }

  /// A length of time in seconds: a number of seconds, or a number with a unit (`"250ms"`, `"30s"`, `"5m"`, `"2h"`, `"3d"`).
  package func seconds() throws(ConfigurationError) -> Double {
    if case .number = value { return try double() }
    let text = try string()
    let units: [(String, Double)] = [
      ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400),
    ]
    for (unit, factor) in units where text.hasSuffix(unit) {
      if let number = Double(text.dropLast(unit.count)), number >= 0 { return number * factor }
    }
    throw fault("expected a length of time such as \"30s\", \"5m\" or \"2h\", found \"\(text)\"")
  }

  package func array() throws(ConfigurationError) -> [ConfigurationNode] {
    guard case .array(let items) = value else { throw expected("a list") }
    return items
  }

  /// A list, or a single value where people leave the brackets away.
  package func list() -> [ConfigurationNode] {
    if case .array(let items) = value { return items }
    return [self]
  }

  package func strings() throws(ConfigurationError) -> [String] {
    var texts: [String] = []
    for item in list() { texts.append(try item.string()) }
    return texts
  }

  /// The members in the order of the file, for objects whose names are the operator's own.
  package func members() throws(ConfigurationError) -> [Member] {
    guard case .object(let members) = value else { throw expected("an object") }
    return members
  }

  /// The members of an object whose names are known: the caller asks for each by name and then calls `end()`.
  package func object() throws(ConfigurationError) -> ConfigurationObject {
    ConfigurationObject(node: self, members: try members())
  }

  /// One of a fixed set of words.
  package func choice<Choice: RawRepresentable & CaseIterable>(
    of type: Choice.Type
  ) throws(ConfigurationError) -> Choice where Choice.RawValue == String {
    let text = try string()
    if let choice = Choice(rawValue: text) { return choice }
    throw unknown("value", text, known: Choice.allCases.map(\.rawValue))
  }

  /// The error for a word that names nothing, with the nearest one that does.
  package func unknown(_ what: String, _ found: String, known: [String]) -> ConfigurationError {
    var message = "unknown \(what) \"\(found)\""
    if let nearest = nearestName(to: found, in: known) {
      message += "; did you mean \"\(nearest)\"?"
    } else if !known.isEmpty && known.count <= 12 {
      message += "; expected one of \(known.sorted().joined(separator: ", "))"
    }
    return fault(message)
  }

  private func expected(_ what: String) -> ConfigurationError {
    fault("expected \(what), found \(kind)")
  }

  private var kind: String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .number(let text): "the number \(text)"
    case .string(let text): text.isEmpty ? "an empty string" : "the string \"\(text.prefix(40))\""
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// An object whose names are known. It remembers which were asked for, so that a misspelt one is an error and not ignored.
package struct ConfigurationObject {
  package let node: ConfigurationNode
  private let members: [ConfigurationNode.Member]
  private var asked: [String] = []

  init(node: ConfigurationNode, members: [ConfigurationNode.Member]) {
    self.node = node
    self.members = members
  }

  package mutating func optional(_ name: String) -> ConfigurationNode? {
    asked.append(name)
    guard let node = members.first(where: { $0.name == name })?.node else { return nil }
    if case .null = node.value { return nil }
    return node
  }

  package mutating func required(_ name: String) throws(ConfigurationError) -> ConfigurationNode {
    guard let node = optional(name) else {
      let others = members.map(\.name).filter { !asked.contains($0) }
      let near = nearestName(to: name, in: others).map { "; is \"\($0)\" meant to be it?" }
      throw self.node.fault("\"\(name)\" is missing\(near ?? "")")
    }
    return node
  }

  /// Throws if the file has a name that nobody asked for.
  package func end() throws(ConfigurationError) {
    for member in members where !asked.contains(member.name) {
      throw member.node.unknown("name", member.name, known: asked)
    }
  }
}
