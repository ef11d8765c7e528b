/// A table of codes with the standard they belong to: what a department's code means, or what a national
/// standard lists. A value: read once, looked at by every record, without allocating.
///
/// The form of a file is described in topology/codes/README.md. A code may stand in several rows only where
/// the table has a column `from` (codes that were given out again); then the last row is the present one.
package struct CodeTable: Sendable {
  package let name: String
  /// What it is a table of, for people; may be empty.
  package let title: String
  /// The edition of the table.
  package let version: String
  /// Where it was taken from.
  package let source: String
  package let columns: [String]
  package let count: Int
  /// When this edition is in force.
  package let period: Period
  /// Earlier editions of the same table.
  package var others: [CodeTable] = []
  /// All fields' bytes, and the end of each field in them, row by row.
  private let arena: ContiguousArray<UInt8>
  private let ends: ContiguousArray<UInt32>
  /// Open addressing: a row's number + 1 in a power of two of places, 0 for a free one.
  private let places: ContiguousArray<UInt32>
  private let standardColumn: Int
  private let labelColumn: Int

  package static let maximumRows = 1_000_000

  /// - Parameter rows: one field a column each; the first column is the code.
  package init(
    name: String, title: String = "", version: String, source: String, columns: [String],
    rows: [[String]], period: Period = .always
  ) throws(CodeTableError) {
    guard columns.first == "code" else {
      throw CodeTableError(file: name, line: 0, expectation: "the first column is called code")
    }
    guard rows.count <= Self.maximumRows else {
      throw CodeTableError(file: name, line: 0, expectation: "at most \(Self.maximumRows) rows")
    }
    self.name = name
    self.title = title
    self.version = version
    self.source = source
    self.columns = columns
    self.period = period
    count = rows.count
    standardColumn = columns.firstIndex(of: "standard") ?? 0
    labelColumn = columns.firstIndex(of: "label") ?? 0
    var arena: ContiguousArray<UInt8> = []
    var ends: ContiguousArray<UInt32> = []
    for (index, row) in rows.enumerated() {
      guard row.count == columns.count, let code = row.first, !code.isEmpty else {
        throw CodeTableError(
          file: name, line: 0,
          expectation: "row \(index + 1) has \(columns.count) fields and a code")
      }
      for field in row {
        arena.append(contentsOf: field.utf8)
        ends.append(UInt32(arena.count))
      }
    }
    self.arena = arena
    self.ends = ends
    places = try Self.index(rows, name: name, repeats: columns.contains("from"))
  }

  /// A department's table: its code, the standard code, and what it means.
  package init(
    name: String, version: String, source: String,
    entries: [(code: String, standard: String, label: String)], period: Period = .always
  ) throws(CodeTableError) {
    try self.init(
      name: name, version: version, source: source, columns: ["code", "standard", "label"],
      rows: entries.map { [$0.code, $0.standard, $0.label] }, period: period)
  }

  private static func index(
    _ rows: [[String]], name: String, repeats: Bool
  ) throws(CodeTableError) -> ContiguousArray<UInt32> {
    var size = 4
    while size < rows.count * 2 { size *= 2 }
    var places = ContiguousArray<UInt32>(repeating: 0, count: size)
    for (number, row) in rows.enumerated() {
      var place = withBytes(of: row[0], hash) & (size - 1)
      while places[place] != 0, rows[Int(places[place]) - 1][0] != row[0] {
        place = (place + 1) & (size - 1)
      }
      guard places[place] == 0 || repeats else {
        throw CodeTableError(
          file: name, line: 0, expectation: "each code once, but \"\(row[0])\" stands there twice")
      }
      places[place] = UInt32(number + 1)
    }
    return places
  }

  /// FNV-1a.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(truncatingIfNeeded: hash ^ (hash >> 29))
  }
}

// MARK: Looking up

extension CodeTable {
  /// The row of a code, or nil: the code is not mapped.
  package func row(of code: UnsafeRawBufferPointer) -> Int? {
    var place = Self.hash(code) & (places.count - 1)
    while places[place] != 0 {
      let row = Int(places[place]) - 1
      if withField(0, of: row, { $0.count == code.count && $0.elementsEqual(code) }) { return row }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  /// All rows of a code: the former ones too, where the table has it more than once.
  package func rows(of code: String) -> [Int] {
    (0..<count).filter { self.code(of: $0) == code }
  }

  package func row(of code: String) -> Int? { withBytes(of: code) { row(of: $0) } }

  /// Hands out the standard code of a row (the code itself where the table has no such column).
  package func withStandard<Result>(
    of row: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    withField(standardColumn, of: row, body)
  }

  package func withLabel<Result>(
    of row: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    withField(labelColumn, of: row, body)
  }

  /// Hands out any field.
  package func withField<Result>(
    _ column: Int, of row: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    let field = row * columns.count + column
    let start = field == 0 ? 0 : Int(ends[field - 1])
    let end = Int(ends[field])
    return arena.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
  }

  package func code(of row: Int) -> String { field(0, of: row) }
  package func standard(of row: Int) -> String { field(standardColumn, of: row) }
  package func label(of row: Int) -> String { field(labelColumn, of: row) }

  package func field(_ column: Int, of row: Int) -> String {
    withField(column, of: row) { String(decoding: $0, as: UTF8.self) }
  }
}

/// What is wrong in a code table's file, and where.
package struct CodeTableError: Error, Equatable, Sendable, CustomStringConvertible {
  package let file: String
  /// Counted from 1; 0 where it is the table as a whole.
  package let line: Int
  package let expectation: String

  package init(file: String, line: Int, expectation: String) {
    self.file = file
    self.line = line
    self.expectation = expectation
  }

  package var description: String {
    line > 0 ? "\(file):\(line): expected \(expectation)" : "\(file): expected \(expectation)"
  }
}
