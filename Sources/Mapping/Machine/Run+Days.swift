import Records
import Standards

/// The day that says which edition of a code table holds.
extension Run {
  /// Puts the value in hand aside while the day is found. - Returns: false if there is none.
  mutating func hold() -> Bool {
    guard value.state == .there else { return false }
    work.pieces.append(value)
    return true
  }

  /// Keeps the day that is in hand and takes the value back.
  mutating func keepDay() {
    var day: Int32 = 0
    if value.state == .there, value.text.count == 8 {
      for byte in value.text { day = day * 10 + Int32(byte &- UInt8(ascii: "0")) }
    }
    let isRefused = value.state == .refused
    guard let held = work.pieces.popLast() else { return }
    value = held
    self.day = day
    // Its fault was told already.
    if isRefused { value.state = .refused }
  }

  /// Finds a code among those that are in force on the day.
  mutating func translateByDay(_ table: CodeProgram, _ place: Int32) {
    guard day > 0 else {
      return refuse(
        .missingField, "the day by which the table \(name(of: table)) is chosen")
    }
    var place = place
    while true {
      let slot = program.slots.base[Int(table.start + place)]
      guard slot.isTaken else { break }
      if same(text(slot.code), value.text),
        program.values.periods[Int(table.periods + place)].contains(day)
      {
        return take(slot, at: table.start + place)
      }
      place = (place + 1) & table.mask
    }
    unknown(table)
  }
}
