@testable import Records

/// What a reader made of a body: the records as JSON, their places, the trees, and the faults.
struct Reading {
  var records: [String] = []
  var trees: [Tree] = []
  var places: [RecordPlace] = []
  var faults: [RecordError] = []
  var remark: CharsetRemark?

  init(
    _ body: [UInt8], _ format: RecordFormat, _ charset: Charset? = nil,
    limits: RecordLimits = RecordLimits()
  ) {
    var reader = RecordReader(format, charset: charset, limits: limits)
    var tree = Tree()
    var (trees, places, faults): ([Tree], [RecordPlace], [RecordError]) = ([], [], [])
    reader.read(
      body, into: &tree,
      record: { tree, place in
        trees.append(tree)
        places.append(place)
      }, fault: { faults.append($0) })
    (self.trees, self.places, self.faults) = (trees, places, faults)
    records = trees.map { $0.json() }
    remark = reader.remark
  }

  init(_ body: String, _ format: RecordFormat, _ charset: Charset? = nil) {
    self.init(Array(body.utf8), format, charset)
  }

  var codes: [RecordError.Code] { faults.map(\.code) }

  /// The native bytes that a node of a record came from.
  func bytes(of path: String, record: Int = 0, in body: [UInt8]) -> [UInt8]? {
    guard let node = trees[record].find(path) else { return nil }
    let (start, count) = (trees[record].nodes[node].source, trees[record].nodes[node].sourceCount)
    guard start >= 0 else { return nil }
    return Array(body[Int(start)..<Int(start + count)])
  }
}

/// A text in a charset; stops the test if it cannot be written so.
func encoded(_ text: String, _ charset: Charset) -> [UInt8] {
  var output: [UInt8] = []
  var text = text
  let fault = text.withUTF8 { Encoder(charset).append(UnsafeRawBufferPointer($0), into: &output) }
  precondition(fault == nil, "the test's text is expressible")
  return output
}

/// The text of bytes in a charset; nil if a byte is no character.
func decoded(_ bytes: [UInt8], _ charset: Charset) -> String? {
  var decoder = TextDecoder()
  return bytes.withUnsafeBytes { bytes in
    decoder.decode(bytes, charset: charset) { text in
      text.marks == 0 ? String(decoding: text.utf8, as: UTF8.self) : nil
    } ?? nil
  }
}
