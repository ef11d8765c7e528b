import Records

/// Sets of names from the schema, each with a quick way from the bytes of a name to its number.
///
/// All tables lie in two flat arrays. Open addressing; a name that comes where it came in the schema is found
/// by one comparison.
final class NameTables: Sendable {
  private let tables: Frozen<Table>
  private let places: Frozen<Int32>
  private let entries: Frozen<Tree.Slice>

  init(_ builder: NameTablesBuilder) {
    tables = Frozen(builder.tables)
    places = Frozen(builder.places)
    entries = Frozen(builder.entries)
  }

  var view: View {
    View(tables: tables.pointer, places: places.pointer, entries: entries.pointer)
  }

  struct Table {
    var entries: Int32
    var count: Int32
    var places: Int32
    var mask: Int32
  }

  /// The tables' memory, to be used while they are alive.
  struct View {
    let tables: UnsafeBufferPointer<Table>
    let places: UnsafeBufferPointer<Int32>
    let entries: UnsafeBufferPointer<Tree.Slice>

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
  }

  /// Length and a few bytes tell the names of one schema apart well enough, and cost nothing.
  @inline(__always)
  fileprivate static func hash(_ name: UnsafeRawBufferPointer) -> Int {
    guard name.count > 0 else { return 0 }
    var hash = UInt32(truncatingIfNeeded: name.count) &* 0x9E37_79B1
    hash ^= UInt32(name[0]) &* 0x85EB_CA6B
    hash ^= UInt32(name[name.count >> 1]) &* 0xC2B2_AE35
    hash ^= UInt32(name[name.count - 1]) &* 0x27D4_EB2F
    return Int(hash >> 7)
  }
}

/// The tables while they are being written.
struct NameTablesBuilder {
  fileprivate var tables: ContiguousArray<NameTables.Table> = []
  fileprivate var places: ContiguousArray<Int32> = []
  fileprivate var entries: ContiguousArray<Tree.Slice> = []

  /// - Parameter names: stretches of the constants' arena, each name once.
  mutating func add(_ names: [Tree.Slice], arena: ContiguousArray<UInt8>) -> Int32 {
    var size = 4
    while size < names.count * 3 { size *= 2 }
    let table = NameTables.Table(
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
}

extension UnsafeRawBufferPointer {
  @inline(__always) func slice(_ slice: Tree.Slice) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[Int(slice.offset)..<Int(slice.offset + slice.count)])
  }
}
