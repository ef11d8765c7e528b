import Records

/// The steps that cut, clean and change text.
extension Run {
  /// Puts a text that was written into `room` in hand.
  @inline(__always) mutating func take(_ room: UnsafeMutableRawBufferPointer, _ count: Int) {
    value.text = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[0..<count])
    value.interned = -1
    if count == 0 { value.state = .absent }
  }

  /// A stretch of the value in hand; what is empty after trimming is absent.
  mutating func cut(_ range: Range<Int>) {
    value.text = trimmed(UnsafeRawBufferPointer(rebasing: value.text[range]))
    value.interned = -1
    value.kind = .string
    if value.text.isEmpty { value.state = .absent }
  }

  /// Full-width ASCII (U+FF01–FF5E) and the ideographic space as ASCII.
  mutating func halveWidth() {
    let text = value.text
    guard text.contains(where: { $0 == 0xEF || $0 == 0xE3 }) else { return }
    let room = scratch.take(text.count)
    var count = 0
    var index = 0
    while index < text.count {
      let (byte, width) = narrowed(text, index)
      room[count] = byte
      count += 1
      index += width
    }
    if count < text.count { cleanse(.width) }
    take(room, count)
    value.text = trimmed(value.text)
    if value.text.isEmpty { value.state = .absent }
  }

  mutating func changeCase(toUpper: Bool) {
    let first = UInt8(ascii: toUpper ? "a" : "A")
    let text = value.text
    guard text.contains(where: { $0 &- first < 26 }) else { return }
    let room = scratch.take(text.count)
    for index in 0..<text.count {
      room[index] = text[index] &- first < 26 ? text[index] ^ 0x20 : text[index]
    }
    cleanse(.letters)
    take(room, text.count)
  }

  /// Takes out each of these characters.
  mutating func remove(_ span: Span) {
    let characters = text(span)
    let text = value.text
    let room = scratch.take(text.count)
    var count = 0
    var index = 0
    while index < text.count {
      let width = min(characterWidth(text[index]), text.count - index)
      let character = UnsafeRawBufferPointer(rebasing: text[index..<index + width])
      if !occurs(character, in: characters) { room.append(character, at: &count) }
      index += width
    }
    guard count != text.count else { return }
    cleanse(.dropped)
    take(room, count)
  }

  private func occurs(
    _ character: UnsafeRawBufferPointer, in characters: UnsafeRawBufferPointer
  ) -> Bool {
    var index = 0
    while index < characters.count {
      let width = min(characterWidth(characters[index]), characters.count - index)
      if same(UnsafeRawBufferPointer(rebasing: characters[index..<index + width]), character) {
        return true
      }
      index += width
    }
    return false
  }

  /// The part of that number, from 1, between separators; of a negative one, all from there. Absent if there are
  /// fewer.
  mutating func cutPart(_ number: Int32, _ separator: Span) {
    let separator = text(separator)
    let text = value.text
    var start = 0
    var left = abs(number)
    while true {
      let end = position(of: separator, in: text, from: start)
      left -= 1
      if left == 0 { return cut(start..<(number < 0 ? text.count : end ?? text.count)) }
      guard let end else {
        value.state = .absent
        return
      }
      start = end + separator.count
    }
  }

  private func position(
    of part: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    var index = start
    while index + part.count <= text.count {
      if same(UnsafeRawBufferPointer(rebasing: text[index..<index + part.count]), part) {
        return index
      }
      index += 1
    }
    return nil
  }

  /// Characters are Unicode scalars, counted from 1.
  mutating func cutCharacters(_ first: Int32, _ last: Int32) {
    let text = value.text
    var start: Int?
    var number: Int32 = 0
    var index = 0
    while index < text.count, number < last {
      number += 1
      if number == first { start = index }
      index += min(characterWidth(text[index]), text.count - index)
    }
    guard let start else {
      value.state = .absent
      return
    }
    cut(start..<index)
  }
}

/// Without the blanks around it: ASCII white space, NUL, the no-break space and the ideographic space.
@inline(__always) func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
  guard let first = text.first, let last = text.last else { return text }
  if first > 0x20, first != 0xC2, first != 0xE3, last > 0x20, last != 0xA0, last != 0x80 {
    return text
  }
  return withoutBlanks(text)
}

@inline(never) private func withoutBlanks(
  _ text: UnsafeRawBufferPointer
) -> UnsafeRawBufferPointer {
  var start = 0
  var end = text.count
  while start < end {
    let width = blankWidth(text, start)
    guard width > 0 else { break }
    start += width
  }
  while end > start {
    if blankWidth(text, end - 1) == 1 {
      end -= 1
    } else if end - start >= 2, blankWidth(text, end - 2) == 2 {
      end -= 2
    } else if end - start >= 3, blankWidth(text, end - 3) == 3 {
      end -= 3
    } else {
      break
    }
  }
  return UnsafeRawBufferPointer(rebasing: text[start..<end])
}

/// How many bytes the blank at this place has; 0 if there is none.
private func blankWidth(_ text: UnsafeRawBufferPointer, _ index: Int) -> Int {
  switch text[index] {
  case 0, 0x09...0x0D, 0x20: return 1
  case 0xC2: return index + 1 < text.count && text[index + 1] == 0xA0 ? 2 : 0
  case 0xE3:
    return index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] == 0x80 ? 3 : 0
  default: return 0
  }
}

/// How many bytes a character of UTF-8 has, by its first.
@inline(__always) func characterWidth(_ byte: UInt8) -> Int {
  switch byte {
  case 0xC0..<0xE0: 2
  case 0xE0..<0xF0: 3
  case 0xF0...: 4
  default: 1
  }
}

/// The ASCII byte that a full-width character stands for, and how many bytes it had; else the byte itself.
func narrowed(_ text: UnsafeRawBufferPointer, _ index: Int) -> (UInt8, Int) {
  let byte = text[index]
  guard index + 2 < text.count, byte == 0xEF || byte == 0xE3 else { return (byte, 1) }
  let (second, third) = (text[index + 1], text[index + 2])
  if byte == 0xE3 { return second == 0x80 && third == 0x80 ? (0x20, 3) : (byte, 1) }
  guard second == 0xBC || second == 0xBD, third & 0xC0 == 0x80 else { return (byte, 1) }
  let scalar = 0xF000 | Int(second & 0x3F) << 6 | Int(third & 0x3F)
  guard (0xFF01...0xFF5E).contains(scalar) else { return (byte, 1) }
  return (UInt8(scalar - 0xFEE0), 3)
}
