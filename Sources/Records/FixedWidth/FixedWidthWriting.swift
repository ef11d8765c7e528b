/// Writes records of fixed width. A value that does not fit is an error: it is never cut.
struct FixedWidthWriting {
  private let format: FixedWidthFormat
  private let encoder: Encoder
  private let lineBreak: [UInt8]
  /// The fields in the order of their places.
  private let layout: [FixedWidthFormat.Field]
  private var fields: FlatFields
  private var encoded: [UInt8] = []
  /// Whether the record has a value that is not blank: readers take a blank body for none.
  private var hasValue = false

  /// Whether each character counts for two bytes at least.
  private var countsWide: Bool { format.unit == .bytes && encoder.charset.isUTF16 }

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
    var (position, found) = (1, 0)
    hasValue = false
    fields.begin(tree, root)
    for index in layout.indices {
      let field = layout[index]
      guard field.start >= position else {
        throw RecordError(
          .notRepresentable, path: field.name, "fields that do not overlap")
      }
      guard !countsWide || field.start % 2 == 1 && field.length % 2 == 0 else {
        throw RecordError(
          .notRepresentable, path: field.name, "a field of whole characters of two bytes")
      }
      pad(field.start - position, 0x20, into: &output)
      let member = fields.member(index, tree)
      if member != nil { found += 1 }
      try write(field, tree, member, into: &output)
      position = field.start + field.length
    }
    try fields.refuseOthers(tree, found: found)
    guard hasValue else {
      throw RecordError(.notRepresentable, "a record with at least one value that is not blank")
    }
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
        // Without lines, only those before a record are no part of it.
        let part = format.lines ? value.count : field.start == 1 ? 1 : 0
        guard !value.prefix(part).contains(where: { $0 == 0x0A || $0 == 0x0D }) else {
          throw RecordError(
            .notRepresentable, path: field.name, "a value without line breaks")
        }
        characters = value.count { $0 & 0xC0 != 0x80 }
        hasValue = hasValue || value.contains { $0 > 0x20 }
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
    let isBigEndian = encoder.charset == .utf16BigEndian
    for _ in 0..<max(0, countsWide ? count / 2 : count) {
      if isBigEndian { output.append(0) }
      output.append(padding)
      if encoder.charset.isUTF16, !isBigEndian { output.append(0) }
    }
  }
}
