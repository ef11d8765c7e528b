import Configuration
import Standards

extension DefinitionReader {
  /// A path alone, or an object of the words in `Word`.
  func rule(_ node: ConfigurationNode) throws(ConfigurationError) -> Rule {
    if case .string = node.value { return Rule(path: try FieldPath.read(node), place: Place(node)) }
    guard case .object = node.value else {
      throw node.fault(
        "expected a path such as \"XM\", or a rule such as {from: \"XB\", table: \"sex\"}")
    }
    var object = try node.object()
    var rule = Rule(source: try source(&object, node), place: Place(node))
    rule.when = try object.optional(.when).map(condition)
    rule.steps = try steps(&object, node)
    rule.fallback = try object.optional(.default).map(constant)
    rule.required = try object.optional(.required)?.bool() ?? false
    _ = try object.optional(.about)?.string()
    try object.end()
    if rule.isList, rule.fallback != nil || rule.required {
      throw node.fault(
        "\"default\" and \"required\" speak of one value, and a path with [*] gives a list")
    }
    return rule
  }

  private func source(
    _ object: inout ConfigurationObject, _ node: ConfigurationNode
  ) throws(ConfigurationError) -> Source {
    let from = object.optional(.from)
    let constant = object.optional(.constant)
    let first = object.optional(.first)
    let join = object.optional(.join)
    let lookup = object.optional(.lookup)
    let given = [from, constant, first, join, lookup].compactMap { $0 }
    guard given.count == 1 else {
      throw node.fault(
        given.isEmpty
          ? "a rule needs a source: one of from, constant, first, join, lookup"
          : "a rule has one source, and this one has \(given.count)")
    }
    if let from { return try paths(from) }
    if let constant { return .constant(try self.constant(constant)) }
    if let lookup { return .lookup(try self.lookup(lookup, &object)) }
    var rules: [Rule] = []
    for item in (first ?? join ?? node).list() {
      rules.append(try join == nil ? single(item) : rule(item))
    }
    guard !rules.isEmpty else { throw node.fault("expected at least one value in the list") }
    guard join != nil else { return .first(rules) }
    return .join(rules, with: try object.optional(.with)?.string() ?? "")
  }

  /// One path, several of which the first that is there counts, or the value of another rule.
  private func paths(_ node: ConfigurationNode) throws(ConfigurationError) -> Source {
    if case .object = node.value { return .first([try single(node)]) }
    var paths: [FieldPath] = []
    for item in node.list() { paths.append(try FieldPath.read(item)) }
    guard !paths.isEmpty else { throw node.fault("expected at least one path") }
    if paths.count > 1, paths.contains(where: \.isList) {
      throw node.fault("a path with [*] gives a list and stands alone")
    }
    return .paths(paths)
  }

  func constant(_ node: ConfigurationNode) throws(ConfigurationError) -> Constant {
    switch node.value {
    case .string(let text): return .text(text)
    case .number(let text): return .number(text)
    case .bool(let flag): return .bool(flag)
    default: throw node.fault("expected a string, a number, true or false")
    }
  }

  // MARK: Steps

  private func steps(
    _ object: inout ConfigurationObject, _ node: ConfigurationNode
  ) throws(ConfigurationError) -> [Step] {
    var steps: [Step] = []
    if let trim = try object.optional(.trim)?.bool(), !trim { steps.append(.keepBlanks) }
    if let texts = try object.optional(.absent)?.strings() { steps.append(.absent(texts)) }
    let width = try object.optional(.width)?.word(among: ["half", "full"])
    if width == "half" { steps.append(.halfWidth) }
    if let without = try object.optional(.without)?.name() { steps.append(.without(without)) }
    if let letters = object.optional(.letters) {
      steps.append(try letters.word(among: ["upper", "lower"]) == "upper" ? .upper : .lower)
    }
    steps.append(contentsOf: try patterns(&object))
    if let split = try object.optional(.split)?.name() {
      let part = try object.required(Word.part.rawValue).int(1...1000)
      steps.append(.part(part, of: split))
    }
    if let range = object.optional(.characters) { steps.append(try characters(range)) }
    steps.append(contentsOf: try conversions(&object, node))
    if let pad = object.optional(.pad) { steps.append(.pad(try self.pad(pad))) }
    if width == "full" { steps.append(.fullWidth) }
    return steps
  }

  private func characters(_ node: ConfigurationNode) throws(ConfigurationError) -> Step {
    let bounds = try node.array()
    guard (1...2).contains(bounds.count) else {
      throw node.fault("expected [first, last] or [first], counted from 1")
    }
    let first = try bounds[0].int(1...1_000_000)
    let last = bounds.count == 2 ? try bounds[1].int(first...1_000_000) : nil
    return .characters(from: first, to: last)
  }

  /// A value is converted once: `as`, `decimal`, `date`, `time`, `table` and `locate` exclude each other.
  private func conversions(
    _ object: inout ConfigurationObject, _ node: ConfigurationNode
  ) throws(ConfigurationError) -> [Step] {
    var steps: [Step] = []
    if let kind = object.optional(.as) {
      let name = try kind.string()
      guard let checked = CheckedKind(name: name) else {
        throw kind.unknown("kind of value", name, known: CheckedKind.names)
      }
      steps.append(.check(checked))
    }
    if let decimal = object.optional(.decimal) { steps.append(.decimal(try self.decimal(decimal))) }
    if let shapes = object.optional(.date) {
      steps.append(.date(try date(shapes, &object, isMoment: false)))
    }
    if let shapes = object.optional(.time) {
      steps.append(.date(try date(shapes, &object, isMoment: true)))
    }
    var day: DayRule?
    if let table = object.optional(.table) {
      day = try object.optional(.at).map(self.day)
      steps.append(.code(try code(table, &object, isDated: day != nil)))
    }
    if let locate = object.optional(.locate) { steps.append(.locate(try self.locate(locate))) }
    guard steps.count <= 1 else {
      throw node.fault(
        "a value is converted once: choose one of as, decimal, date, time, table, locate (a rule inside from comes first)"
      )
    }
    if let day { steps.insert(.day(day), at: 0) }
    return steps
  }

  private func date(
    _ node: ConfigurationNode, _ object: inout ConfigurationObject, isMoment: Bool
  ) throws(ConfigurationError) -> DateStep {
    var shapes: [DateShape] = []
    for item in node.list() {
      if case .string("any") = item.value {
        shapes.append(contentsOf: DateShape.any)
      } else {
        shapes.append(try DateShape.read(item))
      }
    }
    guard !shapes.isEmpty else { throw node.fault("expected the shape of a date, or \"any\"") }
    let into = try object.optional(.into).map(DateShape.read)
    let step = DateStep(
      shapes: shapes, into: into ?? (isMoment ? .rfc3339 : .isoDay),
      open: try object.optional(.open)?.choice(of: Policy.self),
      zeros: try object.optional(.zeros)?.choice(of: ZeroPolicy.self) ?? .refuse,
      century: try object.optional(.century)?.int(1800...2100),
      day: try object.optional(.day)?.choice(of: MissingDay.self))
    if step.century == nil, shapes.contains(where: \.hasShortYear) {
      throw node.fault(
        "a year of two digits needs \"century\": the first year that it can mean, such as 1930")
    }
    if step.day == nil, step.into.hasDay, shapes.contains(where: { !$0.hasDay }) {
      throw node.fault(
        "a shape without a day needs day: \"first\" or \"last\", or a shape without a day in \"into\""
      )
    }
    return step
  }

  private func code(
    _ node: ConfigurationNode, _ object: inout ConfigurationObject, isDated: Bool
  ) throws(ConfigurationError) -> CodeStep {
    let unknown = try object.optional(.unknown).map(unknown) ?? .policy(.refuse)
    let isReversed = try object.optional(.reverse)?.bool() ?? false
    var step = CodeStep(name: "inline", version: "", entries: [], unknown: unknown)
    let edition = object.optional(.edition)
    if isDated, let edition {
      throw edition.fault("a rule names its \"edition\" or \"at\" what day it is chosen, not both")
    }
    step.isDated = isDated
    if case .object(let members) = node.value {
      if let word = edition ?? (isDated ? node : nil) {
        throw word.fault(
          "a table that is written here has no editions: \"edition\" and \"at\" need its name")
      }
      for member in members {
        step.entries.append(.init(code: member.name, value: try constant(member.node)))
      }
    } else {
      let name = try node.name()
      guard let table = tables[name] else {
        throw node.unknown("code table", name, known: Array(tables.keys))
      }
      let chosen = try self.edition(of: table, edition)
      step.name = chosen.name
      step.version = chosen.version
      step.origin = TableOrigin(table: chosen)
      step.entries =
        isDated
        ? try datedEntries(of: table, at: node)
        : chosen.triples.map {
          .init(code: $0.code, value: .text($0.standard), label: $0.label)
        }
    }
    guard !step.entries.isEmpty else { throw node.fault("the code table is empty") }
    if let named = object.optional(.named) {
      step.named = try self.named(named, beside: step, isReversed: isReversed)
    }
    if isReversed {
      step.entries = try reversed(step, node)
      step.origin?.isReversed = true
    }
    return step
  }

  private func named(
    _ node: ConfigurationNode, beside step: CodeStep, isReversed: Bool
  ) throws(ConfigurationError) -> FieldPath {
    guard !isReversed, step.entries.contains(where: { !$0.label.isEmpty }) else {
      throw node.fault(
        "\"named\" compares the record's name with what a table says of its codes: it needs a table with meanings, and neither \"at\" nor \"reverse\""
      )
    }
    return try FieldPath.read(node)
  }

  private func unknown(_ node: ConfigurationNode) throws(ConfigurationError) -> CodeStep.Unknown {
    if case .object = node.value {
      var object = try node.object()
      let value = try constant(try object.required(Word.constant.rawValue))
      try object.end()
      return .constant(value)
    }
    return .policy(try node.choice(of: Policy.self))
  }

  /// The way back, which exists only where no two codes mean the same.
  private func reversed(
    _ step: CodeStep, _ node: ConfigurationNode
  ) throws(ConfigurationError) -> [CodeStep.Entry] {
    var back: [CodeStep.Entry] = []
    var seen: [String: [CodeStep.Entry]] = [:]
    for entry in step.entries {
      if let other = seen[entry.value.text]?.first(where: { $0.period.overlaps(entry.period) }) {
        throw node.fault(
          "the codes \"\(other.code)\" and \"\(entry.code)\" of table \"\(step.name)\" both mean \"\(entry.value.text)\", so there is no way back; write the table out here, from the standard value to the native code"
        )
      }
      seen[entry.value.text, default: []].append(entry)
      back.append(
        .init(
          code: entry.value.text, value: .text(entry.code), period: entry.period,
          edition: entry.edition))
    }
    return back
  }
}

// MARK: Conditions

extension DefinitionReader {
  /// `{CXBZ: "1", YWLX: ["CSDJ", "QRDJ"], SWRQ: {present: true}, MZ: {not: "01"}}`: all of it must hold.
  /// `{any: […]}`, `{all: […]}` and `{not: {…}}` combine conditions.
  func condition(_ node: ConfigurationNode) throws(ConfigurationError) -> Condition {
    var parts: [Condition] = []
    for member in try node.members() { parts.append(try test(member)) }
    guard let first = parts.first else { throw node.fault("expected at least one condition") }
    return parts.count == 1 ? first : .all(parts)
  }

  private func test(_ member: ConfigurationNode.Member) throws(ConfigurationError) -> Condition {
    switch member.name {
    case "not": return .not(try condition(member.node))
    case "any", "all":
      var parts: [Condition] = []
      for item in try member.node.array() { parts.append(try condition(item)) }
      return member.name == "any" ? .any(parts) : .all(parts)
    default: break
    }
    let path = try FieldPath.read(member.name, at: member.node)
    guard case .object = member.node.value else { return .equals(path, try constants(member.node)) }
    var object = try member.node.object()
    var parts: [Condition] = []
    if let present = try object.optional("present")?.bool() {
      parts.append(present ? .present(path) : .not(.present(path)))
    }
    if let values = object.optional("not") {
      parts.append(.not(.equals(path, try constants(values))))
    }
    try object.end()
    guard let first = parts.first else {
      throw member.node.fault("expected a value, a list of values, {present: true} or {not: …}")
    }
    return parts.count == 1 ? first : .all(parts)
  }

  private func constants(_ node: ConfigurationNode) throws(ConfigurationError) -> [Constant] {
    var values: [Constant] = []
    for item in node.list() { values.append(try constant(item)) }
    guard !values.isEmpty else { throw node.fault("expected at least one value") }
    return values
  }
}

extension ConfigurationObject {
  mutating func optional(_ word: Word) -> ConfigurationNode? { optional(word.rawValue) }
}

extension ConfigurationNode {
  fileprivate func word(among words: [String]) throws(ConfigurationError) -> String {
    let text = try string()
    guard words.contains(text) else { throw unknown("value", text, known: words) }
    return text
  }
}
