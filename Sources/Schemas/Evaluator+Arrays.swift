import Records

/// Arrays, and what no keyword has looked at yet.
extension Evaluator {
  // Rare beside what it would cost the pass over all instructions to have it in one piece.
  @inline(never)
  mutating func array(
    _ instruction: Instruction, _ place: Int, _ node: Int, _ tracks: Bool, _ start: Int,
    _ isValid: Bool
  ) -> Bool {
    switch instruction {
    case .minItems(let least):
      return instance.childCount(node) >= Int(least)
        || violation(place, node) { "at least \(counted(least, "item"))" }
    case .maxItems(let most):
      return instance.childCount(node) <= Int(most)
        || violation(place, node) { "at most \(counted(most, "item"))" }
    case .uniqueItems:
      return areUnique(node) || violation(place, node) { "items that differ from each other" }
    case .prefixItems(let list): return prefixItems(list, node, tracks)
    case .items(let from, let rule): return items(from, rule, node, tracks)
    case .contains(let rule, let least, let most):
      return contains(rule, least, most, place, node, tracks)
    case .unevaluatedItems(let rule): return unevaluated(rule, node, start, tracks, isValid)
    default: return true
    }
  }

  private mutating func prefixItems(_ list: List, _ node: Int, _ tracks: Bool) -> Bool {
    var (child, isValid) = (node + 1, true)
    for index in list.range where child < Int(instance.nodes[node].end) {
      if !evaluate(parts.lists[index], child, tracking: false) {
        isValid = false
        guard collecting else { return false }
      }
      if tracks { scratch.trail.append(Int32(child)) }
      child = Int(instance.nodes[child].end)
    }
    return isValid
  }

  private mutating func items(_ from: Int32, _ rule: Int32, _ node: Int, _ tracks: Bool) -> Bool {
    var (child, position, isValid) = (node + 1, Int32(0), true)
    let end = Int(instance.nodes[node].end)
    while child < end {
      if position >= from, !evaluate(rule, child, tracking: false) {
        isValid = false
        guard collecting else { return false }
      }
      position += 1
      child = Int(instance.nodes[child].end)
    }
    if tracks { scratch.trail.append(Evaluator.allChildren) }
    return isValid
  }

  private mutating func contains(
    _ rule: Int32, _ least: Int32, _ most: Int32, _ place: Int, _ node: Int, _ tracks: Bool
  ) -> Bool {
    var (child, count) = (node + 1, Int32(0))
    let end = Int(instance.nodes[node].end)
    while child < end {
      if evaluateQuietly(rule, child, tracking: false) {
        count += 1
        if tracks { scratch.trail.append(Int32(child)) }
      }
      child = Int(instance.nodes[child].end)
    }
    return count >= least && count <= most
      || violation(place, node) {
        count < least
          ? "at least \(least) of the items as described"
          : "at most \(most) of the items as described"
      }
  }

  /// Pairs while they are few; beyond that, equal items are neighbours once they are sorted by their hash.
  private mutating func areUnique(_ node: Int) -> Bool {
    let count = instance.childCount(node)
    guard count > 1 else { return true }
    var child = node + 1
    if count <= 12 {
      while child < Int(instance.nodes[node].end) {
        var other = Int(instance.nodes[child].end)
        while other < Int(instance.nodes[node].end) {
          if equal(instance, child, instance, other) { return false }
          other = Int(instance.nodes[other].end)
        }
        child = Int(instance.nodes[child].end)
      }
      return true
    }
    scratch.hashes.removeAll(keepingCapacity: true)
    while child < Int(instance.nodes[node].end) {
      scratch.hashes.append(.init(hash: hash(instance, child), node: Int32(child)))
      child = Int(instance.nodes[child].end)
    }
    scratch.hashes.sort { $0.hash < $1.hash }
    return !hasEqualNeighbours()
  }

  private func hasEqualNeighbours() -> Bool {
    for first in 0..<scratch.hashes.count - 1 {
      var second = first + 1
      while second < scratch.hashes.count,
        scratch.hashes[second].hash == scratch.hashes[first].hash
      {
        if equal(
          instance, Int(scratch.hashes[first].node), instance, Int(scratch.hashes[second].node))
        {
          return true
        }
        second += 1
      }
    }
    return false
  }

  /// Checks the children that nothing has evaluated since the rule began.
  mutating func unevaluated(
    _ rule: Int32, _ node: Int, _ start: Int, _ tracks: Bool, _ isValid: Bool
  ) -> Bool {
    // What failed has evaluated nothing; its own violations say enough.
    guard isValid else { return true }
    var allSeen = false
    scratch.stamp &+= 1
    if scratch.marks.count < instance.nodes.count {
      scratch.marks.append(
        contentsOf: repeatElement(0, count: instance.nodes.count - scratch.marks.count))
    }
    for index in start..<scratch.trail.count {
      let child = scratch.trail[index]
      if child < 0 { allSeen = true } else { scratch.marks[Int(child)] = scratch.stamp }
    }
    var result = true
    let stamp = scratch.stamp
    var child = node + 1
    while !allSeen, child < Int(instance.nodes[node].end) {
      if scratch.marks[child] != stamp, !evaluate(rule, child, tracking: false) {
        result = false
        guard collecting else { return false }
      }
      child = Int(instance.nodes[child].end)
    }
    if tracks { scratch.trail.append(Evaluator.allChildren) }
    return result
  }
}
