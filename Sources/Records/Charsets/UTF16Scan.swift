/// UTF-16 to UTF-8 and back.
enum UTF16Scan {
  /// Decodes all of the input; a surrogate without its other half, or half a code unit at the end,
  /// becomes one `GB18030.mark`.
  ///
  /// - Parameter output: room for twice the input and eight bytes more.
  static func decode(
    _ input: UnsafeRawBufferPointer, littleEndian: Bool,
    to output: UnsafeMutableBufferPointer<UInt8>
  ) -> (count: Int, marks: Int) {
    precondition(output.count >= 2 * input.count + 8, "the caller makes room for the worst case")
    guard let target = output.baseAddress else { return (0, 0) }
    func unit(_ at: Int) -> UInt32 {
      let (one, other) = (UInt32(input[at]), UInt32(input[at &+ 1]))
      return littleEndian ? one | other << 8 : one << 8 | other
    }
    var (at, to, marks) = (0, 0, 0)
    while at &+ 1 < input.count {
      let first = unit(at)
      at &+= 2
      if first & 0xF800 != 0xD800 {
        to &+= UTF8Scan.put(first, target + to)
        continue
      }
      if first < 0xDC00, at &+ 1 < input.count, unit(at) & 0xFC00 == 0xDC00 {
        let scalar = 0x10000 &+ (first & 0x3FF) << 10 &+ (unit(at) & 0x3FF)
        to &+= UTF8Scan.put(scalar, target + to)
        at &+= 2
      } else {
        target[to] = GB18030.mark
        to &+= 1
        marks &+= 1
      }
    }
    if at < input.count {
      target[to] = GB18030.mark
      to &+= 1
      marks &+= 1
    }
    return (to, marks)
  }
}
