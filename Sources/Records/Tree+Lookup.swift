// Looking into a tree by names: for tests, tools and the slow path; mappings have their own programs.

extension Tree {
  /// The node at a path such as `address.lines[2].text`, positions from 0; nil if there is none.
  /// The empty path is the root itself.
  package func find(_ path: String, from root: Int = 0) -> Int? {
    guard root < nodes.count else { return nil }
    var node = root
    for step in path.split(separator: ".") {
      let parts = step.split(separator: "[", omittingEmptySubsequences: false)
      if let name = parts.first, !name.isEmpty {
        guard let found = member(String(name), of: node) else { return nil }
        node = found
      }
      for part in parts.dropFirst() {
        guard part.hasSuffix("]"), let position = Int(part.dropLast()),
          let found = item(position, of: node)
        else { return nil }
        node = found
      }
    }
    return node
  }

  package func member(_ name: String, of object: Int) -> Int? {
    guard nodes[object].kind == .object else { return nil }
    var name = name
    return name.withUTF8 { member(UnsafeRawBufferPointer($0), of: object) }
  }

  package func item(_ position: Int, of array: Int) -> Int? {
    guard nodes[array].kind == .array, position >= 0 else { return nil }
    return children(of: array).dropFirst(position).first { _ in true }
  }

  /// The indices of a container's direct children, in order.
  package func children(of container: Int) -> some Sequence<Int> {
    let end = Int(nodes[container].end)
    return sequence(first: container + 1) { Int(nodes[$0].end) }.prefix { $0 < end }
  }

  /// The text of the string or number at a path; nil if there is nothing there or it has no text.
  package func text(_ path: String, from root: Int = 0) -> String? {
    guard let node = find(path, from: root),
      nodes[node].kind == .string || nodes[node].kind == .number
    else { return nil }
    return string(nodes[node].text)
  }

  /// A name for an error message, cut where it gets long.
  func label(_ slice: Slice) -> String {
    guard slice.count > 64 else { return string(slice) }
    return string(Slice(offset: slice.offset, count: 64)) + "…"
  }

  /// The path of a node, in the form that `find` reads.
  package func path(of node: Int) -> String {
    var path = ""
    var container = 0
    while container < node {
      var (child, position) = (container + 1, 0)
      while Int(nodes[child].end) <= node {
        (child, position) = (Int(nodes[child].end), position + 1)
      }
      if nodes[container].kind == .array {
        path += "[\(position)]"
      } else {
        path += (path.isEmpty ? "" : ".") + string(nodes[child].name)
      }
      container = child
    }
    return path
  }
}

// MARK: Equality

extension Tree: Equatable {
  /// Trees are equal when they hold the same values under the same names in the same order; where the
  /// text lies in the arena and where it came from do not count.
  package static func == (left: Tree, right: Tree) -> Bool {
    guard left.nodes.count == right.nodes.count else { return false }
    for (one, other) in zip(left.nodes, right.nodes) {
      guard one.kind == other.kind, one.end == other.end,
        left.arena[one.name.range] == right.arena[other.name.range],
        left.arena[one.text.range] == right.arena[other.text.range]
      else { return false }
    }
    return true
  }
}

extension Tree: CustomStringConvertible {
  package var description: String { json() }
}
