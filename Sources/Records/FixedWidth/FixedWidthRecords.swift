/// The records of a fixed-width body. Counted in bytes, each field is cut out of the native bytes and
/// decoded alone, so a field that ends inside a character is found. Counted in characters, or in bytes of
/// UTF-16, where a character has two or four, the body is decoded first.
struct FixedWidthRecords {
  private let format: FixedWidthFormat
  private let names: [Tree.Slice]
  private let nameBytes: [UInt8]

  init(_ format: FixedWidthFormat) {
    for field in format.fields {
      precondition(
        field.start >= 1 && field.length >= 1 && field.start + field.length - 1 <= format.length,
        "field \(field.name) lies inside the record")
    }
    precondition(format.length > 0, "a record has a length")
    self.format = format
    var bytes: [UInt8] = []
    names = format.fields.map { field in
      defer { bytes += Array(field.name.utf8) }
      return Tree.Slice(offset: Int32(bytes.count), count: Int32(field.name.utf8.count))
    }
    nameBytes = bytes
  }

  private var countsCharacters: Bool { format.unit == .characters }

  /// Whether the fields are cut out of the native bytes.
  func cutsBytes(in charset: Charset) -> Bool { !countsCharacters && !charset.isUTF16 }

  // MARK: In bytes

  func readBytes(
    _ body: UnsafeRawBufferPointer, _ charset: Charset, into tree: inout Tree,
    _ handout: inout Handout
  ) {
    let (charset, origin) = charset.resolved(for: body)
    let body = UnsafeRawBufferPointer(rebasing: body[origin...])
    var start = 0
    while let range = nextRecord(&start, body, format.length) {
      guard range.count == format.length else {
        handout.nativeFault(
          .recordLength, at: range.lowerBound, in: body, origin: origin,
          "\(format.length) bytes, and here are \(range.count)")
        continue
      }
      tree.removeAll()
      tree.arena.append(contentsOf: nameBytes)
      let object = tree.open(
        .object, source: Int32(origin + range.lowerBound), sourceCount: Int32(range.count))
      var bad: (place: Int, field: Int)?
      for index in format.fields.indices {
        let field = format.fields[index]
        let first = range.lowerBound + field.start - 1
        let whole = first..<first + field.length
        let value = trimmed(whole, body, field)
        guard
          let text = decode(
            UnsafeRawBufferPointer(rebasing: body[value]), charset, &tree.arena)
        else {
          bad = (value.lowerBound + firstFault(body[value], charset), index)
          break
        }
        tree.append(
          .string, name: names[index], text: text, source: Int32(origin + whole.lowerBound),
          sourceCount: Int32(whole.count))
      }
      if let bad {
        handout.nativeFault(
          .undecodable, at: bad.place, in: body, origin: origin,
          path: format.fields[bad.field].name,
          handout.undecodable(charset))
        continue
      }
      tree.close(object)
      handout.nativeRecord(&tree, range, in: body, origin: origin)
    }
  }

  /// The next line without its break, or the next stretch of a record's length.
  private func nextRecord(
    _ start: inout Int, _ body: UnsafeRawBufferPointer, _ length: Int
  ) -> Range<Int>? {
    while start < body.count, body[start] == 0x0A || body[start] == 0x0D { start += 1 }
    guard start < body.count else { return nil }
    let first = start
    guard format.lines else {
      start = min(first + length, body.count)
      return first..<start
    }
    var end = body[first...].firstIndex(of: 0x0A) ?? body.count
    start = end + 1
    if end > first, body[end - 1] == 0x0D { end -= 1 }
    return first..<end
  }

  /// Leaves out the spaces on the padded side, and behind a value on the left.
  @inline(__always)
  private func trimmed(
    _ range: Range<Int>, _ text: UnsafeRawBufferPointer, _ field: FixedWidthFormat.Field
  ) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while end > start, text[end &- 1] == 0x20 { end &-= 1 }
    if field.side == .right { while start < end, text[start] == 0x20 { start &+= 1 } }
    return start..<end
  }

  /// Decodes a field into the arena; nil if a byte in it is no character.
  @inline(__always)
  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ charset: Charset, _ arena: inout ContiguousArray<UInt8>
  ) -> Tree.Slice? {
    let offset = arena.count
    if charset == .utf8 || bytes.allSatisfy({ $0 < 0x80 }) {
      guard charset != .utf8 || UTF8Scan.firstFault(bytes) == nil else { return nil }
      arena.append(contentsOf: bytes)
      return Tree.Slice(offset: Int32(offset), count: Int32(bytes.count))
    }
    guard let table = GB18030.shared else { return nil }
    let room = 2 * bytes.count + 8
    arena.append(contentsOf: repeatElement(0, count: room))
    let decoded = arena.withUnsafeMutableBufferPointer { arena in
      table.decode(bytes, to: UnsafeMutableBufferPointer(rebasing: arena[offset...]))
    }
    arena.removeLast(room - decoded.count)
    guard decoded.marks == 0 else { return nil }
    return Tree.Slice(offset: Int32(offset), count: Int32(decoded.count))
  }

  /// The first byte of a field that is no character.
  private func firstFault(_ bytes: Slice<UnsafeRawBufferPointer>, _ charset: Charset) -> Int {
    let bytes = UnsafeRawBufferPointer(rebasing: bytes)
    var decoder = TextDecoder()
    let fault = decoder.decode(bytes, charset: charset) { text in
      text.utf8.firstIndex(of: GB18030.mark).map { text.nativePlace(of: $0) } ?? 0
    }
    return fault ?? 0
  }

  // MARK: In characters

  func readCharacters(
    _ text: inout NativeText, into tree: inout Tree, _ handout: inout Handout
  ) {
    var start = 0
    while let range = nextCharacters(&start, text.utf8) {
      let count = length(of: text.utf8[range])
      guard count == format.length else {
        handout.fault(
          .recordLength, at: range.lowerBound, in: &text,
          "\(format.length) \(format.unit.rawValue), and here are \(count)")
        continue
      }
      tree.removeAll()
      tree.arena.append(contentsOf: nameBytes)
      let object = tree.open(
        .object, source: Int32(range.lowerBound), sourceCount: Int32(range.count))
      if let cut = fields(range.lowerBound, text.utf8, &tree) {
        handout.fault(
          .undecodable, at: cut.place, in: &text, path: format.fields[cut.field].name,
          handout.undecodable(text.charset))
        continue
      }
      tree.close(object)
      handout.record(&tree, range, in: &text)
    }
  }

  /// Appends the fields of the record at a place; where one begins or ends inside a character, that one.
  private func fields(
    _ start: Int, _ text: UnsafeRawBufferPointer, _ tree: inout Tree
  ) -> (place: Int, field: Int)? {
    var (position, place) = (1, start)
    for index in format.fields.indices {
      let field = format.fields[index]
      if field.start < position { (position, place) = (1, start) }
      guard advance(&place, field.start - position, text) else { return (place, index) }
      let first = place
      guard advance(&place, field.length, text) else { return (place, index) }
      let value = tree.intern(
        UnsafeRawBufferPointer(rebasing: text[trimmed(first..<place, text, field)]))
      tree.append(
        .string, name: names[index], text: value, source: Int32(first),
        sourceCount: Int32(place - first))
      position = field.start + field.length
    }
    return nil
  }

  /// As `nextRecord`, with the record's length in characters.
  private func nextCharacters(
    _ start: inout Int, _ text: UnsafeRawBufferPointer
  ) -> Range<Int>? {
    guard !format.lines else { return nextRecord(&start, text, 0) }
    while start < text.count, text[start] == 0x0A || text[start] == 0x0D { start += 1 }
    guard start < text.count else { return nil }
    let first = start
    if !advance(&start, format.length, text) { start += UTF8Scan.lead(text[start]) }
    start = min(start, text.count)
    return first..<start
  }

  /// Passes over a length; false, with the place before the character, if it ends inside one.
  private func advance(_ place: inout Int, _ length: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    var left = length
    while left > 0, place < text.count {
      let size = UTF8Scan.lead(text[place])
      let width = countsCharacters ? 1 : size == 4 ? 4 : 2
      if width > left { return false }
      left &-= width
      place = min(place &+ size, text.count)
    }
    return true
  }

  /// The length of a text, in what the format counts.
  private func length(of text: Slice<UnsafeRawBufferPointer>) -> Int {
    if countsCharacters { return text.count { $0 & 0xC0 != 0x80 } }
    return text.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : $1 >= 0xF0 && $1 < 0xF8 ? 4 : 2) }
  }
}
