/// The charsets that departments write.
///
/// GBK and GB 2312 are read as GB18030, which contains both, so that characters that a system wrote in
/// spite of its label survive. They are written as what they are: a system that says GBK may not
/// understand four-byte characters, so these are refused there.
package enum Charset: String, Sendable, CaseIterable {
  case utf8 = "UTF-8"
  case gb18030 = "GB18030"
  case gbk = "GBK"
  case gb2312 = "GB2312"
  /// By its byte order mark; without one by where the zeros of ASCII stand; else big-endian (RFC 2781).
  case utf16 = "UTF-16"
  case utf16LittleEndian = "UTF-16LE"
  case utf16BigEndian = "UTF-16BE"

  /// The charset of an IANA name or one of its aliases in use, in any case; nil if it is another one.
  package init?(label: some StringProtocol) {
    switch label.uppercased() {
    case "UTF-8", "UTF8", "US-ASCII", "ASCII": self = .utf8
    case "GB18030", "GB-18030", "GB18030-2000", "GB18030-2005", "GB18030-2022": self = .gb18030
    case "GBK", "CP936", "MS936", "WINDOWS-936", "X-GBK": self = .gbk
    case "GB2312", "GB_2312-80", "GB2312-80", "EUC-CN", "CSGB2312", "X-EUC-CN": self = .gb2312
    case "UTF-16", "UTF16", "UCS-2", "ISO-10646-UCS-2": self = .utf16
    case "UTF-16LE", "UTF16LE": self = .utf16LittleEndian
    case "UTF-16BE", "UTF16BE": self = .utf16BigEndian
    default: return nil
    }
  }

  /// The charset that a media type such as `text/csv; charset="GB18030"` declares; nil if it declares none.
  package static func declared(inContentType type: String) throws(RecordError) -> Charset? {
    for parameter in type.split(separator: ";").dropFirst() {
      let sides = parameter.split(separator: "=", maxSplits: 1)
      guard sides.count == 2, trimmed(sides[0]).lowercased() == "charset" else { continue }
      let label = trimmed(sides[1]).filter { $0 != "\"" && $0 != "'" }
      guard let charset = Charset(label: label) else {
        throw RecordError(
          .unknownCharset, "one of \(allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return charset
    }
    return nil
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    return text.drop(while: isSpace).suffix(while: { !isSpace($0) })
  }

  package var isUTF16: Bool {
    self == .utf16 || self == .utf16LittleEndian || self == .utf16BigEndian
  }

  /// The charset that a body is really in, and how long its byte order mark is.
  func resolved(for body: UnsafeRawBufferPointer) -> (charset: Charset, mark: Int) {
    let (first, second) = (body.count > 0 ? body[0] : 1, body.count > 1 ? body[1] : 1)
    switch self {
    case .utf8:
      let marked = first == 0xEF && second == 0xBB && body.count > 2 && body[2] == 0xBF
      return (.utf8, marked ? 3 : 0)
    case .gb18030, .gbk, .gb2312:
      let marked =
        body.count > 3 && first == 0x84 && second == 0x31 && body[2] == 0x95 && body[3] == 0x33
      return (self, marked ? 4 : 0)
    case .utf16:
      if first == 0xFF, second == 0xFE { return (.utf16LittleEndian, 2) }
      if first == 0xFE, second == 0xFF { return (.utf16BigEndian, 2) }
      return (first != 0 && second == 0 ? .utf16LittleEndian : .utf16BigEndian, 0)
    case .utf16LittleEndian: return (self, first == 0xFF && second == 0xFE ? 2 : 0)
    case .utf16BigEndian: return (self, first == 0xFE && second == 0xFF ? 2 : 0)
    }
  }
}

extension Substring {
  fileprivate func suffix(while keeps: (Character) -> Bool) -> Substring {
    var end = endIndex
    while end > startIndex, !keeps(self[index(before: end)]) { end = index(before: end) }
    return self[..<end]
  }
}
