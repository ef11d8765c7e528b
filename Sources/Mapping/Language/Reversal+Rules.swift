/// How single rules are undone.
extension Reversal {
  mutating func invert(_ rule: Rule, at path: FieldPath, isSure: Bool) {
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
        likeness: .exact)
    }
  }

  /// Undoes the rule's steps, the last first, and then those of the rule inside `from`.
  private mutating func invert(_ rule: Rule, from back: Rule, isSure: Bool, likeness: Likeness) {
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
      let likeness = min(likeness, paths.count == 1 ? undone.likeness : .sameMeaning)
      add(Way(target: .value(back), isConditional: !isSure, likeness: likeness), for: field)
    case .first(let inner) where inner.count == 1 && inner[0].when == nil && undone.part == nil:
      invert(inner[0], from: back, isSure: isSure, likeness: min(likeness, undone.likeness))
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
    add(Way(target: .value(each), isConditional: !isSure, likeness: .sameMeaning), for: whole)
  }

  /// `first: [{constant, when: {CXBZ: "1"}}, …, the rest]`.
  private mutating func invert(choices rules: [Rule], of rule: Rule, at path: FieldPath) {
    // What stands there where none of them gives a value.
    var told = rule.fallback.map { [$0] } ?? []
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
        invert(choice, from: back, isSure: false, likeness: .exact)
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
          likeness: .sameMeaning)
      }
    }
  }

  /// The standard record must have one of these, or nothing, there.
  private mutating func check(_ rule: Rule, _ values: [Constant], at path: FieldPath) {
    if isInside, path.steps.count != 1 || values.count != 1 || rule.when != nil {
      unchecked = path.text
    }
    guard rule.steps.isEmpty, !isInside, !isDropped(path), !isSeen(path), !path.isTold(by: values)
    else { return }
    checks.append(Rule(path: path, place: place).only(values, of: path))
  }

  // MARK: Lists of items

  mutating func invert(_ each: Each, at path: FieldPath, isSure: Bool) {
    guard !isDropped(path) else { return }
    var whole = each.path
    guard whole.steps.popLast() == .every, whole.hasNamesOnly, !whole.isAbsolute, each.when == nil
    else { return block(each.path, "only some of its items are taken") }
    let key = whole.names.joined(separator: ".")
    whole.text = key
    note(whole)
    var inner = Reversal(inside: self, key: key)
    inner.walk(each.item, at: .itself, isSure: true)
    if let constant = inner.unchecked {
      return block(whole, "the constants of \(constant) in its items would not be checked")
    }
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
    add(Way(target: .each(back), isConditional: !isSure, likeness: .sameMeaning), for: whole)
  }
}
