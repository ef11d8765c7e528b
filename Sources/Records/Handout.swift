/// Where a record stands in the native input.
package struct RecordPlace: Sendable, Equatable {
  /// The record's number in the body, from 1; faulty records count.
  package var record: Int
  /// The line it begins in, from 1.
  package var line: Int
  /// Its first byte, from 0.
  package var byte: Int
  package var byteCount: Int
}

/// What every reader gives its records and faults to: numbers them, finds their lines, and turns places
/// in the UTF-8 text into places in the native bytes.
struct Handout {
  private let take: (inout Tree, RecordPlace) -> Void
  private let refuse: (RecordError) -> Void
  private(set) var records = 0
  private(set) var faults = 0
  private var (line, lineStart) = (1, 0)
  /// Where the record begins that is being read: no place before it is asked for again.
  private var (knownLine, knownStart) = (1, 0)
  private var open: ContiguousArray<Int> = []

  init(
    record: @escaping (inout Tree, RecordPlace) -> Void, fault: @escaping (RecordError) -> Void
  ) {
    take = record
    refuse = fault
  }

  /// Whether the body gave anything at all.
  var isEmpty: Bool { records == 0 && faults == 0 }

  /// Remembers where a record begins whose faults may stand behind the next one's beginning, so that
  /// going back there is quick.
  mutating func begin(at place: Int, in text: inout NativeText) {
    _ = text.beginRecord(at: place)
    knownLine = line(of: text.wholePlace(of: place), in: text.whole)
    knownStart = lineStart
  }

  /// Hands out the tree as the record that stands in this range of the text, unless bad bytes are in it.
  mutating func record(_ tree: inout Tree, _ range: Range<Int>, in text: inout NativeText) {
    if let bad = firstMark(range, text) {
      return fault(.undecodable, at: bad, in: &text, undecodable(text.charset))
    }
    let start = text.beginRecord(at: range.lowerBound)
    if !text.isItself || text.origin > 0 { mapPlaces(&tree, in: &text) }
    let end = text.nativePlace(of: range.upperBound)
    give(&tree, range, start..<end, &text)
  }

  /// As `record`, for a tree whose nodes have their native places already.
  mutating func placedRecord(
    _ tree: inout Tree, _ range: Range<Int>, native: Range<Int>, in text: inout NativeText
  ) {
    if let bad = firstMark(range, text) {
      return fault(.undecodable, at: bad, in: &text, undecodable(text.charset))
    }
    give(&tree, range, native, &text)
  }

  private func firstMark(_ range: Range<Int>, _ text: borrowing NativeText) -> Int? {
    text.marks == 0 ? nil : text.utf8[range].firstIndex(of: GB18030.mark)
  }

  private mutating func give(
    _ tree: inout Tree, _ range: Range<Int>, _ native: Range<Int>, _ text: inout NativeText
  ) {
    records += 1
    let line = self.line(of: text.wholePlace(of: range.lowerBound), in: text.whole)
    take(
      &tree,
      RecordPlace(
        record: records, line: line, byte: native.lowerBound, byteCount: native.count))
  }

  /// Hands out the tree of a record read from the native bytes themselves.
  mutating func nativeRecord(
    _ tree: inout Tree, _ range: Range<Int>, in body: UnsafeRawBufferPointer, origin: Int
  ) {
    records += 1
    let line = self.line(of: range.lowerBound, in: body)
    take(
      &tree,
      RecordPlace(
        record: records, line: line, byte: origin + range.lowerBound, byteCount: range.count))
  }

  func undecodable(_ charset: Charset) -> String {
    "bytes that are characters in \(charset.rawValue)"
  }

  /// Refuses one record; the place is in the text.
  mutating func fault(
    _ code: RecordError.Code, at place: Int, in text: inout NativeText, path: String = "",
    _ expectation: String
  ) {
    records += 1
    report(
      RecordError(
        code, record: records, line: line(of: text.wholePlace(of: place), in: text.whole),
        byte: text.nativePlace(of: place), path: path, expectation))
  }

  /// Refuses one record read from the native bytes themselves.
  mutating func nativeFault(
    _ code: RecordError.Code, at place: Int, in body: UnsafeRawBufferPointer, origin: Int,
    path: String = "", _ expectation: String
  ) {
    records += 1
    report(
      RecordError(
        code, record: records, line: line(of: place, in: body), byte: origin + place, path: path,
        expectation))
  }

  /// Refuses the body, or what is left of it.
  mutating func bodyFault(
    _ code: RecordError.Code, at place: Int? = nil, in text: inout NativeText,
    path: String = "", _ expectation: String
  ) {
    guard let place else { return report(RecordError(code, path: path, expectation)) }
    report(
      RecordError(
        code, line: line(of: text.wholePlace(of: place), in: text.whole),
        byte: text.nativePlace(of: place), path: path,
        expectation))
  }

  mutating func report(_ error: RecordError) {
    faults += 1
    refuse(error)
  }

  /// The line of a place; quick for places in rising order, and for going back no further than `begin`.
  private mutating func line(of place: Int, in text: UnsafeRawBufferPointer) -> Int {
    if place < lineStart {
      (line, lineStart) = place < knownStart ? (1, 0) : (knownLine, knownStart)
    }
    let place = min(place, text.count)
    line &+= UnsafeRawBufferPointer(rebasing: text[lineStart..<place]).count(of: 0x0A)
    lineStart = place
    return line
  }

  /// Turns the places of a tree's nodes, which stand in the order of the text, into native ones.
  private mutating func mapPlaces(_ tree: inout Tree, in text: inout NativeText) {
    open.removeAll(keepingCapacity: true)
    for index in tree.nodes.indices {
      closeContainers(before: index, &tree, &text)
      let node = tree.nodes[index]
      guard node.source >= 0 else { continue }
      tree.nodes[index].source = Int32(text.nativePlace(of: Int(node.source)))
      if Int(node.end) > index + 1 {
        // Its end comes after those of its children: kept as a place in the text until then.
        tree.nodes[index].sourceCount = node.source + node.sourceCount
        open.append(index)
      } else {
        let end = text.nativePlace(of: Int(node.source + node.sourceCount))
        tree.nodes[index].sourceCount = Int32(end) - tree.nodes[index].source
      }
    }
    closeContainers(before: tree.nodes.count, &tree, &text)
  }

  private mutating func closeContainers(
    before index: Int, _ tree: inout Tree, _ text: inout NativeText
  ) {
    while let container = open.last, Int(tree.nodes[container].end) <= index {
      let end = text.nativePlace(of: Int(tree.nodes[container].sourceCount))
      tree.nodes[container].sourceCount = Int32(end) - tree.nodes[container].source
      open.removeLast()
    }
  }
}
