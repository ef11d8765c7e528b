import Configuration
import Records

/// Turns a definition into the flat program.
struct Compiler {
  var builder = ProgramBuilder()
  /// The items that paths begin from at this point, as a path from the record; empty for the record.
  var prefix = ""
  /// The names on the way to those items.
  private var prefixNames: [String] = []
  /// Where the paths of `fields` and `event` begin: at the record, or at the item that becomes one.
  var home = ""
  /// How many conditions and lists surround this point; at 0 every run comes by.
  var depth = 0
  let knownTargets: [String]?
  let knownSources: [String]?

  static func compile(
    _ definition: Definition, knownTargets: [String]?, knownSources: [String]?
  ) throws(ConfigurationError) -> Program {
    var compiler = Compiler(knownTargets: knownTargets, knownSources: knownSources)
    if let records = definition.records { try compiler.divide(records) }
    try compiler.root(definition.fields)
    for check in definition.checks { try compiler.check(check) }
    if let event = definition.event { try compiler.envelope(event) }
    (compiler.prefix, compiler.prefixNames) = ("", [])
    try compiler.checkDropped(definition)
    return compiler.builder.program()
  }

  private init(knownTargets: [String]?, knownSources: [String]?) {
    self.knownTargets = knownTargets
    self.knownSources = knownSources
  }

  // MARK: Targets

  /// Paths begin at the items from now on.
  private mutating func divide(_ records: RecordsDefinition) throws(ConfigurationError) {
    var program = RecordsProgram(path: -1, test: -1)
    if let each = records.each {
      try check(each, at: records.place)
      read(each)
      program.path = builder.path(each)
      home = fromRecord(each)
      prefix = home
      prefixNames = each.names
    }
    if let when = records.when {
      for path in when.paths {
        try check(path, at: records.place)
        read(path)
      }
      program.test = builder.test(when)
    }
    builder.records = program
  }

  private mutating func root(_ group: Group) throws(ConfigurationError) {
    builder.add(.open(.object, name: .empty))
    try members(group, at: "")
    builder.add(.close)
  }

  /// The value is looked at and put nowhere.
  private mutating func check(_ rule: Rule) throws(ConfigurationError) {
    try value(rule, at: rule.origin, isTarget: false)
  }

  private mutating func members(_ group: Group, at target: String) throws(ConfigurationError) {
    for member in group.members {
      let path = target.isEmpty ? member.name : "\(target).\(member.name)"
      try self.target(member.target, name: member.name, at: path)
    }
  }

  /// - Parameter name: empty for the items of a list.
  private mutating func target(_ target: Target, name: String, at path: String)
    throws(ConfigurationError)
  {
    let span = name.isEmpty ? Span.empty : builder.interned(name)
    switch target {
    case .value(let rule):
      if rule.isList { return try list(of: rule, name: span, at: path) }
      try value(rule, at: path)
      builder.add(.emit(name: span))
    case .group(let group):
      try conditionally(group.when, of: path, at: group.place) {
        compiler throws(ConfigurationError) in
        compiler.builder.add(.open(.object, name: span))
        try compiler.members(group, at: path)
        compiler.builder.add(.close)
      }
    case .list(let targets, _):
      builder.add(.open(.array, name: span))
      for (index, item) in targets.enumerated() {
        try self.target(item, name: "", at: "\(path)[\(index)]")
      }
      builder.add(.close)
    case .each(let each):
      builder.add(.open(.array, name: span))
      try items(each.path, place: each.place) { compiler throws(ConfigurationError) in
        try compiler.conditionally(each.when, of: path + "[*]", at: each.place) {
          compiler throws(ConfigurationError) in
          try compiler.target(each.item, name: "", at: path + "[*]")
        }
      }
      builder.add(.close)
    }
  }

  /// A path with a wildcard alone: each value goes through the rule's steps.
  private mutating func list(of rule: Rule, name: Span, at path: String)
    throws(ConfigurationError)
  {
    guard case .paths(let paths) = rule.source, let source = paths.first else { return }
    var inner = rule
    inner.source = .paths([.itself])
    inner.when = nil
    try conditionally(rule.when, of: path, at: rule.place) { compiler throws(ConfigurationError) in
      compiler.builder.add(.open(.array, name: name))
      try compiler.items(source, place: rule.place) { compiler throws(ConfigurationError) in
        try compiler.value(inner, at: path + "[*]", sources: [compiler.prefix])
        compiler.builder.add(.emit(name: .empty))
      }
      compiler.builder.add(.close)
    }
  }

  mutating func items(
    _ path: FieldPath, place: Place, _ body: (inout Compiler) throws(ConfigurationError) -> Void
  ) throws(ConfigurationError) {
    try check(path, at: place)
    let begin = builder.reserve()
    let start = builder.next
    let outer = (prefix, prefixNames)
    for filter in path.filters { read(filter) }
    (prefix, prefixNames) = (fromRecord(path), (path.isAbsolute ? [] : prefixNames) + path.names)
    depth += 1
    try body(&self)
    depth -= 1
    (prefix, prefixNames) = outer
    builder.add(.nextItem(start: start))
    builder.fill(begin, .beginItems(path: builder.path(path), end: builder.next))
  }

  mutating func conditionally(
    _ condition: Condition?, of target: String, at place: Place,
    _ body: (inout Compiler) throws(ConfigurationError) -> Void
  ) throws(ConfigurationError) {
    guard let condition else { return try body(&self) }
    let jump = builder.reserve()
    builder.explain(
      jump, as: ConditionNote(target: target, words: condition.words, place: place))
    let test = builder.test(condition)
    for path in condition.paths {
      try check(path, at: place)
      read(path)
    }
    depth += 1
    try body(&self)
    depth -= 1
    builder.fill(jump, .jumpUnless(test: test, builder.next))
  }

  /// The path as it is written from the record.
  func fromRecord(_ path: FieldPath) -> String {
    if path.isAbsolute { return String(path.text.drop { $0 == "$" || $0 == "." }) }
    if path.steps.isEmpty { return prefix }
    if prefix.isEmpty || path.text.hasPrefix("[") { return prefix + path.text }
    return "\(prefix).\(path.text)"
  }

  /// Remembers that the field is read, and those that its filters look at.
  mutating func read(_ path: FieldPath) {
    builder.readPaths.insert(generalised(fromRecord(path)))
    for filter in path.filters { read(filter) }
  }

  // MARK: Envelope

  private mutating func envelope(_ event: EventDefinition) throws(ConfigurationError) {
    let slots: [(Slot, String, Rule?)] = [
      (.id, "event.id", event.id), (.change, "event.change", event.change),
      (.region, "event.region", event.region), (.entity, "event.entity", event.entity),
      (.subject, "event.subject", event.subject), (.time, "event.time", event.time),
      (.reverses, "event.reverses", event.reverses), (.origin, "event.origin", event.origin),
    ]
    for case (let slot, let target, let rule?) in slots {
      try value(rule, at: target)
      builder.add(.envelope(slot))
    }
  }
}

// MARK: Names

extension Compiler {
  func check(_ path: FieldPath, at place: Place) throws(ConfigurationError) {
    guard let knownSources else { return }
    for way in path.ways {
      let name = ((path.isAbsolute ? [] : prefixNames) + way).joined(separator: ".")
      guard !name.isEmpty, !knownSources.contains(name), !isBelowOpen(name, knownSources) else {
        continue
      }
      throw place.unknown("field", name, known: knownSources.filter { !$0.hasSuffix(".*") })
    }
  }

  func check(target: String, at place: Place) throws(ConfigurationError) {
    guard let knownTargets, !target.hasPrefix("event.") else { return }
    let general = generalised(target)
    guard !knownTargets.contains(general), !isBelowOpen(general, knownTargets) else { return }
    throw place.unknown("member", general, known: knownTargets.filter { !$0.hasSuffix(".*") })
  }

  /// Whether the path lies below one that leaves open what is in it (`extra.*`).
  private func isBelowOpen(_ path: String, _ known: [String]) -> Bool {
    known.contains { name in
      guard name.hasSuffix(".*") else { return false }
      let open = name.dropLast(2)
      return path.hasPrefix(open + ".") || path.hasPrefix(open + "[")
    }
  }

  func checkDropped(_ definition: Definition) throws(ConfigurationError) {
    let whole = Place(
      file: definition.file, line: 0, path: "drop")
    for path in definition.dropped {
      try check(path, at: whole)
      if builder.readPaths.contains(generalised(path.text)) {
        throw whole.fault("\"\(path.text)\" is dropped here and used above")
      }
    }
  }
}

/// A path with every item's number as `*`: `identifiers[0].kind` is `identifiers[*].kind`.
func generalised(_ path: String) -> String {
  var result = ""
  var isInside = false
  for character in path {
    if character == "]" { isInside = false }
    if !isInside { result.append(character) }
    if character == "[" {
      isInside = true
      result.append("*")
    }
  }
  return result
}

extension Place {
  init(file: String, line: Int, path: String) {
    self.file = file
    self.line = line
    self.path = path
  }

  func fault(_ message: String) -> ConfigurationError {
    ConfigurationError(file: file, line: line, path: path, message: message)
  }

  func unknown(_ what: String, _ found: String, known: [String]) -> ConfigurationError {
    ConfigurationNode(value: .null, file: file, line: line, path: path)
      .unknown(what, found, known: known)
  }
}
