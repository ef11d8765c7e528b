/// The fields of a flat format, found in trees by name: what the delimited and the fixed-width writer share.
///
/// Names are kept as bytes, and the member that was a field's in the record before is looked at first.
struct FlatFields {
  private let names: [[UInt8]]
  /// For each field, which of the members was it in the record before.
  private var hints: [Int]
  /// The record's own members, by their nodes; none of theirs.
  private var members: [Int] = []

  init(_ names: [String]) {
    self.names = names.map { Array($0.utf8) }
    hints = Array(repeating: 0, count: names.count)
    members.reserveCapacity(names.count)
  }

  var count: Int { names.count }

  func name(_ position: Int) -> String { String(decoding: names[position], as: UTF8.self) }

  /// Begins a record: the fields are looked for in the object at `root`.
  mutating func begin(_ tree: borrowing Tree, _ root: Int) {
    members.removeAll(keepingCapacity: true)
    let end = Int(tree.nodes[root].end)
    var index = root + 1
    while index < end {
      members.append(index)
      index = Int(tree.nodes[index].end)
    }
  }

  /// The member of a field's name; nil if the record has none.
  mutating func member(_ position: Int, _ tree: borrowing Tree) -> Int? {
    names[position].withUnsafeBytes { name in
      let hint = hints[position]
      if hint < members.count, tree.nodeIsNamed(members[hint], name) { return members[hint] }
      guard let found = members.firstIndex(where: { tree.nodeIsNamed($0, name) }) else {
        return nil
      }
      hints[position] = found
      return members[found]
    }
  }

  /// Refuses members that no field takes: nothing is left out in silence.
  ///
  /// - Parameter found: how many fields had a member.
  func refuseOthers(_ tree: borrowing Tree, found: Int) throws(RecordError) {
    guard members.count > found else { return }
    for member in members
    where !names.contains(where: { $0.elementsEqual(tree.arena[tree.nodes[member].name.range]) }) {
      throw RecordError(
        .notRepresentable, path: tree.path(of: member),
        "a member that the format has a field for")
    }
  }
}

/// A member as the text that flat formats and XML write.
enum FlatValue {
  /// Calls the body with the text of a value that is no container; it is empty for null.
  static func with<Result>(
    _ tree: borrowing Tree, _ index: Int,
    _ body: (UnsafeRawBufferPointer) throws(RecordError) -> Result
  ) throws(RecordError) -> Result {
    let node = tree.nodes[index]
    switch node.kind {
    case .string, .number:
      return try tree.arena.withUnsafeBufferPointer { (arena) throws(RecordError) in
        try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: arena[node.text.range])))
      }
    case .null: return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    case .true: return try body(literal("true"))
    case .false: return try body(literal("false"))
    case .array, .object:
      throw RecordError(
        .notRepresentable, path: tree.path(of: index),
        "a value that is no list or object")
    }
  }

  private static func literal(_ text: StaticString) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }
}
