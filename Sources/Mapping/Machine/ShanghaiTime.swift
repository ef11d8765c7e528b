import Standards

/// The local time of Asia/Shanghai: eight hours east of UTC, and nine in the summers of 1986 to 1991.
/// (The time zone database's rules "PRC"; the change was at two o'clock.)
enum ShanghaiTime {
  static let standard: Int32 = 8 * 60
  static let summer: Int32 = 9 * 60

  /// Of each year from 1986, the first and the last day of summer time, as month × 100 + day.
  @inline(__always) private static func season(_ year: Int32) -> (first: Int32, last: Int32)? {
    switch year {
    case 1986: (504, 914)
    case 1987: (412, 913)
    case 1988: (417, 911)
    case 1989: (416, 917)
    case 1990: (415, 916)
    case 1991: (414, 915)
    default: nil
    }
  }

  /// The offset in force. Of the hour that the clock showed twice, the first is meant.
  static func offset(of time: LocalTime) -> Int32 {
    guard let season = season(time.year) else { return standard }
    let moment = (time.month * 100 + time.day) * 100 + time.hour
    return moment >= season.first * 100 + 2 && moment < season.last * 100 + 2 ? summer : standard
  }

  /// The same moment on the clock of Shanghai.
  static func local(_ time: LocalTime) -> LocalTime {
    guard let offset = time.offset else { return with(time, offset: self.offset(of: time)) }
    let standardTime = shifted(time, by: standard - offset)
    guard season(time.year) != nil else { return with(standardTime, offset: standard) }
    let summerTime = shifted(time, by: summer - offset)
    return self.offset(of: summerTime) == summer
      ? with(summerTime, offset: summer) : with(standardTime, offset: standard)
  }

  private static func with(_ time: LocalTime, offset: Int32) -> LocalTime {
    var time = time
    time.offset = offset
    return time
  }

  /// Moves the clock by minutes, over midnight where needed.
  static func shifted(_ time: LocalTime, by minutes: Int32) -> LocalTime {
    var time = time
    let total = time.hour * 60 + time.minute + minutes
    var days = total / 1440
    var rest = total % 1440
    if rest < 0 {
      rest += 1440
      days -= 1
    }
    (time.hour, time.minute) = (rest / 60, rest % 60)
    guard days != 0,
      let day = CivilDate(year: Int(time.year), month: Int(time.month), day: Int(time.day)),
      let moved = CivilDate(daysSince1970: day.daysSince1970 + Int(days))
    else { return time }
    (time.year, time.month, time.day) = (Int32(moved.year), Int32(moved.month), Int32(moved.day))
    return time
  }
}
