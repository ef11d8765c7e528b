/// Why a record could not be read or written: a stable code, the place in the native input, and what
/// was expected there. Two errors are equal when their codes are. Holds field names, never a value.
package struct RecordError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The stable reason codes of this module.
  package enum Code: String, Sendable, CaseIterable {
    /// There is nothing in the body, or nothing but white space.
    case emptyBody = "EMPTY_BODY"
    /// The body, the record or its tree is larger than the limits allow.
    case tooLarge = "TOO_LARGE"
    /// Objects, arrays or elements are nested deeper than the limits allow.
    case tooDeep = "TOO_DEEP"
    /// Bytes that are no character in the charset that the record is declared in.
    case undecodable = "UNDECODABLE"
    /// A charset that this hub does not read, or whose tables the system lacks.
    case unknownCharset = "UNKNOWN_CHARSET"
    /// A character that the charset to be written cannot express.
    case unencodable = "UNENCODABLE"
    /// Not JSON by RFC 8259.
    case notJSON = "NOT_JSON"
    /// A `\u` escape for one half of a surrogate pair alone.
    case loneSurrogate = "LONE_SURROGATE"
    /// Two members of one object have the same name.
    case duplicateName = "DUPLICATE_NAME"
    /// A record must be an object, and this is another kind of value.
    case notAnObject = "NOT_AN_OBJECT"
    /// The format says where the records stand, and the body has nothing there.
    case recordsMissing = "RECORDS_MISSING"
    /// Not well-formed XML 1.0 with namespaces.
    case notXML = "NOT_XML"
    /// The XML has a document type declaration; none is accepted.
    case dtdRefused = "DTD_REFUSED"
    /// A delimited record has more or fewer columns than it should.
    case columnCount = "COLUMN_COUNT"
    /// The header line lacks an expected column, or names one twice.
    case headerMismatch = "HEADER_MISMATCH"
    /// A quoted field does not end, or something follows its closing quote.
    case malformedQuote = "MALFORMED_QUOTE"
    /// A fixed-width record has another length than its format says.
    case recordLength = "RECORD_LENGTH"
    /// A line that is not key=value.
    case malformedLine = "MALFORMED_LINE"
    /// A value longer than the field that must hold it.
    case doesNotFit = "DOES_NOT_FIT"
    /// A value that the format has no way to write.
    case notRepresentable = "NOT_REPRESENTABLE"
  }

  package let code: Code
  /// The record's number in the body, from 1; 0 if the fault concerns the body as a whole.
  package var record: Int
  /// The line in the native input, from 1; 0 if the fault has no place there.
  package var line: Int
  /// The byte in the native input, from 0; -1 if the fault has no place there.
  package var byte: Int
  /// The member's path inside the record, for instance `address.lines[2]`; empty if none is concerned.
  package var path: String
  /// What was expected, in one sentence.
  package let expectation: String

  package init(
    _ code: Code, record: Int = 0, line: Int = 0, byte: Int = -1, path: String = "",
    _ expectation: String
  ) {
    self.code = code
    self.record = record
    self.line = line
    self.byte = byte
    self.path = path
    self.expectation = expectation
  }

  package var description: String {
    var place: [String] = []
    if record > 0 { place.append("record \(record)") }
    if line > 0 { place.append("line \(line)") }
    if byte >= 0 { place.append("byte \(byte)") }
    if !path.isEmpty { place.append(path) }
    let scope = place.isEmpty ? "body" : place.joined(separator: ", ")
    return "\(code.rawValue): \(scope): \(expectation)"
  }

  package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

/// How much of what a reader accepts before it refuses: memory is bounded by these whatever arrives.
package struct RecordLimits: Sendable {
  /// Bytes of a body; at most 1 GiB, since places in it are 32 bits.
  package var bodyBytes = 64 << 20
  /// Bytes of one record.
  package var recordBytes = 16 << 20
  /// Objects, arrays or elements inside each other.
  package var depth = 64
  /// Values in one record, at 32 bytes each.
  package var nodes = 1 << 20

  package init() {}
}
