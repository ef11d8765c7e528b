import Records

/// A tree while nobody changes it: its nodes and its text, without the arrays around them.
struct View {
  var nodes: UnsafeBufferPointer<Tree.Node>
  var arena: UnsafeRawBufferPointer

  @inline(__always) func text(_ node: Int) -> UnsafeRawBufferPointer {
    arena.slice(nodes[node].text)
  }

  @inline(__always) func name(_ node: Int) -> UnsafeRawBufferPointer {
    arena.slice(nodes[node].name)
  }

  // Patterns instead of ==, which would be a call into the other module.
  @inline(__always) func isString(_ node: Int) -> Bool {
    if case .string = nodes[node].kind { true } else { false }
  }

  @inline(__always) func isNumber(_ node: Int) -> Bool {
    if case .number = nodes[node].kind { true } else { false }
  }

  @inline(__always) func isArray(_ node: Int) -> Bool {
    if case .array = nodes[node].kind { true } else { false }
  }

  @inline(__always) func isObject(_ node: Int) -> Bool {
    if case .object = nodes[node].kind { true } else { false }
  }

  func childCount(_ container: Int) -> Int {
    var (count, child) = (0, container + 1)
    let end = Int(nodes[container].end)
    while child < end {
      count += 1
      child = Int(nodes[child].end)
    }
    return count
  }

  func member(_ name: UnsafeRawBufferPointer, of object: Int) -> Int? {
    var child = object + 1
    let end = Int(nodes[object].end)
    while child < end {
      if same(self.name(child), name) { return child }
      child = Int(nodes[child].end)
    }
    return nil
  }

  /// The JSON pointer from one node to another inside it.
  func pointer(from root: Int, to node: Int) -> String {
    var (pointer, container) = ("", root)
    while container != node {
      var (child, position) = (container + 1, 0)
      while Int(nodes[child].end) <= node {
        child = Int(nodes[child].end)
        position += 1
      }
      pointer +=
        nodes[container].kind == .object
        ? "/" + escaped(String(decoding: name(child), as: UTF8.self)) : "/\(position)"
      container = child
    }
    return pointer
  }
}

/// A name as a part of a JSON pointer (RFC 6901).
func escaped(_ name: String) -> String {
  name.replacing("~", with: "~0").replacing("/", with: "~1")
}

extension Tree {
  /// Lends the tree's memory for the while of a call.
  @inline(__always)
  func withView<Result, Failure: Error>(
    _ body: (View) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try nodes.withUnsafeBufferPointer { (nodes) throws(Failure) in
      try arena.withUnsafeBufferPointer { (arena) throws(Failure) in
        try body(View(nodes: nodes, arena: UnsafeRawBufferPointer(arena)))
      }
    }
  }
}

// MARK: Equality by value

/// Whether two values are the same JSON value: numbers by value, members in any order.
///
/// The depth is that of the shallower value, which the reader of the schema or of the instance has bounded.
func equal(_ left: View, _ leftNode: Int, _ right: View, _ rightNode: Int) -> Bool {
  let (a, b) = (left.nodes[leftNode], right.nodes[rightNode])
  switch (a.kind, b.kind) {
  case (.null, .null), (.false, .false), (.true, .true): return true
  case (.string, .string): return same(left.arena.slice(a.text), right.arena.slice(b.text))
  case (.number, .number):
    let (a, b) = (left.arena.slice(a.text), right.arena.slice(b.text))
    return same(a, b) || Numeral(a).compared(to: Numeral(b)) == 0
  case (.array, .array): return equalItems(left, leftNode, right, rightNode)
  case (.object, .object): return equalMembers(left, leftNode, right, rightNode)
  default: return false
  }
}

private func equalItems(_ left: View, _ leftNode: Int, _ right: View, _ rightNode: Int) -> Bool {
  var (a, b) = (leftNode + 1, rightNode + 1)
  let (aEnd, bEnd) = (Int(left.nodes[leftNode].end), Int(right.nodes[rightNode].end))
  while a < aEnd, b < bEnd {
    guard equal(left, a, right, b) else { return false }
    a = Int(left.nodes[a].end)
    b = Int(right.nodes[b].end)
  }
  return a >= aEnd && b >= bEnd
}

private func equalMembers(_ left: View, _ leftNode: Int, _ right: View, _ rightNode: Int) -> Bool {
  guard left.childCount(leftNode) == right.childCount(rightNode) else { return false }
  var a = leftNode + 1
  let end = Int(left.nodes[leftNode].end)
  while a < end {
    guard let b = right.member(left.name(a), of: rightNode), equal(left, a, right, b) else {
      return false
    }
    a = Int(left.nodes[a].end)
  }
  return true
}

/// The same number for equal values.
func hash(_ view: View, _ node: Int) -> UInt64 {
  let value = view.nodes[node]
  let seed = UInt64(value.kind.rawValue) + 1
  switch value.kind {
  case .null, .false, .true: return seed
  case .string:
    var hash = seed
    for byte in view.arena.slice(value.text) { hash = mix(hash, UInt64(byte)) }
    return hash
  case .number: return mix(seed, Numeral(view.arena.slice(value.text)).hash)
  case .array, .object:
    var (sum, child) = (seed, node + 1)
    while child < Int(value.end) {
      var part = hash(view, child)
      if value.kind == .array {
        sum = mix(sum, part)
      } else {
        for byte in view.name(child) { part = mix(part, UInt64(byte)) }
        sum &+= part
      }
      child = Int(view.nodes[child].end)
    }
    return sum
  }
}
