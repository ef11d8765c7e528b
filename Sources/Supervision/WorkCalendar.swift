import Events
import Standards

/// Which days are worked: the plain week, but for the days that the State Council's yearly notice changes (调休).
///
/// Days are counted from 1970-01-01, in Asia/Shanghai (UTC+8 the whole year).
package struct WorkCalendar: Sendable {
  private let exceptions: [Int: Bool]
  /// The last day of the last year of which the notice is known; behind it the plain week is assumed.
  package let lastKnownDay: Int
  /// Which edition of the table it is, with a mark of its days: a correction is another edition too.
  package let edition: String

  /// - Parameter table: codes are days (`2026-02-14`), the column `kind` says `work` or `off`.
  /// - Throws: `CodeTableError` at a code that is no day, or another kind.
  package init(_ table: CodeTable) throws(CodeTableError) {
    guard let column = table.columns.firstIndex(of: "kind") else {
      throw CodeTableError(file: table.name, line: 0, expectation: "a column called kind")
    }
    var exceptions: [Int: Bool] = [:]
    var lastYear = 1970
    for row in 0..<table.count {
      var code = table.code(of: row)
      let date = code.withUTF8 { CivilDate(extended: UnsafeRawBufferPointer($0)) }
      let kind = table.field(column, of: row)
      guard let date, kind == "work" || kind == "off" else {
        throw CodeTableError(
          file: table.name, line: 0,
          expectation: "a day such as 2026-02-14 and the kind work or off, found \(code), \(kind)")
      }
      exceptions[date.daysSince1970] = kind == "work"
      lastYear = max(lastYear, date.year)
    }
    self.exceptions = exceptions
    lastKnownDay = CivilDate(year: lastYear, month: 12, day: 31)?.daysSince1970 ?? 0
    // FNV-1a over the days in their order.
    let mark = exceptions.sorted { $0.key < $1.key }.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
      ($0 ^ UInt64(bitPattern: Int64($1.key * 2 + ($1.value ? 1 : 0)))) &* 0x100_0000_01B3
    }
    edition = "\(table.version) \(String(mark, radix: 16))"
  }

  package func isWorkingDay(_ day: Int) -> Bool {
    // 1970-01-01 was a Thursday.
    exceptions[day] ?? (((day + 3) % 7 + 7) % 7 < 5)
  }

  /// The day that is so many working days after another, which itself is not counted.
  package func adding(_ count: Int, to day: Int) -> Int {
    var (day, left) = (day, count)
    while left > 0 {
      day += 1
      if isWorkingDay(day) { left -= 1 }
    }
    return day
  }

  // MARK: Days and moments

  private static let offset: Int64 = 8 * 3600 * 1_000_000
  private static let length: Int64 = 86_400 * 1_000_000

  package static func day(of moment: Instant) -> Int {
    let local = moment.microseconds + offset
    return Int(local >= 0 ? local / length : (local - length + 1) / length)
  }

  /// The midnight with which a day ends.
  package static func end(of day: Int) -> Instant {
    Instant(microseconds: Int64(day + 1) * length - offset)
  }
}
