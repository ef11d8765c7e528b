import Records

/// Finding values in the record: paths, conditions, lists.
extension Run {
  static let isMissing: Int32 = -1
  /// The path goes on behind a list.
  static let isList: Int32 = -2

  // `==` on a kind of another module is a call; a pattern is not.
  @inline(__always) private func isList(_ node: Int32) -> Bool {
    if case .array = nodes[Int(node)].kind { return true }
    return false
  }

  @inline(__always) private func isObject(_ node: Int32) -> Bool {
    if case .object = nodes[Int(node)].kind { return true }
    return false
  }

  /// The node that a path without a wildcard leads to.
  @inline(__always) mutating func find(_ path: Int32) -> Int32 {
    let range = paths[Int(path)]
    var node = range.isAbsolute ? root : base
    var step = Int(range.start)
    let end = step + Int(range.count)
    while step < end {
      let kind = nodes[Int(node)].kind
      let current = steps[step]
      switch current.kind {
      case .member:
        switch kind {
        case .object: node = member(current, of: node)
        case .array: return Run.isList
        default: return Run.isMissing
        }
      case .item: node = item(current.number, of: node)
      case .matching: node = matching(current, of: node)
      case .every: return Run.isList
      }
      if node < 0 { return node }
      step += 1
    }
    return node
  }

  @inline(__always) private mutating func member(_ step: PathStep, of object: Int32) -> Int32 {
    let name = text(step.name)
    let end = nodes[Int(object)].end
    let hint = work.hints[Int(step.number)]
    if hint > object, hint < end, work.parents[Int(hint)] == object, isNamed(hint, name) {
      return hint
    }
    var index = object + 1
    while index < end {
      if isNamed(index, name) {
        work.hints[Int(step.number)] = index
        return index
      }
      index = nodes[Int(index)].end
    }
    return Run.isMissing
  }

  @inline(__always) private func isNamed(_ node: Int32, _ name: UnsafeRawBufferPointer) -> Bool {
    let slice = nodes[Int(node)].name
    return same(
      UnsafeRawBufferPointer(start: arena + Int(slice.offset), count: Int(slice.count)), name)
  }

  /// What is no list counts as a list of one.
  private func item(_ number: Int32, of node: Int32) -> Int32 {
    guard isList(node) else { return number == 0 ? node : Run.isMissing }
    var index = node + 1
    var left = number
    while index < nodes[Int(node)].end {
      if left == 0 { return index }
      left -= 1
      index = nodes[Int(index)].end
    }
    return Run.isMissing
  }

  /// The first item whose member has the wanted text.
  private mutating func matching(_ step: PathStep, of node: Int32) -> Int32 {
    guard isList(node) else {
      return isMatching(step, node) ? node : Run.isMissing
    }
    var item = node + 1
    while item < nodes[Int(node)].end {
      if isMatching(step, item) { return item }
      item = nodes[Int(item)].end
    }
    return Run.isMissing
  }

  private mutating func isMatching(_ step: PathStep, _ item: Int32) -> Bool {
    guard isObject(item) else { return false }
    let found = member(step, of: item)
    guard found >= 0 else { return false }
    switch nodes[Int(found)].kind {
    case .null, .object, .array: return false
    case .string, .number, .true, .false:
      return same(trimmed(text(of: nodes[Int(found)])), text(step.wanted))
    }
  }

  // MARK: Lists

  /// Collects the nodes that a path with wildcards leads to. A list on the way is gone through, wildcard or not.
  mutating func collect(_ path: Int32) {
    let range = paths[Int(path)]
    collect(
      from: range.isAbsolute ? root : base, Int(range.start), Int(range.start + range.count))
  }

  private mutating func collect(from start: Int32, _ first: Int, _ end: Int) {
    var node = start
    for index in first..<end {
      let step = steps[index]
      switch step.kind {
      case .member:
        if isList(node) { return collect(itemsOf: node, index, end) }
        guard isObject(node) else { return }
        node = member(step, of: node)
      case .item: node = item(step.number, of: node)
      case .matching: node = matching(step, of: node)
      case .every:
        if isList(node) { return collect(itemsOf: node, index + 1, end) }
      }
      if node < 0 { return }
    }
    if case .null = nodes[Int(node)].kind { return }
    work.items.append(node)
  }

  private mutating func collect(itemsOf list: Int32, _ first: Int, _ end: Int) {
    var item = list + 1
    while item < nodes[Int(list)].end {
      collect(from: item, first, end)
      item = nodes[Int(item)].end
    }
  }

  /// - Returns: false if the record has nothing there.
  mutating func beginItems(_ path: Int32) -> Bool {
    let start = Int32(work.items.count)
    collect(path)
    guard work.items.count > Int(start) else {
      value = .absent
      return false
    }
    work.frames.append(Work.Frame(start: start, current: start, outer: base))
    base = work.items[Int(start)]
    return true
  }

  /// - Returns: true if there is another item, which is the base now.
  mutating func nextItem() -> Bool {
    let last = work.frames.count - 1
    work.frames[last].current += 1
    let current = Int(work.frames[last].current)
    if current < work.items.count {
      base = work.items[current]
      return true
    }
    base = work.frames[last].outer
    work.items.removeLast(work.items.count - Int(work.frames[last].start))
    work.frames.removeLast()
    return false
  }

  // MARK: Conditions

  mutating func holds(_ number: Int32) -> Bool {
    switch program.tests.base[Int(number)] {
    case .present(let path): return matches(path, 0, Run.anything)
    case .equals(let path, let start, let count): return matches(path, start, count)
    case .not(let inner): return !holds(inner)
    case .all(let start, let count):
      for index in Int(start)..<Int(start + count)
      where !holds(program.operands.base[index]) { return false }
      return true
    case .any(let start, let count):
      for index in Int(start)..<Int(start + count)
      where holds(program.operands.base[index]) { return true }
      return false
    }
  }

  /// The `count` of a condition that asks only whether a value is there.
  private static let anything: Int32 = -1

  /// A condition on a list holds if it holds for one of its items.
  private mutating func matches(_ path: Int32, _ start: Int32, _ count: Int32) -> Bool {
    let found = find(path)
    if found >= 0 {
      guard isList(found) else { return satisfies(found, start, count) }
      return anyItem(of: found, start, count)
    }
    guard found == Run.isList else { return false }
    let first = work.items.count
    collect(path)
    var holds = false
    for index in first..<work.items.count where satisfies(work.items[index], start, count) {
      holds = true
      break
    }
    work.items.removeLast(work.items.count - first)
    return holds
  }

  private func anyItem(of list: Int32, _ start: Int32, _ count: Int32) -> Bool {
    var item = list + 1
    while item < nodes[Int(list)].end {
      if satisfies(item, start, count) { return true }
      item = nodes[Int(item)].end
    }
    return false
  }

  /// Whether a node is one of the constants, or is there at all.
  private func satisfies(_ index: Int32, _ start: Int32, _ count: Int32) -> Bool {
    let node = nodes[Int(index)]
    switch node.kind {
    case .null: return false
    case .object, .array: return count == Run.anything && node.end > index + 1
    case .string, .number, .true, .false: break
    }
    let text = trimmed(text(of: node))
    if count == Run.anything { return !text.isEmpty }
    for number in Int(start)..<Int(start + count) {
      let constant = constants[number]
      switch constant.kind {
      case .true: if case .true = node.kind { return true }
      case .false: if case .false = node.kind { return true }
      default: if same(self.text(constant.text), text) { return true }
      }
    }
    return false
  }
}
