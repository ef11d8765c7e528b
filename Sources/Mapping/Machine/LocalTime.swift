import Standards

/// A day and a time of day as a record writes them.
struct LocalTime: Sendable, Equatable {
  var year: Int32 = 0
  var month: Int32 = 1
  var day: Int32 = 1
  var hour: Int32 = 0
  var minute: Int32 = 0
  var second: Int32 = 0
  /// Minutes east of UTC; nil for the local time of the country.
  var offset: Int32?

  /// Reads a text of this shape; nil if it has another.
  init?(
    _ text: UnsafeRawBufferPointer, shape: ShapeRange, pieces: UnsafePointer<DateShape.Piece>,
    century: Int32
  ) {
    var reader = DateReader(text: text)
    for index in Int(shape.start)..<Int(shape.start + shape.count) {
      var isRead = true
      switch pieces[index] {
      case .year: isRead = reader.number(4...4, &year)
      case .shortYear:
        isRead = reader.number(2...2, &year)
        year += century - century % 100
        if year < century { year += 100 }
      case .month: isRead = reader.number(2...2, &month)
      case .monthOrDigit: isRead = reader.number(1...2, &month)
      case .day: isRead = reader.number(2...2, &day)
      case .dayOrDigit: isRead = reader.number(1...2, &day)
      case .hour: isRead = reader.number(2...2, &hour)
      case .hourOrDigit: isRead = reader.number(1...2, &hour)
      case .minute: isRead = reader.number(2...2, &minute)
      case .minuteOrDigit: isRead = reader.number(1...2, &minute)
      case .second: isRead = reader.number(2...2, &second)
      case .secondOrDigit: isRead = reader.number(1...2, &second)
      case .fraction: isRead = reader.fraction()
      case .offset:
        offset = reader.offset()
        isRead = offset != nil
      case .literal(let byte): isRead = reader.skip(byte)
      }
      guard isRead else { return nil }
    }
    guard reader.isAtEnd else { return nil }
  }

  /// Whether the calendar has the day and the clock the time. 24:00 is the end of a day.
  var exists: Bool {
    (1...12).contains(month) && day >= 1 && day <= daysInMonth
      && (hour < 24 || hour == 24 && minute == 0 && second == 0) && minute < 60 && second < 60
      && (offset.map { abs($0) <= 14 * 60 } ?? true)
  }

  var daysInMonth: Int32 { Int32(CivilDate.daysInMonth(Int(month), of: Int(year))) }

  /// The dates that systems write for "until further notice".
  var isOpenEnd: Bool { year == 9999 || (year == 2099 || year == 2999) && month == 12 && day == 31 }

  /// Writes it in a shape. - Returns: how many bytes that were.
  func write(
    _ shape: ShapeRange, _ pieces: UnsafePointer<DateShape.Piece>,
    into room: UnsafeMutableRawBufferPointer
  ) -> Int {
    var writer = DateWriter(room: room)
    for index in Int(shape.start)..<Int(shape.start + shape.count) {
      switch pieces[index] {
      case .year:
        writer.pair(year / 100)
        writer.pair(year % 100)
      case .shortYear: writer.pair(year % 100)
      case .month: writer.pair(month)
      case .monthOrDigit: writer.plain(month)
      case .day: writer.pair(day)
      case .dayOrDigit: writer.plain(day)
      case .hour: writer.pair(hour)
      case .hourOrDigit: writer.plain(hour)
      case .minute: writer.pair(minute)
      case .minuteOrDigit: writer.plain(minute)
      case .second: writer.pair(second)
      case .secondOrDigit: writer.plain(second)
      case .fraction: break
      case .offset: writer.offset(offset ?? 0)
      case .literal(let byte): writer.byte(byte)
      }
    }
    return writer.count
  }

  /// The most bytes that a piece becomes.
  static let widestPiece = 6
}

private struct DateReader {
  let text: UnsafeRawBufferPointer
  var position = 0

  var isAtEnd: Bool { position == text.count }

  @inline(__always) mutating func number(_ widths: ClosedRange<Int>, _ result: inout Int32) -> Bool
  {
    var value: Int32 = 0
    var width = 0
    while width < widths.upperBound, position < text.count, isDigit(text[position]) {
      value = value * 10 + Int32(text[position] - UInt8(ascii: "0"))
      position += 1
      width += 1
    }
    result = value
    return width >= widths.lowerBound
  }

  @inline(__always) mutating func skip(_ byte: UInt8) -> Bool {
    guard position < text.count, text[position] == byte else { return false }
    position += 1
    return true
  }

  /// An optional fraction of a second, which is dropped.
  mutating func fraction() -> Bool {
    guard skip(UInt8(ascii: ".")) else { return true }
    let start = position
    while position < text.count, isDigit(text[position]) { position += 1 }
    return position > start
  }

  mutating func offset() -> Int32? {
    if skip(UInt8(ascii: "Z")) || skip(UInt8(ascii: "z")) { return 0 }
    let isWest = skip(UInt8(ascii: "-"))
    var hours: Int32 = 0
    var minutes: Int32 = 0
    guard isWest || skip(UInt8(ascii: "+")), number(2...2, &hours), skip(UInt8(ascii: ":")),
      number(2...2, &minutes), minutes < 60
    else { return nil }
    return (isWest ? -1 : 1) * (hours * 60 + minutes)
  }
}

private struct DateWriter {
  let room: UnsafeMutableRawBufferPointer
  var count = 0

  mutating func byte(_ byte: UInt8) {
    room[count] = byte
    count += 1
  }

  /// - Parameter number: 0...99.
  @inline(__always) mutating func pair(_ number: Int32) {
    let number = UInt32(bitPattern: number)
    room[count] = UInt8(truncatingIfNeeded: 0x30 + number / 10)
    room[count + 1] = UInt8(truncatingIfNeeded: 0x30 + number % 10)
    count += 2
  }

  mutating func plain(_ number: Int32) {
    if number >= 10 { return pair(number) }
    byte(UInt8(truncatingIfNeeded: 0x30 + number))
  }

  mutating func offset(_ minutes: Int32) {
    byte(UInt8(ascii: minutes < 0 ? "-" : "+"))
    pair(abs(minutes) / 60)
    byte(UInt8(ascii: ":"))
    pair(abs(minutes) % 60)
  }
}
