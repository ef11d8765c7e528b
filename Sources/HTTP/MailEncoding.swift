/// How text travels in mail: RFC 2047 in headers, base64 in the body, RFC 5322 for the date. Pure.
enum MailEncoding {
  /// Text for a header: as it is if plain words, else in encoded words of at most 75 characters, none of which cuts a letter.
  static func phrase(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { HeaderRules.isAlphanumeric($0) || " -".utf8.contains($0) }
    if isPlain && text.utf8.count <= 60 { return text }
    var words: [String] = []
    var word: [UInt8] = []
    for scalar in text.unicodeScalars {
      let bytes = Array(String(Character(scalar)).utf8)
      // 45 bytes become 60 characters of base64, and the frame around them has 12.
      if word.count + bytes.count > 45 {
        words.append("=?UTF-8?B?\(base64(word))?=")
        word = []
      }
      word += bytes
    }
    words.append("=?UTF-8?B?\(base64(word))?=")
    return words.joined(separator: "\r\n ")
  }

  /// The text with CR LF at the end of its lines, in base64 lines of 76 characters.
  static func body(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n") && previous != UInt8(ascii: "\r") {
        bytes.append(UInt8(ascii: "\r"))
      }
      bytes.append(byte)
      previous = byte
    }
    var lines: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 57) {
      lines += base64(Array(bytes[start..<min(start + 57, bytes.count)])).utf8
      lines += "\r\n".utf8
    }
    return lines
  }

  /// `Tue, 24 Nov 2026 04:40:29 +0000`
  static func date(_ seconds: Int64) -> String {
    let day = (seconds - positiveModulo(seconds, 86_400)) / 86_400
    let second = positiveModulo(seconds, 86_400)
    let (year, month, dayOfMonth) = civil(day)
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let time = [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(weekdays[Int(positiveModulo(day, 7))]), \(dayOfMonth) \(months[month - 1]) \(year) "
      + time.joined(separator: ":") + " +0000"
  }

  /// The date of a day counted from 1970-01-01: whole years are taken off, then whole months.
  private static func civil(_ day: Int64) -> (year: Int64, month: Int, day: Int64) {
    var (year, rest) = (Int64(1970), max(0, day))
    func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    while rest >= (isLeap(year) ? 366 : 365), year < 9999 {
      rest -= isLeap(year) ? 366 : 365
      year += 1
    }
    let lengths: [Int64] = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var month = 0
    while month < 11, rest >= lengths[month] {
      rest -= lengths[month]
      month += 1
    }
    return (year, month + 1, rest + 1)
  }

  private static func positiveModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
    let remainder = value % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }

  /// RFC 4648, with padding.
  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var digits: [UInt8] = []
    digits.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for byte in group { bits = bits << 8 | UInt32(byte) }
      bits <<= UInt32(3 - group.count) * 8
      for place in 0..<4 {
        let digit = Int(bits >> UInt32(18 - place * 6) & 63)
        digits.append(place <= group.count ? alphabet[digit] : UInt8(ascii: "="))
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}
