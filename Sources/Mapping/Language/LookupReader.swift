import Configuration

extension DefinitionReader {
  /// `{lookup: "person", by: "SFZH", field: "name"}`; the number's kind may be named: `by: {passport: "HZHM"}`.
  func lookup(
    _ node: ConfigurationNode, _ object: inout ConfigurationObject
  ) throws(ConfigurationError) -> Lookup {
    let kind = try node.choice(of: LookupQuestion.Kind.self)
    let by = try object.required(Word.by.rawValue)
    let field = try object.required(Word.field.rawValue).name()
    let (number, rule) = try key(by, usual: kind.usualNumber)
    return Lookup(kind: kind, number: number, by: rule, field: field)
  }

  /// A rule gives a number of the usual kind; an object of one member that is no word names the kind.
  private func key(
    _ node: ConfigurationNode, usual: String
  ) throws(ConfigurationError) -> (String, Rule) {
    if case .object(let members) = node.value, members.count == 1, let member = members.first,
      !Word.isSource(member.name)
    {
      guard !member.name.isEmpty, !member.name.contains(":") else {
        throw node.fault("expected a kind of number, such as \(usual), without \":\"")
      }
      return (member.name, try single(member.node))
    }
    return (usual, try single(node))
  }
}
