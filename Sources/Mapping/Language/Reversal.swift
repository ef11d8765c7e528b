import Configuration

/// The way back: from the standard record to the native one, found in the mapping that leads there.
///
/// Promises: where a native field is derived, the record that it gives becomes the same standard record again by
/// the mapping forward; what the native record has no place for is checked or told, never bent. What has no way back
/// is an obstacle with its reason, so that the author gives that field by hand.
struct Reversal {
  /// One rule that gives a native field back.
  struct Way {
    var target: Target
    /// Whether the standard has it only under a condition.
    var isConditional: Bool
    var likeness: Likeness
  }

  /// How much the value that comes back is like the one that was there.
  enum Likeness: Int, Comparable {
    /// It may have been there and is not: it said that there is nothing.
    case mayBeGone
    /// Another text that means the same.
    case sameMeaning
    case exact

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// `T` is `wanted` where the native field is `value`, and otherwise something else.
  struct Switch {
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
  var natives: [String] = []
  /// What must be so in the standard record for there to be a way back.
  var checks: [Rule] = []
  var ways: [String: [Way]] = [:]
  var obstacles: [String: String] = [:]
  var switches: [String: [Switch]] = [:]
  private var presences: [String: [Switch]] = [:]
  var parts: [String: [(number: Int, separator: String, rule: Rule)]] = [:]
  /// What conditions compare each field with, and which they only look for.
  private var compared: [String: [Constant]] = [:]
  private var lookedFor: Set<String> = []
  /// Second choices of a rule: they may stay empty.
  var alternatives: Set<String> = []
  /// Inside the items of a list, where paths begin from the item.
  var isInside = false
  /// A constant in such an item that nothing would look at.
  var unchecked: String?

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

  init(inside outer: Reversal, key: String) {
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
    if let way = sure.max(by: { $0.likeness < $1.likeness }) {
      return way.likeness >= needed(for: field)
        ? .success(way.target)
        : .failure(Obstacle(reason: "conditions look at it, and it comes back in another form"))
    }
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

  /// Conditions must come out as they did.
  private func needed(for field: String) -> Likeness {
    if compared[field] != nil { return .exact }
    return lookedFor.contains(field) ? .sameMeaning : .mayBeGone
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
    guard let found = parts[field] else { return nil }
    let parts = Dictionary(found.map { ($0.number, $0) }) { first, _ in first }.values
      .sorted { $0.number < $1.number }
    guard let separator = parts.first?.separator,
      parts.allSatisfy({ $0.separator == separator }),
      parts.map(\.number) == Array(1...parts.count), compared[field] == nil
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
  mutating func walk(_ target: Target, at path: FieldPath, isSure: Bool) {
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
  mutating func note(_ target: Target, obstacle: String) {
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
  mutating func note(_ rule: Rule?, at path: FieldPath? = nil) {
    guard let rule else { return }
    for path in rule.paths { note(path) }
    note(rule.when, at: path)
    switch rule.source {
    case .first(let rules), .join(let rules, _): for inner in rules { note(inner) }
    case .lookup(let lookup): note(lookup.by)
    case .paths, .constant: break
    }
  }

  mutating func note(_ path: FieldPath) {
    guard let key = key(of: path), !natives.contains(key) else { return }
    natives.append(key)
  }

  /// - Parameter path: what is there only if the condition holds.
  mutating func note(_ condition: Condition?, at path: FieldPath?) {
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
  func key(of path: FieldPath) -> String? {
    guard !(isInside && path.isAbsolute), !path.steps.isEmpty else { return nil }
    return path.hasNamesOnly ? path.names.joined(separator: ".") : path.text
  }

  mutating func block(_ path: FieldPath, _ reason: String) {
    note(path)
    let key = path == .itself ? "." : key(of: path)
    if let key, obstacles[key] == nil { obstacles[key] = reason }
  }

  func isDropped(_ path: FieldPath) -> Bool {
    dropped.contains { path.names.starts(with: $0.names) }
  }

  func isSeen(_ path: FieldPath) -> Bool {
    seen.contains { path.names.starts(with: $0.names) }
  }

  mutating func add(_ way: Way, for path: FieldPath) {
    guard path != .itself else { return ways[".", default: []].append(way) }
    guard let key = key(of: path) else { return }
    guard path.hasNamesOnly else {
      return block(path, "it stands in a list of the native record")
    }
    ways[key, default: []].append(way)
  }
}
