/// The text of an element as it stands in a document: with escapes, CDATA sections, comments and
/// instructions. libxml2 has proved the document well-formed, so each of these ends and means something.
///
/// White space before the text is left out: nothing may stand before an XML declaration.
struct EscapedText {
  private let whole: UnsafeRawBufferPointer
  private let end: Int

  /// How far a walk has come, in the document and in the decoded text.
  private struct Walk {
    var place: Int
    var target = 0
    var isInSection = false
  }

  private let start: Walk
  private var walk: Walk
  private var known: Walk

  /// What a stretch of the document stands for: itself, one character, or nothing.
  private enum Piece {
    case plain(Range<Int>)
    case character(UInt32)
    case nothing
  }

  init(_ whole: UnsafeRawBufferPointer, _ range: Range<Int>) {
    self.whole = whole
    end = range.upperBound
    var (walk, next) = (Walk(place: range.lowerBound), Walk(place: range.lowerBound))
    white: while walk.place < range.upperBound {
      switch Self.pass(&next, whole, range.upperBound, atMost: 1) {
      case .plain(let byte): if whole[byte.lowerBound] > 0x20 { break white }
      case .character(let scalar): if scalar > 0x20 { break white }
      case .nothing: break
      }
      walk = next
    }
    (start, self.walk, known) = (walk, walk, walk)
  }

  /// Appends the text.
  func decode(into output: inout ContiguousArray<UInt8>) {
    var walk = start
    while walk.place < end {
      switch Self.pass(&walk, whole, end, atMost: end - walk.place) {
      case .plain(let stretch): output.append(contentsOf: whole[stretch])
      case .character(let scalar):
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { bytes in
          guard let first = bytes.baseAddress else { return }
          output.append(contentsOf: bytes.prefix(UTF8Scan.put(scalar, first)))
        }
      case .nothing: break
      }
    }
  }

  /// Where in the document a place of the decoded text is. Quick for places in rising order, and for going
  /// back no further than the last `remember`.
  mutating func place(of wanted: Int) -> Int {
    if wanted < walk.target { walk = wanted < known.target ? start : known }
    while walk.target < wanted, walk.place < end {
      var next = walk
      switch Self.pass(&next, whole, end, atMost: wanted - walk.target) {
      case .plain(let stretch): next.target += stretch.count
      case .character(let scalar): next.target += Self.length(scalar)
      case .nothing: break
      }
      // Inside a character there is no place but its own.
      if next.target > wanted { break }
      walk = next
    }
    return walk.place
  }

  mutating func remember() { known = walk }

  private static func length(_ scalar: UInt32) -> Int {
    scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
  }
}

// MARK: Pieces

extension EscapedText {
  /// Passes over one piece, of at most so many bytes if it is plain.
  private static func pass(
    _ walk: inout Walk, _ text: UnsafeRawBufferPointer, _ end: Int, atMost count: Int
  ) -> Piece {
    let place = walk.place
    switch text[place] {
    case 0x0D:
      // XML reads each of the three line breaks as one LF.
      walk.place += place + 1 < end && text[place + 1] == 0x0A ? 2 : 1
      return .character(0x0A)
    case UInt8(ascii: "]") where walk.isInSection && starts("]]>", text, place):
      walk.isInSection = false
      walk.place += 3
      return .nothing
    case UInt8(ascii: "<") where !walk.isInSection: return passMarkup(&walk, text, end)
    case UInt8(ascii: "&") where !walk.isInSection: return passReference(&walk, text, end)
    default: break
    }
    let limit = min(end, place + count)
    var at = place + 1
    while at < limit, !stops(text[at], walk.isInSection) { at &+= 1 }
    walk.place = at
    return .plain(place..<at)
  }

  @inline(__always) private static func stops(_ byte: UInt8, _ isInSection: Bool) -> Bool {
    switch byte {
    case 0x0D: true
    case UInt8(ascii: "]"): isInSection
    case UInt8(ascii: "<"), UInt8(ascii: "&"): !isInSection
    default: false
    }
  }

  private static func starts(
    _ mark: StaticString, _ text: UnsafeRawBufferPointer, _ place: Int
  ) -> Bool {
    let mark = UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)
    return text[place...].starts(with: mark)
  }

  /// A section's beginning, a comment or an instruction.
  private static func passMarkup(
    _ walk: inout Walk, _ text: UnsafeRawBufferPointer, _ end: Int
  ) -> Piece {
    if starts("<![CDATA[", text, walk.place) {
      walk.isInSection = true
      walk.place += 9
      return .nothing
    }
    let isComment = starts("<!--", text, walk.place)
    let close: StaticString = isComment ? "-->" : "?>"
    walk.place += isComment ? 4 : 2
    while walk.place < end, !starts(close, text, walk.place) { walk.place += 1 }
    walk.place = min(end, walk.place + close.utf8CodeUnitCount)
    return .nothing
  }

  private static func passReference(
    _ walk: inout Walk, _ text: UnsafeRawBufferPointer, _ end: Int
  ) -> Piece {
    let name = text[(walk.place + 1)..<end].prefix { $0 != UInt8(ascii: ";") }
    walk.place = min(end, name.endIndex + 1)
    switch name.first {
    case UInt8(ascii: "l"): return .character(0x3C)
    case UInt8(ascii: "g"): return .character(0x3E)
    case UInt8(ascii: "q"): return .character(0x22)
    case UInt8(ascii: "a"):
      return .character(name.dropFirst().first == UInt8(ascii: "m") ? 0x26 : 0x27)
    default: break
    }
    // What is left is #10 or #xA.
    let isHexadecimal = name.dropFirst().first == UInt8(ascii: "x")
    var scalar: UInt32 = 0
    for digit in name.dropFirst(isHexadecimal ? 2 : 1) {
      let value = UInt32(digit & 0x0F) + (digit > 0x39 ? 9 : 0)
      scalar = scalar &* (isHexadecimal ? 16 : 10) &+ value
    }
    return .character(min(scalar, 0x10FFFF))
  }
}
