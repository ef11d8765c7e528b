/// The names of elements that come in record after record.
///
/// libxml2 keeps each name once, so that equal names have equal addresses while its context lives. Each record's
/// arena begins with the names that records before it had, in one piece; then the name of an element costs
/// one comparison of addresses and no copy.
struct XMLNames {
  private var known: ContiguousArray<(address: UnsafeRawPointer, name: Tree.Slice)> = []
  private(set) var bytes: ContiguousArray<UInt8> = []
  /// How many of the known names the record that is open has in its arena.
  private var shared = 0
  /// Elements mostly come in the order of the record before.
  private var next = 0

  /// A record with more names than most pays for the others itself.
  private static let limit = 64
  private static let bytesLimit = 2_048

  /// What was known is of another context, whose addresses mean nothing any more.
  mutating func removeAll() {
    known.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    (shared, next) = (0, 0)
  }

  /// Begins a record: the tree is empty.
  mutating func begin(_ tree: inout Tree) {
    tree.arena.append(contentsOf: bytes)
    (shared, next) = (known.count, 0)
  }

  mutating func intern(_ name: UnsafeRawBufferPointer, in tree: inout Tree) -> Tree.Slice {
    guard let address = name.baseAddress else { return tree.intern(name) }
    for step in 0..<shared {
      let place = next &+ step < shared ? next &+ step : next &+ step &- shared
      guard known[place].address == address else { continue }
      next = place &+ 1 < shared ? place &+ 1 : 0
      return known[place].name
    }
    learn(name, at: address)
    return tree.intern(name)
  }

  private mutating func learn(_ name: UnsafeRawBufferPointer, at address: UnsafeRawPointer) {
    guard known.count < Self.limit, bytes.count + name.count <= Self.bytesLimit,
      !known.contains(where: { $0.address == address })
    else { return }
    known.append(
      (address, Tree.Slice(offset: Int32(bytes.count), count: Int32(name.count))))
    bytes.append(contentsOf: name)
  }
}
