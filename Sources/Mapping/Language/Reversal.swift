import Configuration

/// The way back: from the standard record to the native one, found in the mapping that leads there.
///
/// Promises: where a native field is derived, the record that it gives becomes the same standard record again by
/// the mapping forward; what the native record has no place for is checked or told, never bent. What has no way back
/// is an obstacle with its reason, so that the author gives that field by hand.
struct Reversal {
  /// One rule that gives a native field back.
  private struct Way {
    var target: Target
    /// Whether the standard has it only under a condition.
    var isConditional: Bool
    /// Whether it is the value that was there, to the last character.
    var isExact: Bool
  }

  /// `T` is `wanted` where the native field is `value`, and otherwise something else.
  private struct Switch {
    var value: Constant
    var path: FieldPath
    /// Nil where it is enough that there is anything.
    var wanted: Constant?
  }

  let forward: Definition
  /// Of each native field, which code a standard value becomes again where several mean it.
  let chosen: [String: [String: String]]
  /// Standard fields that the native record has no place for.
  let dropped: [FieldPath]
  /// Standard fields that the author looks at himself: what they may be is his affair.
  let seen: [FieldPath]
  let place: Place
  /// Every native field, in the order in which the mapping speaks of it.
  private(set) var natives: [String] = []
  /// What must be so in the standard record for there to be a way back.
  private(set) var checks: [Rule] = []
  private var ways: [String: [Way]] = [:]
  private var obstacles: [String: String] = [:]
  private var switches: [String: [Switch]] = [:]
  private var presences: [String: [Switch]] = [:]
  private var parts: [String: [(number: Int, separator: String, rule: Rule)]] = [:]
  /// What conditions compare each field with, and which they only look for.
  private var compared: [String: [Constant]] = [:]
  private var lookedFor: Set<String> = []
  /// Second choices of a rule: they may stay empty.
  private var alternatives: Set<String> = []
  /// Inside the items of a list, where paths begin from the item.
  private var isInside = false

  init(
    of forward: Definition, chosen: [String: [String: String]], dropped: [FieldPath],
    seen: [FieldPath], place: Place
  ) {
    self.forward = forward
    self.chosen = chosen
    self.dropped = dropped
    self.seen = seen
    self.place = place
    survey()
  }

  private init(inside outer: Reversal, key: String) {
    forward = outer.forward
    var inner: [String: [String: String]] = [:]
    for (field, codes) in outer.chosen where field.hasPrefix(key + ".") {
      inner[String(field.dropFirst(key.count + 1))] = codes
    }
    chosen = inner
    dropped = []
    seen = []
    place = outer.place
    isInside = true
  }

  private mutating func survey() {
    if let event = forward.event {
      let others = [
        event.id, event.region, event.entity, event.subject, event.time, event.reverses,
      ]
      for rule in others + [event.change] { note(rule) }
      invert(event.change, at: FieldPath(["change"]), isSure: true)
    }
    for member in forward.fields.members {
      walk(member.target, at: FieldPath([member.name]), isSure: true)
    }
  }

  // MARK: The result

  /// How a native field is found, or why it cannot be.
  func way(to field: String) -> Result<Target, Obstacle>? {
    let known = ways[field] ?? []
    let sure = known.filter { !$0.isConditional }
    if let way = sure.first(where: \.isExact) ?? sure.first { return .success(way.target) }
    if let obstacle = obstacles[field] { return .failure(Obstacle(reason: obstacle)) }
    if let whole = joined(field) { return whole }
    if !known.isEmpty, switches[field] == nil { return combined(known.map(\.target)) }
    if let rule = switched(field, then: known) { return .success(.value(rule)) }
    if alternatives.contains(field) { return nil }
    return .failure(
      Obstacle(
        reason: compared[field] != nil || lookedFor.contains(field)
          ? "conditions look at it and nothing says what it was"
          : "what is delivered does not have it"))
  }

  struct Obstacle: Error {
    var reason: String
  }

  /// Several conditions, of which one holds: the first that has a value.
  private func combined(_ targets: [Target]) -> Result<Target, Obstacle> {
    guard targets.count > 1 else { return .success(targets[0]) }
    var rules: [Rule] = []
    for target in targets {
      guard case .value(let rule) = target else {
        return .failure(Obstacle(reason: "it is a list that several conditions lead to"))
      }
      rules.append(rule)
    }
    return .success(.value(Rule(source: .first(rules), place: place)))
  }

  /// A field that stands for one thing or another, such as 1 for a reversal.
  private func switched(_ field: String, then others: [Way]) -> Rule? {
    var found = switches[field] ?? []
    let compared = compared[field] ?? []
    if found.isEmpty {
      // It is known only by what hangs on it, so nothing else may.
      found = presences[field] ?? []
      guard found.count == compared.count else { return nil }
    }
    guard !found.isEmpty,
      !others.isEmpty
        || !lookedFor.contains(field) && Set(compared).isSubset(of: found.map(\.value))
    else { return nil }
    var rules = found.map { choice in
      var rule = Rule(constant: choice.value, place: place)
      rule.when = choice.wanted.map { .equals(choice.path, [$0]) } ?? .present(choice.path)
      return rule
    }
    for case .value(let rule) in others.map(\.target) { rules.append(rule) }
    return Rule(source: .first(rules), place: place)
  }

  /// The parts of a text put together again.
  private func joined(_ field: String) -> Result<Target, Obstacle>? {
    guard let parts = parts[field]?.sorted(by: { $0.number < $1.number }) else { return nil }
    guard let separator = parts.first?.separator,
      parts.allSatisfy({ $0.separator == separator }),
      parts.map(\.number) == Array(1...parts.count)
    else {
      let numbers = parts.map { String($0.number) }.joined(separator: ", ")
      return .failure(Obstacle(reason: "only part \(numbers) of it is used"))
    }
    var rules = parts.map(\.rule)
    // A part that is not there keeps its place, so that those behind it are found again.
    for index in rules.indices.dropLast() { rules[index].fallback = .text("") }
    return .success(.value(Rule(source: .join(rules, with: separator), place: place)))
  }
}

// MARK: What the mapping says

extension Reversal {
  /// - Parameter isSure: whether no condition stands around it.
  private mutating func walk(_ target: Target, at path: FieldPath, isSure: Bool) {
    switch target {
    case .value(let rule):
      note(rule, at: path)
      invert(rule, at: path, isSure: isSure)
    case .group(let group):
      note(group.when, at: path)
      for member in group.members {
        walk(
          member.target, at: path.adding(.member(member.name)), isSure: isSure && group.when == nil)
      }
    case .list(let items, _):
      for (index, item) in items.enumerated() {
        guard let step = items.sign(of: index) else {
          note(item, obstacle: "nothing tells the item of \(path.text) apart in which it stands")
          continue
        }
        walk(item, at: path.adding(step), isSure: isSure)
      }
    case .each(let each): invert(each, at: path, isSure: isSure)
    }
  }

  /// Fields of a part that has no way back at all.
  private mutating func note(_ target: Target, obstacle: String) {
    switch target {
    case .value(let rule):
      note(rule)
      for path in rule.paths { block(path, obstacle) }
    case .group(let group):
      note(group.when, at: nil)
      for member in group.members { note(member.target, obstacle: obstacle) }
    case .list(let items, _): for item in items { note(item, obstacle: obstacle) }
    case .each(let each): block(each.path, obstacle)
    }
  }

  /// - Parameter path: what the rule gives.
  private mutating func note(_ rule: Rule?, at path: FieldPath? = nil) {
    guard let rule else { return }
    for path in rule.paths { note(path) }
    note(rule.when, at: path)
    switch rule.source {
    case .first(let rules), .join(let rules, _): for inner in rules { note(inner) }
    case .lookup(let lookup): note(lookup.by)
    case .paths, .constant: break
    }
  }

  private mutating func note(_ path: FieldPath) {
    guard let key = key(of: path), !natives.contains(key) else { return }
    natives.append(key)
  }

  /// - Parameter path: what is there only if the condition holds.
  private mutating func note(_ condition: Condition?, at path: FieldPath?) {
    guard let condition else { return }
    if let path, case .equals(let field, let values) = condition, values.count == 1,
      let key = key(of: field)
    {
      presences[key, default: []].append(Switch(value: values[0], path: path, wanted: nil))
    }
    compare(condition)
  }

  private mutating func compare(_ condition: Condition) {
    switch condition {
    case .equals(let path, let values):
      note(path)
      if let key = key(of: path) { compared[key, default: []] += values }
    case .present(let path):
      note(path)
      if let key = key(of: path) { lookedFor.insert(key) }
    case .not(let inner): compare(inner)
    case .all(let parts), .any(let parts): for part in parts { compare(part) }
    }
  }

  /// A native field's names; nil for one of another record than the one at hand.
  private func key(of path: FieldPath) -> String? {
    guard !(isInside && path.isAbsolute), !path.steps.isEmpty else { return nil }
    return path.hasNamesOnly ? path.names.joined(separator: ".") : path.text
  }

  private mutating func block(_ path: FieldPath, _ reason: String) {
    note(path)
    let key = path == .itself ? "." : key(of: path)
    if let key, obstacles[key] == nil { obstacles[key] = reason }
  }

  private func isDropped(_ path: FieldPath) -> Bool {
    dropped.contains { path.names.starts(with: $0.names) }
  }

  private func isSeen(_ path: FieldPath) -> Bool {
    seen.contains { path.names.starts(with: $0.names) }
  }

  private mutating func add(_ way: Way, for path: FieldPath) {
    guard path != .itself else { return ways[".", default: []].append(way) }
    guard let key = key(of: path) else { return }
    guard path.hasNamesOnly else {
      return block(path, "it stands in a list of the native record")
    }
    ways[key, default: []].append(way)
  }

  // MARK: Rules

  private mutating func invert(_ rule: Rule, at path: FieldPath, isSure: Bool) {
    guard !isDropped(path) else { return }
    switch rule.source {
    case .constant(let value): check(rule, [value], at: path)
    case .first(let rules) where rules.count > 1 || rules[0].when != nil:
      invert(choices: rules, of: rule, at: path)
    case .join(let pieces, let separator):
      invert(pieces, separator, of: rule, at: path, isSure: isSure)
    case .lookup(let lookup):
      for field in lookup.by.paths { block(field, "the library was asked with it") }
    case .paths, .first:
      invert(
        rule, from: Rule(path: path, place: place), isSure: isSure && rule.when == nil,
        isExact: true)
    }
  }

  /// Undoes the rule's steps, the last first, and then those of the rule inside `from`.
  private mutating func invert(_ rule: Rule, from back: Rule, isSure: Bool, isExact: Bool) {
    guard let field = rule.paths.first else { return }
    let name = field.names.joined(separator: ".")
    let undone: StepReversal
    do { undone = try StepReversal(of: rule, chosen: chosen[name] ?? [:]) } catch {
      return block(rule, error.reason(back.origin))
    }
    var back = back
    if !undone.steps.isEmpty {
      if !back.steps.isEmpty { back = Rule(source: .first([back]), place: place) }
      back.steps = undone.steps
    }
    switch rule.source {
    case .paths(let paths):
      for other in paths.dropFirst() { _ = key(of: other).map { alternatives.insert($0) } }
      if let part = undone.part {
        return parts[name, default: []].append((part.number, part.separator, back))
      }
      back.required = rule.required && isSure && paths.count == 1
      if rule.isList { return invert(list: field, back, isSure: isSure) }
      let isExact = isExact && undone.isExact && paths.count == 1
      add(Way(target: .value(back), isConditional: !isSure, isExact: isExact), for: field)
    case .first(let inner) where inner.count == 1 && inner[0].when == nil && undone.part == nil:
      invert(inner[0], from: back, isSure: isSure, isExact: isExact && undone.isExact)
    default: block(rule, "it is made of several values")
    }
  }

  /// A list of values: `XMS[*]`.
  private mutating func invert(list field: FieldPath, _ back: Rule, isSure: Bool) {
    var (whole, each) = (field, back)
    guard whole.steps.popLast() == .every, whole.hasNamesOnly, case .paths(let paths) = each.source
    else { return block(field, "it stands in a list of the native record") }
    each.source = .paths(paths.map { $0.adding(.every) })
    each.required = false
    whole.text = whole.names.joined(separator: ".")
    natives = natives.map { $0 == field.text ? whole.text : $0 }
    add(Way(target: .value(each), isConditional: !isSure, isExact: false), for: whole)
  }

  /// `first: [{constant, when: {CXBZ: "1"}}, …, the rest]`.
  private mutating func invert(choices rules: [Rule], of rule: Rule, at path: FieldPath) {
    var told: [Constant] = []
    for (index, choice) in rules.enumerated() {
      let isLast = index == rules.count - 1
      let later = rules[(index + 1)...].flatMap(\.possibleTexts)
      guard rule.steps.isEmpty else { return block(rule, "a choice is converted") }
      if case .constant(let value) = choice.source, choice.steps.isEmpty {
        guard !told.contains(value), !later.contains(value.text) else {
          return block(rule, "several conditions give \"\(value.text)\"")
        }
        told.append(value)
        if case .equals(let field, let values)? = choice.when, values.count == 1,
          let key = key(of: field), field.hasNamesOnly
        {
          switches[key, default: []].append(
            Switch(value: values[0], path: path, wanted: value))
        }
        if isLast { check(rule, told, at: path) }
      } else {
        // Whatever was told before is none of this rule's own.
        guard isLast, choice.when == nil, !choice.paths.isEmpty,
          told.isEmpty || !choice.possibleTexts.isEmpty
        else { return block(rule, "it is one of several sources of \(path.text)") }
        var back = Rule(path: path, place: place)
        if !told.isEmpty { back.steps = [.absent(told.map(\.text))] }
        invert(choice, from: back, isSure: false, isExact: true)
      }
    }
  }

  private mutating func block(_ rule: Rule, _ reason: String) {
    for path in rule.paths { block(path, reason) }
  }

  /// Text that was put together is taken apart at its separator; the last piece gets the rest.
  private mutating func invert(
    _ pieces: [Rule], _ separator: String, of rule: Rule, at path: FieldPath, isSure: Bool
  ) {
    guard !separator.isEmpty, rule.steps.isEmpty else {
      return block(rule, "it was put together without a separator")
    }
    let open = pieces.dropLast().first { piece in
      if case .constant = piece.source { return false }
      return !piece.required
    }
    guard open == nil, pieces.allSatisfy({ !$0.isList }) else {
      return block(rule, "pieces before the last may be missing, and then the others change places")
    }
    for (index, piece) in pieces.enumerated() {
      var back = Rule(path: path, place: place)
      back.steps = [
        index == pieces.count - 1
          ? .rest(from: index + 1, of: separator) : .part(index + 1, of: separator)
      ]
      if case .constant(let value) = piece.source {
        checks.append(Rule(source: .first([back]), place: place).only([value], of: path))
      } else {
        invert(
          piece, from: back, isSure: isSure && rule.when == nil && piece.when == nil,
          isExact: false)
      }
    }
  }

  /// The standard record must have one of these, or nothing, there.
  private mutating func check(_ rule: Rule, _ values: [Constant], at path: FieldPath) {
    guard rule.steps.isEmpty, !isInside, !isDropped(path), !isSeen(path), !path.isTold(by: values)
    else { return }
    checks.append(Rule(path: path, place: place).only(values, of: path))
  }

  // MARK: Lists of items

  private mutating func invert(_ each: Each, at path: FieldPath, isSure: Bool) {
    guard !isDropped(path) else { return }
    var whole = each.path
    guard whole.steps.popLast() == .every, whole.hasNamesOnly, !whole.isAbsolute, each.when == nil
    else { return block(each.path, "only some of its items are taken") }
    let key = whole.names.joined(separator: ".")
    whole.text = key
    note(whole)
    var inner = Reversal(inside: self, key: key)
    inner.walk(each.item, at: .itself, isSure: true)
    var back = Each(path: path.adding(.every), item: each.item, when: nil, place: place)
    if case .group(let group) = each.item {
      back.when = group.constants
      var fields = Group(members: [], place: place)
      for field in inner.natives {
        switch inner.way(to: field) {
        case .success(let target): fields.insert(target, at: field, place: place)
        case .failure(let obstacle): return block(whole, "\(field) in it: \(obstacle.reason)")
        case nil: break
        }
      }
      back.item = .group(fields)
    } else if let way = inner.ways["."]?.first {
      back.item = way.target
    } else {
      return block(whole, inner.obstacles["."] ?? "its items have no way back")
    }
    add(Way(target: .each(back), isConditional: !isSure, isExact: false), for: whole)
  }
}
