/// What stopped a scan: the code, the byte, and what would have been right there.
struct JSONFault: Error {
  var code: RecordError.Code
  var byte: Int
  var expectation: StaticString

  init(_ code: RecordError.Code, _ byte: Int, _ expectation: StaticString) {
    self.code = code
    self.byte = byte
    self.expectation = expectation
  }
}

/// The lexical half of RFC 8259 over a private copy of the text: white space, strings, numbers, literals.
///
/// The copy is followed by `padding` zero bytes. A zero is no character of JSON outside a string and a
/// refused control character inside one, so every loop stops at the end without a comparison, and words
/// of eight bytes may be loaded from any byte of the text. Strings are unescaped in place: what an
/// escape stands for is never longer than the escape.
struct JSONScanner {
  static let padding = 16

  let base: UnsafeMutablePointer<UInt8>
  let count: Int
  var cursor = 0
  /// Whether a lone surrogate is refused; if not, it reads as U+FFFD.
  let refusesLoneSurrogates: Bool

  /// - Parameter text: the copy with its padding; must outlive the scanner.
  init(_ text: UnsafeMutableBufferPointer<UInt8>, refusesLoneSurrogates: Bool) {
    precondition(text.count >= Self.padding, "the text comes with its padding")
    // The precondition proves that the buffer is not empty, so it has an address.
    base = text.baseAddress.unsafelyUnwrapped
    count = text.count - Self.padding
    self.refusesLoneSurrogates = refusesLoneSurrogates
  }

  /// The byte at the cursor; 0 at the end.
  @inline(__always) var current: UInt8 { base[cursor] }

  @inline(__always) mutating func skipSpace() {
    while base[cursor] <= 0x20, isSpace(base[cursor]) { cursor &+= 1 }
  }

  @inline(__always) private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  // MARK: Strings

  /// Reads a string whose opening quote is at the cursor; returns where its decoded text lies.
  @inline(__always) mutating func string() throws(JSONFault) -> Tree.Slice {
    let start = cursor &+ 1
    var at = start
    while true {
      let stop = stops(word(at))
      if stop == 0 {
        at &+= 8
        continue
      }
      at &+= stop.trailingZeroBitCount >> 3
      let byte = base[at]
      if byte == 0x22 {
        cursor = at &+ 1
        return Tree.Slice(
          offset: Int32(truncatingIfNeeded: start), count: Int32(truncatingIfNeeded: at &- start))
      }
      if byte >= 0x80 {
        at = try characters(at)
      } else if byte == 0x5C {
        return try escapedString(start, at)
      } else {
        throw unfinished(at)
      }
    }
  }

  /// Marks, in the high bit of each byte, where a string's plain ASCII run stops. Exact for the lowest
  /// mark; a borrow can raise false ones only above it.
  @inline(__always) private func stops(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let slash = word ^ (ones &* 0x5C)
    let zeros =
      ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash) | ((word &- ones &* 0x20) & ~word)
    return (zeros | word) & (ones &* 0x80)
  }

  @inline(__always) func word(_ at: Int) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
  }

  /// Passes over well-formed UTF-8 outside ASCII; returns where ASCII begins again.
  @inline(__always) func characters(_ start: Int) throws(JSONFault) -> Int {
    var at = start
    repeat {
      let length = UTF8Scan.length(
        UInt32(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt32.self)))
      if length == 0 {
        throw JSONFault(.undecodable, at, "a well-formed UTF-8 character here")
      }
      at &+= length
    } while base[at] >= 0x80
    return at
  }

  func unfinished(_ at: Int) -> JSONFault {
    at >= count
      ? JSONFault(.notJSON, count, "the string's closing quote before the end")
      : JSONFault(.notJSON, at, "a control character in a string must be written as an escape")
  }

  // MARK: Numbers and literals

  /// Reads a number at the cursor; returns where it lies, exactly as written.
  @inline(__always) mutating func number() throws(JSONFault) -> Tree.Slice {
    let start = cursor
    var at = start
    if base[at] == 0x2D { at &+= 1 }
    if base[at] == 0x30 {
      at &+= 1
      if isDigit(at) { throw JSONFault(.notJSON, at, "a number does not begin with a zero") }
    } else {
      try digits(&at)
    }
    if base[at] == 0x2E {
      at &+= 1
      try digits(&at)
    }
    if base[at] | 0x20 == 0x65 {
      at &+= 1
      if base[at] == 0x2B || base[at] == 0x2D { at &+= 1 }
      try digits(&at)
    }
    cursor = at
    return Tree.Slice(
      offset: Int32(truncatingIfNeeded: start), count: Int32(truncatingIfNeeded: at &- start))
  }

  @inline(__always) private func isDigit(_ at: Int) -> Bool { base[at] &- 0x30 < 10 }

  @inline(__always) private func digits(_ at: inout Int) throws(JSONFault) {
    guard isDigit(at) else { throw JSONFault(.notJSON, at, "a digit") }
    repeat { at &+= 1 } while isDigit(at)
  }

  /// Reads `true`, `false` or `null`, whose first letter is at the cursor.
  @inline(__always) mutating func literal() throws(JSONFault) -> Tree.Kind {
    let text = UInt32(littleEndian: UnsafeRawPointer(base + cursor).loadUnaligned(as: UInt32.self))
    switch text {
    case 0x6C6C_756E:
      cursor &+= 4
      return .null
    case 0x6575_7274:
      cursor &+= 4
      return .true
    case 0x736C_6166 where base[cursor &+ 4] == 0x65:
      cursor &+= 5
      return .false
    default:
      throw JSONFault(
        .notJSON, cursor,
        "a value: an object, array, string, number, true, false or null")
    }
  }
}

// MARK: Between values

extension JSONScanner {
  /// Reads a member's name and its colon.
  @inline(__always) mutating func memberName() throws(JSONFault) -> Tree.Slice {
    guard current == 0x22 else {
      throw JSONFault(.notJSON, cursor, "a member's name in quotes")
    }
    let name = try string()
    skipSpace()
    guard current == 0x3A else {
      throw JSONFault(.notJSON, cursor, "a colon after the member's name")
    }
    cursor &+= 1
    return name
  }

  func unseparated(_ inObject: Bool) -> JSONFault {
    JSONFault(
      .notJSON, cursor,
      inObject
        ? "a comma or the object's closing brace"
        : "a comma or the array's closing bracket")
  }

  /// Proves that nothing but white space is left.
  mutating func finish() throws(JSONFault) {
    skipSpace()
    guard cursor == count else {
      throw JSONFault(.notJSON, cursor, "nothing but white space after the value")
    }
  }
}

// MARK: Names

extension JSONScanner {
  /// A number that two equal texts share, made of the first eight bytes and the length.
  @inline(__always) func key(_ slice: Tree.Slice) -> UInt64 {
    let count = Int(slice.count)
    let start = word(Int(slice.offset))
    let kept = count >= 8 ? start : start & ((1 &<< UInt64(count &* 8)) &- 1)
    return kept ^ (UInt64(count) &<< 56)
  }

  /// A name for an error message, cut where it gets long.
  func text(_ slice: Tree.Slice) -> String {
    let bytes = UnsafeBufferPointer(start: base + Int(slice.offset), count: Int(slice.count))
    return slice.count <= 64
      ? String(decoding: bytes, as: UTF8.self)
      : String(decoding: bytes.prefix(64), as: UTF8.self) + "…"
  }

  func equal(_ left: Tree.Slice, _ right: Tree.Slice) -> Bool {
    guard left.count == right.count else { return false }
    for index in 0..<Int(left.count)
    where base[Int(left.offset) &+ index] != base[Int(right.offset) &+ index] {
      return false
    }
    return true
  }

  /// Orders names by length, then by bytes: any total order serves to bring equal ones together.
  func precedes(_ left: Tree.Slice, _ right: Tree.Slice) -> Bool {
    if left.count != right.count { return left.count < right.count }
    for index in 0..<Int(left.count) {
      let (one, other) = (base[Int(left.offset) &+ index], base[Int(right.offset) &+ index])
      if one != other { return one < other }
    }
    return false
  }
}
