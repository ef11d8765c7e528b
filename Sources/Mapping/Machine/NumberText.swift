/// A number as a department writes it, taken apart: sign, digits, where the point stands, and what it counts.
///
/// Nothing is calculated: digits stay the digits that were written, and units move the point.
struct NumberText {
  var isNegative = false
  /// The digits without the point, in the room that was given; without zeros before. A byte before them is
  /// free, since rounding may put a digit there.
  var room: UnsafeMutableRawBufferPointer
  var first = 1
  var count = 0
  /// How many of the digits are decimals; less than 0 where zeros are to follow.
  var decimals = 0
  var hasPoint = false
  /// The power of ten of the unit that the text itself names.
  var unit: Int?

  /// How much longer than the text the digits may be: a Chinese numeral says much in few characters.
  static let spare = 32
  /// The largest exponent.
  private static let exponents = 400

  /// - Parameters:
  ///   - text: full-width characters are ASCII already.
  ///   - room: at least as many bytes as the text, and `spare` more.
  init?(
    _ text: UnsafeRawBufferPointer, point: UInt8, grouping: UInt8,
    room: UnsafeMutableRawBufferPointer
  ) {
    self.room = room
    var reader = NumberReader(text: text)
    let isBracketed = reader.skip(UInt8(ascii: "("))
    var hasSign = reader.sign(&isNegative)
    reader.skipCurrency()
    if !hasSign { hasSign = reader.sign(&isNegative) }
    let start = reader.place
    if let numeral = ChineseNumeral(&reader) {
      write(numeral)
    } else {
      // What began as a numeral and is none has been gone through.
      guard reader.place == start, readDigits(&reader, point, grouping), readExponent(&reader)
      else { return nil }
      unit = reader.unit()
    }
    reader.skipBlanks()
    if !hasSign { hasSign = reader.sign(&isNegative) }
    if isBracketed {
      guard reader.skip(UInt8(ascii: ")")), !hasSign else { return nil }
      isNegative = true
    }
    guard reader.isAtEnd else { return nil }
  }

  /// The power of ten of a unit; nil if this is none.
  static func unit(_ text: UnsafeRawBufferPointer) -> Int? {
    var reader = NumberReader(text: text)
    let unit = reader.unit()
    return reader.isAtEnd ? unit : nil
  }

  private mutating func add(_ digit: UInt8) {
    guard count > 0 || digit != UInt8(ascii: "0") else { return }
    room[first + count] = digit
    count += 1
  }

  /// Digits, in groups of three where they are grouped, and decimals.
  private mutating func readDigits(
    _ reader: inout NumberReader, _ point: UInt8, _ grouping: UInt8
  ) -> Bool {
    var whole = 0
    /// Digits since the last sign of a group; nil before the first.
    var group: Int?
    while let byte = reader.next {
      if isDigit(byte) {
        add(byte)
        whole += 1
        group? += 1
      } else if byte == grouping, grouping != 0, whole > 0, group == 3 || group == nil && whole <= 3
      {
        group = 0
      } else {
        break
      }
      reader.place += 1
    }
    guard group == nil || group == 3 else { return false }
    hasPoint = reader.skip(point)
    guard hasPoint else { return whole > 0 }
    while let byte = reader.next, isDigit(byte) {
      add(byte)
      decimals += 1
      reader.place += 1
    }
    return decimals > 0
  }

  private mutating func readExponent(_ reader: inout NumberReader) -> Bool {
    guard reader.skip(UInt8(ascii: "e")) || reader.skip(UInt8(ascii: "E")) else { return true }
    let isDown = reader.skip(UInt8(ascii: "-"))
    if !isDown { _ = reader.skip(UInt8(ascii: "+")) }
    var exponent = 0
    var width = 0
    while let byte = reader.next, isDigit(byte), exponent <= Self.exponents {
      exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
      width += 1
      reader.place += 1
    }
    decimals += isDown ? exponent : -exponent
    // A point that moves is one that was there.
    hasPoint = true
    return width > 0 && exponent <= Self.exponents
  }

  private mutating func write(_ numeral: ChineseNumeral) {
    var rest = numeral.value
    var width = 0
    while rest > 0 {
      width += 1
      rest /= 10
    }
    count = width
    rest = numeral.value
    for index in (0..<width).reversed() {
      room[first + index] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
    decimals = numeral.decimals
    hasPoint = true
    unit = numeral.hasUnit ? 0 : nil
  }
}

/// Goes through the text of a number.
struct NumberReader {
  let text: UnsafeRawBufferPointer
  var place = 0

  var isAtEnd: Bool { place == text.count }
  var next: UInt8? { place < text.count ? text[place] : nil }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    place += 1
    return true
  }

  mutating func skip(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard place + count <= text.count else { return false }
    for index in 0..<count where text[place + index] != word.utf8Start[index] { return false }
    place += count
    return true
  }

  mutating func skipBlanks() { while skip(UInt8(ascii: " ")) {} }

  /// - Returns: whether there is a sign.
  mutating func sign(_ isNegative: inout Bool) -> Bool {
    if skip(UInt8(ascii: "+")) { return true }
    guard skip(UInt8(ascii: "-")) || isBeyondASCII && (skip("\u{2212}") || skip("负")) else {
      return false
    }
    isNegative = true
    return true
  }

  /// Words are looked for only where one may stand.
  var isBeyondASCII: Bool { next.map { $0 >= 0x80 } ?? false }

  mutating func skipCurrency() {
    guard let next, !isDigit(next) else { return }
    if !skip("¥"), !skip("￥"), !skip("人民币"), !skip("RMB") { _ = skip("CNY") }
    skipBlanks()
  }

  /// The power of ten of a unit such as 万元; nil where none stands.
  mutating func unit() -> Int? {
    guard !isAtEnd else { return nil }
    let start = place
    skipBlanks()
    for small in Self.small where skip(small.word) { return small.shift }
    var shift = 0
    var isNamed = false
    for large in Self.large where skip(large.word) {
      shift += large.shift
      isNamed = true
    }
    for yuan in Self.yuan where skip(yuan) {
      isNamed = true
      if !skip("整") { _ = skip("正") }
      break
    }
    guard isNamed else {
      place = start
      return nil
    }
    return shift
  }

  private static let small: [(word: StaticString, shift: Int)] = [
    ("角", -1), ("分", -2), ("厘", -3), ("%", -2), ("‰", -3),
  ]
  /// In the order in which they may follow each other: 百万, 千万, 万亿.
  private static let large: [(word: StaticString, shift: Int)] = [
    ("十", 1), ("百", 2), ("千", 3), ("万", 4), ("萬", 4), ("亿", 8), ("億", 8),
  ]
  private static let yuan: [StaticString] = ["元", "圆", "圓"]
}
