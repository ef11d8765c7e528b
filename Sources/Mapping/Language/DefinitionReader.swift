import Configuration
import Standards

/// Reads a mapping file into a `Definition`; every mistake in it is an error with file, line and path.
struct DefinitionReader {
  let tables: [String: CodeTable]
  /// Finds the file of another mapping by the name that a node holds; nil where there are no others.
  var mappings: ((ConfigurationNode) throws(ConfigurationError) -> ConfigurationNode)?

  /// - Parameter knownTargets: the fields that a way back may write.
  func read(
    _ node: ConfigurationNode, knownTargets: [String]? = nil
  ) throws(ConfigurationError) -> Definition {
    var object = try node.object()
    _ = try object.optional("about")?.string()
    let from = try object.required("from").name()
    let to = try object.required("to").name()
    let version = try object.optional("version")?.int(1...Int(Int32.max)) ?? 1
    let records = object.optional("records")
    let event = object.optional("event")
    let reverse = object.optional(Word.reverse.rawValue)
    let fields = reverse == nil ? try object.required("fields") : object.optional("fields")
    let drop = object.optional("drop")
    try object.end()
    let isStandard = to.hasPrefix("std.")
    if isStandard, event == nil {
      throw node.fault("\"event\" is missing: a standard event needs its envelope")
    }
    var definition = Definition(
      file: node.file, from: from, to: to, version: version,
      fields: Group(members: [], place: Place(node)), dropped: [])
    if let fields {
      definition.fields = try group(fields, members: try fields.members(), isTop: true)
    }
    if let records { definition.records = try self.records(records) }
    if let event { definition.event = try self.event(event) }
    for item in drop?.list() ?? [] { definition.dropped.append(try FieldPath.read(item)) }
    if let reverse { try self.reverse(reverse, into: &definition, known: knownTargets) }
    return definition
  }

  // MARK: Envelope

  private func event(_ node: ConfigurationNode) throws(ConfigurationError) -> EventDefinition {
    var object = try node.object()
    let event = EventDefinition(
      id: try needed(object.required("id")), change: try change(object.required("change")),
      region: try needed(object.required("region")), entity: try entity(object.required("entity")),
      subject: try object.optional("subject").map(single),
      time: try object.optional("time").map(single),
      reverses: try object.optional("reverses").map(single),
      origin: try object.optional("origin").map(single))
    try object.end()
    return event
  }

  private func needed(_ node: ConfigurationNode) throws(ConfigurationError) -> Rule {
    var rule = try single(node)
    rule.required = true
    return rule
  }

  private func change(_ node: ConfigurationNode) throws(ConfigurationError) -> Rule {
    let rule = try needed(node)
    for text in rule.possibleTexts where Change(rawValue: text) == nil {
      throw node.unknown("change", text, known: Change.allCases.map(\.rawValue))
    }
    return rule
  }

  /// `{person: RULE}` or a list of such, of which the first that gives a key counts.
  private func entity(_ node: ConfigurationNode) throws(ConfigurationError) -> Rule {
    var choices: [Rule] = []
    for item in node.list() {
      let members = try item.members()
      guard members.count == 1, let member = members.first else {
        throw item.fault("expected one kind of entity and its key, such as {person: \"GMSFHM\"}")
      }
      let kind = Rule(constant: .text(member.name + ":"), place: Place(member.node))
      let key = try single(member.node)
      choices.append(Rule(source: .join([kind, key], with: ""), place: Place(member.node)))
    }
    guard !choices.isEmpty else { throw node.fault("expected at least one kind of entity") }
    return Rule(source: .first(choices), required: true, place: Place(node))
  }

  /// A rule that gives one value.
  func single(_ node: ConfigurationNode) throws(ConfigurationError) -> Rule {
    let rule = try self.rule(node)
    if rule.isList {
      throw node.fault("one value is needed here, and a path with [*] gives a list")
    }
    return rule
  }
}

// MARK: Targets

extension DefinitionReader {
  func target(_ node: ConfigurationNode) throws(ConfigurationError) -> Target {
    switch node.value {
    case .array(let items):
      var targets: [Target] = []
      for item in items { targets.append(try target(item)) }
      return .list(targets, place: Place(node))
    case .object(let members):
      if members.contains(where: { $0.name == Word.each.rawValue }) { return .each(try each(node)) }
      if members.contains(where: { Word.isSource($0.name) }) { return .value(try rule(node)) }
      return .group(try group(node, members: members, isTop: false))
    default: return .value(try rule(node))
    }
  }

  /// - Parameter isTop: whether this is `fields` itself, which cannot be taken for a rule.
  func group(
    _ node: ConfigurationNode, members: [ConfigurationNode.Member], isTop: Bool
  ) throws(ConfigurationError) -> Group {
    var group = Group(members: [], place: Place(node))
    for member in members {
      if !isTop, member.name == Word.when.rawValue {
        group.when = try condition(member.node)
      } else if !isTop, member.name == Word.about.rawValue {
        _ = try member.node.string()
      } else if !isTop, Word.isStep(member.name) {
        throw withoutSource(member, among: members)
      } else {
        try group.add(try names(member), try target(member.node), at: member.node)
      }
    }
    return group
  }

  /// An object with steps and no source: most likely the source's name is misspelt.
  private func withoutSource(
    _ step: ConfigurationNode.Member, among members: [ConfigurationNode.Member]
  ) -> ConfigurationError {
    let sources = Word.sources.map(\.rawValue)
    for member in members where !Word.isStep(member.name) {
      if let nearest = nearestName(to: member.name, in: sources) {
        return member.node.fault(
          "unknown name \"\(member.name)\" in a rule; did you mean \"\(nearest)\"?")
      }
    }
    return step.node.fault(
      "\"\(step.name)\" needs a source beside it: one of \(sources.joined(separator: ", ")); a member of that name is written \".\(step.name)\""
    )
  }

  private func names(_ member: ConfigurationNode.Member) throws(ConfigurationError) -> [String] {
    if member.name.hasPrefix(".") { return [String(member.name.dropFirst())] }
    let names = member.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard names.allSatisfy({ !$0.isEmpty && !$0.contains("[") }) else {
      throw member.node.fault("\"\(member.name)\" is not a member's name; lists are written as [ ]")
    }
    return names
  }

  private func each(_ node: ConfigurationNode) throws(ConfigurationError) -> Each {
    var object = try node.object()
    let path = try everyItem(try object.required(Word.each.rawValue))
    let item =
      try object.optional(Word.item.rawValue).map(target)
      ?? .value(Rule(path: .itself, place: Place(node)))
    let when = try object.optional(Word.when.rawValue).map(condition)
    _ = try object.optional(Word.about.rawValue)?.string()
    try object.end()
    return Each(path: path, item: item, when: when, place: Place(node))
  }

  /// The path to each item of a list.
  private func everyItem(_ node: ConfigurationNode) throws(ConfigurationError) -> FieldPath {
    var path = try FieldPath.read(node)
    if path.steps.last != .every {
      path.steps.append(.every)
      path.text += "[*]"
    }
    return path
  }

  /// `{each: "ITEMS", when: {…}, none: "absent"}`
  private func records(_ node: ConfigurationNode) throws(ConfigurationError) -> RecordsDefinition {
    var object = try node.object()
    let each = try object.optional(Word.each.rawValue).map(everyItem)
    let when = try object.optional(Word.when.rawValue).map(condition)
    let none = object.optional("none")
    _ = try object.optional(Word.about.rawValue)?.string()
    try object.end()
    guard each != nil || when != nil else {
      throw node.fault("expected \"each\", the list whose items become records, or \"when\"")
    }
    if let none, each == nil { throw none.fault("\"none\" speaks of the list that \"each\" names") }
    let policy = try none?.choice(of: NoneOfIt.self) ?? .refuse
    return RecordsDefinition(
      each: each, when: when, mayBeEmpty: policy == .absent, place: Place(node))
  }

  private enum NoneOfIt: String, CaseIterable { case refuse, absent }
}

extension Group {
  /// Adds a member at the end of a path of names, making the groups on the way.
  fileprivate mutating func add(
    _ names: [String], _ target: Target, at node: ConfigurationNode
  ) throws(ConfigurationError) {
    guard let name = names.first else { return }
    let index = members.firstIndex { $0.name == name }
    guard names.count > 1 else {
      guard index == nil else { throw node.fault("\"\(name)\" is given twice") }
      members.append(Member(name: name, target: target, place: Place(node)))
      return
    }
    var inner = Group(members: [], place: Place(node))
    if let index {
      guard case .group(let group) = members[index].target else {
        throw node.fault("\"\(name)\" is given above as a value and cannot have members")
      }
      inner = group
    }
    try inner.add(Array(names.dropFirst()), target, at: node)
    let member = Member(name: name, target: .group(inner), place: Place(node))
    if let index { members[index] = member } else { members.append(member) }
  }
}
