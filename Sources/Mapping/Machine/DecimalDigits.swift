/// The digits of a number, rounded and written.
struct DecimalDigits {
  private let isNegative: Bool
  private let room: UnsafeMutableRawBufferPointer
  private var first: Int
  private var count: Int
  /// Zeros that follow the digits.
  private var zeros = 0
  /// How many of digits and zeros are decimals.
  private var decimals: Int

  init(_ text: NumberText) {
    (room, first, count, decimals) = (text.room, text.first, text.count, text.decimals)
    isNegative = text.isNegative
    if decimals < 0 { addZeros(-decimals) }
  }

  /// Zeros behind the digits; nought stays nought.
  private mutating func addZeros(_ more: Int) {
    decimals += more
    if count > 0 { zeros += more }
  }

  // MARK: Rounding

  /// - Returns: false if digits would be lost that may not be.
  mutating func setScale(_ scale: Int, _ rounding: DecimalStep.Rounding) -> Bool {
    guard decimals > scale else {
      addZeros(scale - decimals)
      return true
    }
    // Where there are decimals to lose, no zeros follow the digits.
    let kept = count - (decimals - scale)
    let isLossless = (max(0, kept)..<count).allSatisfy { digit($0) == 0 }
    guard isLossless || rounding != .refuse else { return false }
    let isUp = !isLossless && roundsUp(kept, rounding)
    count = max(0, kept)
    decimals = scale
    if isUp { increment() }
    return true
  }

  private func digit(_ index: Int) -> UInt8 { room[first + index] - UInt8(ascii: "0") }

  private func roundsUp(_ kept: Int, _ rounding: DecimalStep.Rounding) -> Bool {
    guard rounding != .down, kept >= 0, digit(kept) >= 5 else { return false }
    let isHalf = digit(kept) == 5 && (kept + 1..<count).allSatisfy { digit($0) == 0 }
    guard isHalf, rounding == .halfEven else { return true }
    return kept > 0 && digit(kept - 1) % 2 == 1
  }

  private mutating func increment() {
    var index = count - 1
    while index >= 0, digit(index) == 9 {
      room[first + index] = UInt8(ascii: "0")
      index -= 1
    }
    guard index < 0 else {
      room[first + index] += 1
      return
    }
    first -= 1
    count += 1
    room[first] = UInt8(ascii: "1")
  }

  // MARK: Writing

  private var wholeDigits: Int { max(0, count + zeros - decimals) }

  /// A nought stands before the point, if there is one.
  private func writtenWhole(_ writing: DecimalStep.Writing) -> Int {
    max(wholeDigits, writing.point == 0 && writing.digits != nil ? 0 : 1)
  }

  /// How many digits are written, without those that fill up.
  func width(_ writing: DecimalStep.Writing) -> Int { writtenWhole(writing) + decimals }

  /// - Returns: how many bytes were written.
  func write(_ writing: DecimalStep.Writing, into room: UnsafeMutableRawBufferPointer) -> Int {
    var end = 0
    func add(_ byte: UInt8) {
      room[end] = byte
      end += 1
    }
    let hasSign = isNegative && count > 0
    if hasSign, writing.sign == .leading { add(UInt8(ascii: "-")) }
    if hasSign, writing.sign == .parentheses { add(UInt8(ascii: "(")) }
    let whole = max(writtenWhole(writing), (writing.digits ?? 0) - decimals)
    for index in 0..<whole {
      if writing.grouping != 0, index > 0, (whole - index) % 3 == 0 { add(writing.grouping) }
      add(written(index - whole))
    }
    if decimals > 0, writing.point != 0 { add(writing.point) }
    for index in 0..<decimals { add(written(index)) }
    if hasSign, writing.sign == .trailing { add(UInt8(ascii: "-")) }
    if hasSign, writing.sign == .parentheses { add(UInt8(ascii: ")")) }
    return end
  }

  /// - Parameter place: counted from the first decimal; whole digits are below 0.
  private func written(_ place: Int) -> UInt8 {
    let index = count + zeros - decimals + place
    return index >= 0 && index < count ? room[first + index] : UInt8(ascii: "0")
  }
}
