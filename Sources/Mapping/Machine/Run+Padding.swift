/// Filling a text up, and making its characters as wide as Chinese ones.
extension Run {
  mutating func pad(_ number: Int32) {
    let pad = program.values.pads[Int(number)]
    let text = value.text
    var missing = pad.count
    for byte in text where byte & 0xC0 != 0x80 { missing -= 1 }
    value.kind = .string
    guard missing > 0 else { return }
    let room = scratch.take(text.count + missing * pad.character.count)
    var count = 0
    if pad.side == .right { room.append(text, at: &count) }
    for _ in 0..<missing { count = append(pad.character, to: room, at: count) }
    if pad.side == .left { room.append(text, at: &count) }
    take(room, count)
  }

  private func append(
    _ bytes: ContiguousArray<UInt8>, to room: UnsafeMutableRawBufferPointer, at end: Int
  ) -> Int {
    for index in bytes.indices { room[end + index] = bytes[index] }
    return end + bytes.count
  }

  /// ASCII as full-width characters (U+FF01–FF5E) and the ideographic space.
  mutating func widen() {
    let text = value.text
    value.kind = .string
    guard text.contains(where: { $0 >= 0x20 && $0 < 0x7F }) else { return }
    let room = scratch.take(text.count * 3)
    var count = 0
    for byte in text {
      switch byte {
      case 0x20: count = append(0xE3, 0x80, 0x80, to: room, at: count)
      case 0x21..<0x60: count = append(0xEF, 0xBC, byte + 0x60, to: room, at: count)
      case 0x60..<0x7F: count = append(0xEF, 0xBD, byte + 0x20, to: room, at: count)
      default:
        room[count] = byte
        count += 1
      }
    }
    take(room, count)
  }

  @inline(__always) private func append(
    _ first: UInt8, _ second: UInt8, _ third: UInt8, to room: UnsafeMutableRawBufferPointer,
    at end: Int
  ) -> Int {
    room[end] = first
    room[end + 1] = second
    room[end + 2] = third
    return end + 3
  }
}
