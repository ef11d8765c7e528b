import Testing

@testable import Records

/// Every format: what is written is read back, and no bytes whatever harm a reader.
@Suite struct RecordsPropertyTests {
  static let charsets: [Charset] = [
    .utf8, .gb18030, .gbk, .gb2312, .utf16, .utf16LittleEndian, .utf16BigEndian,
  ]

  private static let writable = Dialect.all.flatMap { dialect in
    charsets.filter { dialect.isWritable(in: $0) }.map { (dialect, $0) }
  }

  @Test("what a writer accepts, the reader reads back as it was", arguments: writable)
  func roundTrip(dialect: Dialect, charset: Charset) {
    var random = Seeded.printed("round trip of \(dialect) in \(charset.rawValue)")
    var promises = Promises(dialect.format, charset)
    let rounds = Trials.count(100, long: 10_000)
    var survived = 0
    for round in 0..<rounds {
      let trees = (0...random.below(3)).map { _ in random.record(for: dialect.format) }
      let fault = promises.loss(of: trees, survived: &survived)
      #expect(fault == nil, "round \(round)")
    }
    #expect(survived > rounds / 10)
  }

  @Test("random bytes are refused or read, in every format and charset", arguments: Dialect.all)
  func noise(dialect: Dialect) {
    var random = Seeded.printed("noise for \(dialect)")
    for charset in Self.charsets {
      var promises = Promises(dialect.format, charset)
      for _ in 0..<200 {
        let body = (0..<random.below(60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        #expect(body.withUnsafeBytes { promises.broken(by: $0) } == nil)
      }
    }
  }

  static let megabytes: [Dialect] = Dialect.all.filter {
    ["JSON", "XML", "CSV", "fixed bytes", "key=value"].contains($0.description)
  }

  @Test(
    "a record far over the limit is refused, and costs no memory of its size", arguments: megabytes)
  func largeRecord(dialect: Dialect) throws {
    var writer = RecordWriter(dialect.format)
    var body: [UInt8] = []
    try writer.write(Tree(json: #"{"a":"x?y"}"#), into: &body)
    let place = try #require(body.lastIndex(of: UInt8(ascii: "?")))
    body.replaceSubrange(place...place, with: repeatElement(UInt8(ascii: "z"), count: 4 << 20))
    var limits = RecordLimits()
    limits.recordBytes = 1 << 20
    var reader = RecordReader(dialect.format, limits: limits)
    var (tree, records, codes) = (Tree(), 0, [RecordError.Code]())
    reader.read(
      body, into: &tree, record: { _, _ in records += 1 }, fault: { codes.append($0.code) })
    #expect(records == 0)
    #expect([[.tooLarge], [.recordLength]].contains(codes))
    #expect(tree.arena.capacity <= 2 << 20)
  }

  @Test(
    "many records are read in turn, in the memory of one",
    arguments: Dialect.all.filter { $0.isWritable(in: .utf8) && $0.columns == ["a", "b", "c"] })
  func manyRecords(dialect: Dialect) throws {
    var writer = RecordWriter(dialect.format)
    var body: [UInt8] = []
    let record = try Tree(json: #"{"a":"张三","b":"x","c":"123"}"#)
    let count = dialect.format.hasManyRecords ? 2_000 : 1
    try writer.begin(into: &body)
    for _ in 0..<count { try writer.add(record, into: &body) }
    try writer.end(into: &body)
    var reader = RecordReader(dialect.format)
    var (tree, records, faults) = (Tree(), 0, 0)
    reader.read(body, into: &tree, record: { _, _ in records += 1 }, fault: { _ in faults += 1 })
    #expect(faults == 0)
    #expect(records == count)
    #expect(tree.arena.capacity < 4096)
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
      for name in Dialect("", format).columns {
        let isFixed = format.isFixedWidth
        var value = trimmed(String(text(alphabet: alphabet).prefix(isFixed ? below(6) : 99)))
        // A record of blanks alone is none.
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
