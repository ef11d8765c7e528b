import Records

/// Lines of a key and its value; a blank line ends a record.
enum KeyValueShape {
  static func find(in samples: [Lines]) -> BodyShape? {
    for separator in [UInt8(ascii: "="), UInt8(ascii: ":")] {
      var (lines, good, keys) = (0, 0, [String: Int]())
      for line in samples.lazy.flatMap(\.all) where line.first != UInt8(ascii: "#") {
        lines += 1
        guard let key = key(of: line, separator) else { continue }
        good += 1
        keys[key, default: 0] += 1
      }
      guard lines >= 2, good * 100 >= lines * 90, keys.count >= 2 else { continue }
      let sign = String(UnicodeScalar(separator))
      return BodyShape(
        format: .keyValue(KeyValueFormat(separator: separator)), label: "key\(sign)value lines",
        guess: Guess(
          70 + min(25, lines),
          ["\(good) of \(lines) lines are a name, \"\(sign)\" and a value; \(keys.count) names"]))
    }
    return nil
  }

  private static func key(of line: ArraySlice<UInt8>, _ separator: UInt8) -> String? {
    guard let end = line.firstIndex(of: separator), end > line.startIndex else { return nil }
    let key = line[..<end].drop { $0 == 0x20 || $0 == 0x09 }
    guard key.count <= 60, let first = key.first, !(0x30...0x39).contains(first) else { return nil }
    let isName = key.allSatisfy { byte in
      byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
        || byte == UInt8(ascii: "-") || byte == 0x20 || (0x30...0x39).contains(byte)
        || (0x41...0x5A).contains(byte & 0xDF)
    }
    return isName ? String(decoding: key, as: UTF8.self) : nil
  }
}
