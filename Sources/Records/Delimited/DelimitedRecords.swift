/// The records of a delimited body: RFC 4180 and the dialects near it.
///
/// A record whose quotes are wrong ends with its first line, so that the next one is read for what it is.
/// What is read twice for that is bounded: once it comes to several times the body, no quote spans lines
/// any more, and the rest is read in one pass.
struct DelimitedRecords {
  private let format: DelimitedFormat
  private let limits: RecordLimits
  private var rows: DelimitedRows
  /// The columns' names and, for each, where it lies in `nameBytes`, which begins every record's arena.
  private var names: [Tree.Slice] = []
  private var nameBytes: [UInt8] = []

  /// Names are copied into each record's arena, so they must not dwarf the record.
  private static let nameLimit = 512
  private static let columnLimit = 16_384
  /// How many times a body's length may be read in vain.
  private static let patience = 4

  init(_ format: DelimitedFormat, limits: RecordLimits) {
    self.format = format
    self.limits = limits
    rows = DelimitedRows(format)
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
    rows.staysInLine = false
    var cursor = 0
    if format.header {
      DelimitedRows.skipBlankLines(&cursor, text.utf8)
      guard cursor < text.utf8.count, header(&cursor, &text, &handout) else { return }
    }
    rows.kept = names.count
    var wasted = 0
    while true {
      DelimitedRows.skipBlankLines(&cursor, text.utf8)
      guard cursor < text.utf8.count else { return }
      let start = cursor
      handout.begin(at: start, in: &text)
      if let fault = rows.row(&cursor, text.utf8) {
        handout.fault(
          .malformedQuote, at: fault.place, in: &text, path: columnName(rows.count),
          fault.expectation)
        let next = DelimitedRows.nextLine(start, text.utf8)
        wasted += max(0, cursor - next)
        rows.staysInLine = rows.staysInLine || wasted > Self.patience * text.utf8.count
        cursor = next
        continue
      }
      record(start, &text, &tree, &handout)
    }
  }

  private func columnName(_ position: Int) -> String {
    guard position < names.count else { return "column \(position + 1)" }
    return String(decoding: nameBytes[names[position].range], as: UTF8.self)
  }

  private mutating func record(
    _ start: Int, _ text: inout NativeText, _ tree: inout Tree, _ handout: inout Handout
  ) {
    let end = rows.end
    guard end - start <= limits.recordBytes, names.count < limits.nodes else {
      return handout.fault(
        .tooLarge, at: start, in: &text,
        "a record of at most \(limits.recordBytes) bytes")
    }
    guard rows.count == names.count else {
      return handout.fault(
        .columnCount, at: start, in: &text,
        "\(names.count) columns, and here are \(rows.count)")
    }
    tree.removeAll()
    tree.arena.append(contentsOf: nameBytes)
    let object = tree.open(.object, source: Int32(start), sourceCount: Int32(end - start))
    for position in 0..<rows.count {
      let field = rows.fields[position]
      let around = field.isQuoted ? 1 : 0
      let isNull = rows.isNull(field, text.utf8)
      tree.append(
        isNull ? .null : .string, name: names[position],
        text: isNull ? .empty : rows.append(field, text.utf8, &tree),
        source: Int32(field.start - around),
        sourceCount: Int32(field.end - field.start + 2 * around))
    }
    tree.close(object)
    handout.record(&tree, start..<end, in: &text)
  }
}

// MARK: Header

extension DelimitedRecords {
  /// Reads the columns' names; false, with a fault, if they are not those expected.
  private mutating func header(
    _ cursor: inout Int, _ text: inout NativeText, _ handout: inout Handout
  ) -> Bool {
    let start = cursor
    rows.kept = Self.columnLimit
    if let fault = rows.row(&cursor, text.utf8) {
      handout.bodyFault(.malformedQuote, at: fault.place, in: &text, fault.expectation)
      return false
    }
    if text.marks > 0, let bad = text.utf8[start..<cursor].firstIndex(of: GB18030.mark) {
      handout.bodyFault(.undecodable, at: bad, in: &text, handout.undecodable(text.charset))
      return false
    }
    let longest = rows.fields.first { $0.end - $0.start > Self.nameLimit }
    guard rows.count <= Self.columnLimit, longest == nil else {
      handout.bodyFault(
        .tooLarge, at: longest?.start ?? start, in: &text,
        "at most \(Self.columnLimit) columns, with names of at most \(Self.nameLimit) bytes")
      return false
    }
    return setNames(&text, start, &handout)
  }

  private mutating func setNames(
    _ text: inout NativeText, _ start: Int, _ handout: inout Handout
  ) -> Bool {
    var scratch = Tree()
    let found = rows.fields.map { field in
      let slice = rows.append(field, text.utf8, &scratch)
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
