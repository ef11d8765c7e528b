/// From which day to which something is in force; days are written as numbers, 20070301.
package struct Period: Sendable, Hashable, CustomStringConvertible {
  package let first: Int32
  package let last: Int32

  package static let always = Period(first: 0, last: .max)

  private init(first: Int32, last: Int32) {
    self.first = first
    self.last = last
  }

  /// - Parameters:
  ///   - from: a day such as 2007-03-01, or a year, which means its first day; empty for no beginning.
  ///   - to: the last day or year; empty for no end.
  package init?(from: String, to: String) {
    guard let first = from.isEmpty ? 0 : Period.day(from, month: 1, day: 1),
      let last = to.isEmpty ? .max : Period.day(to, month: 12, day: 31), first <= last
    else { return nil }
    self.init(first: first, last: last)
  }

  private static func day(_ text: String, month: Int, day: Int) -> Int32? {
    let date: CivilDate? = withBytes(of: text) { bytes in
      guard bytes.count == 4 else { return CivilDate(extended: bytes) }
      return bytes.number(0, 4).flatMap { CivilDate(year: $0, month: month, day: day) }
    }
    return date.map { Int32($0.year * 10_000 + $0.month * 100 + $0.day) }
  }

  package func contains(_ day: Int32) -> Bool { first <= day && day <= last }
  package func overlaps(_ other: Period) -> Bool { first <= other.last && other.first <= last }

  package var description: String {
    switch (first, last) {
    case (0, .max): "always"
    case (_, .max): "since \(first)"
    case (0, _): "until \(last)"
    default: "\(first) to \(last)"
    }
  }
}

extension CodeTable {
  /// This edition and the others of the same table.
  package var editions: [CodeTable] { others + [self] }

  /// The rows of this edition with the days on which each is in force: those of the columns `from` and `to` if it
  /// has them, of the edition otherwise. Nil where a row's are no days.
  package func period(of row: Int) -> Period? {
    guard let from = columns.firstIndex(of: "from") else { return period }
    let to = columns.firstIndex(of: "to")
    return Period(from: field(from, of: row), to: to.map { field($0, of: row) } ?? "")
  }

  /// Whether something is known of when its codes are in force.
  package var isDated: Bool {
    columns.contains("from") || editions.contains { $0.period != .always }
  }

  /// A table in a file of its own that is called like another and its version (`gbt4658-1984` beside `gbt4658`)
  /// is an edition of that one too.
  package static func gatherEditions(_ tables: inout [String: CodeTable]) {
    for (name, table) in tables.sorted(by: { $0.key < $1.key })
    where name.hasSuffix("-\(table.version)") {
      let plain = String(name.dropLast(table.version.count + 1))
      tables[plain]?.others.append(table)
    }
  }
}
