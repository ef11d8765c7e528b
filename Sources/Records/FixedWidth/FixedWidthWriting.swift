/// Writes records of fixed width. A value that does not fit is an error: it is never cut.
struct FixedWidthWriting {
  private let format: FixedWidthFormat
  private let encoder: Encoder
  private let lineBreak: [UInt8]
  /// The fields in the order of their places.
  private let layout: [FixedWidthFormat.Field]
  private var fields: FlatFields
  private var encoded: [UInt8] = []

  init(_ format: FixedWidthFormat, _ encoder: Encoder) {
    self.format = format
    self.encoder = encoder
    lineBreak = Array(format.lineBreak.utf8)
    layout = format.fields.sorted { $0.start < $1.start }
    fields = FlatFields(layout.map(\.name))
  }

  mutating func record(
    _ tree: borrowing Tree, _ root: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    guard format.unit == .characters || !encoder.charset.isUTF16 else {
      throw RecordError(
        .unknownCharset,
        "fields counted in bytes in UTF-8 or GB18030; count characters")
    }
    var (position, found) = (1, 0)
    for index in layout.indices {
      let field = layout[index]
      guard field.start >= position else {
        throw RecordError(
          .notRepresentable, path: field.name, "fields that do not overlap")
      }
      pad(field.start - position, 0x20, into: &output)
      let member = fields.member(index, tree, of: root)
      if member != nil { found += 1 }
      try write(field, tree, member, into: &output)
      position = field.start + field.length
    }
    try fields.refuseOthers(tree, root, found: found)
    pad(format.length + 1 - position, 0x20, into: &output)
    if format.lines { _ = lineBreak.withUnsafeBytes { encoder.append($0, into: &output) } }
  }

  private mutating func write(
    _ field: FixedWidthFormat.Field, _ tree: borrowing Tree, _ member: Int?,
    into output: inout [UInt8]
  ) throws(RecordError) {
    encoded.removeAll(keepingCapacity: true)
    var characters = 0
    if let member {
      try FlatValue.with(tree, member) { (value) throws(RecordError) in
        guard !format.lines || !value.contains(where: { $0 == 0x0A || $0 == 0x0D }) else {
          throw RecordError(
            .notRepresentable, path: field.name, "a value without line breaks")
        }
        characters = value.count { $0 & 0xC0 != 0x80 }
        guard encoder.append(value, into: &encoded) == nil else {
          throw Encoder.unencodable(encoder.charset, path: field.name)
        }
      }
    }
    let count = format.unit == .bytes ? encoded.count : characters
    guard count <= field.length else {
      throw RecordError(
        .doesNotFit, path: field.name,
        "at most \(field.length) \(format.unit.rawValue), and the value has \(count)")
    }
    // An absent value is blank, whatever pads a present one.
    let padding = count == 0 ? 0x20 : field.padding
    if field.side == .right { pad(field.length - count, padding, into: &output) }
    output += encoded
    if field.side == .left { pad(field.length - count, padding, into: &output) }
  }

  private func pad(_ count: Int, _ padding: UInt8, into output: inout [UInt8]) {
    switch encoder.charset {
    case .utf16, .utf16LittleEndian:
      for _ in 0..<max(0, count) { output += [padding, 0] }
    case .utf16BigEndian:
      for _ in 0..<max(0, count) { output += [0, padding] }
    case .utf8, .gb18030, .gbk, .gb2312:
      output.append(contentsOf: repeatElement(padding, count: max(0, count)))
    }
  }
}
