/// Reads a department's body, record by record, into one tree that is emptied and used again.
///
/// Each good record is handed out as an object at node 0; each bad one is one fault, and its neighbours
/// go on. A body that is nothing, or not of its format at all, is one fault. Every body gives at least
/// one of the two. One reader serves one thread.
package struct RecordReader {
  private let limits: RecordLimits
  private let charset: Charset?
  private var decoder = TextDecoder()
  /// What the last body said about its charset that was not so; nil if nothing.
  package private(set) var remark: CharsetRemark?

  // Exactly one of these is there, by the format.
  private var json: JSONRecords?
  private var xml: XMLRecords?
  private var delimited: DelimitedRecords?
  private var fixedWidth: FixedWidthRecords?
  private var keyValue: KeyValueRecords?

  /// - Parameter charset: what the message's content type declares; nil leaves it to the body: its byte
  ///   order mark, its XML declaration, else UTF-8.
  package init(
    _ format: RecordFormat, charset: Charset? = nil, limits: RecordLimits = RecordLimits()
  ) {
    precondition(limits.bodyBytes < 1 << 30, "places in a body are 32 bits")
    self.limits = limits
    self.charset = charset
    switch format {
    case .json(let format): json = JSONRecords(format, limits: limits)
    case .xml(let format): xml = XMLRecords(format, limits: limits)
    case .delimited(let format): delimited = DelimitedRecords(format, limits: limits)
    case .fixedWidth(let format):
      fixedWidth = FixedWidthRecords(format)
    case .keyValue(let format): keyValue = KeyValueRecords(format, limits: limits)
    }
  }

  package mutating func read(
    _ body: [UInt8], into tree: inout Tree,
    record: (inout Tree, RecordPlace) -> Void, fault: (RecordError) -> Void
  ) {
    body.withUnsafeBytes { read($0, into: &tree, record: record, fault: fault) }
  }

  package mutating func read(
    _ body: UnsafeRawBufferPointer, into tree: inout Tree,
    record: (inout Tree, RecordPlace) -> Void, fault: (RecordError) -> Void
  ) {
    withoutActuallyEscaping(record) { record in
      withoutActuallyEscaping(fault) { fault in
        var handout = Handout(record: record, fault: fault)
        read(body, &tree, &handout)
        if handout.isEmpty {
          handout.report(
            RecordError(.recordsMissing, "a body with at least one record"))
        }
      }
    }
  }

  private mutating func read(
    _ body: UnsafeRawBufferPointer, _ tree: inout Tree, _ handout: inout Handout
  ) {
    remark = nil
    guard body.count <= limits.bodyBytes else {
      return handout.report(
        RecordError(.tooLarge, "a body of at most \(limits.bodyBytes) bytes"))
    }
    guard let charset = charset(of: body) else { return handout.report(Self.unknownCharset) }
    if let fixedWidth, fixedWidth.cutsBytes(in: charset) {
      guard Self.hasText(body) else { return handout.report(Self.emptyBody) }
      return fixedWidth.readBytes(body, charset, into: &tree, &handout)
    }
    // The decoder leaves the reader for the while, so that both can be written at once.
    var decoder = TextDecoder()
    swap(&decoder, &self.decoder)
    defer { swap(&decoder, &self.decoder) }
    let decoded: Void? = decoder.decode(body, charset: charset, unproved: json != nil) { text in
      guard Self.hasText(text.utf8) else { return handout.report(Self.emptyBody) }
      json?.read(&text, into: &tree, &handout)
      xml?.read(&text, into: &tree, &handout)
      delimited?.read(&text, into: &tree, &handout)
      fixedWidth?.readCharacters(&text, into: &tree, &handout)
      keyValue?.read(&text, into: &tree, &handout)
    }
    if decoded == nil { handout.report(Self.unknownCharset) }
  }

  private static func hasText(_ body: UnsafeRawBufferPointer) -> Bool {
    body.contains { $0 > 0x20 }
  }

  private static let emptyBody = RecordError(.emptyBody, "a body with at least one record")

  private static let unknownCharset = RecordError(
    .unknownCharset,
    "one of \(Charset.allCases.map(\.rawValue).joined(separator: ", "))")

  /// The charset that the body is read in; nil if it declares one that is not known.
  private mutating func charset(of body: UnsafeRawBufferPointer) -> Charset? {
    guard xml != nil else { return charset ?? Self.marked(body) }
    let declaration = XMLDeclaration(body)
    let (chosen, remark) = declaration.choose(over: charset) { candidate in
      var decoder = TextDecoder()
      return decoder.decode(body, charset: candidate) { $0.marks == 0 } ?? false
    }
    self.remark = remark
    return chosen
  }

  /// What a byte order mark says; UTF-8 without one.
  static func marked(_ body: UnsafeRawBufferPointer) -> Charset {
    if body.starts(with: [0xFF, 0xFE]) || body.starts(with: [0xFE, 0xFF]) { return .utf16 }
    return body.starts(with: [0x84, 0x31, 0x95, 0x33]) ? .gb18030 : .utf8
  }
}
