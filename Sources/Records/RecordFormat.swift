/// How a department writes its records: one of five shapes, each with what it must be told.
package enum RecordFormat: Sendable, Equatable {
  case json(JSONFormat)
  case xml(XMLFormat)
  case delimited(DelimitedFormat)
  case fixedWidth(FixedWidthFormat)
  case keyValue(KeyValueFormat)
}

package struct JSONFormat: Sendable, Equatable {
  /// The members that lead to the records; empty if the body itself is it. An array there holds the
  /// records, an object there is the only one.
  package var records: [String]
  /// One JSON text a line.
  package var lines: Bool

  package init(records: [String] = [], lines: Bool = false) {
    self.records = records
    self.lines = lines
  }
}

package struct XMLFormat: Sendable, Equatable {
  /// The elements from the root to the record, by local name or `{namespace}name`; `*` is any element.
  /// Empty if the root is the record. For SOAP: `["Envelope", "Body", "*"]`.
  package var record: [String]
  /// The elements from the root to one whose text is itself a document, escaped or in CDATA, as SOAP services
  /// carry reports; then `record` leads on from that document's root. Empty if there is none.
  package var within: [String]

  package init(record: [String] = [], within: [String] = []) {
    self.record = record
    self.within = within
  }
}

package struct DelimitedFormat: Sendable, Equatable {
  /// One or more characters between fields.
  package var separator: String
  /// The character around fields that contain others' characters; nil if the dialect has none.
  package var quote: UInt8?
  /// The character that takes from the next its meaning, as databases' exports write it: `\|` is a bar,
  /// `\n` a line break, `\N` alone null; nil if the dialect has none. A doubled quote is one all the same.
  package var escape: UInt8?
  /// Whether the first line names the columns.
  package var header: Bool
  /// The columns, in order. With a header: those it must have, in any order; empty takes them as they come.
  package var columns: [String]
  /// What ends a line that is written.
  package var lineBreak: String
  /// Whether a body that is written begins with the charset's byte order mark.
  package var mark: Bool

  package init(
    separator: String = ",", quote: UInt8? = UInt8(ascii: "\""), escape: UInt8? = nil,
    header: Bool = true, columns: [String] = [], lineBreak: String = "\r\n", mark: Bool = false
  ) {
    self.separator = separator
    self.quote = quote
    self.escape = escape
    self.header = header
    self.columns = columns
    self.lineBreak = lineBreak
    self.mark = mark
  }
}

package struct FixedWidthFormat: Sendable, Equatable {
  package enum Unit: String, Sendable { case bytes, characters }
  package enum Side: String, Sendable { case left, right }

  package struct Field: Sendable, Equatable {
    package var name: String
    /// The first position, from 1.
    package var start: Int
    package var length: Int
    /// The side that the value stands at; the padding is on the other. Spaces there are no part of the
    /// value when read; other padding is.
    package var side: Side
    package var padding: UInt8

    package init(
      name: String, start: Int, length: Int, side: Side = .left,
      padding: UInt8 = UInt8(ascii: " ")
    ) {
      self.name = name
      self.start = start
      self.length = length
      self.side = side
      self.padding = padding
    }
  }

  package var fields: [Field]
  package var unit: Unit
  /// The length of a record without its line break; if none is given, where the last field ends.
  package var length: Int
  /// Whether each record ends with a line break; if not, they follow each other without a gap.
  package var lines: Bool
  /// What ends a line that is written.
  package var lineBreak: String

  package init(
    fields: [Field], unit: Unit = .bytes, length: Int? = nil, lines: Bool = true,
    lineBreak: String = "\n"
  ) {
    self.fields = fields
    self.unit = unit
    self.length = length ?? fields.map { $0.start + $0.length - 1 }.max() ?? 0
    self.lines = lines
    self.lineBreak = lineBreak
  }
}

package struct KeyValueFormat: Sendable, Equatable {
  /// What stands between a key and its value.
  package var separator: UInt8
  /// What begins a line that is a remark; nil if there are none.
  package var remark: UInt8?
  /// What ends a line that is written.
  package var lineBreak: String

  package init(
    separator: UInt8 = UInt8(ascii: "="), remark: UInt8? = UInt8(ascii: "#"),
    lineBreak: String = "\n"
  ) {
    self.separator = separator
    self.remark = remark
    self.lineBreak = lineBreak
  }
}
