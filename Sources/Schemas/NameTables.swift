import Records

/// Sets of names from the schema, each with a quick way from the bytes of a name to its number.
///
/// All tables lie in two flat arrays. Open addressing; a name that comes where it came in the schema is found
/// by one comparison.
struct NameTables: Sendable {
  private var tables: ContiguousArray<Table> = []
  private var places: ContiguousArray<Int32> = []
  private var entries: ContiguousArray<Tree.Slice> = []

  private struct Table {
    var entries: Int32
    var count: Int32
    var places: Int32
    var mask: Int32
  }

  /// - Parameter names: stretches of the constants' arena, each name once.
  mutating func add(_ names: [Tree.Slice], arena: ContiguousArray<UInt8>) -> Int32 {
    var size = 4
    while size < names.count * 3 { size *= 2 }
    let table = Table(
      entries: Int32(entries.count), count: Int32(names.count), places: Int32(places.count),
      mask: Int32(size - 1))
    entries.append(contentsOf: names)
    places.append(contentsOf: repeatElement(-1, count: size))
    arena.withUnsafeBytes { arena in
      for (number, name) in names.enumerated() {
        var place = NameTables.hash(arena.slice(name)) & (size - 1)
        while places[Int(table.places) + place] >= 0 { place = (place + 1) & (size - 1) }
        places[Int(table.places) + place] = Int32(number)
      }
    }
    tables.append(table)
    return Int32(tables.count - 1)
  }

  /// The number of a name in its table, or -1.
  ///
  /// - Parameter hint: the number to try first.
  @inline(__always)
  func number(
    of name: UnsafeRawBufferPointer, in table: Int32, arena: UnsafeRawBufferPointer,
    hint: Int32 = -1
  ) -> Int32 {
    let table = tables[Int(table)]
    if hint >= 0, hint < table.count,
      same(arena.slice(entries[Int(table.entries + hint)]), name)
    {
      return hint
    }
    var place = Int32(truncatingIfNeeded: NameTables.hash(name)) & table.mask
    while true {
      let number = places[Int(table.places + place)]
      if number < 0 { return -1 }
      if same(arena.slice(entries[Int(table.entries + number)]), name) { return number }
      place = (place + 1) & table.mask
    }
  }

  func name(_ number: Int32, of table: Int32) -> Tree.Slice {
    entries[Int(tables[Int(table)].entries + number)]
  }

  /// Length and a few bytes tell the names of one schema apart well enough, and cost nothing.
  @inline(__always)
  private static func hash(_ name: UnsafeRawBufferPointer) -> Int {
    guard name.count > 0 else { return 0 }
    var hash = UInt32(truncatingIfNeeded: name.count) &* 0x9E37_79B1
    hash ^= UInt32(name[0]) &* 0x85EB_CA6B
    hash ^= UInt32(name[name.count >> 1]) &* 0xC2B2_AE35
    hash ^= UInt32(name[name.count - 1]) &* 0x27D4_EB2F
    return Int(hash >> 7)
  }
}

extension UnsafeRawBufferPointer {
  @inline(__always) func slice(_ slice: Tree.Slice) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[Int(slice.offset)..<Int(slice.offset + slice.count)])
  }
}

@inline(__always)
func same(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  guard left.count == right.count else { return false }
  for index in 0..<left.count where left[index] != right[index] { return false }
  return true
}
