import Testing

@testable import Records

/// Every format: what is written is read back, and no bytes whatever harm a reader.
@Suite struct RecordsPropertyTests {
  static let fixedWidth = FixedWidthFormat(fields: [
    .init(name: "a", start: 1, length: 9), .init(name: "b", start: 10, length: 5),
    .init(name: "c", start: 16, length: 3, side: .right),
  ])
  static let characters = FixedWidthFormat(fields: fixedWidth.fields, unit: .characters)

  /// A format with a short name for the test's log.
  struct Named: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let format: RecordFormat

    init(_ name: String, _ format: RecordFormat) { (testDescription, self.format) = (name, format) }
  }

  static let formats: [Named] = [
    Named("JSON", .json(JSONFormat())),
    Named("JSON list", .json(JSONFormat(records: ["data", "rows"]))),
    Named("JSON lines", .json(JSONFormat(lines: true))),
    Named("XML", .xml(XMLFormat(record: ["ROOT", "ROW"]))),
    Named("XML root", .xml(XMLFormat(record: ["{urn:x}ROW"]))),
    Named("CSV", .delimited(DelimitedFormat())),
    Named(
      "long separator",
      .delimited(DelimitedFormat(separator: "|+|", header: false, columns: ["a", "b", "c"]))),
    Named(
      "no quotes",
      .delimited(DelimitedFormat(separator: "|", quote: nil, columns: ["a", "b", "c"]))),
    Named("fixed bytes", .fixedWidth(fixedWidth)),
    Named("fixed characters", .fixedWidth(characters)),
    Named("key=value", .keyValue(KeyValueFormat())),
  ]
  static let charsets: [Charset] = [
    .utf8, .gb18030, .gbk, .gb2312, .utf16, .utf16LittleEndian, .utf16BigEndian,
  ]

  @Test("what a writer accepts, the reader reads back as it was", arguments: formats)
  func roundTrip(named: Named) throws {
    let format = named.format
    var random = Seeded.printed("round trip of \(named.testDescription)")
    var survived = 0
    for round in 0..<3_000 {
      let charset = random.pick(Self.charsets)
      let tree = random.record(for: format)
      var writer = RecordWriter(format, charset: charset)
      var output: [UInt8] = []
      do throws(RecordError) {
        try writer.write(tree, into: &output)
      } catch {
        #expect(
          [.notRepresentable, .unencodable, .doesNotFit, .unknownCharset].contains(error.code))
        continue
      }
      survived += 1
      let reading = Reading(output, format, charset)
      #expect(reading.faults.isEmpty)
      #expect(reading.records == [tree.json()], "round \(round)")
    }
    #expect(survived > 300)
  }

  @Test(
    "mutated bodies are read or refused, never more: no crash, no hang, places inside the body",
    arguments: formats)
  func mutations(named: Named) throws {
    let format = named.format
    var random = Seeded.printed("mutations of \(named.testDescription)")
    var readers: [Charset?: RecordReader] = [:]
    var tree = Tree()
    var (accepted, refused) = (0, 0)
    for _ in 0..<3_000 {
      let charset = random.pick(Self.charsets)
      var writer = RecordWriter(format, charset: charset)
      var body: [UInt8] = []
      do throws(RecordError) {
        try writer.begin(into: &body)
        for _ in 0..<random.below(4) {
          // A record that cannot be written so is left out.
          try? writer.add(random.record(for: format), into: &body)
        }
        try writer.end(into: &body)
      } catch {
        continue
      }
      body = random.mutated(body)
      let count = body.count
      var heard = 0
      readers[charset, default: RecordReader(format, charset: charset)].read(
        body, into: &tree,
        record: { tree, place in
          heard += 1
          accepted += 1
          #expect(place.byte >= 0 && place.byteCount >= 0 && place.byte + place.byteCount <= count)
          #expect(tree.isWellFormed(inputCount: count))
        },
        fault: { fault in
          heard += 1
          refused += 1
          #expect(fault.byte <= count)
        })
      #expect(heard > 0, "a body gives a record or a fault")
    }
    #expect(accepted > 100 && refused > 100)
  }

  @Test("random bytes are refused or read, in every format and charset", arguments: formats)
  func noise(named: Named) {
    let format = named.format
    var random = Seeded.printed("noise for \(named.testDescription)")
    for charset in Self.charsets {
      var reader = RecordReader(format, charset: charset)
      var tree = Tree()
      for _ in 0..<200 {
        let body = (0..<random.below(60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var heard = 0
        reader.read(body, into: &tree, record: { _, _ in heard += 1 }, fault: { _ in heard += 1 })
        #expect(heard > 0)
      }
    }
  }

  static let megabytes: [Named] = formats.filter {
    ["JSON", "XML", "CSV", "fixed bytes", "key=value"].contains($0.testDescription)
  }

  @Test(
    "a record far over the limit is refused, and costs no memory of its size", arguments: megabytes)
  func largeRecord(named: Named) throws {
    var writer = RecordWriter(named.format)
    var body: [UInt8] = []
    try writer.write(Tree(json: #"{"a":"x?y"}"#), into: &body)
    let place = try #require(body.lastIndex(of: UInt8(ascii: "?")))
    body.replaceSubrange(place...place, with: repeatElement(UInt8(ascii: "z"), count: 4 << 20))
    var limits = RecordLimits()
    limits.recordBytes = 1 << 20
    var reader = RecordReader(named.format, limits: limits)
    var (tree, records, codes) = (Tree(), 0, [RecordError.Code]())
    reader.read(
      body, into: &tree, record: { _, _ in records += 1 }, fault: { codes.append($0.code) })
    #expect(records == 0)
    #expect([[.tooLarge], [.recordLength]].contains(codes))
    #expect(tree.arena.capacity <= 2 << 20)
  }

  @Test("many records are read in turn, in the memory of one", arguments: formats)
  func manyRecords(named: Named) throws {
    var writer = RecordWriter(named.format)
    var body: [UInt8] = []
    let record = try Tree(json: #"{"a":"张三","b":"x","c":"123"}"#)
    let isLoneRecord = ["JSON", "XML root"].contains(named.testDescription)
    let count = isLoneRecord ? 1 : 2_000
    try writer.begin(into: &body)
    for _ in 0..<count { try writer.add(record, into: &body) }
    try writer.end(into: &body)
    var reader = RecordReader(named.format)
    var (tree, records, faults) = (Tree(), 0, 0)
    reader.read(body, into: &tree, record: { _, _ in records += 1 }, fault: { _ in faults += 1 })
    #expect(faults == 0)
    #expect(records == count)
    #expect(tree.arena.capacity < 4096)
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
      for slice in [node.name, node.text] where slice.range.upperBound > arena.count {
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

extension Seeded {
  /// A random record of a shape that the format has.
  mutating func record(for format: RecordFormat) -> Tree {
    var tree = Tree()
    switch format {
    case .json:
      let object = tree.open(.object)
      for index in 0..<below(6) { grow(&tree, name: tree.intern("n\(index)" + text()), depth: 3) }
      tree.close(object)
    case .xml: growElement(&tree, name: .empty, depth: 3, isRecord: true)
    case .delimited, .fixedWidth:
      let alphabet = "ab Z09\"\\'|,+=中张䶮㐂𫖯é\n"
      let object = tree.open(.object)
      for name in ["a", "b", "c"] {
        let isFixed = format.isFixedWidth
        var value = trimmed(String(text(alphabet: alphabet).prefix(isFixed ? below(6) : 99)))
        // A line of blanks alone is no record.
        if isFixed, name == "a" { value = "x" + value }
        tree.append(.string, name: tree.intern(name), text: tree.intern(value))
      }
      tree.close(object)
    case .keyValue:
      let object = tree.open(.object)
      for index in 0..<(1 + below(5)) {
        let value = trimmed(text(alphabet: "ab Z09=#|中张䶮㐂𫖯é\n"))
        tree.append(.string, name: tree.intern("k\(index)"), text: tree.intern(value))
      }
      tree.close(object)
    }
    return tree
  }

  private func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.first == " " || text.first == "\n" { text.removeFirst() }
    while text.last == " " || text.last == "\n" { text.removeLast() }
    return String(text)
  }

  /// An element as the XML reader would give it: a text, or attributes and children; lists of two at least.
  private mutating func growElement(
    _ tree: inout Tree, name: Tree.Slice, depth: Int, isRecord: Bool = false
  ) {
    if !isRecord, depth == 0 || below(2) == 0 {
      let value = text(alphabet: "ab Z09\"'<>&]中张䶮㐂𫖯é\n\t\r")
      tree.append(.string, name: name, text: tree.intern(value))
      return
    }
    let object = tree.open(.object, name: name)
    if !isRecord || below(3) == 0 {
      tree.append(
        .string, name: tree.intern("@id"), text: tree.intern(text(alphabet: "a\"'<>&中\n\t\r")))
    }
    for index in 0..<below(4) {
      let child = tree.intern("元素\(index)")
      if below(4) == 0 {
        let array = tree.open(.array, name: child)
        for _ in 0..<(2 + below(2)) { growElement(&tree, name: .empty, depth: depth - 1) }
        tree.close(array)
      } else {
        growElement(&tree, name: child, depth: depth - 1)
      }
    }
    tree.close(object)
  }
}

extension RecordFormat {
  fileprivate var isFixedWidth: Bool { if case .fixedWidth = self { true } else { false } }
}
