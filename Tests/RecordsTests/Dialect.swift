@testable import Records

/// A format with a short name for the tests' logs: the shapes that the property tests and the fuzzing
/// target (`Fuzz/Readers.swift`) try.
struct Dialect: Sendable, CustomStringConvertible {
  let description: String
  let format: RecordFormat

  init(_ name: String, _ format: RecordFormat) { (description, self.format) = (name, format) }

  /// The columns of a flat record in it.
  var columns: [String] {
    if case .delimited(let format) = format, !format.columns.isEmpty { return format.columns }
    return ["a", "b", "c"]
  }

  /// Whether its records can be written: not where a path has a step that names no element, nor where
  /// fields counted in bytes cut the characters of UTF-16.
  func isWritable(in charset: Charset) -> Bool {
    switch format {
    case .xml(let format): !format.record.isEmpty && !format.record.contains("*")
    case .fixedWidth(let format):
      format.unit == .characters || !charset.isUTF16
        || format.fields.allSatisfy { $0.start % 2 == 1 && $0.length % 2 == 0 }
    case .json, .delimited, .keyValue: true
    }
  }

  static let all = json + xml + delimited + fixedWidth + keyValue

  static let json = [
    Dialect("JSON", .json(JSONFormat())),
    Dialect("JSON list", .json(JSONFormat(records: ["data", "rows"]))),
    Dialect("JSON lines", .json(JSONFormat(lines: true))),
  ]

  static let xml = [
    Dialect("XML", .xml(XMLFormat(record: ["ROOT", "ROW"]))),
    Dialect("XML root", .xml(XMLFormat(record: ["{urn:x}ROW"]))),
    Dialect(
      "XML within XML",
      .xml(XMLFormat(record: ["ROOT", "ROW"], within: ["Envelope", "Body", "report", "xml"]))),
    Dialect("any XML in any", .xml(XMLFormat(record: ["*"], within: ["*", "*"]))),
    Dialect("any XML", .xml(XMLFormat())),
    Dialect("any XML list", .xml(XMLFormat(record: ["*", "*"]))),
  ]

  static let delimited = [
    Dialect("CSV", .delimited(DelimitedFormat())),
    Dialect(
      "long separator",
      .delimited(DelimitedFormat(separator: "|+|", header: false, columns: ["a", "b", "c"]))),
    Dialect(
      "no quotes",
      .delimited(DelimitedFormat(separator: "|", quote: nil, columns: ["a", "b", "c"]))),
    Dialect(
      "tabs and apostrophes",
      .delimited(DelimitedFormat(separator: "\t", quote: UInt8(ascii: "'")))),
    Dialect(
      "escapes and quotes",
      .delimited(
        DelimitedFormat(
          separator: ",", escape: UInt8(ascii: "\\"), header: false, columns: ["a", "b", "c"]))),
    Dialect(
      "escapes without quotes",
      .delimited(DelimitedFormat(separator: "\u{1F}", quote: nil, escape: UInt8(ascii: "\\")))),
    Dialect(
      "escapes in long separators",
      .delimited(
        DelimitedFormat(
          separator: "||", quote: nil, escape: UInt8(ascii: "\\"), columns: ["a"], mark: true))),
    Dialect(
      "one column", .delimited(DelimitedFormat(header: false, columns: ["a"], lineBreak: "\n"))),
  ]

  private static let fields = [
    FixedWidthFormat.Field(name: "a", start: 1, length: 9), .init(name: "b", start: 10, length: 5),
    .init(name: "c", start: 16, length: 3, side: .right),
  ]

  private static let even = [
    FixedWidthFormat.Field(name: "a", start: 1, length: 10), .init(name: "b", start: 11, length: 6),
    .init(name: "c", start: 19, length: 4, side: .right),
  ]

  static let fixedWidth = [
    Dialect("fixed bytes", .fixedWidth(FixedWidthFormat(fields: fields))),
    Dialect(
      "fixed bytes, whole in UTF-16", .fixedWidth(FixedWidthFormat(fields: even, length: 22))),
    Dialect("fixed characters", .fixedWidth(FixedWidthFormat(fields: fields, unit: .characters))),
    Dialect(
      "fixed bytes without lines", .fixedWidth(FixedWidthFormat(fields: fields, lines: false))),
    Dialect(
      "fixed characters without lines",
      .fixedWidth(FixedWidthFormat(fields: fields, unit: .characters, lines: false))),
  ]

  static let keyValue = [
    Dialect("key=value", .keyValue(KeyValueFormat())),
    Dialect(
      "key:value",
      .keyValue(KeyValueFormat(separator: UInt8(ascii: ":"), remark: nil, lineBreak: "\r\n"))),
  ]
}
