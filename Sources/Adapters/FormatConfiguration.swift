import Configuration
import Records

/// How a department writes its records, as `adapter.json5` says it, with the charset and the media
/// type that go with it.
package struct NativeFormat: Sendable {
  package let format: RecordFormat
  package let charset: Charset
  /// `application/json; charset=UTF-8`
  package let contentType: String

  /// The part before the parameters, in lower case.
  package var mediaType: Substring { NativeFormat.mediaType(of: contentType) }

  /// Whether each line of a body is a record of its own, wherever the body is cut.
  var isCutAtLines: Bool {
    if charset.isUTF16 { return false }
    return switch format {
    case .delimited(let format): !format.header && !format.mark
    case .fixedWidth(let format): format.lines
    case .json(let format): format.lines || format.records.isEmpty
    case .xml, .keyValue: false
    }
  }

  package static func mediaType(of contentType: String) -> Substring {
    contentType.prefix { $0 != ";" && $0 != " " }
  }
}

extension NativeFormat {
  private enum Kind: String, CaseIterable {
    case json, xml, delimited
    case fixedWidth = "fixed-width"
    case keyValue = "key-value"

    var mediaType: String {
      switch self {
      case .json: "application/json"
      case .xml: "application/xml"
      case .delimited: "text/csv"
      case .fixedWidth, .keyValue: "text/plain"
      }
    }
  }

  /// Reads `{ kind, charset, … }`; what else is in it depends on the kind.
  init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    let kind = try object.required("kind").choice(of: Kind.self)
    let label = object.optional("charset")
    let name = try label?.name() ?? "UTF-8"
    guard let charset = Charset(label: name) else {
      throw (label ?? node).unknown("charset", name, known: Charset.allCases.map(\.rawValue))
    }
    switch kind {
    case .json:
      let lines = try object.optional("lines")?.bool() ?? false
      format = .json(JSONFormat(records: try NativeFormat.path(&object), lines: lines))
    case .xml:
      let within = try NativeFormat.path(&object, named: "within")
      format = .xml(XMLFormat(record: try NativeFormat.path(&object), within: within))
    case .delimited: format = .delimited(try DelimitedFormat(&object))
    case .fixedWidth:
      let fixed = try FixedWidthFormat(&object)
      try fixed.checkWholeCharacters(in: charset, at: node)
      format = .fixedWidth(fixed)
    case .keyValue: format = .keyValue(try KeyValueFormat(&object))
    }
    self.charset = charset
    contentType = "\(kind.mediaType); charset=\(charset.rawValue)"
    try object.end()
  }

  /// Where the records stand in the body: `ROOT/ROW`; nothing where the body is one record.
  private static func path(
    _ object: inout ConfigurationObject, named name: String = "record"
  ) throws(ConfigurationError) -> [String] {
    guard let node = object.optional(name) else { return [] }
    return try node.string().split(separator: "/").map(String.init)
  }
}

extension DelimitedFormat {
  fileprivate init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    self.init()
    if let node = object.optional("separator") { separator = try node.name() }
    if let node = object.optional("quote") { quote = try node.octetOrFalse() }
    if let node = object.optional("escape") { escape = try node.octet() }
    if let node = object.optional("header") { header = try node.bool() }
    if let node = object.optional("columns") { columns = try node.strings() }
    if let node = object.optional("line-break") { lineBreak = try node.name() }
    if let node = object.optional("byte-order-mark") { mark = try node.bool() }
    guard escape == nil || escape != quote else {
      throw object.node.fault(
        "\"escape\" and \"quote\" are the same: a doubled quote needs no escape")
    }
    guard header || !columns.isEmpty else {
      throw object.node.fault(
        "\"columns\" is missing: without a header line the columns need names here")
    }
  }
}

extension FixedWidthFormat {
  private enum Count: String, CaseIterable { case bytes, characters }

  fileprivate init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    let unit = try object.optional("unit")?.choice(of: Count.self) ?? .bytes
    let length = try object.required("length").int(1...1_000_000)
    var fields: [Field] = []
    for member in try object.required("fields").members() {
      fields.append(try Field(member, within: length))
    }
    self.init(fields: fields, unit: unit == .bytes ? .bytes : .characters, length: length)
    if let node = object.optional("lines") { lines = try node.bool() }
    if let node = object.optional("line-break") { lineBreak = try node.name() }
  }
}

extension FixedWidthFormat {
  /// Counted in bytes of UTF-16, a field that begins at an even byte is half a character too far.
  fileprivate func checkWholeCharacters(
    in charset: Charset, at node: ConfigurationNode
  ) throws(ConfigurationError) {
    guard unit == .bytes, charset.isUTF16 else { return }
    if let field = fields.first(where: { $0.start % 2 == 0 || $0.length % 2 == 1 }) {
      throw node.fault(
        "the field \(field.name) cuts characters: \(charset.rawValue) has two bytes a character at least, "
          + "so expected odd starts and even lengths, or unit: \"characters\"")
    }
  }
}

extension FixedWidthFormat.Field {
  private enum Standing: String, CaseIterable { case left, right }

  /// `[start, length]`, or `{ start, length, side, padding }`.
  fileprivate init(
    _ member: ConfigurationNode.Member, within width: Int
  ) throws(ConfigurationError) {
    let node = member.node
    if case .array(let place) = node.value {
      guard place.count == 2 else { throw node.fault("expected [start, length]") }
      self.init(
        name: member.name, start: try place[0].int(1...width), length: try place[1].int(1...width))
    } else {
      var object = try node.object()
      self.init(
        name: member.name, start: try object.required("start").int(1...width),
        length: try object.required("length").int(1...width))
      if let node = object.optional("side") {
        side = try node.choice(of: Standing.self) == .left ? .left : .right
      }
      if let node = object.optional("padding") { padding = try node.octet() }
      try object.end()
    }
    guard start + length - 1 <= width else {
      throw node.fault("ends at \(start + length - 1), beyond the record's length \(width)")
    }
  }
}

extension KeyValueFormat {
  fileprivate init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    self.init()
    if let node = object.optional("separator") { separator = try node.octet() }
    if let node = object.optional("remark") { remark = try node.octet() }
    if let node = object.optional("line-break") { lineBreak = try node.name() }
  }
}

extension ConfigurationNode {
  /// One ASCII character, or false for none.
  fileprivate func octetOrFalse() throws(ConfigurationError) -> UInt8? {
    if case .bool(false) = value { return nil }
    return try octet()
  }

  fileprivate func octet() throws(ConfigurationError) -> UInt8 {
    let text = try string()
    guard let octet = text.utf8.first, text.utf8.count == 1, octet < 0x80 else {
      throw fault("expected one ASCII character")
    }
    return octet
  }
}
