import Standards

/// RFC 3339 dates and times, and durations of ISO 8601.

private func digits(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
  guard start + 1 < text.count, text[start] &- 0x30 <= 9, text[start + 1] &- 0x30 <= 9 else {
    return nil
  }
  return Int(text[start] - 0x30) * 10 + Int(text[start + 1] - 0x30)
}

func isDateTime(_ text: UnsafeRawBufferPointer) -> Bool {
  guard text.count > 11, text[10] | 0x20 == UInt8(ascii: "t"),
    CivilDate(extended: UnsafeRawBufferPointer(rebasing: text[0..<10])) != nil
  else { return false }
  return isTime(UnsafeRawBufferPointer(rebasing: text[11...]))
}

/// `hh:mm:ss[.fraction](Z|±hh:mm)`. A leap second stands at the end of a UTC day only.
func isTime(_ text: UnsafeRawBufferPointer) -> Bool {
  guard text.count >= 9, text[2] == UInt8(ascii: ":"), text[5] == UInt8(ascii: ":"),
    let hour = digits(text, 0), let minute = digits(text, 3), let second = digits(text, 6),
    hour < 24, minute < 60, second <= 60
  else { return false }
  var place = 8
  if text[place] == UInt8(ascii: ".") {
    let start = place + 1
    place = start
    while place < text.count, text[place] &- 0x30 <= 9 { place += 1 }
    guard place > start, place < text.count else { return false }
  }
  guard let offset = offset(text, place) else { return false }
  let minuteOfDay = (hour * 60 + minute - offset + 2880) % 1440
  return second < 60 || minuteOfDay == 1439
}

/// Minutes east of UTC, if an offset and nothing else stands there.
private func offset(_ text: UnsafeRawBufferPointer, _ place: Int) -> Int? {
  if text[place] | 0x20 == UInt8(ascii: "z") { return place + 1 == text.count ? 0 : nil }
  let isWest = text[place] == UInt8(ascii: "-")
  guard isWest || text[place] == UInt8(ascii: "+"), text.count == place + 6,
    text[place + 3] == UInt8(ascii: ":"), let hours = digits(text, place + 1),
    let minutes = digits(text, place + 4), hours < 24, minutes < 60
  else { return nil }
  return (hours * 60 + minutes) * (isWest ? -1 : 1)
}

/// RFC 3339, appendix A: weeks alone, or years, months and days, then hours, minutes and seconds, without gaps.
func isDuration(_ text: UnsafeRawBufferPointer) -> Bool {
  guard text.count >= 3, text[0] == UInt8(ascii: "P") else { return false }
  let (dateUnits, timeUnits): (StaticString, StaticString) = ("YMD", "HMS")
  var (place, isTime, last, parts) = (1, false, -1, 0)
  while place < text.count {
    if text[place] == UInt8(ascii: "T"), !isTime {
      (isTime, last, parts) = (true, -1, 0)
      place += 1
      continue
    }
    let start = place
    while place < text.count, text[place] &- 0x30 <= 9 { place += 1 }
    guard place > start, place < text.count else { return false }
    if text[place] == UInt8(ascii: "W") { return start == 1 && place + 1 == text.count }
    guard let unit = index(of: text[place], in: isTime ? timeUnits : dateUnits), unit > last,
      last < 0 || unit == last + 1
    else { return false }
    last = unit
    parts += 1
    place += 1
  }
  return parts > 0
}

private func index(of byte: UInt8, in units: StaticString) -> Int? {
  for index in 0..<units.utf8CodeUnitCount where units.utf8Start[index] == byte { return index }
  return nil
}
