extension UnsafeRawBufferPointer {
  /// How often a byte occurs, eight bytes at a time.
  func count(of byte: UInt8) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let pattern = UInt64(byte) &* ones
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    var (found, at) = (0, 0)
    while at &+ 8 <= count {
      // Each byte of `sums` counts its own column; so few words that none overflows, nor their sum.
      let end = Swift.min(count &- 7, at &+ 31 &* 8)
      var sums: UInt64 = 0
      while at < end {
        let word = loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ pattern
        // The high bit of each byte that is not zero; no carry leaves its byte.
        let others = ((word & low) &+ low) | word
        sums &+= (~others >> 7) & ones
        at &+= 8
      }
      found &+= Int((sums &* ones) >> 56)
    }
    while at < count {
      if self[at] == byte { found &+= 1 }
      at &+= 1
    }
    return found
  }
}
