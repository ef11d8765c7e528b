/// The division codes of GB/T 2260, of today and of former times.
///
/// A number keeps for life the division that it was first given, so a code that was abolished long ago is as
/// good as a present one; and as no table is ever complete, an unknown code is a warning and never more.
///
/// A class, so that whoever keeps it for the while of a record counts one reference and not six.
package final class Divisions: Sendable {
  package enum Standing: Sendable { case present, former, unknown }

  /// Names by code; the history's last name for a code that is no more.
  package let present: CodeTable
  package let history: CodeTable?
  /// A bit for each six-digit number.
  private let presentBits: ContiguousArray<UInt64>
  private let anyBits: ContiguousArray<UInt64>

  package init(present: CodeTable, history: CodeTable? = nil) {
    self.present = present
    self.history = history
    var bits = ContiguousArray<UInt64>(repeating: 0, count: 1_000_000 / 64)
    Self.mark(present, in: &bits)
    presentBits = bits
    if let history { Self.mark(history, in: &bits) }
    anyBits = bits
  }

  private static func mark(_ table: CodeTable, in bits: inout ContiguousArray<UInt64>) {
    for row in 0..<table.count {
      guard let number = table.withField(0, of: row, { $0.count == 6 ? $0.number(0, 6) : nil })
      else { continue }
      bits[number >> 6] |= 1 << UInt64(number & 63)
    }
  }

  /// - Parameter code: six digits, or a longer text that begins with them.
  package func standing(of code: UnsafeRawBufferPointer) -> Standing {
    guard code.count >= 6, let number = code.number(0, 6) else { return .unknown }
    let bit: UInt64 = 1 << UInt64(number & 63)
    if presentBits[number >> 6] & bit != 0 { return .present }
    return anyBits[number >> 6] & bit != 0 ? .former : .unknown
  }

  /// The name of a division, the present one or the last.
  package func name(of code: String) -> String? {
    if let row = present.row(of: code) { return present.label(of: row) }
    return history.flatMap { history in history.row(of: code).map(history.label(of:)) }
  }

  /// Whether the first six digits are a division; without a table, whether the province is one.
  static func knows(_ number: UnsafeRawBufferPointer, _ divisions: borrowing Divisions?) -> Bool {
    switch divisions {
    case .some(let divisions): divisions.standing(of: number) != .unknown
    case .none: isProvince(number)
    }
  }

  private static func isProvince(_ number: UnsafeRawBufferPointer) -> Bool {
    switch number.number(0, 2) {
    case 11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51,
      52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83:
      true
    default: false
    }
  }
}
