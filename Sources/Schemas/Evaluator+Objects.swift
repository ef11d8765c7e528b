import Records

/// Objects: the pass over the members, and the keywords about objects as a whole.
extension Evaluator {
  /// properties, patternProperties, additionalProperties and required: each member is looked at once.
  mutating func object(_ rule: ObjectRule, _ place: Int, _ node: Int, _ tracks: Bool) -> Bool {
    let end = Int(instance.nodes[node].end)
    var (child, hint, seen, isValid) = (node + 1, Int32(0), UInt64(0), true)
    while child < end {
      let next = Int(instance.nodes[child].end)
      var isKnown = false
      if rule.table >= 0 {
        let number = parts.names.number(
          of: instance.name(child), in: rule.table, arena: constants.arena, hint: hint)
        if number >= 0 {
          hint = number + 1
          let entry = Int(rule.members.start + number * 2)
          let (member, bit) = (parts.lists[entry], parts.lists[entry + 1])
          if bit >= 0 { seen |= 1 << UInt64(bit) }
          if member >= 0 {
            isKnown = true
            if !evaluate(member, child, tracking: false) { isValid = false }
          }
        }
      }
      if rule.patterns.count > 0, !matching(rule.patterns, child, &isKnown) { isValid = false }
      if !isKnown, rule.additional >= 0 {
        isKnown = true
        if !evaluate(rule.additional, child, tracking: false) { isValid = false }
      }
      guard isValid || collecting else { return false }
      if tracks, isKnown { scratch.trail.append(Int32(child)) }
      child = next
    }
    let hasAll = rule.required & ~seen == 0 && rule.furtherRequired.count == 0
    return (hasAll || required(rule, node, seen)) && isValid
  }

  /// The rules of patternProperties whose patterns match the member's name.
  private mutating func matching(_ list: List, _ child: Int, _ isKnown: inout Bool) -> Bool {
    var isValid = true
    for index in stride(from: list.range.lowerBound, to: list.range.upperBound, by: 2) {
      guard matches(parts.lists[index], instance.name(child)) else {
        continue
      }
      isKnown = true
      if !evaluate(parts.lists[index + 1], child, tracking: false) { isValid = false }
    }
    return isValid
  }

  private mutating func required(_ rule: ObjectRule, _ node: Int, _ seen: UInt64) -> Bool {
    var isValid = true
    let missing = rule.required & ~seen
    for entry in 0..<rule.members.count / 2 where missing != 0 {
      let bit = parts.lists[Int(rule.members.start + entry * 2 + 1)]
      guard bit >= 0, missing & (1 << UInt64(bit)) != 0 else { continue }
      let name = constants.arena.slice(parts.names.name(entry, of: rule.table))
      isValid = lacks(name, Int(rule.requiredLocation), node)
    }
    for index in rule.furtherRequired.range {
      let name = constants.text(Int(parts.lists[index]))
      if instance.member(name, of: node) == nil {
        isValid = lacks(name, Int(rule.requiredLocation), node)
      }
    }
    return isValid
  }

  private mutating func lacks(_ name: UnsafeRawBufferPointer, _ place: Int, _ node: Int) -> Bool {
    violation(place, node) { "a member \"\(String(decoding: name, as: UTF8.self))\"" }
  }

  // Rare beside what it would cost the pass over all instructions to have it in one piece.
  @inline(never)
  mutating func members(
    _ instruction: Instruction, _ place: Int, _ node: Int, _ tracks: Bool, _ start: Int,
    _ isValid: Bool
  ) -> Bool {
    switch instruction {
    case .minProperties(let least):
      return instance.childCount(node) >= Int(least)
        || violation(place, node) { "at least \(counted(least, "member"))" }
    case .maxProperties(let most):
      return instance.childCount(node) <= Int(most)
        || violation(place, node) { "at most \(counted(most, "member"))" }
    case .propertyNames(let rule): return propertyNames(rule, node)
    case .dependentRequired(let list): return dependentRequired(list, place, node)
    case .dependentSchema(let name, let rule):
      return instance.member(constants.text(Int(name)), of: node) == nil
        || evaluate(rule, node, tracking: tracks)
    case .unevaluatedProperties(let rule): return unevaluated(rule, node, start, tracks, isValid)
    default: return true
    }
  }

  private mutating func dependentRequired(_ list: List, _ place: Int, _ node: Int) -> Bool {
    let first = constants.text(Int(parts.lists[Int(list.start)]))
    guard instance.member(first, of: node) != nil else { return true }
    var isValid = true
    for index in list.range.dropFirst() {
      let name = constants.text(Int(parts.lists[index]))
      if instance.member(name, of: node) == nil {
        isValid = violation(place, node) {
          "a member \"\(String(decoding: name, as: UTF8.self))\" beside \"\(String(decoding: first, as: UTF8.self))\""
        }
      }
    }
    return isValid
  }

  /// Each name in turn becomes the instance: one node that is a string with the name's text.
  private mutating func propertyNames(_ rule: Int32, _ node: Int) -> Bool {
    var isValid = true
    var child = node + 1
    let end = Int(instance.nodes[node].end)
    while child < end, isValid || collecting {
      let next = Int(instance.nodes[child].end)
      if !evaluateName(of: child, rule) { isValid = false }
      child = next
    }
    return isValid
  }

  private mutating func evaluateName(of child: Int, _ rule: Int32) -> Bool {
    let name = Tree.Node(
      kind: .string, name: .empty, text: instance.nodes[child].name, end: 1, source: -1,
      sourceCount: 0)
    let outer = instance
    return withUnsafePointer(to: name) { pointer in
      nameOwner = child
      owners = outer
      instance.nodes = UnsafeBufferPointer(start: pointer, count: 1)
      defer {
        instance = outer
        nameOwner = -1
      }
      return evaluate(rule, 0, tracking: false)
    }
  }
}
