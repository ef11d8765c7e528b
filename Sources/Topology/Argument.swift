import Configuration

/// A value in an argument table or in a policy's definition, as JSON has it.
package enum Argument: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case text(String)
  case list([Argument])
  case table([String: Argument])

  init(_ node: ConfigurationNode) throws(ConfigurationError) {
    switch node.value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .string(let text): self = .text(text)
    case .number(let text):
      if let whole = Int(text) { self = .int(whole) } else { self = .double(try node.double()) }
    case .array(let items):
      var list: [Argument] = []
      for item in items { list.append(try Argument(item)) }
      self = .list(list)
    case .object: self = .table(try Argument.members(of: node))
    }
  }

  static func members(of node: ConfigurationNode) throws(ConfigurationError) -> [String: Argument] {
    var table: [String: Argument] = [:]
    for member in try node.members() { table[member.name] = try Argument(member.node) }
    return table
  }

  /// Compact JSON with the names in order.
  package var json: String {
    switch self {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .int(let number): String(number)
    case .double(let number): String(number)
    case .text(let text): Argument.quoted(text)
    case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
    case .table(let members):
      "{"
        + members.sorted { $0.key < $1.key }
        .map { "\(Argument.quoted($0.key)):\($0.value.json)" }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..."\u{1F}":
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
