/// Tells whether an object's members have names of their own, and groups those that do not.
///
/// A small object: each name sets one of 128 bits, and only a bit set twice leads to a comparison. A
/// large one: its members are sorted by name, so that no choice of names makes this slow.
struct MemberNames {
  private var sorted: ContiguousArray<Int32> = []

  /// The second of two members with one name; nil if all names differ.
  mutating func firstTwin(in tree: borrowing Tree, of object: Int) -> Int? {
    var bits: (UInt64, UInt64) = (0, 0)
    var members = 0
    let end = Int(tree.nodes[object].end)
    var index = object + 1
    while index < end {
      let hash = Self.hash(tree, index)
      let bit: UInt64 = 1 &<< (hash &>> 58)
      let isUpper = hash &>> 57 & 1 == 1
      if (isUpper ? bits.1 : bits.0) & bit != 0, hasEarlierTwin(index, in: tree, of: object) {
        return index
      }
      if isUpper { bits.1 |= bit } else { bits.0 |= bit }
      members += 1
      if members > 48 { return firstTwinOfMany(in: tree, of: object) }
      index = Int(tree.nodes[index].end)
    }
    return nil
  }

  /// A number that two equal names share, made of the length, the first and the last bytes.
  @inline(__always) private static func hash(_ tree: borrowing Tree, _ index: Int) -> UInt64 {
    let range = tree.nodes[index].name.range
    return tree.arena.withUnsafeBytes { arena in
      let name = UnsafeRawBufferPointer(rebasing: arena[range])
      var word = UInt64(name.count)
      if name.count >= 8 {
        word ^= name.loadUnaligned(as: UInt64.self)
        word ^= name.loadUnaligned(fromByteOffset: name.count &- 8, as: UInt64.self) &* 31
      } else {
        for byte in name { word = word &<< 8 ^ UInt64(byte) }
      }
      return word &* 0x9E37_79B9_7F4A_7C15
    }
  }

  private func hasEarlierTwin(_ index: Int, in tree: borrowing Tree, of object: Int) -> Bool {
    var earlier = object + 1
    while earlier < index {
      if Self.order(tree, earlier, index) == 0 { return true }
      earlier = Int(tree.nodes[earlier].end)
    }
    return false
  }

  private mutating func firstTwinOfMany(in tree: borrowing Tree, of object: Int) -> Int? {
    sort(tree, object)
    for place in sorted.indices.dropFirst()
    where Self.order(tree, Int(sorted[place - 1]), Int(sorted[place])) == 0 {
      return Int(sorted[place])
    }
    return nil
  }

  /// Calls the body with each set of members of one name, in the order of their first members.
  mutating func groups(
    in tree: borrowing Tree, of object: Int, _ body: (ArraySlice<Int32>) -> Void
  ) {
    sort(tree, object)
    var groups: [Range<Int>] = []
    var start = 0
    for place in sorted.indices.dropFirst()
    where Self.order(tree, Int(sorted[place - 1]), Int(sorted[place])) != 0 {
      groups.append(start..<place)
      start = place
    }
    if !sorted.isEmpty { groups.append(start..<sorted.count) }
    groups.sort { sorted[$0.lowerBound] < sorted[$1.lowerBound] }
    for group in groups { body(ArraySlice(sorted[group])) }
  }

  private mutating func sort(_ tree: borrowing Tree, _ object: Int) {
    sorted.removeAll(keepingCapacity: true)
    let end = Int(tree.nodes[object].end)
    var index = object + 1
    while index < end {
      sorted.append(Int32(index))
      index = Int(tree.nodes[index].end)
    }
    let (nodes, arena) = (tree.nodes, tree.arena)
    sorted.sort { one, other in
      let order = Self.order(nodes, arena, Int(one), Int(other))
      return order == 0 ? one < other : order < 0
    }
  }

  private static func order(_ tree: borrowing Tree, _ one: Int, _ other: Int) -> Int {
    order(tree.nodes, tree.arena, one, other)
  }

  /// By length, then by bytes: any total order serves to bring equal names together.
  private static func order(
    _ nodes: ContiguousArray<Tree.Node>, _ arena: ContiguousArray<UInt8>, _ one: Int, _ other: Int
  ) -> Int {
    let (left, right) = (nodes[one].name, nodes[other].name)
    if left.count != right.count { return left.count < right.count ? -1 : 1 }
    for (one, other) in zip(arena[left.range], arena[right.range]) where one != other {
      return one < other ? -1 : 1
    }
    return 0
  }
}
