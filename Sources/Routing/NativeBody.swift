import Records

/// A native body as people look at it: the line of a place, and the octets there.
package struct NativeBody {
  package let octets: [UInt8]
  private let charset: Charset
  /// Where each line begins.
  private let lines: [Int]

  package init(_ octets: [UInt8], charset: Charset) {
    self.octets = octets
    self.charset = charset
    lines = [0] + NativeBody.lineEnds(octets, charset)
  }

  /// The places behind line breaks. In UTF-16 the octet 0x0A may be half of another character.
  private static func lineEnds(_ octets: [UInt8], _ charset: Charset) -> [Int] {
    let lineBreak: [UInt8]
    switch charset {
    case .utf8, .gb18030, .gbk, .gb2312: lineBreak = [0x0A]
    case .utf16LittleEndian: lineBreak = [0x0A, 0]
    case .utf16BigEndian: lineBreak = [0, 0x0A]
    case .utf16:
      // A byte order mark, or where the zeros of ASCII stand.
      let isLittle =
        octets.starts(with: [0xFF, 0xFE]) || (octets.first != 0 && octets.dropFirst().first == 0)
      lineBreak = isLittle ? [0x0A, 0] : [0, 0x0A]
    }
    return stride(from: 0, to: octets.count, by: lineBreak.count).filter {
      octets[$0...].starts(with: lineBreak)
    }.map { $0 + lineBreak.count }
  }

  /// From 1.
  package func line(of byte: Int) -> Int {
    var (low, high) = (0, lines.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lines[middle] <= byte { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The octets of a value: as text where they are ASCII or UTF-8, else in hexadecimal. Nil outside the body.
  package func raw(at byte: Int, count: Int) -> String? {
    guard byte >= 0, count > 0, byte + count <= octets.count else { return nil }
    let part = octets[byte..<byte + count]
    if part.allSatisfy({ (0x20..<0x7F).contains($0) }) {
      return String(decoding: part, as: UTF8.self)
    }
    if charset == .utf8, !part.contains(where: { $0 < 0x20 }),
      let text = String(validating: part, as: UTF8.self)
    {
      return text
    }
    return Hex.text(part, atMost: 48)
  }
}

/// Octets in hexadecimal, for people.
enum Hex {
  static func text(_ octets: ArraySlice<UInt8>, atMost limit: Int) -> String {
    let pairs = octets.prefix(limit).map { octet in
      String(octet >> 4, radix: 16, uppercase: true)
        + String(octet & 15, radix: 16, uppercase: true)
    }
    return pairs.joined(separator: " ") + (octets.count > limit ? " …" : "")
  }
}
