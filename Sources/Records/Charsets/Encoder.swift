/// Writes UTF-8 texts in a charset.
struct Encoder {
  let charset: Charset

  /// The texts' charset; `utf16` is written as little-endian, and wants its `mark` in front.
  init(_ charset: Charset) { self.charset = charset }

  /// The charset's byte order mark.
  var mark: [UInt8] {
    switch charset {
    case .utf8: [0xEF, 0xBB, 0xBF]
    case .gb18030, .gbk, .gb2312: [0x84, 0x31, 0x95, 0x33]
    case .utf16, .utf16LittleEndian: [0xFF, 0xFE]
    case .utf16BigEndian: [0xFE, 0xFF]
    }
  }

  /// Appends a well-formed text; on a character that the charset lacks, its place in the text.
  func append(_ text: UnsafeRawBufferPointer, into output: inout [UInt8]) -> Int? {
    switch charset {
    case .utf8:
      output.append(contentsOf: text)
      return nil
    case .gb18030, .gbk, .gb2312: return appendGB(text, into: &output)
    case .utf16, .utf16LittleEndian, .utf16BigEndian:
      each(text) { scalar in
        if scalar < 0x10000 {
          append(unit: scalar, into: &output)
        } else {
          append(unit: 0xD7C0 &+ scalar >> 10, into: &output)
          append(unit: 0xDC00 | scalar & 0x3FF, into: &output)
        }
      }
      return nil
    }
  }

  private func append(unit: UInt32, into output: inout [UInt8]) {
    let (low, high) = (UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8))
    output.append(charset == .utf16BigEndian ? high : low)
    output.append(charset == .utf16BigEndian ? low : high)
  }

  private func each(_ text: UnsafeRawBufferPointer, _ body: (UInt32) -> Void) {
    var at = 0
    while at < text.count {
      let length = UTF8Scan.lead(text[at])
      body(UTF8Scan.scalar(UTF8Scan.four(text, at), length: length))
      at &+= length
    }
  }

  private func appendGB(_ text: UnsafeRawBufferPointer, into output: inout [UInt8]) -> Int? {
    var at = 0
    while at < text.count {
      var plain = at
      while plain < text.count, text[plain] < 0x80 { plain &+= 1 }
      if plain > at {
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[at..<plain]))
        at = plain
        continue
      }
      let length = UTF8Scan.lead(text[at])
      guard
        let code = GB18030.shared?.code(UTF8Scan.scalar(UTF8Scan.four(text, at), length: length)),
        permits(code)
      else { return at }
      output.append(UInt8(truncatingIfNeeded: code))
      output.append(UInt8(truncatingIfNeeded: code >> 8))
      if code > 0xFFFF {
        output.append(UInt8(truncatingIfNeeded: code >> 16))
        output.append(UInt8(truncatingIfNeeded: code >> 24))
      }
      at &+= length
    }
    return nil
  }

  /// Whether the code, first byte lowest, belongs to the charset and not only to GB18030.
  private func permits(_ code: UInt32) -> Bool {
    switch charset {
    case .gbk: code <= 0xFFFF
    case .gb2312:
      code <= 0xFFFF && (0xA1...0xF7).contains(code & 0xFF) && code >> 8 >= 0xA1
        && !(0xAA...0xAF).contains(code & 0xFF)
    default: true
    }
  }
}
