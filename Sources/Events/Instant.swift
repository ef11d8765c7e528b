/// A moment, in microseconds since 1970-01-01T00:00:00Z. Read from a clock at the edge and passed in; nothing below asks the clock.
package struct Instant: Sendable, Hashable, Comparable {
  package var microseconds: Int64

  package init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Nearest to `seconds` within the years that RFC 3339 can write (0 to 9999): a clock or a file may say anything.
  package init(seconds: Double) {
    self.microseconds = wholeMicroseconds(seconds)
  }

  /// As `init(seconds:)`, from what a file system or a message says.
  package init(wholeSeconds seconds: Int64, nanoseconds: Int64 = 0) {
    let whole = min(max(seconds, earliest / 1_000_000), latest / 1_000_000)
    microseconds = whole * 1_000_000 + min(max(nanoseconds, 0), 999_999_999) / 1_000
  }

  package var seconds: Double { Double(microseconds) / 1_000_000 }

  /// The whole hour that this moment lies in.
  package var hour: Instant {
    Instant(microseconds: microseconds - floorModulo(microseconds, 3_600_000_000))
  }

  package static func < (left: Instant, right: Instant) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Never beyond the last moment that can be held.
  package func adding(seconds: Double) -> Instant {
    let (sum, overflows) = microseconds.addingReportingOverflow(wholeMicroseconds(seconds))
    return Instant(microseconds: overflows ? (microseconds < 0 ? .min : .max) : sum)
  }
}

// MARK: RFC 3339

extension Instant: CustomStringConvertible {
  /// RFC 3339 in UTC, to the millisecond: `2026-11-24T04:40:29.125Z`.
  package var description: String {
    let day = floorDivision(microseconds, 86_400_000_000)
    let rest = floorModulo(microseconds, 86_400_000_000) / 1000
    let (year, month, dayOfMonth) = civil(fromDay: day)
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60)
    let (second, millisecond) = (rest / 1000 % 60, rest % 1000)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
      + "T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2)).\(padded(millisecond, 3))Z"
  }

  /// Reads an RFC 3339 date-time with any offset; nil if the text is not one.
  package init?(rfc3339 text: String) {
    var text = text
    let moment = text.withUTF8 { Instant(rfc3339: UnsafeRawBufferPointer($0)) }
    guard let moment else { return nil }
    self = moment
  }

  /// The same from the text's bytes.
  package init?(rfc3339 text: UnsafeRawBufferPointer) {
    var scanner = DigitScanner(text)
    guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2),
      scanner.skip("-"),
      let day = scanner.number(2), scanner.skip("Tt "), let hour = scanner.number(2),
      scanner.skip(":"),
      let minute = scanner.number(2), scanner.skip(":"), let second = scanner.number(2),
      (1...12).contains(month), (1...daysInMonth(month, year)).contains(day), hour < 24,
      minute < 60, second <= 60
    else { return nil }
    guard let fraction = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd else {
      return nil
    }
    let seconds =
      (daysSinceEpoch(year, month, day) * 86_400) + hour * 3600 + minute * 60 + second - offset * 60
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }
}

/// 0000-01-01T00:00:00Z and the last microsecond of 9999.
private let earliest: Int64 = -62_167_219_200_000_000
private let latest: Int64 = 253_402_300_799_999_999

/// The nearest whole microsecond, in bounds; by hand, since `rounded()` needs the C mathematics library, which nothing else here does.
private func wholeMicroseconds(_ seconds: Double) -> Int64 {
  let microseconds = seconds * 1_000_000 + (seconds < 0 ? -0.5 : 0.5)
  // Compared before it is converted, which traps; a value that is no number is neither and counts as 0.
  if microseconds >= Double(latest) { return latest }
  if microseconds <= Double(earliest) { return earliest }
  return microseconds.isNaN ? 0 : Int64(microseconds)
}

private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

private func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
  value / divisor - (value % divisor < 0 ? 1 : 0)
}

private func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
  let remainder = value % divisor
  return remainder < 0 ? remainder + divisor : remainder
}

private func daysInMonth(_ month: Int64, _ year: Int64) -> Int64 {
  let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  return month == 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
private func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
  let y = month <= 2 ? year - 1 : year
  let era = floorDivision(y, 400)
  let yearOfEra = y - era * 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func civil(fromDay days: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let z = days + 719_468
  let era = floorDivision(z, 146_097)
  let dayOfEra = z - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  return (
    yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1
  )
}

/// Reads fixed-width decimal fields from bytes.
private struct DigitScanner {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func number(_ width: Int) -> Int64? {
    guard position + width <= bytes.count else { return nil }
    var value: Int64 = 0
    for place in position..<position + width {
      let digit = bytes[place] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value * 10 + Int64(digit)
    }
    position += width
    return value
  }

  mutating func skip(_ oneOf: StaticString) -> Bool {
    guard position < bytes.count else { return false }
    for place in 0..<oneOf.utf8CodeUnitCount where oneOf.utf8Start[place] == bytes[position] {
      position += 1
      return true
    }
    return false
  }

  /// An optional fraction of a second, in microseconds; further digits are dropped.
  mutating func fraction() -> Int64? {
    guard skip(".") else { return 0 }
    var value: Int64 = 0
    var digits = 0
    while let digit = number(1) {
      if digits < 6 { value = value * 10 + digit }
      digits += 1
    }
    guard digits > 0 else { return nil }
    for _ in 0..<max(0, 6 - digits) { value *= 10 }
    return value
  }

  /// `Z` or `±hh:mm`, in minutes east of UTC.
  mutating func offset() -> Int64? {
    if skip("Zz") { return 0 }
    let sign: Int64 = skip("+") ? 1 : skip("-") ? -1 : 0
    guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2), hours < 24,
      minutes < 60
    else { return nil }
    return sign * (hours * 60 + minutes)
  }
}
