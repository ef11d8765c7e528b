/// XML 1.0's rules for names and characters.
enum XMLText {
  /// Whether a text is a name without a colon.
  static func isName(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let first = name.first else { return false }
    if first < 0x80, !isNameCharacter(UInt32(first), isFirst: true) { return false }
    var at = 0
    while at < name.count {
      let length = UTF8Scan.lead(name[at])
      let scalar = UTF8Scan.scalar(UTF8Scan.four(name, at), length: length)
      guard isNameCharacter(scalar, isFirst: at == 0) else { return false }
      at += length
    }
    return true
  }

  /// The productions NameStartChar and NameChar of XML 1.0 (fifth edition), without the colon.
  private static func isNameCharacter(_ value: UInt32, isFirst: Bool) -> Bool {
    switch value {
    case 0x41...0x5A, 0x61...0x7A, 0x5F, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D,
      0x37F...0x1FFF, 0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF,
      0xF900...0xFDCF, 0xFDF0...0xFFFD, 0x10000...0xEFFFF:
      true
    case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: !isFirst
    default: false
    }
  }

  /// Appends a text with what must be escaped; false if XML has no way to write it.
  static func append(
    _ value: UnsafeRawBufferPointer, inAttribute: Bool, into output: inout [UInt8]
  ) -> Bool {
    var start = 0
    for (index, byte) in value.enumerated() {
      if byte >= 0x40 && byte != 0xEF { continue }
      let escape: StaticString
      switch byte {
      case 0x26: escape = "&amp;"
      case 0x3C: escape = "&lt;"
      case 0x3E: escape = "&gt;"
      case 0x22 where inAttribute: escape = "&quot;"
      case 0x0D: escape = "&#13;"
      case 0x09 where inAttribute: escape = "&#9;"
      case 0x0A where inAttribute: escape = "&#10;"
      case 0x09, 0x0A, 0x20...0x3F: continue
      case 0xEF:
        // U+FFFE and U+FFFF are the only characters outside the controls that XML leaves out.
        let word = UTF8Scan.four(value, index) & 0xFF_FFFF
        if word == 0xBE_BFEF || word == 0xBF_BFEF { return false }
        continue
      default: return false
      }
      output.append(contentsOf: UnsafeRawBufferPointer(rebasing: value[start..<index]))
      output.append(
        contentsOf: UnsafeBufferPointer(
          start: escape.utf8Start, count: escape.utf8CodeUnitCount))
      start = index + 1
    }
    output.append(contentsOf: UnsafeRawBufferPointer(rebasing: value[start...]))
    return true
  }
}
