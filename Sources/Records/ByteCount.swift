extension UnsafeRawBufferPointer {
  /// How often a byte occurs, eight bytes at a time.
  func count(of byte: UInt8) -> Int {
    let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    var (found, at) = (0, 0)
    while at &+ 8 <= count {
      let word = loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ pattern
      // The high bit of each byte that is not zero; no carry leaves its byte.
      let others = ((word & low) &+ low) | word | low
      found &+= (~others).nonzeroBitCount
      at &+= 8
    }
    while at < count {
      if self[at] == byte { found &+= 1 }
      at &+= 1
    }
    return found
  }
}
