/// A body as UTF-8, with what its characters say about the charset that it was read in: for whoever has to
/// find out which one it is.
package struct DecodedText: Sendable {
  /// The text without its byte order mark; a byte that is no character stands as U+007F.
  package let utf8: [UInt8]
  /// How many bytes are no character.
  package let faults: Int
  /// Of the characters looked at, how many are outside ASCII.
  package let wide: Int
  /// Of these, how many everybody writes: the signs and the first level of GB 2312. Text read in a wrong
  /// charset has few of them.
  package let common: Int

  /// Characters after these are decoded, but not counted.
  private static let counted = 100_000

  /// Nil if the system lacks the charset's tables.
  package init?(_ body: [UInt8], charset: Charset) {
    var decoder = TextDecoder()
    let decoded = body.withUnsafeBytes { body in
      decoder.decode(body, charset: charset) { (Array($0.utf8), $0.marks) }
    }
    guard let decoded else { return nil }
    var utf8 = decoded.0
    faults = decoded.1
    if faults > 0 {
      for index in utf8.indices where utf8[index] == GB18030.mark { utf8[index] = 0x7F }
    }
    self.utf8 = utf8
    (wide, common) = utf8.withUnsafeBytes { Self.count($0) }
  }

  private static func count(_ text: UnsafeRawBufferPointer) -> (wide: Int, common: Int) {
    var (at, wide, common, left) = (0, 0, 0, counted)
    while at < text.count, left > 0 {
      left -= 1
      let length = UTF8Scan.lead(text[at])
      if length > 1 {
        wide += 1
        let scalar = UTF8Scan.scalar(UTF8Scan.four(text, at), length: length)
        if isCommon(GB18030.shared?.code(scalar) ?? 0) { common += 1 }
      }
      at += length
    }
    return (wide, common)
  }

  /// - Parameter code: of GB18030, first byte lowest.
  private static func isCommon(_ code: UInt32) -> Bool {
    guard code <= 0xFFFF, code >> 8 >= 0xA1 else { return false }
    return (0xA1...0xA3).contains(code & 0xFF) || (0xB0...0xD7).contains(code & 0xFF)
  }
}
