/// Bounded memory that JSON is put into.
///
/// Why no write leaves it: a node takes at most `perNode` bytes beside its texts (two quotes for each of
/// its two texts, a colon, a comma, `false` or two brackets), its texts take their length and what
/// escapes add, and what escapes add is counted down from an allowance. The memory holds the sum of
/// these for all nodes, and `overshoot` for the last store of a whole word.
struct JSONSink {
  static let perNode = 12
  static let overshoot = 16

  private let start: UnsafeMutablePointer<UInt8>
  private let arena: UnsafeRawBufferPointer
  private var escapes: Int
  private(set) var count = 0

  /// - Parameter room: the texts, `perNode` for each node, `escapes` and `overshoot` together.
  init(_ room: UnsafeMutableBufferPointer<UInt8>, escapes: Int, arena: UnsafeRawBufferPointer) {
    precondition(room.count >= Self.overshoot, "the caller makes room")
    // The precondition proves that there is memory, so it has an address.
    start = room.baseAddress.unsafelyUnwrapped
    self.escapes = escapes
    self.arena = arena
  }

  mutating func write(
    _ nodes: UnsafeBufferPointer<Tree.Node>, _ range: Range<Int>,
    _ open: inout ContiguousArray<(end: Int32, bracket: UInt8)>
  ) -> Bool {
    var current: (end: Int32, bracket: UInt8) = (-1, 0)
    var index = range.lowerBound
    while index < range.upperBound {
      let node = nodes[index]
      if current.bracket == 0x7D {
        guard string(node.name) else { return false }
        put(0x3A)
      }
      index &+= 1
      switch node.kind {
      case .string: guard string(node.text) else { return false }
      case .number: number(node.text)
      case .null: put("null")
      case .true: put("true")
      case .false: put("false")
      case .object, .array:
        let isObject = node.kind == .object
        put(isObject ? 0x7B : 0x5B)
        open.append(current)
        current = (node.end, isObject ? 0x7D : 0x5D)
        if Int(node.end) > index { continue }
      }
      while current.bracket != 0, Int(current.end) <= index {
        put(current.bracket)
        current = open.removeLast()
      }
      if current.bracket != 0 { put(0x2C) }
    }
    while current.bracket != 0 {
      put(current.bracket)
      current = open.removeLast()
    }
    return true
  }

  @inline(__always) private mutating func put(_ byte: UInt8) {
    start[count] = byte
    count &+= 1
  }

  @inline(__always) private mutating func put(_ literal: StaticString) {
    (start + count).update(from: literal.utf8Start, count: literal.utf8CodeUnitCount)
    count &+= literal.utf8CodeUnitCount
  }

  @inline(__always) private mutating func number(_ text: Tree.Slice) {
    let bytes = UnsafeRawBufferPointer(rebasing: arena[text.range])
    UnsafeMutableRawBufferPointer(start: start + count, count: bytes.count).copyMemory(from: bytes)
    count &+= bytes.count
  }

  /// A text in quotes; false if its escapes exceed the allowance.
  @inline(__always) private mutating func string(_ text: Tree.Slice) -> Bool {
    let bytes = arena[text.range]
    put(0x22)
    var at = bytes.startIndex
    let end = bytes.endIndex
    while at < end {
      if at &+ 8 <= arena.count {
        // May load bytes behind the text's end, inside the arena; they are cut off below.
        let word = UInt64(
          littleEndian: arena.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        UnsafeMutableRawPointer(start + count).storeBytes(of: word.littleEndian, as: UInt64.self)
        let stop = Self.stops(word)
        let plain = min(end &- at, stop == 0 ? 8 : stop.trailingZeroBitCount >> 3)
        at &+= plain
        count &+= plain
        if stop == 0 || at == end { continue }
      }
      guard one(arena[at]) else { return false }
      at &+= 1
    }
    put(0x22)
    return true
  }

  /// Marks, in the high bit of each byte, what must be escaped; exact for the lowest mark.
  @inline(__always) private static func stops(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let slash = word ^ (ones &* 0x5C)
    let zeros =
      ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash) | ((word &- ones &* 0x20) & ~word)
    return zeros & (ones &* 0x80)
  }

  private mutating func one(_ byte: UInt8) -> Bool {
    guard byte < 0x20 || byte == 0x22 || byte == 0x5C else {
      put(byte)
      return true
    }
    let short: UInt8? =
      switch byte {
      case 0x22, 0x5C: byte
      case 0x08: 0x62
      case 0x09: 0x74
      case 0x0A: 0x6E
      case 0x0C: 0x66
      case 0x0D: 0x72
      default: nil
      }
    escapes -= short == nil ? 5 : 1
    guard escapes >= 0 else { return false }
    put(0x5C)
    if let short {
      put(short)
      return true
    }
    put("u00")
    put(0x30 &+ (byte >> 4))
    let low = byte & 15
    put(low < 10 ? 0x30 &+ low : 0x57 &+ low)
    return true
  }
}
