import Configuration
import Standards

/// `locate`: the division that an address lies in, by the names that it begins with.
struct LocateStep: Sendable, Equatable {
  /// What happens to an address that gives no division; `keep` is no choice, since an address is no code.
  enum Policy: String, Sendable, CaseIterable {
    case refuse, absent
  }

  /// The table that names the divisions.
  var origin: TableOrigin
  /// Where the address lies if its names fit several; two, four or six digits, or 0.
  var within: Int
  /// The least that the address must tell.
  var level: DivisionNames.Level
  var unknown: Policy
  var ambiguous: Policy
}

extension DefinitionReader {
  func locate(_ node: ConfigurationNode) throws(ConfigurationError) -> LocateStep {
    guard let table = tables["gbt2260"] else {
      throw node.fault("\"locate\" needs the table of divisions, topology/codes/gbt2260.csv")
    }
    var object = try node.object()
    let within = try object.optional("within").map { node throws(ConfigurationError) in
      try self.within(node, table)
    }
    let level = try object.optional("level")?.choice(of: DivisionNames.Level.self) ?? .county
    let unknown = try object.optional("unknown")?.choice(of: LocateStep.Policy.self) ?? .refuse
    let ambiguous = try object.optional("ambiguous")?.choice(of: LocateStep.Policy.self) ?? .refuse
    try object.end()
    return LocateStep(
      origin: TableOrigin(table: table), within: within ?? 0, level: level, unknown: unknown,
      ambiguous: ambiguous)
  }

  private func within(
    _ node: ConfigurationNode, _ table: CodeTable
  ) throws(ConfigurationError) -> Int {
    let code = try node.name()
    let whole = code + String(repeating: "0", count: max(0, 6 - code.utf8.count))
    guard [2, 4, 6].contains(code.utf8.count), table.row(of: whole) != nil, let number = Int(code)
    else {
      throw node.fault(
        "\"\(code)\" is no division of the table \(table.name): expected two, four or six digits")
    }
    return number
  }
}
