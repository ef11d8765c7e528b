/// The rows of a delimited text, cut into fields.
///
/// A quote opens a field only as its first character; inside, a doubled quote is one. An escape, where
/// the dialect has one, takes from the next character its meaning, inside quotes and outside.
struct DelimitedRows {
  struct Field {
    var start: Int
    var end: Int
    var isQuoted: Bool
  }

  struct QuoteFault {
    var place: Int
    var expectation: String
  }

  private let quote: UInt8?
  private let escape: UInt8?
  private let separator: [UInt8]
  /// The fields of the last row, at most `kept` of them; `count` is how many there are.
  private(set) var fields: ContiguousArray<Field> = []
  private(set) var count = 0
  /// Where the last row ends, before its line break.
  private(set) var end = 0
  var kept = 0
  /// Whether no quote and no escape may span lines.
  var staysInLine = false

  init(_ format: DelimitedFormat) {
    precondition(!format.separator.isEmpty, "a separator has at least one character")
    quote = format.quote
    escape = format.escape
    separator = Array(format.separator.utf8)
  }

  /// Finds the fields of the row at the cursor and passes over its line break; on a fault the cursor
  /// stands behind what was read.
  mutating func row(_ cursor: inout Int, _ text: UnsafeRawBufferPointer) -> QuoteFault? {
    fields.removeAll(keepingCapacity: true)
    count = 0
    while true {
      if let quote, cursor < text.count, text[cursor] == quote {
        if let fault = quoted(quote, &cursor, text) { return fault }
      } else {
        let start = cursor
        passUnquoted(&cursor, text)
        add(Field(start: start, end: cursor, isQuoted: false))
      }
      guard isSeparator(cursor, text) else { break }
      cursor += separator.count
    }
    end = cursor
    cursor = Self.nextLine(cursor, text)
    return nil
  }

  private mutating func add(_ field: Field) {
    count += 1
    if count <= kept { fields.append(field) }
  }

  @inline(__always)
  private func passUnquoted(_ cursor: inout Int, _ text: UnsafeRawBufferPointer) {
    guard let escape else {
      while cursor < text.count, !atLineEnd(cursor, text), !isSeparator(cursor, text) {
        cursor &+= 1
      }
      return
    }
    while cursor < text.count, !atLineEnd(cursor, text), !isSeparator(cursor, text) {
      cursor &+= text[cursor] == escape && escapes(cursor &+ 1, text) ? 2 : 1
    }
  }

  /// Passes over the quoted field at the cursor.
  private mutating func quoted(
    _ quote: UInt8, _ cursor: inout Int, _ text: UnsafeRawBufferPointer
  ) -> QuoteFault? {
    let opening = cursor
    guard let end = closingQuote(quote, &cursor, text) else {
      return QuoteFault(place: opening, expectation: "the field's closing quote")
    }
    cursor = end + 1
    guard isSeparator(cursor, text) || atLineEnd(cursor, text) else {
      // A quote that only a later line closes is the mistake itself.
      let isOneLine = !text[opening..<end].contains(0x0A)
      return QuoteFault(
        place: isOneLine ? cursor : opening,
        expectation: "the separator or the line's end after a closing quote")
    }
    add(Field(start: opening + 1, end: end, isQuoted: true))
    return nil
  }

  /// Where the quoted field ends whose opening quote is at the cursor; nil, with the cursor behind what was
  /// read, if it does not.
  private func closingQuote(
    _ quote: UInt8, _ cursor: inout Int, _ text: UnsafeRawBufferPointer
  ) -> Int? {
    var at = cursor + 1
    while at < text.count {
      let byte = text[at]
      if byte == escape, escapes(at &+ 1, text) {
        at &+= 2
      } else if byte == quote {
        guard at &+ 1 < text.count, text[at &+ 1] == quote else { return at }
        at &+= 2
      } else if staysInLine, byte == 0x0A {
        break
      } else {
        at &+= 1
      }
    }
    cursor = min(at, text.count)
    return nil
  }

  /// Whether an escape takes the meaning from the byte at a place.
  private func escapes(_ place: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    place < text.count && !(staysInLine && text[place] == 0x0A)
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

  static func nextLine(_ place: Int, _ text: UnsafeRawBufferPointer) -> Int {
    (text[min(place, text.count)...].firstIndex(of: 0x0A) ?? text.count - 1) + 1
  }

  static func skipBlankLines(_ cursor: inout Int, _ text: UnsafeRawBufferPointer) {
    while cursor < text.count, text[cursor] == 0x0A || text[cursor] == 0x0D { cursor += 1 }
  }
}

// MARK: Values

extension DelimitedRows {
  /// Whether the field is the escape's `\N`, which databases write for null.
  func isNull(_ field: Field, _ text: UnsafeRawBufferPointer) -> Bool {
    guard let escape, !field.isQuoted, field.end - field.start == 2 else { return false }
    return text[field.start] == escape && text[field.start + 1] == UInt8(ascii: "N")
  }

  /// Copies a field's value into the arena, without what doubles quotes and escapes.
  func append(
    _ field: Field, _ text: UnsafeRawBufferPointer, _ tree: inout Tree
  ) -> Tree.Slice {
    let offset = tree.arena.count
    let doubled = field.isQuoted ? quote : nil
    guard doubled != nil || escape != nil else {
      return tree.intern(UnsafeRawBufferPointer(rebasing: text[field.start..<field.end]))
    }
    var start = field.start
    while let found = text[start..<field.end].firstIndex(where: { $0 == doubled || $0 == escape }) {
      tree.arena.append(contentsOf: text[start..<found])
      // An escape at the very end of the text takes nothing; quotes in a field come in pairs.
      guard found + 1 < field.end else {
        tree.arena.append(text[found])
        start = field.end
        break
      }
      let isEscape = text[found] == escape
      tree.arena.append(isEscape ? Self.escaped(text[found + 1]) : text[found])
      start = found + 2
    }
    tree.arena.append(contentsOf: text[start..<field.end])
    return Tree.Slice(offset: Int32(offset), count: Int32(tree.arena.count - offset))
  }

  /// What a byte stands for behind an escape: a letter for a control character, any other for itself.
  private static func escaped(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "0"): 0x00
    default: byte
    }
  }
}
