/// Days and moments.
extension Run {
  /// Years outside are sentinels or slips of the pen; they are refused unless the mapping names them.
  private static let years: ClosedRange<Int32> = 1800...2199

  mutating func readDate(_ number: Int32) {
    let date = program.dates.base[Int(number)]
    if read(date) { return }
    // Full-width digits and Chinese numerals are rare: they are looked for where nothing else fits.
    if value.text.contains(where: { $0 >= 0x80 }) {
      halveWidth()
      guard value.state == .there else { return }
      writeNumerals()
      if read(date) { return }
    }
    refuse(.malformedValue, "a date as \(String(decoding: text(date.words), as: UTF8.self))")
  }

  /// - Returns: false if the text has none of the shapes.
  private mutating func read(_ date: DateProgram) -> Bool {
    let first = Int(date.shapes)
    for index in first..<first + Int(date.shapeCount) {
      let shape = program.shapes.base[index]
      let read = LocalTime(
        value.text, shape: shape, pieces: program.pieces.base, century: date.century)
      guard var time = read else { continue }
      take(&time, shape, date)
      return true
    }
    return false
  }

  /// Chinese numerals as digits: 二〇二四年一月三十一日 is 2024年1月31日.
  private mutating func writeNumerals() {
    let room = scratch.take(value.text.count)
    var numerals = DateNumerals(value.text)
    let count = numerals.write(into: room)
    if count > 0 { take(room, count) }
  }

  /// Applies the policies of the mapping and puts the date in hand, in its new shape.
  private mutating func take(_ time: inout LocalTime, _ shape: ShapeRange, _ date: DateProgram) {
    if time.month == 0 || time.day == 0, !settleZeros(&time, date.zeros) { return }
    if time.isOpenEnd, time.year == 9999 || date.open != nil {
      switch date.open ?? .refuse {
      case .absent:
        value.state = .absent
        return
      case .refuse:
        return refuse(.impossibleDate, "a day; for an open end the rule says open: \"absent\"")
      case .keep: break
      }
    } else if !Run.years.contains(time.year) {
      return refuse(.impossibleDate, "a year from 1800 to 2199")
    }
    if !shape.hasDay, date.endsMonth, (1...12).contains(time.month) { time.day = time.daysInMonth }
    guard time.exists else {
      return refuse(.impossibleDate, "a day of the calendar and a time of the clock")
    }
    if time.hour == 24 { time = ShanghaiTime.shifted(time, by: 0) }
    write(ShanghaiTime.local(time), date.into)
  }

  /// - Returns: false if the value is settled already: refused or absent.
  private mutating func settleZeros(_ time: inout LocalTime, _ policy: ZeroPolicy) -> Bool {
    switch policy {
    case .refuse:
      refuse(
        .impossibleDate,
        "a month and a day from 01; for 00 the rule says zeros: \"first\" or \"absent\"")
      return false
    case .absent:
      value.state = .absent
      return false
    case .first:
      time.month = max(1, time.month)
      time.day = max(1, time.day)
      return true
    }
  }

  private mutating func write(_ time: LocalTime, _ shape: ShapeRange) {
    let room = scratch.take(Int(shape.count) * LocalTime.widestPiece)
    let count = time.write(shape, program.pieces.base, into: room)
    value.kind = .string
    take(room, count)
  }
}
