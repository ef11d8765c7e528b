/// UTF-8 as RFC 3629 has it, four bytes at a time.
enum UTF8Scan {
  /// The length of the well-formed character outside ASCII at the start of these four bytes (first byte
  /// lowest); 0 if there is none.
  @inline(__always) static func length(_ word: UInt32) -> Int {
    if word & 0x00C0_C0F0 == 0x0080_80E0 {
      // Three bytes; overlong forms and surrogates are told by the low four bits and the next one.
      let range = word & 0x200F
      return range == 0 || range == 0x200D ? 0 : 3
    }
    if word & 0xC0E0 == 0x80C0 { return word & 0x1E == 0 ? 0 : 2 }
    if word & 0xC0C0_C0F8 == 0x8080_80F0 {
      let lead = word & 0x07
      let second = word >> 8 & 0x3F
      if lead == 0 { return second < 0x10 ? 0 : 4 }
      if lead == 4 { return second > 0x0F ? 0 : 4 }
      return lead > 4 ? 0 : 4
    }
    return 0
  }

  /// Writes a character; returns how many bytes it took. There must be room for four.
  @inline(__always) static func put(_ scalar: UInt32, _ to: UnsafeMutablePointer<UInt8>) -> Int {
    @inline(__always) func tail(_ shift: UInt32) -> UInt8 {
      UInt8(truncatingIfNeeded: 0x80 | (scalar >> shift & 0x3F))
    }
    if scalar < 0x80 {
      to[0] = UInt8(truncatingIfNeeded: scalar)
      return 1
    }
    if scalar < 0x800 {
      to[0] = UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
      to[1] = tail(0)
      return 2
    }
    if scalar < 0x10000 {
      to[0] = UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
      to[1] = tail(6)
      to[2] = tail(0)
      return 3
    }
    to[0] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
    to[1] = tail(12)
    to[2] = tail(6)
    to[3] = tail(0)
    return 4
  }

  /// How many bytes the character takes whose first byte this is; 1 for bytes that begin none.
  @inline(__always) static func lead(_ byte: UInt8) -> Int {
    byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF8 ? 4 : 1
  }

  /// The scalar value of a well-formed character in the lowest bytes of a word.
  @inline(__always) static func scalar(_ word: UInt32, length: Int) -> UInt32 {
    switch length {
    case 1: word & 0x7F
    case 2: (word & 0x1F) << 6 | word >> 8 & 0x3F
    case 3: (word & 0x0F) << 12 | (word >> 8 & 0x3F) << 6 | word >> 16 & 0x3F
    default:
      (word & 0x07) << 18 | (word >> 8 & 0x3F) << 12 | (word >> 16 & 0x3F) << 6 | word >> 24 & 0x3F
    }
  }

  /// Where the first byte stands that is not well-formed UTF-8; nil if there is none.
  static func firstFault(_ text: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
    var at = start
    let count = text.count
    while at < count {
      if at &+ 8 <= count {
        let word = text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        let high = UInt64(littleEndian: word) & 0x8080_8080_8080_8080
        if high == 0 {
          at &+= 8
          continue
        }
        at &+= high.trailingZeroBitCount >> 3
      } else if text[at] < 0x80 {
        at &+= 1
        continue
      }
      let length = length(four(text, at))
      if length == 0 { return at }
      at &+= length
    }
    return nil
  }

  /// Four bytes from a place on, zeros after the end.
  @inline(__always) static func four(_ text: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
    if at &+ 4 <= text.count {
      return UInt32(littleEndian: text.loadUnaligned(fromByteOffset: at, as: UInt32.self))
    }
    var word: UInt32 = 0
    for index in at..<text.count { word |= UInt32(text[index]) << UInt32((index &- at) &* 8) }
    return word
  }
}
