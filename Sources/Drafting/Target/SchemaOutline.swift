import Configuration

/// A standard schema as a draft needs it: its places, what must be there, and which values they may have.
package struct SchemaOutline: Sendable {
  /// `std.person.v1`
  package let name: String
  package let title: String
  let members: [Place]

  /// One member, with those inside it.
  struct Place: Sendable {
    enum Form: Sendable { case text, number, boolean, day, moment, object, list }

    let name: String
    let title: String
    let form: Form
    let isRequired: Bool
    /// The values that it may have; empty where any may be.
    let choices: [String]
    /// Of an object its members, of a list those of its items.
    let members: [Place]
  }

  /// - Parameter node: the schema's file.
  package init(name: String, _ node: ConfigurationNode) throws(ConfigurationError) {
    self.name = name
    title = node["title"]?.text ?? name
    members = Self.members(of: node, in: node, depth: 0)
    guard !members.isEmpty else {
      throw node.fault("expected a schema of an object with \"properties\"")
    }
  }

  private static func members(
    of node: ConfigurationNode, in root: ConfigurationNode, depth: Int
  ) -> [Place] {
    guard depth < 6, let properties = try? node["properties"]?.members() else { return [] }
    let required = (try? node["required"]?.strings()) ?? []
    return properties.map { member in
      place(member, isRequired: required.contains(member.name), in: root, depth: depth)
    }
  }

  private static func place(
    _ member: ConfigurationNode.Member, isRequired: Bool, in root: ConfigurationNode, depth: Int
  ) -> Place {
    let node = resolved(member.node, in: root)
    let items = node["items"].map { resolved($0, in: root) }
    let choices = node["enum"]?.list().compactMap(\.text) ?? []
    return Place(
      name: member.name, title: member.node["title"]?.text ?? node["title"]?.text ?? "",
      form: form(of: node), isRequired: isRequired, choices: choices,
      members: members(of: items ?? node, in: root, depth: depth + 1))
  }

  private static func form(of node: ConfigurationNode) -> Place.Form {
    switch node["format"]?.text {
    case "date": return .day
    case "date-time": return .moment
    default: break
    }
    let types = node["type"]?.list().compactMap(\.text) ?? []
    if types.contains("string") { return .text }
    switch types.first {
    case "object": return .object
    case "array": return .list
    case "boolean": return .boolean
    case "number", "integer": return .number
    default: return .text
    }
  }

  /// Follows `#/…`, a bounded number of times since references may go in circles.
  private static func resolved(
    _ node: ConfigurationNode, in root: ConfigurationNode
  ) -> ConfigurationNode {
    var node = node
    for _ in 0..<8 {
      guard let reference = node["$ref"]?.text, reference.hasPrefix("#/") else { return node }
      var target: ConfigurationNode? = root
      for part in reference.dropFirst(2).split(separator: "/") { target = target?[String(part)] }
      guard let target else { return node }
      node = target
    }
    return node
  }
}

extension ConfigurationNode {
  fileprivate subscript(name: String) -> ConfigurationNode? {
    guard case .object(let members) = value else { return nil }
    return members.first { $0.name == name }?.node
  }

  fileprivate var text: String? {
    if case .string(let text) = value { text } else { nil }
  }
}
