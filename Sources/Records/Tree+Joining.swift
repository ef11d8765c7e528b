// A tree as a part of another.

extension Tree {
  /// Appends a copy of the whole other tree as one value.
  ///
  /// - Parameter name: the copy's name as a member, in this tree; empty for an item.
  package mutating func append(_ other: borrowing Tree, name: Slice = .empty) {
    let (node, byte) = (Int32(nodes.count), Int32(arena.count))
    arena.append(contentsOf: other.arena)
    nodes.reserveCapacity(nodes.count + other.nodes.count)
    for index in other.nodes.indices {
      var copy = other.nodes[index]
      copy.name = index == 0 ? name : copy.name.moved(by: byte)
      copy.text = copy.text.moved(by: byte)
      copy.end += node
      nodes.append(copy)
    }
  }
}

extension Tree.Slice {
  fileprivate func moved(by bytes: Int32) -> Tree.Slice {
    count == 0 ? .empty : Tree.Slice(offset: offset + bytes, count: count)
  }
}
