/// The records of a delimited body: RFC 4180 and the dialects near it.
///
/// A quote opens a field only as its first character; inside, a doubled quote is one. A record whose quotes
/// are wrong ends with its first line, so that the next one is read for what it is. That is still one pass:
/// of the quotes that begin lines, each closes at the next odd run of quotes, so no two of them read the
/// same stretch.
struct DelimitedRecords {
  private let format: DelimitedFormat
  private let limits: RecordLimits
  private let separator: [UInt8]
  /// The columns' names and, for each, where it lies in `nameBytes`, which begins every record's arena.
  private var names: [Tree.Slice] = []
  private var nameBytes: [UInt8] = []
  private var fields: ContiguousArray<Field> = []
  /// Set by the first quote that never closes: from then on none may span lines, so that a body full
  /// of them is still read in one pass.
  private var staysInLine = false

  private struct Field {
    var start: Int
    var end: Int
    var isQuoted: Bool
  }

  init(_ format: DelimitedFormat, limits: RecordLimits) {
    precondition(!format.separator.isEmpty, "a separator has at least one character")
    self.format = format
    self.limits = limits
    separator = Array(format.separator.utf8)
    setNames(format.columns.map { Array($0.utf8) })
  }

  private mutating func setNames(_ columns: [[UInt8]]) {
    names = []
    nameBytes = []
    for column in columns {
      names.append(Tree.Slice(offset: Int32(nameBytes.count), count: Int32(column.count)))
      nameBytes += column
    }
  }

  mutating func read(_ text: inout NativeText, into tree: inout Tree, _ handout: inout Handout) {
    staysInLine = false
    var cursor = 0
    if format.header {
      skipBlankLines(&cursor, text.utf8)
      guard cursor < text.utf8.count, header(&cursor, &text, &handout) else { return }
    }
    while true {
      skipBlankLines(&cursor, text.utf8)
      guard cursor < text.utf8.count else { return }
      let start = cursor
      if let fault = row(&cursor, text.utf8) {
        handout.fault(
          .malformedQuote, at: fault.place, in: &text, path: columnName(fields.count),
          fault.expectation)
        cursor = nextLine(start, text.utf8)
        continue
      }
      record(start, &text, &tree, &handout)
    }
  }

  private func skipBlankLines(_ cursor: inout Int, _ text: UnsafeRawBufferPointer) {
    while cursor < text.count, text[cursor] == 0x0A || text[cursor] == 0x0D { cursor += 1 }
  }

  private func columnName(_ position: Int) -> String {
    guard position < names.count else { return "column \(position + 1)" }
    return String(decoding: nameBytes[names[position].range], as: UTF8.self)
  }

  // MARK: Records

  private mutating func record(
    _ start: Int, _ text: inout NativeText, _ tree: inout Tree, _ handout: inout Handout
  ) {
    let end = fields.last.map { $0.isQuoted ? $0.end + 1 : $0.end } ?? start
    guard end - start <= limits.recordBytes, names.count < limits.nodes else {
      return handout.fault(
        .tooLarge, at: start, in: &text,
        "a record of at most \(limits.recordBytes) bytes")
    }
    guard fields.count == names.count else {
      return handout.fault(
        .columnCount, at: start, in: &text,
        "\(names.count) columns, and here are \(fields.count)")
    }
    tree.removeAll()
    tree.arena.append(contentsOf: nameBytes)
    let object = tree.open(.object, source: Int32(start), sourceCount: Int32(end - start))
    for position in fields.indices {
      let field = fields[position]
      let value = append(field, text.utf8, &tree)
      let around = field.isQuoted ? 1 : 0
      tree.append(
        .string, name: names[position], text: value, source: Int32(field.start - around),
        sourceCount: Int32(field.end - field.start + 2 * around))
    }
    tree.close(object)
    handout.record(&tree, start..<end, in: &text)
  }

  /// Copies a field's value into the arena, a doubled quote as one.
  private func append(
    _ field: Field, _ text: UnsafeRawBufferPointer, _ tree: inout Tree
  ) -> Tree.Slice {
    let offset = tree.arena.count
    guard field.isQuoted, let quote = format.quote else {
      return tree.intern(UnsafeRawBufferPointer(rebasing: text[field.start..<field.end]))
    }
    var start = field.start
    while let found = text[start..<field.end].firstIndex(of: quote) {
      // The two quotes of a pair stand together: one is copied, the other left out.
      tree.arena.append(contentsOf: text[start...found])
      start = found + 2
    }
    tree.arena.append(contentsOf: text[start..<field.end])
    return Tree.Slice(offset: Int32(offset), count: Int32(tree.arena.count - offset))
  }

  // MARK: Rows

  private struct QuoteFault {
    var place: Int
    var expectation: String
  }

  /// Finds the fields of the row at the cursor and passes over its line break.
  private mutating func row(_ cursor: inout Int, _ text: UnsafeRawBufferPointer) -> QuoteFault? {
    fields.removeAll(keepingCapacity: true)
    while true {
      if let quote = format.quote, cursor < text.count, text[cursor] == quote {
        let start = cursor + 1
        guard let end = closingQuote(quote, start, text) else {
          staysInLine = true
          return QuoteFault(
            place: cursor, expectation: "the field's closing quote")
        }
        guard isSeparator(end + 1, text) || atLineEnd(end + 1, text) else {
          // A quote that only a later line closes is the mistake itself.
          let isOneLine = !text[start..<end].contains(0x0A)
          return QuoteFault(
            place: isOneLine ? end + 1 : cursor,
            expectation: "the separator or the line's end after a closing quote")
        }
        fields.append(Field(start: start, end: end, isQuoted: true))
        cursor = end + 1
        if isSeparator(cursor, text) {
          cursor += separator.count
          continue
        }
      } else {
        let start = cursor
        while cursor < text.count, !atLineEnd(cursor, text), !isSeparator(cursor, text) {
          cursor &+= 1
        }
        fields.append(Field(start: start, end: cursor, isQuoted: false))
        if cursor < text.count, isSeparator(cursor, text) {
          cursor += separator.count
          continue
        }
      }
      cursor = nextLine(cursor, text)
      return nil
    }
  }

  /// Where a quoted field ends, which begins at a place; nil if it does not.
  private func closingQuote(
    _ quote: UInt8, _ start: Int, _ text: UnsafeRawBufferPointer
  ) -> Int? {
    var at = start
    while at < text.count {
      if text[at] == quote {
        guard at &+ 1 < text.count, text[at &+ 1] == quote else { return at }
        at &+= 2
      } else if staysInLine, text[at] == 0x0A {
        return nil
      } else {
        at &+= 1
      }
    }
    return nil
  }

  @inline(__always)
  private func isSeparator(_ place: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    guard place < text.count, text[place] == separator[0] else { return false }
    if separator.count == 1 { return true }
    return text[place...].starts(with: separator)
  }

  @inline(__always)
  private func atLineEnd(_ place: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    guard place < text.count else { return true }
    return text[place] == 0x0A
      || text[place] == 0x0D && (place &+ 1 == text.count || text[place &+ 1] == 0x0A)
  }

  private func nextLine(_ place: Int, _ text: UnsafeRawBufferPointer) -> Int {
    (text[min(place, text.count)...].firstIndex(of: 0x0A) ?? text.count - 1) + 1
  }
}

// MARK: Header

extension DelimitedRecords {
  /// Reads the columns' names; false, with a fault, if they are not those expected.
  private mutating func header(
    _ cursor: inout Int, _ text: inout NativeText, _ handout: inout Handout
  ) -> Bool {
    let start = cursor
    if let fault = row(&cursor, text.utf8) {
      handout.bodyFault(.malformedQuote, at: fault.place, in: &text, fault.expectation)
      return false
    }
    if text.marks > 0, let bad = text.utf8[start..<cursor].firstIndex(of: GB18030.mark) {
      handout.bodyFault(.undecodable, at: bad, in: &text, handout.undecodable(text.charset))
      return false
    }
    var scratch = Tree()
    let found = fields.map { field in
      let slice = append(field, text.utf8, &scratch)
      return Array(scratch.arena[slice.range])
    }
    if let missing = format.columns.first(where: { !found.contains(Array($0.utf8)) }) {
      handout.bodyFault(
        .headerMismatch, at: start, in: &text, path: missing,
        "the header must name the column \(missing)")
      return false
    }
    let sorted = found.sorted { $0.lexicographicallyPrecedes($1) }
    if let twin = zip(sorted, sorted.dropFirst()).first(where: { $0 == $1 }) {
      handout.bodyFault(
        .headerMismatch, at: start, in: &text, path: String(decoding: twin.0, as: UTF8.self),
        "the header must name every column once")
      return false
    }
    setNames(found)
    return true
  }
}
