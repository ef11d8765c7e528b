/// Writes records as lines of delimited fields, quoted where they must be.
struct DelimitedWriting {
  private let format: DelimitedFormat
  private let separator: [UInt8]
  private let lineBreak: [UInt8]
  private var fields: FlatFields

  init(_ format: DelimitedFormat) {
    self.format = format
    separator = Array(format.separator.utf8)
    lineBreak = Array(format.lineBreak.utf8)
    fields = FlatFields(format.columns)
  }

  /// Writes the header, if the format has one; the columns are the first record's where none are given.
  mutating func begin(
    _ tree: borrowing Tree, _ root: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    if format.columns.isEmpty {
      var names: [String] = []
      for member in tree.children(of: root) { names.append(tree.string(tree.nodes[member].name)) }
      fields = FlatFields(names)
    }
    guard format.header else { return }
    for position in 0..<fields.count {
      if position > 0 { output += separator }
      let name = Array(fields.name(position).utf8)
      try name.withUnsafeBufferPointer { (name) throws(RecordError) in
        try field(UnsafeRawBufferPointer(name), position, into: &output)
      }
    }
    output += lineBreak
  }

  mutating func record(
    _ tree: borrowing Tree, _ root: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    var found = 0
    for position in 0..<fields.count {
      if position > 0 { output += separator }
      guard let member = fields.member(position, tree, of: root) else {
        try field(UnsafeRawBufferPointer(start: nil, count: 0), position, into: &output)
        continue
      }
      found += 1
      try FlatValue.with(tree, member) { (value) throws(RecordError) in
        try field(value, position, into: &output)
      }
    }
    try fields.refuseOthers(tree, root, found: found)
    output += lineBreak
  }

  private func field(
    _ value: UnsafeRawBufferPointer, _ position: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    // A lone empty field would be an empty line, which readers pass over.
    guard mustQuote(value) || value.isEmpty && fields.count == 1 else {
      return output.append(contentsOf: value)
    }
    guard let quote = format.quote else {
      throw RecordError(
        .notRepresentable, path: fields.name(position),
        "a value without line breaks and separators, since the format has no quote")
    }
    output.append(quote)
    for byte in value {
      if byte == quote { output.append(quote) }
      output.append(byte)
    }
    output.append(quote)
  }

  private func mustQuote(_ value: UnsafeRawBufferPointer) -> Bool {
    for (index, byte) in value.enumerated() {
      if byte == 0x0A || byte == 0x0D || byte == format.quote { return true }
      // Also a value that ends as the separator begins: the two would merge.
      if byte == separator.first,
        value[index...].starts(with: separator.prefix(value.count - index))
      {
        return true
      }
    }
    return false
  }
}
