/// A JSON number as its text says it: exact and of any length. Nothing is allocated.
///
/// The value is 0.d₁d₂…dₙ × 10^magnitude, with d₁ and dₙ not zero; zero has no digits.
struct Numeral {
  private let text: UnsafeRawBufferPointer
  let isNegative: Bool
  /// The number of significant digits.
  let count: Int
  let magnitude: Int
  private let first: Int
  /// Where digits jump over the point; beyond the text if they do not.
  private let point: Int

  /// Beyond any exponent that can be meant; keeps sums in range.
  private static let limit = 1 << 40

  /// - Parameter text: a number by RFC 8259.
  init(_ text: UnsafeRawBufferPointer) {
    self.text = text
    isNegative = text.first == UInt8(ascii: "-")
    var index = isNegative ? 1 : 0
    var (first, last) = (-1, -1)
    var point = -1
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: ".") {
        point = index
      } else if byte &- UInt8(ascii: "0") <= 9 {
        if byte != UInt8(ascii: "0") {
          if first < 0 { first = index }
          last = index
        }
      } else {
        break
      }
      index += 1
    }
    let end = point < 0 ? index : point
    self.point = point >= 0 && first >= 0 && first < point ? point : Int.max
    guard first >= 0 else {
      (count, magnitude, self.first) = (0, 0, 0)
      return
    }
    self.first = first
    count = last - first + 1 - (first < end && last > end ? 1 : 0)
    magnitude = (first < end ? end - first : end - first + 1) + Numeral.exponent(text, from: index)
  }

  private static func exponent(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start + 1
    guard index < text.count else { return 0 }
    let isNegative = text[index] == UInt8(ascii: "-")
    if isNegative || text[index] == UInt8(ascii: "+") { index += 1 }
    var value = 0
    while index < text.count {
      value = min(value * 10 + Int(text[index] &- UInt8(ascii: "0")), limit)
      index += 1
    }
    return isNegative ? -value : value
  }

  @inline(__always) func digit(_ number: Int) -> UInt8 {
    let index = first + number
    return text[index >= point ? index + 1 : index] &- UInt8(ascii: "0")
  }

  var isZero: Bool { count == 0 }
  var isInteger: Bool { count == 0 || magnitude >= count }
}

// MARK: Comparing

extension Numeral {
  /// Negative, zero or positive, as this number is less than, equal to or greater than the other.
  func compared(to other: Numeral) -> Int {
    if isZero || other.isZero {
      return (isZero ? 0 : isNegative ? -1 : 1) - (other.isZero ? 0 : other.isNegative ? -1 : 1)
    }
    guard isNegative == other.isNegative else { return isNegative ? -1 : 1 }
    let size = sizeCompared(to: other)
    return isNegative ? -size : size
  }

  private func sizeCompared(to other: Numeral) -> Int {
    guard magnitude == other.magnitude else { return magnitude < other.magnitude ? -1 : 1 }
    for index in 0..<min(count, other.count) {
      let (left, right) = (digit(index), other.digit(index))
      if left != right { return left < right ? -1 : 1 }
    }
    return count - other.count
  }

  /// The same for equal numbers, however they are written.
  var hash: UInt64 {
    guard !isZero else { return 0 }
    var hash = mix(isNegative ? 1 : 2, UInt64(bitPattern: Int64(magnitude)))
    for index in 0..<count { hash = mix(hash, UInt64(digit(index))) }
    return hash
  }

  /// Whether the number is a whole multiple of the divisor, exactly.
  func isMultiple(of divisor: Divisor) -> Bool {
    guard !isZero else { return true }
    // Both are coefficient × 10^exponent and neither coefficient ends in 0: the exponent must not be less.
    let shift = magnitude - count - divisor.exponent
    guard shift >= 0 else { return false }
    var rest: UInt64 = 0
    for index in 0..<count {
      rest = (rest * 10 + UInt64(digit(index))) % divisor.coefficient
    }
    return multiply(rest, power(10, shift, divisor.coefficient), divisor.coefficient) == 0
  }
}

/// The number of `multipleOf`: coefficient × 10^exponent.
struct Divisor: Sendable {
  let coefficient: UInt64
  let exponent: Int

  /// So many digits leave room for one more in 64 bits.
  static let maximumDigits = 18

  /// Nil unless the number is greater than zero and has at most `maximumDigits` significant digits.
  init?(_ numeral: Numeral) {
    guard !numeral.isZero, !numeral.isNegative, numeral.count <= Divisor.maximumDigits else {
      return nil
    }
    var coefficient: UInt64 = 0
    for index in 0..<numeral.count { coefficient = coefficient * 10 + UInt64(numeral.digit(index)) }
    self.coefficient = coefficient
    exponent = numeral.magnitude - numeral.count
  }
}

private func multiply(_ left: UInt64, _ right: UInt64, _ modulus: UInt64) -> UInt64 {
  modulus.dividingFullWidth((left % modulus).multipliedFullWidth(by: right % modulus)).remainder
}

private func power(_ base: UInt64, _ exponent: Int, _ modulus: UInt64) -> UInt64 {
  var (result, square, rest) = (1 % modulus, base % modulus, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result = multiply(result, square, modulus) }
    square = multiply(square, square, modulus)
    rest >>= 1
  }
  return result
}

func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
  let product = (hash ^ value).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
  return product.high ^ product.low &+ 0x2545_F491_4F6C_DD1D
}
