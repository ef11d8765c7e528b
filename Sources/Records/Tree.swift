/// A record as a flat tape: nodes in document order, all text as UTF-8 in one arena.
///
/// The one value that readers fill, mappings read and write, schemas check and writers print. It is
/// reused from record to record (`removeAll`), so that nothing is allocated per field once it is warm.
/// Pure: bytes in, values out. Records imports libxml2 and iconv, and nothing of ours.
package struct Tree: Sendable {
  package enum Kind: UInt8, Sendable {
    case null, `false`, `true`, number, string, array, object
  }

  /// A stretch of the arena, in bytes.
  package struct Slice: Sendable, Equatable {
    package var offset: Int32
    package var count: Int32

    @inlinable @inline(__always) package init(offset: Int32, count: Int32) {
      self.offset = offset
      self.count = count
    }

    @inlinable package static var empty: Slice { Slice(offset: 0, count: 0) }
  }

  /// One value. The children of a container are the nodes from its own index + 1 up to `end`, each
  /// followed by its own descendants.
  package struct Node: Sendable {
    package var kind: Kind
    /// The member's name in the arena; empty for items and for the root.
    package var name: Slice
    /// Text of a string (decoded) or of a number (exactly as written); empty for the rest.
    package var text: Slice
    /// The index one past the last descendant.
    package var end: Int32
    /// Where the value stands in the native input, in bytes of that input; -1 where it has no place there.
    package var source: Int32
    package var sourceCount: Int32

    @inlinable @inline(__always) package init(
      kind: Kind, name: Slice, text: Slice, end: Int32, source: Int32, sourceCount: Int32
    ) {
      self.kind = kind
      self.name = name
      self.text = text
      self.end = end
      self.source = source
      self.sourceCount = sourceCount
    }
  }

  package var nodes: ContiguousArray<Node> = []
  package var arena: ContiguousArray<UInt8> = []

  package init() {}

  /// Empties the tree and keeps its memory.
  @inlinable package mutating func removeAll() {
    nodes.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
  }
}

// MARK: Building

extension Tree {
  /// Copies text into the arena.
  @inlinable package mutating func intern(_ bytes: UnsafeRawBufferPointer) -> Slice {
    let slice = Slice(offset: Int32(arena.count), count: Int32(bytes.count))
    arena.append(contentsOf: bytes)
    return slice
  }

  @inlinable package mutating func intern(_ text: StaticString) -> Slice {
    let slice = Slice(offset: Int32(arena.count), count: Int32(text.utf8CodeUnitCount))
    arena.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    return slice
  }

  package mutating func intern(_ text: String) -> Slice {
    let start = arena.count
    arena.append(contentsOf: text.utf8)
    return Slice(offset: Int32(start), count: Int32(arena.count - start))
  }

  /// Appends a value without children.
  @inlinable package mutating func append(
    _ kind: Kind, name: Slice = .empty, text: Slice = .empty, source: Int32 = -1,
    sourceCount: Int32 = 0
  ) {
    let next = Int32(nodes.count) + 1
    nodes.append(
      Node(kind: kind, name: name, text: text, end: next, source: source, sourceCount: sourceCount))
  }

  /// Opens an object or an array; values appended from now on are its children until `close`.
  @inlinable package mutating func open(
    _ kind: Kind, name: Slice = .empty, source: Int32 = -1, sourceCount: Int32 = 0
  ) -> Int {
    append(kind, name: name, source: source, sourceCount: sourceCount)
    return nodes.count - 1
  }

  @inlinable package mutating func close(_ container: Int) {
    nodes[container].end = Int32(nodes.count)
  }
}

// MARK: Reading

extension Tree {
  @inlinable package func withBytes<Result>(
    _ slice: Slice, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    arena.withUnsafeBytes { arena in
      body(
        UnsafeRawBufferPointer(
          rebasing: arena[Int(slice.offset)..<Int(slice.offset) + Int(slice.count)]))
    }
  }

  package func string(_ slice: Slice) -> String {
    withBytes(slice) { String(decoding: $0, as: UTF8.self) }
  }

  /// The member of that name among an object's direct children, or nil.
  @inlinable package func member(_ name: UnsafeRawBufferPointer, of object: Int) -> Int? {
    let end = Int(nodes[object].end)
    var index = object + 1
    while index < end {
      if nodeIsNamed(index, name) { return index }
      index = Int(nodes[index].end)
    }
    return nil
  }

  @inlinable func nodeIsNamed(_ index: Int, _ name: UnsafeRawBufferPointer) -> Bool {
    let slice = nodes[index].name
    guard Int(slice.count) == name.count else { return false }
    return withBytes(slice) { same($0, name) }
  }
}
