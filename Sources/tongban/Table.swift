import Foundation

/// A table for people: columns aligned by what a terminal shows, where a Chinese character takes two places.
struct Table {
  enum Alignment { case left, right }

  private let titles: [(String, Alignment)]
  private var rows: [[String]] = []

  init(_ titles: [(String, Alignment)]) {
    self.titles = titles
  }

  mutating func add(_ cells: [String]) {
    precondition(cells.count == titles.count, "a row has as many cells as the table has columns")
    rows.append(cells)
  }

  var text: String {
    let all = [titles.map(\.0)] + rows
    let widths = titles.indices.map { column in all.map { Table.width($0[column]) }.max() ?? 0 }
    return all.map { cells in
      titles.indices.map { column in
        let blank = String(repeating: " ", count: widths[column] - Table.width(cells[column]))
        return titles[column].1 == .left ? cells[column] + blank : blank + cells[column]
      }.joined(separator: "  ").trimmingSuffix(" ")
    }.joined(separator: "\n")
  }

  /// Places on a terminal (Unicode Standard Annex 11: wide and full-width characters take two).
  static func width(_ text: String) -> Int {
    text.reduce(0) { sum, character in
      guard let scalar = character.unicodeScalars.first else { return sum }
      switch scalar.value {
      case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        return sum + 2
      default: return sum + 1
      }
    }
  }
}

extension String {
  func trimmingSuffix(_ character: Character) -> String {
    var text = self
    while text.last == character { text.removeLast() }
    return text
  }
}

/// Prints one object a line for programs (`--json`), or a table for people.
func printJSON(_ object: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(object), as: UTF8.self))
}

/// Whether colour and progress are wanted: on a terminal, unless `NO_COLOR` is set.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1
  static let hasColour =
    isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
}
