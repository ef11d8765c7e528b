/// Writes trees as a department's bodies, in its format and charset.
///
/// A value that the format cannot hold, or a character that the charset lacks, is an error and leaves the
/// output as it was; nothing is cut, replaced or left out in silence. One writer serves one thread.
///
/// A body with one record is `write`; with many: `begin`, `add` for each, `end`.
package struct RecordWriter: Sendable {
  private let encoder: Encoder
  /// Whether a body begins with a byte order mark: UTF-16 has one, others where the format asks for it.
  private var isMarked: Bool
  /// The record in UTF-8, before it is encoded; reused.
  private var scratch: [UInt8] = []
  private var records = 0

  // What the formats need; exactly one of those that are optional is there.
  private var jsonWriter = JSONWriter()
  private var json: JSONFormat?
  private var xml: XMLWriting?
  private var delimited: DelimitedWriting?
  private var fixedWidth: FixedWidthWriting?
  private var keyValue: KeyValueWriting?

  package init(_ format: RecordFormat, charset: Charset = .utf8) {
    encoder = Encoder(charset)
    isMarked = charset == .utf16
    switch format {
    case .json(let format): json = format
    case .xml(let format): xml = XMLWriting(format, charset: charset)
    case .delimited(let format):
      delimited = DelimitedWriting(format)
      isMarked = isMarked || format.mark
    case .fixedWidth(let format): fixedWidth = FixedWidthWriting(format, encoder)
    case .keyValue(let format): keyValue = KeyValueWriting(format)
    }
  }

  /// Appends a whole body whose only record is the object at node `root`.
  package mutating func write(
    _ tree: borrowing Tree, root: Int = 0, into output: inout [UInt8]
  ) throws(RecordError) {
    let start = output.count
    do throws(RecordError) {
      try begin(into: &output)
      try add(tree, root: root, into: &output)
      try end(into: &output)
    } catch {
      output.removeLast(output.count - start)
      throw error
    }
  }

  /// Appends what stands before the first record.
  package mutating func begin(into output: inout [UInt8]) throws(RecordError) {
    records = 0
    scratch.removeAll(keepingCapacity: true)
    if isMarked { output += encoder.mark }
    try xml?.begin(into: &scratch)
    if let json, !json.lines, !json.records.isEmpty {
      for step in json.records {
        scratch.append(UInt8(ascii: "{"))
        writeName(step)
      }
      scratch.append(UInt8(ascii: "["))
    }
    try encode(into: &output)
  }

  /// Appends one record: the object at node `root`.
  package mutating func add(
    _ tree: borrowing Tree, root: Int = 0, into output: inout [UInt8]
  ) throws(RecordError) {
    guard root < tree.nodes.count, tree.nodes[root].kind == .object else {
      throw RecordError(.notAnObject, "a record that is an object")
    }
    let start = output.count
    scratch.removeAll(keepingCapacity: true)
    do throws(RecordError) {
      if let json { try addJSON(tree, root, json) }
      try xml?.record(tree, root, into: &scratch)
      if records == 0 { try delimited?.begin(tree, root, into: &scratch) }
      try delimited?.record(tree, root, into: &scratch)
      // Counted in the charset's own bytes, so written without the scratch.
      try fixedWidth?.record(tree, root, into: &output)
      if records > 0 { keyValue?.part(into: &scratch) }
      try keyValue?.record(tree, root, into: &scratch)
      try encode(into: &output)
      // A text that begins so would be taken for the mark where none stands.
      if records == 0, !isMarked, output[start...].starts(with: encoder.mark) {
        output.insert(contentsOf: encoder.mark, at: start)
      }
    } catch {
      output.removeLast(output.count - start)
      var fault = error
      if fault.code == .unencodable, fault.path.isEmpty {
        fault.path = encoder.firstUnencodable(in: tree, root) ?? ""
      }
      fault.record = records + 1
      throw fault
    }
    records += 1
  }

  /// Appends what stands behind the last record.
  package mutating func end(into output: inout [UInt8]) throws(RecordError) {
    scratch.removeAll(keepingCapacity: true)
    try xml?.end(into: &scratch)
    if let json, !json.lines, !json.records.isEmpty {
      scratch.append(UInt8(ascii: "]"))
      scratch.append(contentsOf: repeatElement(UInt8(ascii: "}"), count: json.records.count))
    }
    try encode(into: &output)
  }

  private mutating func writeName(_ name: String) {
    var tree = Tree()
    tree.append(.string, text: tree.intern(name))
    jsonWriter.write(tree, into: &scratch)
    scratch.append(UInt8(ascii: ":"))
  }

  private mutating func addJSON(
    _ tree: borrowing Tree, _ root: Int, _ format: JSONFormat
  ) throws(RecordError) {
    if records > 0, !format.lines {
      guard !format.records.isEmpty else {
        throw RecordError(
          .notRepresentable, "one record a body; the format has no path to a list")
      }
      scratch.append(UInt8(ascii: ","))
    }
    jsonWriter.write(tree, root: root, into: &scratch)
    if format.lines { scratch.append(0x0A) }
  }

  /// Appends the scratch in the charset.
  private func encode(into output: inout [UInt8]) throws(RecordError) {
    let start = output.count
    let fault = scratch.withUnsafeBytes { encoder.append($0, into: &output) }
    if fault != nil {
      output.removeLast(output.count - start)
      throw Encoder.unencodable(encoder.charset)
    }
  }
}

extension Encoder {
  static func unencodable(_ charset: Charset, path: String = "") -> RecordError {
    RecordError(
      .unencodable, path: path, "characters that \(charset.rawValue) can express")
  }

  /// The path of the first value whose name or text has a character that the charset lacks.
  func firstUnencodable(in tree: borrowing Tree, _ root: Int) -> String? {
    var sink: [UInt8] = []
    for index in root..<Int(tree.nodes[root].end) {
      let node = tree.nodes[index]
      for slice in [node.name, node.text] {
        sink.removeAll(keepingCapacity: true)
        if tree.withBytes(slice, { append($0, into: &sink) }) != nil {
          return tree.path(of: index)
        }
      }
    }
    return nil
  }
}
