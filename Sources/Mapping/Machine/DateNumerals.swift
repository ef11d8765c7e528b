/// The numerals of a date: years digit by digit (二〇二四), months and days also by tens (十二, 三十一, 廿一).
struct DateNumerals {
  private var reader: NumberReader

  init(_ text: UnsafeRawBufferPointer) { reader = NumberReader(text: text) }

  /// Writes the text with digits for numerals. A numeral never becomes longer, having three bytes a character.
  ///
  /// - Returns: how many bytes that were.
  mutating func write(into room: UnsafeMutableRawBufferPointer) -> Int {
    var count = 0
    while let byte = reader.next {
      if byte >= 0x80, writeRun(into: room, &count) { continue }
      room[count] = byte
      count += 1
      reader.place += 1
    }
    return count
  }

  /// - Returns: false, with nothing read, where no numeral stands.
  private mutating func writeRun(
    into room: UnsafeMutableRawBufferPointer, _ count: inout Int
  ) -> Bool {
    let first = count
    var isTen = false
    while true {
      if let digit = digit() {
        // The nought of 二十 gives way to what follows.
        if isTen { count -= 1 }
        isTen = false
        room[count] = UInt8(ascii: "0") + UInt8(digit)
        count += 1
      } else if let tens = tens() {
        if tens > 1 || count == first {
          room[count] = UInt8(ascii: "0") + UInt8(tens)
          count += 1
        }
        room[count] = UInt8(ascii: "0")
        count += 1
        isTen = true
      } else {
        return count > first
      }
    }
  }

  private mutating func digit() -> Int? {
    for (digit, words) in ChineseNumeral.digits.enumerated() {
      for word in words where reader.skip(word) { return digit }
    }
    return nil
  }

  private mutating func tens() -> Int? {
    if reader.skip("十") || reader.skip("拾") { return 1 }
    if reader.skip("廿") { return 2 }
    return reader.skip("卅") ? 3 : nil
  }
}
