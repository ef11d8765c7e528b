/// One JSON text into one tree: copies the text into the arena and parses it there, without recursion.
///
/// While a container is open, its node's `end` holds its parent's index, so no stack is kept beside.
struct JSONParser {
  let depthLimit: Int
  let nodeLimit: Int
  let refusesDuplicates: Bool
  let refusesLoneSurrogates: Bool
  /// The path of the member that the last fault concerns.
  private(set) var faultPath = ""
  /// Members of an object too large for the quick test, to be sorted; reused.
  private var sorted: ContiguousArray<Int32> = []

  init(limits: RecordLimits, refusesDuplicates: Bool = true, refusesLoneSurrogates: Bool = true) {
    depthLimit = limits.depth
    nodeLimit = limits.nodes
    self.refusesDuplicates = refusesDuplicates
    self.refusesLoneSurrogates = refusesLoneSurrogates
  }

  /// Reads a text that is one value with white space around it.
  ///
  /// - Parameter origin: where the text begins in the native input; added to every node's place.
  mutating func parse(
    _ text: UnsafeRawBufferPointer, origin: Int, into tree: inout Tree
  ) throws(JSONFault) {
    precondition(text.count + origin < 1 << 30, "the caller bounds the body; places are 32 bits")
    tree.removeAll()
    tree.arena.reserveCapacity(text.count + JSONScanner.padding)
    tree.arena.append(contentsOf: text)
    tree.arena.append(contentsOf: repeatElement(0, count: JSONScanner.padding))
    // The nodes leave the tree for the while, so that both of its arrays can be written at once.
    var nodes = ContiguousArray<Tree.Node>()
    swap(&nodes, &tree.nodes)
    defer { swap(&nodes, &tree.nodes) }
    do throws(JSONFault) {
      try tree.arena.withUnsafeMutableBufferPointer { (arena) throws(JSONFault) in
        var scanner = JSONScanner(arena, refusesLoneSurrogates: refusesLoneSurrogates)
        try document(&scanner, &nodes, Int32(origin))
      }
    } catch {
      throw JSONFault(error.code, error.byte + origin, error.expectation)
    }
  }

  private mutating func document(
    _ scanner: inout JSONScanner, _ nodes: inout ContiguousArray<Tree.Node>, _ origin: Int32
  ) throws(JSONFault) {
    var name = Tree.Slice.empty
    do throws(JSONFault) {
      try values(&scanner, &nodes, &name, origin)
      try scanner.finish()
    } catch {
      faultPath = path(to: name, scanner, nodes)
      throw error
    }
  }

  /// The whole value, with all that is inside it: one turn of the outer loop a value, one of the inner
  /// loop a closing bracket.
  @inline(__always)
  private mutating func values(
    _ scanner: inout JSONScanner, _ nodes: inout ContiguousArray<Tree.Node>,
    _ name: inout Tree.Slice, _ origin: Int32
  ) throws(JSONFault) {
    var parent: Int32 = -1
    var inObject = false
    var depth = 0
    value: while true {
      scanner.skipSpace()
      let start = Int32(truncatingIfNeeded: scanner.cursor)
      let first = scanner.current
      if nodes.count >= nodeLimit { throw tooMany(scanner) }
      if first == 0x7B || first == 0x5B {
        inObject = first == 0x7B
        depth &+= 1
        if depth > depthLimit { throw tooDeep(scanner) }
        nodes.append(
          Tree.Node(
            kind: inObject ? .object : .array, name: name, text: .empty, end: parent,
            source: origin &+ start, sourceCount: 0))
        parent = Int32(truncatingIfNeeded: nodes.count) &- 1
        name = .empty
        scanner.cursor &+= 1
        scanner.skipSpace()
        if scanner.current != (inObject ? 0x7D : 0x5D) {
          if inObject { name = try scanner.memberName() }
          continue value
        }
      } else {
        var text = Tree.Slice.empty
        let kind: Tree.Kind
        if first == 0x22 {
          kind = .string
          text = try scanner.string()
        } else if first == 0x2D || first &- 0x30 < 10 {
          kind = .number
          text = try scanner.number()
        } else {
          kind = try scanner.literal()
        }
        let next = Int32(truncatingIfNeeded: nodes.count) &+ 1
        nodes.append(
          Tree.Node(
            kind: kind, name: name, text: text, end: next, source: origin &+ start,
            sourceCount: Int32(truncatingIfNeeded: scanner.cursor) &- start))
      }
      while parent >= 0 {
        scanner.skipSpace()
        if scanner.current == 0x2C {
          scanner.cursor &+= 1
          if inObject {
            name = .empty
            scanner.skipSpace()
            name = try scanner.memberName()
          }
          continue value
        }
        guard scanner.current == (inObject ? 0x7D : 0x5D) else {
          throw scanner.unseparated(inObject)
        }
        scanner.cursor &+= 1
        let closed = Int(parent)
        if inObject, refusesDuplicates {
          try checkNames(of: closed, scanner, nodes, &name)
        }
        parent = nodes[closed].end
        nodes[closed].end = Int32(truncatingIfNeeded: nodes.count)
        nodes[closed].sourceCount =
          origin &+ Int32(truncatingIfNeeded: scanner.cursor) &- nodes[closed].source
        depth &-= 1
        inObject = parent >= 0 && nodes[Int(parent)].kind == .object
        name = .empty
      }
      return
    }
  }

  private func tooDeep(_ scanner: JSONScanner) -> JSONFault {
    JSONFault(.tooDeep, scanner.cursor, "fewer objects and arrays inside each other")
  }

  private func tooMany(_ scanner: JSONScanner) -> JSONFault {
    JSONFault(.tooLarge, scanner.cursor, "fewer values in one record")
  }
}

// MARK: Names

extension JSONParser {
  /// Refuses an object, whose members are all read, that has two members of one name.
  ///
  /// A small object: each name sets one of 128 bits, and only a bit set twice leads to a comparison.
  /// A large one: its names are sorted, so that no choice of names makes this slow.
  @inline(__always)
  private mutating func checkNames(
    of object: Int, _ scanner: JSONScanner, _ nodes: ContiguousArray<Tree.Node>,
    _ name: inout Tree.Slice
  ) throws(JSONFault) {
    var (low, high): (UInt64, UInt64) = (0, 0)
    var members = 0
    var index = object &+ 1
    while index < nodes.count {
      let candidate = nodes[index].name
      let mixed = scanner.key(candidate) &* 0x9E37_79B9_7F4A_7C15
      let bit: UInt64 = 1 &<< (mixed &>> 58)
      let upper = mixed &>> 57 & 1 == 1
      if (upper ? high : low) & bit != 0,
        let twin = twin(of: index, in: object, scanner, nodes)
      {
        name = nodes[twin].name
        throw duplicate(nodes[twin].name)
      }
      if upper { high |= bit } else { low |= bit }
      members &+= 1
      if members > 48 {
        name = .empty
        return try checkManyNames(of: object, scanner, nodes, &name)
      }
      index = Int(nodes[index].end)
    }
  }

  private func twin(
    of index: Int, in object: Int, _ scanner: JSONScanner, _ nodes: ContiguousArray<Tree.Node>
  ) -> Int? {
    var earlier = object + 1
    while earlier < index {
      if scanner.equal(nodes[earlier].name, nodes[index].name) { return index }
      earlier = Int(nodes[earlier].end)
    }
    return nil
  }

  private mutating func checkManyNames(
    of object: Int, _ scanner: JSONScanner, _ nodes: ContiguousArray<Tree.Node>,
    _ name: inout Tree.Slice
  ) throws(JSONFault) {
    sorted.removeAll(keepingCapacity: true)
    var index = object + 1
    while index < nodes.count {
      sorted.append(Int32(index))
      index = Int(nodes[index].end)
    }
    sorted.sort { scanner.precedes(nodes[Int($0)].name, nodes[Int($1)].name) }
    for place in sorted.indices.dropFirst() {
      let (one, other) = (nodes[Int(sorted[place - 1])].name, nodes[Int(sorted[place])].name)
      if scanner.equal(one, other) {
        name = one.offset > other.offset ? one : other
        throw duplicate(name)
      }
    }
  }

  private func duplicate(_ name: Tree.Slice) -> JSONFault {
    JSONFault(
      .duplicateName, Int(name.offset) - 1, "every member of an object has a name of its own")
  }

  /// The names and positions from the root to the value that was being read.
  private func path(
    to name: Tree.Slice, _ scanner: JSONScanner, _ nodes: ContiguousArray<Tree.Node>
  ) -> String {
    var steps: [String] = name.count > 0 ? [scanner.text(name)] : []
    // The innermost open container is the last node whose `end` still names its parent.
    var open = nodes.indices.last { Int(nodes[$0].end) <= $0 } ?? -1
    while open >= 0 {
      if nodes[open].kind == .array { steps.append("[\(childCount(of: open, nodes))]") }
      let parent = Int(nodes[open].end)
      if parent >= 0, nodes[parent].kind == .object { steps.append(scanner.text(nodes[open].name)) }
      open = parent
    }
    return steps.reversed().reduce("") { path, step in
      step.hasPrefix("[") || path.isEmpty ? path + step : path + "." + step
    }
  }

  /// How many finished or open values stand in an open array.
  private func childCount(of array: Int, _ nodes: ContiguousArray<Tree.Node>) -> Int {
    var (count, index) = (0, array + 1)
    while index < nodes.count {
      if Int(nodes[index].end) <= index { return count }
      count += 1
      index = Int(nodes[index].end)
    }
    return count
  }
}
