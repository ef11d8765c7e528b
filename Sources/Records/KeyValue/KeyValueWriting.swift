/// Writes records as key=value lines.
struct KeyValueWriting {
  private let format: KeyValueFormat
  private let lineBreak: [UInt8]

  init(_ format: KeyValueFormat) {
    self.format = format
    lineBreak = Array(format.lineBreak.utf8)
  }

  /// An empty line, which parts two records.
  func part(into output: inout [UInt8]) { output += lineBreak }

  func record(
    _ tree: borrowing Tree, _ root: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    let end = Int(tree.nodes[root].end)
    guard end > root + 1 else {
      throw RecordError(.notRepresentable, "a record with at least one member")
    }
    var member = root + 1
    while member < end {
      let name = tree.nodes[member].name
      guard tree.withBytes(name, isKey) else {
        throw RecordError(
          .notRepresentable, path: tree.path(of: member),
          "a key without separators, line breaks and white space around it")
      }
      tree.withBytes(name) { output.append(contentsOf: $0) }
      output.append(format.separator)
      let isPlain = try FlatValue.with(tree, member) { (value) throws(RecordError) in
        output.append(contentsOf: value)
        return Self.isPlain(value)
      }
      guard isPlain else {
        throw RecordError(
          .notRepresentable, path: tree.path(of: member),
          "a value without line breaks and white space around it")
      }
      output += lineBreak
      member = Int(tree.nodes[member].end)
    }
  }

  private func isKey(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let first = name.first else { return false }
    return first != format.remark && Self.isPlain(name) && !name.contains(format.separator)
  }

  /// Whether a reader reads the text back as it is.
  private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let first = text.first, let last = text.last else { return true }
    return first > 0x20 && last > 0x20 && !text.contains { $0 == 0x0A || $0 == 0x0D }
  }
}
