/// The records of a JSON body: the body itself, the items of an array in it, or one text a line.
///
/// A record's extent is found by its brackets alone, before it is parsed, so that a record which is
/// refused does not hide those behind it.
struct JSONRecords {
  private let format: JSONFormat
  private let path: [[UInt8]]
  private let limits: RecordLimits
  private var parser: JSONParser
  /// What stands around the records is parsed into this, only to be proved well-formed.
  private var rest = Tree()

  init(_ format: JSONFormat, limits: RecordLimits) {
    self.format = format
    self.limits = limits
    path = format.records.map { Array($0.utf8) }
    parser = JSONParser(limits: limits)
  }

  mutating func read(_ text: inout NativeText, into tree: inout Tree, _ handout: inout Handout) {
    if format.lines { return readLines(&text, &tree, &handout) }
    var walk = JSONExtent(text.utf8)
    walk.skipSpace()
    if path.isEmpty, walk.current != 0x5B {
      return record(0..<text.utf8.count, &text, &tree, &handout)
    }
    guard descend(&walk, step: 0, &text, &tree, &handout) else { return }
    walk.skipSpace()
    if walk.cursor < text.utf8.count {
      malformed(walk.cursor, &text, &handout, "nothing but white space after the value")
    }
  }

  private mutating func readLines(
    _ text: inout NativeText, _ tree: inout Tree, _ handout: inout Handout
  ) {
    var start = 0
    while start < text.utf8.count {
      let end = text.utf8[start...].firstIndex(of: 0x0A) ?? text.utf8.count
      if text.utf8[start..<end].contains(where: { $0 > 0x20 }) {
        record(start..<end, &text, &tree, &handout)
      }
      start = end + 1
    }
  }

  private mutating func record(
    _ range: Range<Int>, _ text: inout NativeText, _ tree: inout Tree, _ handout: inout Handout
  ) {
    guard range.count <= limits.recordBytes else {
      return handout.fault(
        .tooLarge, at: range.lowerBound, in: &text,
        "a record of at most \(limits.recordBytes) bytes")
    }
    do {
      try parser.parse(
        UnsafeRawBufferPointer(rebasing: text.utf8[range]), origin: range.lowerBound, into: &tree)
    } catch {
      return handout.fault(
        error.code, at: error.byte, in: &text, path: parser.faultPath, "\(error.expectation)")
    }
    guard tree.nodes[0].kind == .object else {
      return handout.fault(
        .notAnObject, at: range.lowerBound, in: &text, "a record that is an object")
    }
    handout.record(&tree, range, in: &text)
  }

  // MARK: Finding the records

  /// Goes into the value at the cursor, `step` members deep; false if the body cannot be followed on.
  private mutating func descend(
    _ walk: inout JSONExtent, step: Int, _ text: inout NativeText, _ tree: inout Tree,
    _ handout: inout Handout
  ) -> Bool {
    if step == path.count {
      if walk.current == 0x5B { return items(&walk, &text, &tree, &handout) }
      return value(&walk, &text, &tree, &handout)
    }
    guard walk.current == 0x7B else {
      handout.bodyFault(
        .recordsMissing, at: walk.cursor, in: &text, path: named(step),
        "an object with the member \(format.records[step])")
      return false
    }
    var found = false
    walk.cursor += 1
    walk.skipSpace()
    if walk.current == 0x7D {
      walk.cursor += 1
    } else {
      repeat {
        guard let name = memberName(&walk, &text, &handout) else { return false }
        let isStep = text.utf8[name].elementsEqual(path[step])
        if isStep, found {
          handout.bodyFault(
            .duplicateName, at: name.lowerBound, in: &text, path: named(step + 1),
            "every member of an object has a name of its own")
          return false
        }
        found = found || isStep
        let goesOn =
          isStep
          ? descend(&walk, step: step + 1, &text, &tree, &handout)
          : skip(&walk, &text, &handout)
        guard goesOn else { return false }
        walk.skipSpace()
      } while walk.take(0x2C)
      guard walk.take(0x7D) else {
        return malformed(
          walk.cursor, &text, &handout, "a comma or the object's closing brace")
      }
    }
    if !found {
      handout.bodyFault(
        .recordsMissing, at: walk.cursor - 1, in: &text, path: named(step),
        "the member \(format.records[step])")
    }
    return found
  }

  private func named(_ steps: Int) -> String {
    format.records.prefix(steps).joined(separator: ".")
  }

  /// The name between its quotes; the cursor then stands at the value.
  private mutating func memberName(
    _ walk: inout JSONExtent, _ text: inout NativeText, _ handout: inout Handout
  ) -> Range<Int>? {
    walk.skipSpace()
    let start = walk.cursor
    guard walk.current == 0x22, walk.skipString() else {
      malformed(start, &text, &handout, "a member's name in quotes")
      return nil
    }
    let name = start + 1..<walk.cursor - 1
    walk.skipSpace()
    guard walk.take(0x3A) else {
      malformed(walk.cursor, &text, &handout, "a colon after the member's name")
      return nil
    }
    walk.skipSpace()
    return name
  }

  /// Each item of the array at the cursor is a record.
  private mutating func items(
    _ walk: inout JSONExtent, _ text: inout NativeText, _ tree: inout Tree,
    _ handout: inout Handout
  ) -> Bool {
    walk.cursor += 1
    walk.skipSpace()
    if walk.take(0x5D) { return true }
    repeat {
      walk.skipSpace()
      guard value(&walk, &text, &tree, &handout) else { return false }
      walk.skipSpace()
    } while walk.take(0x2C)
    guard walk.take(0x5D) else {
      return malformed(
        walk.cursor, &text, &handout, "a comma or the array's closing bracket")
    }
    return true
  }

  private mutating func value(
    _ walk: inout JSONExtent, _ text: inout NativeText, _ tree: inout Tree,
    _ handout: inout Handout
  ) -> Bool {
    let start = walk.cursor
    let isWhole = walk.skipValue()
    record(start..<walk.cursor, &text, &tree, &handout)
    return isWhole
  }

  /// Passes over a value that is no record, and proves it well-formed.
  private mutating func skip(
    _ walk: inout JSONExtent, _ text: inout NativeText, _ handout: inout Handout
  ) -> Bool {
    let start = walk.cursor
    _ = walk.skipValue()
    do {
      try parser.parse(
        UnsafeRawBufferPointer(rebasing: text.utf8[start..<walk.cursor]), origin: start,
        into: &rest)
      return true
    } catch {
      handout.bodyFault(
        error.code, at: error.byte, in: &text, path: parser.faultPath, "\(error.expectation)")
      return false
    }
  }

  @discardableResult
  private func malformed(
    _ place: Int, _ text: inout NativeText, _ handout: inout Handout, _ expectation: String
  ) -> Bool {
    handout.bodyFault(.notJSON, at: place, in: &text, expectation)
    return false
  }
}
