import Records

/// CSV and its dialects: the separator that gives most lines the same number of columns, the quote, and
/// whether the first line names the columns.
enum DelimitedShape {
  private static let separators = [
    "|+|", "||", "@@", "$$", "^^", ",", "\t", ";", "|", "^", "\u{1}", "~", "#",
  ]
  /// Signs that often stand in values: alone they say little.
  private static let weak: Set<String> = ["~", "#", "^"]

  private struct Table {
    let separator: String
    let quote: UInt8
    let rows: [[String]]
    let width: Int
    /// Of a hundred rows, how many have that width.
    let evenness: Int
  }

  static func find(in texts: [[UInt8]], columns: [DraftColumn]) -> BodyShape? {
    var best: Table?
    for separator in separators {
      guard let table = Self.table(texts, separator), isWorth(table) else { continue }
      if let best, !isBetter(table, than: best) { continue }
      best = table
    }
    guard let table = best else { return nil }
    return shape(of: table, columns)
  }

  private static func isWorth(_ table: Table) -> Bool {
    let least = table.rows.count == 1 || weak.contains(table.separator) ? 3 : 2
    return table.width >= least && table.evenness >= 75
  }

  private static func isBetter(_ table: Table, than best: Table) -> Bool {
    // One that is part of another gives more columns, half of them empty.
    if best.separator.hasPrefix(table.separator) { return false }
    return table.evenness * table.width > best.evenness * best.width
  }

  private static func table(_ texts: [[UInt8]], _ separator: String) -> Table? {
    let mark = Array(separator.utf8)
    guard !isDoubled(mark) || texts.allSatisfy({ hasOnlyPairs($0, mark[0]) }) else { return nil }
    let quote = Self.quote(texts, mark)
    let rows = texts.flatMap { Self.rows(of: $0, mark, quote) }
    var counts: [Int: Int] = [:]
    for row in rows { counts[row.count, default: 0] += 1 }
    guard let width = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else {
      return nil
    }
    return Table(
      separator: separator, quote: quote, rows: rows, width: width.key,
      evenness: width.value * 100 / rows.count)
  }

  private static func isDoubled(_ mark: [UInt8]) -> Bool { mark.count == 2 && mark[0] == mark[1] }

  /// Whether a sign never stands alone: where it does, two of it are an empty field between single ones.
  private static func hasOnlyPairs(_ text: [UInt8], _ sign: UInt8) -> Bool {
    var run = 0
    for byte in text {
      if byte == sign {
        run += 1
      } else {
        if run % 2 == 1 { return false }
        run = 0
      }
    }
    return run % 2 == 0
  }

  private static func shape(of table: Table, _ columns: [DraftColumn]) -> BodyShape {
    let even = table.rows.filter { $0.count == table.width }
    let first = even.first ?? []
    let header = columns.isEmpty ? HeaderLine.reasons(first, others: Array(even.dropFirst())) : nil
    let given = columns.count == table.width ? columns.map(\.name) : nil
    let names = given ?? (1...table.width).map { "C\($0)" }
    var reasons = ["\(table.evenness) % of \(table.rows.count) lines have \(table.width) columns"]
    reasons += header ?? ["the first line holds values, not names"]
    var remarks: [String] = []
    if !columns.isEmpty, given == nil {
      remarks.append(
        "--columns names \(columns.count) columns and the lines have \(table.width): the names were not used"
      )
    } else if header == nil, given == nil {
      remarks.append(
        "the columns have no names: they are called C1 to C\(table.width); give the real ones with --columns NAME,NAME,…"
      )
    }
    let format = DelimitedFormat(
      separator: table.separator, quote: table.quote, header: header != nil,
      columns: header == nil ? names : [])
    let sureness = (table.rows.count > 1 ? 65 : 45) + table.evenness / 5 + min(10, table.width)
    return BodyShape(
      format: .delimited(format),
      label: "CSV with \(name(of: table.separator)), \(header == nil ? "no header" : "a header")",
      guess: Guess(sureness - (weak.contains(table.separator) ? 15 : 0), reasons), remarks: remarks)
  }

  private static func name(of separator: String) -> String {
    switch separator {
    case ",": "commas"
    case "\t": "tabulators"
    case ";": "semicolons"
    case "\u{1}": "the character 1"
    default: "\"\(separator)\""
    }
  }

  // MARK: Rows

  private static let counted = 2_000

  /// A single quote only where fields are put in such; the usual one else.
  private static func quote(_ texts: [[UInt8]], _ mark: [UInt8]) -> UInt8 {
    let single = UInt8(ascii: "'")
    for text in texts {
      let line = Lines(text).all.first.map(Array.init) ?? []
      if line.first == single, line.last == single { return single }
    }
    return UInt8(ascii: "\"")
  }

  private static func rows(of text: [UInt8], _ mark: [UInt8], _ quote: UInt8) -> [[String]] {
    var (rows, row, start, at) = ([[String]](), [String](), 0, 0)
    var mayQuote = true
    func cell(_ end: Int) -> String {
      let value = text[start..<end]
      let isQuoted = value.count > 1 && value.first == quote && value.last == quote
      return String(decoding: isQuoted ? value.dropFirst().dropLast() : value, as: UTF8.self)
    }
    while at < text.count, rows.count < counted {
      if at == start, text[at] == quote, mayQuote {
        // Over the quoted field, if it has an end.
        if let end = closing(quote, text, from: at + 1) { at = end + 1 } else { mayQuote = false }
        continue
      }
      if text[at] == mark[0], text[at...].starts(with: mark) {
        row.append(cell(at))
        at += mark.count
        start = at
      } else if text[at] == 0x0A {
        let end = at > start && text[at - 1] == 0x0D ? at - 1 : at
        row.append(cell(end))
        if row.count > 1 || row[0].contains(where: { $0 != " " }) { rows.append(row) }
        row = []
        at += 1
        start = at
      } else {
        at += 1
      }
      if row.count > 2_000 { return rows }
    }
    if start < text.count, rows.count < counted {
      row.append(cell(text.count))
      if row.count > 1 || !row[0].isEmpty { rows.append(row) }
    }
    return rows
  }

  private static func closing(_ quote: UInt8, _ text: [UInt8], from start: Int) -> Int? {
    var at = start
    while at < text.count, at - start < 65_536 {
      if text[at] == quote {
        guard at + 1 < text.count, text[at + 1] == quote else { return at }
        at += 1
      }
      at += 1
    }
    return nil
  }
}

/// Whether a line names the columns.
enum HeaderLine {
  /// What spoke for it; nil if it holds values.
  static func reasons(_ line: [String], others: [[String]]) -> [String]? {
    let cells = line.map { String($0.drop { $0 == " " }) }
    guard Set(cells).count == cells.count, cells.allSatisfy(SafeName.isName) else { return nil }
    let known = cells.filter { !Clue.roles(of: $0).isEmpty }.count
    if known * 3 >= cells.count {
      return ["the first line names the columns: \(known) of \(cells.count) names are known"]
    }
    // Names are letters; somewhere below them there are digits or Chinese.
    let letters = cells.indices.filter { column in cells[column].allSatisfy { !$0.isNumber } }
    let unlike = letters.filter { column in
      let values = others.map { $0[column] }.filter { !$0.isEmpty }
      let other = values.filter { $0.contains { $0.isNumber || !$0.isASCII } }.count
      return !values.isEmpty && other * 2 >= values.count
    }
    guard unlike.count * 2 >= cells.count else { return nil }
    return ["the first line is unlike the others: words above numbers or Chinese"]
  }
}
