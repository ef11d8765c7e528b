@testable import Records

/// What a reader and a writer promise of any bytes whatever; held to by the property tests and the
/// fuzzing target.
///
/// One value serves body after body, as a lane's reader does, so that nothing may be left over from one
/// body to the next.
struct Promises {
  private let format: RecordFormat
  private let charset: Charset?
  private let limits: RecordLimits
  private var reader: RecordReader
  private var second: RecordReader
  private var writer: RecordWriter
  private var (tree, secondTree) = (Tree(), Tree())
  /// What is written; reused.
  private var body: [UInt8] = []
  private(set) var (records, faults) = (0, 0)

  init(_ format: RecordFormat, _ charset: Charset?, limits: RecordLimits = RecordLimits()) {
    (self.format, self.charset, self.limits) = (format, charset, limits)
    reader = RecordReader(format, charset: charset, limits: limits)
    second = RecordReader(format, charset: charset ?? .utf8)
    writer = RecordWriter(format, charset: charset ?? .utf8)
  }

  /// The first promise that is broken for this body, in words; nil if all are kept.
  mutating func broken(by body: UnsafeRawBufferPointer) -> String? {
    var broken: String?
    var (heard, last) = (0, 0)
    var read: [Tree] = []
    reader.read(
      body, into: &tree,
      record: { tree, place in
        heard += 1
        records += 1
        if place.record != last + 1 { broken = "records are numbered without a gap" }
        last = place.record
        if place.byte < 0 || place.byteCount < 0 || place.byte + place.byteCount > body.count
          || place.line < 1
        {
          broken = "a record stands inside the body: \(place)"
        }
        if let fault = Self.fault(of: tree, limits, body.count) { broken = fault }
        read.append(tree)
      },
      fault: { fault in
        heard += 1
        faults += 1
        if fault.record > 0 {
          if fault.record != last + 1 { broken = "records are numbered without a gap" }
          last = fault.record
        }
        if fault.byte < -1 || fault.byte > body.count || (fault.line > 0) != (fault.byte >= 0) {
          broken = "a fault stands inside the body: \(fault)"
        }
        if fault.path.utf8.count > 80 * (limits.depth + 2) { broken = "a fault's path is short" }
      })
    if heard == 0 { broken = "a body gives a record or a fault" }
    if tree.arena.capacity > 4 * limits.recordBytes + 1 << 16
      || tree.nodes.capacity > 4 * limits.nodes + 1 << 12
    {
      broken = "the tree's memory is bounded"
    }
    var written = 0
    return broken ?? loss(of: read, survived: &written)
  }

  private static func fault(of tree: borrowing Tree, _ limits: RecordLimits, _ count: Int)
    -> String?
  {
    if !tree.isWellFormed(inputCount: count) {
      return "a tree nests, inside its arena and the body"
    }
    // Elements of one name become a list: one node more for two at least.
    if tree.nodes.count > limits.nodes + limits.nodes / 2 + 1 {
      return "a tree has no more nodes than allowed"
    }
    let isText = tree.nodes.allSatisfy { node in
      [node.name, node.text].allSatisfy { tree.withBytes($0) { UTF8Scan.firstFault($0) == nil } }
    }
    return isText ? nil : "all text is UTF-8"
  }

  /// What the writer accepts of these records is read again as it was, each alone and all together.
  ///
  /// - Parameter survived: counts the records that the format could hold.
  mutating func loss(of trees: [Tree], survived: inout Int) -> String? {
    var written: [Tree] = []
    for tree in trees {
      body.removeAll(keepingCapacity: true)
      do throws(RecordError) {
        try writer.write(tree, into: &body)
      } catch {
        if [.notRepresentable, .unencodable, .doesNotFit].contains(error.code) { continue }
        return "what cannot be written is refused for what it is: \(error)"
      }
      if let fault = difference([tree]) { return fault }
      written.append(tree)
    }
    survived += written.count
    guard written.count > 1, format.hasManyRecords else { return nil }
    body.removeAll(keepingCapacity: true)
    do throws(RecordError) {
      try writer.begin(into: &body)
      for tree in written { try writer.add(tree, into: &body) }
      try writer.end(into: &body)
    } catch { return "what can be written alone can be written with others: \(error)" }
    return difference(written)
  }

  private mutating func difference(_ expected: [Tree]) -> String? {
    let format = format
    var (place, fault) = (0, String?.none)
    second.read(
      body, into: &secondTree,
      record: { tree, _ in
        if place >= expected.count || !Self.isSame(expected[place], tree, format) {
          fault = "record \(place + 1) is read again as it was"
        }
        place += 1
      }, fault: { fault = "what was written is read without a fault: \($0)" })
    if place != expected.count, fault == nil { fault = "every record is read again" }
    return fault
  }
}

extension Promises {
  /// Whether two records are the same; a delimited body is written in the order of its format's columns,
  /// whatever order it was read in.
  private static func isSame(_ one: Tree, _ other: Tree, _ format: RecordFormat) -> Bool {
    guard case .delimited(let format) = format, !format.columns.isEmpty else { return one == other }
    func members(_ tree: Tree) -> [String] {
      tree.nodes.dropFirst().map { "\(tree.string($0.name)) \($0.kind) \(tree.string($0.text))" }
        .sorted()
    }
    return one == other || members(one) == members(other)
  }
}

extension RecordFormat {
  /// Whether a body of it can hold more than one record.
  var hasManyRecords: Bool {
    switch self {
    case .json(let format): format.lines || !format.records.isEmpty
    case .xml(let format): format.record.count > 1
    case .delimited, .fixedWidth, .keyValue: true
    }
  }
}

extension Tree {
  /// Whether the nodes nest, and all their slices lie in the arena and all their places in the input.
  func isWellFormed(inputCount: Int) -> Bool {
    guard !nodes.isEmpty, nodes[0].kind == .object, Int(nodes[0].end) == nodes.count else {
      return false
    }
    for (index, node) in nodes.enumerated() {
      guard Int(node.end) > index, Int(node.end) <= nodes.count else { return false }
      for slice in [node.name, node.text]
      where slice.range.lowerBound < 0 || slice.range.upperBound > arena.count {
        return false
      }
      if node.source >= 0,
        Int(node.source) + Int(node.sourceCount) > inputCount || node.sourceCount < 0
      {
        return false
      }
    }
    return true
  }
}
