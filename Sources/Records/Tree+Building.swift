// Trees from literals, for tests, tools and configuration; the message path fills them in readers.

extension Tree {
  /// Reads one JSON text, for instance `Tree(json: #"{"name":"张三"}"#)`.
  package init(json text: String, limits: RecordLimits = RecordLimits()) throws(RecordError) {
    try self.init(json: Array(text.utf8), limits: limits)
  }

  package init(json text: [UInt8], limits: RecordLimits = RecordLimits()) throws(RecordError) {
    self.init()
    try text.withUnsafeBufferPointer { (bytes) throws(RecordError) in
      try JSON.read(UnsafeRawBufferPointer(bytes), into: &self, limits: limits)
    }
  }

  /// The tree, or the value at one of its nodes, as compact JSON.
  package func json(at root: Int = 0) -> String {
    var writer = JSONWriter()
    var output: [UInt8] = []
    writer.write(self, root: root, into: &output)
    return String(decoding: output, as: UTF8.self)
  }
}

extension Tree.Slice {
  /// The slice's place in the arena.
  @inlinable package var range: Range<Int> { Int(offset)..<Int(offset) + Int(count) }
}
