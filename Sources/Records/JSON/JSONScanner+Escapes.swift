// Strings with escapes: the slow half of `string()`.

extension JSONScanner {
  /// The rest of a string from its first backslash on.
  mutating func escapedString(
    _ start: Int, _ firstEscape: Int
  ) throws(JSONFault) -> Tree.Slice {
    var (at, to) = (firstEscape, firstEscape)
    while true {
      let byte = base[at]
      if byte == 0x22 {
        cursor = at &+ 1
        return Tree.Slice(
          offset: Int32(truncatingIfNeeded: start), count: Int32(truncatingIfNeeded: to &- start))
      }
      if byte == 0x5C {
        try escape(&at, &to)
      } else if byte >= 0x80 {
        let end = try characters(at)
        while at < end { copy(&at, &to) }
      } else if byte < 0x20 {
        throw unfinished(at)
      } else {
        copy(&at, &to)
      }
    }
  }

  @inline(__always) private func copy(_ at: inout Int, _ to: inout Int) {
    base[to] = base[at]
    at &+= 1
    to &+= 1
  }

  private func escape(_ at: inout Int, _ to: inout Int) throws(JSONFault) {
    let plain: UInt8
    switch base[at &+ 1] {
    case 0x22: plain = 0x22
    case 0x5C: plain = 0x5C
    case 0x2F: plain = 0x2F
    case 0x62: plain = 0x08
    case 0x66: plain = 0x0C
    case 0x6E: plain = 0x0A
    case 0x72: plain = 0x0D
    case 0x74: plain = 0x09
    case 0x75: return put(try scalar(&at), &to)
    default:
      throw JSONFault(
        .notJSON, at, "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
    }
    base[to] = plain
    at &+= 2
    to &+= 1
  }

  /// The character of a `\u` escape, or of two that are a surrogate pair.
  private func scalar(_ at: inout Int) throws(JSONFault) -> UInt32 {
    let start = at
    let first = try codeUnit(at)
    at &+= 6
    guard first & 0xF800 == 0xD800 else { return first }
    if first < 0xDC00, base[at] == 0x5C, base[at &+ 1] == 0x75 {
      let second = try codeUnit(at)
      if second & 0xFC00 == 0xDC00 {
        at &+= 6
        return 0x10000 &+ (first & 0x3FF) << 10 &+ (second & 0x3FF)
      }
    }
    if refusesLoneSurrogates {
      throw JSONFault(
        .loneSurrogate, start, "a surrogate must be followed or preceded by its other half")
    }
    return 0xFFFD
  }

  private func codeUnit(_ at: Int) throws(JSONFault) -> UInt32 {
    var unit: UInt32 = 0
    for index in (at &+ 2)..<(at &+ 6) {
      guard let digit = hexDigit(base[index]) else {
        throw JSONFault(
          .notJSON, min(index, count), "four hexadecimal digits after \\u")
      }
      unit = unit << 4 | digit
    }
    return unit
  }

  private func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte) &- 0x30
    case 0x41...0x46: UInt32(byte) &- 0x37
    case 0x61...0x66: UInt32(byte) &- 0x57
    default: nil
    }
  }

  private func put(_ scalar: UInt32, _ to: inout Int) {
    to &+= UTF8Scan.put(scalar, base + to)
  }
}
