/// A number in Chinese characters, as capitals on a cheque (壹万贰仟元整) or plain ones (一万二千, 二〇二四).
struct ChineseNumeral {
  /// The number without its point.
  private(set) var value: UInt64 = 0
  private(set) var decimals = 0
  /// Whether it counts yuan in so many words.
  private(set) var hasUnit = false

  // What was read of the part below ten thousand, of that below a hundred million, and above.
  private var section: UInt64 = 0
  private var middle: UInt64 = 0
  private var high: UInt64 = 0
  /// The digits that no unit follows yet.
  private var run: UInt64 = 0
  private var runWidth = 0
  /// The unit that came last, as a power of ten: within a section they fall.
  private var last = 9
  private var isAfterZero = false
  private var isBroken = false

  private enum Token {
    case digit(UInt64)
    /// Ten, a hundred, a thousand.
    case unit(Int)
    case tenThousand, hundredMillion, yuan, whole
    /// A tenth, a hundredth, a thousandth.
    case fraction(Int)
  }

  /// Reads as far as it goes; nil, with nothing read, where no numeral begins.
  init?(_ reader: inout NumberReader) {
    guard reader.isBeyondASCII else { return nil }
    var ahead = reader
    var isFirst = true
    while let token = Self.token(&ahead) {
      if isFirst {
        // 十二 begins with its unit; no other one may.
        switch token {
        case .digit, .unit(1): break
        default: return nil
        }
      }
      isFirst = false
      take(token)
      if isBroken { return nil }
      reader.place = ahead.place
    }
    guard !isFirst, finish() else { return nil }
  }

  private mutating func take(_ token: Token) {
    switch token {
    case .digit(let digit):
      guard runWidth < 12, decimals < 3 else {
        isBroken = true
        return
      }
      if digit == 0, run == 0 { isAfterZero = true }
      run = run * 10 + digit
      runWidth += 1
    case .unit(let power):
      guard power < last, run < 10, runWidth > 0 || power == 1 && section == 0, !hasUnit else {
        isBroken = true
        return
      }
      section += (runWidth == 0 ? 1 : run) * [1, 10, 100, 1000][power]
      last = power
      endRun()
    case .tenThousand:
      guard closeSection(), middle == 0, section > 0 else {
        isBroken = true
        return
      }
      middle = section * 10_000
      section = 0
      last = 9
    case .hundredMillion:
      guard closeSection(), high == 0, middle + section > 0 else {
        isBroken = true
        return
      }
      high = (middle + section) * 100_000_000
      (middle, section) = (0, 0)
      last = 9
    case .yuan:
      guard closeSection(), !hasUnit else {
        isBroken = true
        return
      }
      value = high + middle + section
      (high, middle, section) = (0, 0, 0)
      hasUnit = true
    case .fraction(let power):
      guard !isPending || runWidth > 0, run < 10, runWidth > 0, power > decimals, !hasWholeNumber
      else {
        isBroken = true
        return
      }
      for _ in decimals..<power { value *= 10 }
      value += run
      decimals = power
      hasUnit = true
      endRun()
    case .whole: if !hasUnit { isBroken = true }
    }
    // Two more digits for the decimals must fit.
    if high > 10_000_000_000_000_000 || value > 1_000_000_000_000_000_000 { isBroken = true }
  }

  private var isPending: Bool { runWidth > 0 }
  private var hasWholeNumber: Bool { high + middle + section > 0 }

  private mutating func endRun() {
    (run, runWidth, isAfterZero) = (0, 0, false)
  }

  /// Adds the digits that no unit follows. After a hundred they stand for ones only where a zero says so:
  /// 一百五 may be 150.
  private mutating func closeSection() -> Bool {
    guard runWidth > 0 else { return true }
    let isAfterUnit = section > 0 || middle > 0 || high > 0
    guard !isAfterUnit || run < 10 && (last == 1 || isAfterZero) || run == 0 else { return false }
    section += run
    endRun()
    return section < 1_000_000_000_000
  }

  private mutating func finish() -> Bool {
    if hasUnit { return runWidth == 0 && !hasWholeNumber }
    guard closeSection() else { return false }
    value = high + middle + section
    return true
  }

  private static func token(_ reader: inout NumberReader) -> Token? {
    guard reader.isBeyondASCII else { return nil }
    for (digit, words) in digits.enumerated() {
      for word in words where reader.skip(word) { return .digit(UInt64(digit)) }
    }
    for (word, token) in units where reader.skip(word) { return token }
    return nil
  }

  static let digits: [[StaticString]] = [
    ["零", "〇", "○"], ["壹", "一", "弌"], ["贰", "二", "貳", "两"], ["叁", "三", "參", "叄"], ["肆", "四"],
    ["伍", "五"], ["陆", "六", "陸"], ["柒", "七"], ["捌", "八"], ["玖", "九"],
  ]
  private static let units: [(StaticString, Token)] = [
    ("拾", .unit(1)), ("十", .unit(1)), ("佰", .unit(2)), ("百", .unit(2)), ("仟", .unit(3)),
    ("千", .unit(3)), ("万", .tenThousand), ("萬", .tenThousand), ("亿", .hundredMillion),
    ("億", .hundredMillion), ("元", .yuan), ("圆", .yuan), ("圓", .yuan), ("整", .whole), ("正", .whole),
    ("角", .fraction(1)), ("分", .fraction(2)), ("厘", .fraction(3)),
  ]
}
