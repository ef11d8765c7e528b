/// The records of a body of key=value lines; an empty line ends a record.
struct KeyValueRecords {
  private let format: KeyValueFormat
  private let limits: RecordLimits

  init(_ format: KeyValueFormat, limits: RecordLimits) {
    self.format = format
    self.limits = limits
  }

  func read(_ text: inout NativeText, into tree: inout Tree, _ handout: inout Handout) {
    var start = 0
    while let block = nextBlock(&start, text.utf8) {
      record(block, &text, &tree, &handout)
    }
  }

  /// The lines up to the next empty one.
  private func nextBlock(_ start: inout Int, _ text: UnsafeRawBufferPointer) -> Range<Int>? {
    var first: Int?
    var end = start
    while start < text.count {
      let line = self.line(start, text)
      let isBlank = line.isEmpty
      let isRemark = !isBlank && format.remark == text[line.lowerBound]
      if isBlank, first != nil { break }
      if !isBlank, !isRemark {
        first = first ?? line.lowerBound
        end = line.upperBound
      }
      start = next(start, text)
    }
    return first.map { $0..<end }
  }

  /// The line that begins at a place, without its break and the white space around it.
  private func line(_ start: Int, _ text: UnsafeRawBufferPointer) -> Range<Int> {
    trimmed(start..<(text[start...].firstIndex(of: 0x0A) ?? text.count), text)
  }

  private func next(_ start: Int, _ text: UnsafeRawBufferPointer) -> Int {
    (text[start...].firstIndex(of: 0x0A) ?? text.count) + 1
  }

  private func trimmed(_ range: Range<Int>, _ text: UnsafeRawBufferPointer) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, text[start] <= 0x20 { start += 1 }
    while end > start, text[end - 1] <= 0x20 { end -= 1 }
    return start..<end
  }

  private func record(
    _ block: Range<Int>, _ text: inout NativeText, _ tree: inout Tree, _ handout: inout Handout
  ) {
    guard block.count <= limits.recordBytes else {
      return handout.fault(
        .tooLarge, at: block.lowerBound, in: &text,
        "a record of at most \(limits.recordBytes) bytes")
    }
    tree.removeAll()
    let object = tree.open(
      .object, source: Int32(block.lowerBound), sourceCount: Int32(block.count))
    var start = block.lowerBound
    while start < block.upperBound {
      let line = self.line(start, text.utf8)
      start = next(start, text.utf8)
      if line.isEmpty || format.remark == text.utf8[line.lowerBound] { continue }
      guard let equals = text.utf8[line].firstIndex(of: format.separator),
        equals > line.lowerBound
      else {
        return handout.fault(
          .malformedLine, at: line.lowerBound, in: &text,
          "a key, the separator and a value")
      }
      guard tree.nodes.count < limits.nodes else {
        return handout.fault(
          .tooLarge, at: line.lowerBound, in: &text, "fewer values in one record")
      }
      let key = trimmed(line.lowerBound..<equals, text.utf8)
      let value = trimmed(equals + 1..<line.upperBound, text.utf8)
      let name = tree.intern(UnsafeRawBufferPointer(rebasing: text.utf8[key]))
      let content = tree.intern(UnsafeRawBufferPointer(rebasing: text.utf8[value]))
      tree.append(
        .string, name: name, text: content, source: Int32(value.lowerBound),
        sourceCount: Int32(value.count))
    }
    tree.close(object)
    var names = MemberNames()
    if let twin = names.firstTwin(in: tree, of: object) {
      let name = tree.label(tree.nodes[twin].name)
      return handout.fault(
        .duplicateName, at: Int(tree.nodes[twin].source), in: &text, path: name,
        "every key of a record once")
    }
    handout.record(&tree, block, in: &text)
  }
}
