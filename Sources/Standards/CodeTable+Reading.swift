/// Reads a code table's file: comment lines `# key: value` (name, version and source must be there; from and to
/// are the first and the last day, or the years, in which this edition is in force), a line
/// with the columns' names, then one code a line; comma-separated with quotes as RFC 4180 has them, UTF-8.
extension CodeTable {
  package static func read(_ bytes: [UInt8], file: String) throws(CodeTableError) -> CodeTable {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw CodeTableError(file: file, line: 0, expectation: "UTF-8")
    }
    var reader = CodeTableReader(bytes: bytes, file: file)
    let heading = try reader.heading()
    let columns = try reader.row(width: nil) ?? []
    guard Set(columns).count == columns.count, columns.first == "code" else {
      throw CodeTableError(
        file: file, line: reader.line, expectation: "the columns' names, each once, code first")
    }
    var rows: [[String]] = []
    while let row = try reader.row(width: columns.count) {
      guard !row[0].isEmpty else {
        throw CodeTableError(file: file, line: reader.line, expectation: "a code")
      }
      rows.append(row)
    }
    let name = try reader.required("name", in: heading)
    guard let period = Period(from: heading["from"] ?? "", to: heading["to"] ?? "") else {
      throw CodeTableError(
        file: file, line: 0, expectation: "\"# from:\" and \"# to:\" with days or years in order")
    }
    do {
      return try CodeTable(
        name: name, title: heading["title"] ?? "",
        version: try reader.required("version", in: heading),
        source: try reader.required("source", in: heading), columns: columns, rows: rows,
        period: period)
    } catch {
      throw CodeTableError(file: file, line: error.line, expectation: error.expectation)
    }
  }
}

private struct CodeTableReader {
  let bytes: [UInt8]
  let file: String
  var position = 0
  /// The line that was read last.
  var line = 0

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  func required(_ key: String, in heading: [String: String]) throws(CodeTableError) -> String {
    guard let value = heading[key], !value.isEmpty else {
      throw CodeTableError(file: file, line: 0, expectation: "a heading line \"# \(key): …\"")
    }
    return value
  }

  /// The comment lines at the top; those of the form `# key: value` are handed out.
  mutating func heading() throws(CodeTableError) -> [String: String] {
    var pairs: [String: String] = [:]
    while position < bytes.count, bytes[position] == UInt8(ascii: "#") {
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let text = trimmed(bytes[position + 1..<end])
      if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
        let key = String(decoding: trimmed(text[..<colon]), as: UTF8.self)
        pairs[key] = String(decoding: trimmed(text[(colon + 1)...]), as: UTF8.self)
      }
      position = min(end + 1, bytes.count)
      line += 1
    }
    return pairs
  }

  private func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, first <= 0x20 { text = text.dropFirst() }
    while let last = text.last, last <= 0x20 { text = text.dropLast() }
    return text
  }

  /// The next row, or nil at the end. Empty lines are passed over.
  mutating func row(width: Int?) throws(CodeTableError) -> [String]? {
    while position < bytes.count, bytes[position] == 0x0A || bytes[position] == 0x0D {
      if bytes[position] == 0x0A { line += 1 }
      position += 1
    }
    guard position < bytes.count else { return nil }
    line += 1
    var fields: [String] = []
    repeat { fields.append(try field()) } while skip(UInt8(ascii: ","))
    _ = skip(0x0D)
    guard position == bytes.count || skip(0x0A) else {
      throw CodeTableError(file: file, line: line, expectation: "a comma or the end of the line")
    }
    guard width == nil || fields.count == width else {
      throw CodeTableError(
        file: file, line: line, expectation: "\(width ?? 0) fields, not \(fields.count)")
    }
    return fields
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func field() throws(CodeTableError) -> String {
    guard skip(UInt8(ascii: "\"")) else {
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: ","),
        bytes[position] != 0x0A, bytes[position] != 0x0D
      { position += 1 }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }
    var text: [UInt8] = []
    while position < bytes.count {
      if skip(UInt8(ascii: "\"")) {
        guard skip(UInt8(ascii: "\"")) else { return String(decoding: text, as: UTF8.self) }
        text.append(UInt8(ascii: "\""))
      } else {
        guard bytes[position] != 0x0A else { break }
        text.append(bytes[position])
        position += 1
      }
    }
    throw CodeTableError(file: file, line: line, expectation: "a closing quote in the same line")
  }
}
