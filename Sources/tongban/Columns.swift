/// Rows without a title, aligned by what a terminal shows; a cell that is much longer than its column pushes the
/// rest of its row, not the rest of the block.
enum Columns {
  private static let widest = 60

  static func lines(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.compactMap { $0.count > column ? Table.width($0[column]) : nil }
        .filter { $0 <= widest }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        cell + String(repeating: " ", count: max(0, widths[column] - Table.width(cell)))
      }
      return cells.joined(separator: "  ").trimmingSuffix(" ")
    }
  }
}
