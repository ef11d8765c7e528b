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
    let start = output.count
    var firstEnd = start
    for position in 0..<fields.count {
      if position > 0 { output += separator }
      let name = Array(fields.name(position).utf8)
      try name.withUnsafeBufferPointer { (name) throws(RecordError) in
        try field(UnsafeRawBufferPointer(name), position, into: &output)
      }
      if position == 0 { firstEnd = output.count }
    }
    try endLine(start..<firstEnd, into: &output)
  }

  mutating func record(
    _ tree: borrowing Tree, _ root: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    let start = output.count
    var (firstEnd, found) = (start, 0)
    fields.begin(tree, root)
    for position in 0..<fields.count {
      if position > 0 { output += separator }
      if let member = fields.member(position, tree) {
        found += 1
        if let escape = format.escape, tree.nodes[member].kind == .null {
          output += [escape, UInt8(ascii: "N")]
        } else {
          try FlatValue.with(tree, member) { (value) throws(RecordError) in
            try field(value, position, into: &output)
          }
        }
      }
      if position == 0 { firstEnd = output.count }
    }
    try fields.refuseOthers(tree, found: found)
    try endLine(start..<firstEnd, into: &output)
  }

  /// Ends a line. One of white space alone gets quotes around its first field: readers pass over an
  /// empty line, and take a blank body for none.
  private func endLine(_ first: Range<Int>, into output: inout [UInt8]) throws(RecordError) {
    if !output[first.lowerBound...].contains(where: { $0 > 0x20 }) {
      guard let quote = format.quote, fields.count > 0 else {
        throw RecordError(
          .notRepresentable, path: fields.count > 0 ? fields.name(0) : "",
          "a line that is not blank, since the format has no quote")
      }
      output.insert(quote, at: first.upperBound)
      output.insert(quote, at: first.lowerBound)
    }
    output += lineBreak
  }

  private func field(
    _ value: UnsafeRawBufferPointer, _ position: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    let isPlain = !mustQuote(value)
    if !isPlain, let quote = format.quote {
      output.append(quote)
      for byte in value {
        if byte == quote || byte == format.escape { output.append(format.escape ?? quote) }
        output.append(byte)
      }
      output.append(quote)
    } else if let escape = format.escape {
      append(value, escape, into: &output)
    } else if isPlain {
      output.append(contentsOf: value)
    } else {
      throw RecordError(
        .notRepresentable, path: fields.name(position),
        "a value without line breaks and separators, since the format has no quote")
    }
  }

  /// Appends a value without quotes, what has a meaning behind an escape.
  private func append(
    _ value: UnsafeRawBufferPointer, _ escape: UInt8, into output: inout [UInt8]
  ) {
    for byte in value {
      switch byte {
      case 0x0A: output += [escape, UInt8(ascii: "n")]
      case 0x0D: output += [escape, UInt8(ascii: "r")]
      case escape, separator[0]: output += [escape, byte]
      default: output.append(byte)
      }
    }
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
