/// A body as UTF-8, and the way back from a place in it to the place in the native bytes.
///
/// Bytes that are no character stand as `GB18030.mark`, which no well-formed UTF-8 has: so one bad byte
/// spoils the record that it is in, and not the body.
struct NativeText {
  /// The native bytes, after the byte order mark.
  let native: UnsafeRawBufferPointer
  private(set) var utf8: UnsafeRawBufferPointer
  let charset: Charset
  /// How long the byte order mark was.
  let origin: Int
  /// How many bytes are no character.
  private(set) var marks: Int

  private let isUTF16: Bool
  /// The body as UTF-8; what `utf8` is too, but inside an element's text.
  let whole: UnsafeRawBufferPointer
  private var inner: EscapedText?

  // How far the walk over both has come, and from where it may begin again.
  private var (place, target) = (0, 0)
  private var (knownPlace, knownTarget) = (0, 0)

  init(
    native: UnsafeRawBufferPointer, utf8: UnsafeRawBufferPointer, charset: Charset, origin: Int,
    marks: Int
  ) {
    self.native = native
    self.utf8 = utf8
    self.charset = charset
    self.origin = origin
    self.marks = marks
    isUTF16 = charset.isUTF16
    whole = utf8
  }

  /// Whether a place in the UTF-8 is the same place in the native bytes.
  var isItself: Bool { charset == .utf8 && inner == nil }

  /// Calls the body with the text of one of its elements, decoded: places in it are turned back by the way
  /// of the element.
  mutating func withInner(
    _ element: EscapedText, _ decoded: UnsafeRawBufferPointer,
    _ body: (inout NativeText) -> Void
  ) {
    let (utf8, marks) = (utf8, marks)
    self.utf8 = decoded
    self.marks = marks == 0 ? 0 : decoded.count { $0 == GB18030.mark }
    inner = element
    body(&self)
    (self.utf8, self.marks, inner) = (utf8, marks, nil)
  }

  /// Where a place of `utf8` is in `whole`.
  mutating func wholePlace(of wanted: Int) -> Int { inner?.place(of: wanted) ?? wanted }

  /// The native place of a place in the UTF-8. Quick for places in rising order, and for going back no
  /// further than the last `beginRecord`.
  mutating func nativePlace(of wanted: Int) -> Int {
    let wanted = wholePlace(of: wanted)
    if charset == .utf8 { return origin + wanted }
    if wanted < target {
      (place, target) = wanted < knownTarget ? (0, 0) : (knownPlace, knownTarget)
    }
    if isUTF16 { walkUTF16(to: wanted) } else { walkGB18030(to: wanted) }
    return origin + place
  }

  /// The native place where a record begins; remembered.
  mutating func beginRecord(at wanted: Int) -> Int {
    let native = nativePlace(of: wanted)
    (knownPlace, knownTarget) = (place, target)
    inner?.remember()
    return native
  }

  @inline(__always) private mutating func walkGB18030(to wanted: Int) {
    var (place, target) = (self.place, self.target)
    while target < wanted, place < native.count {
      if place &+ 8 <= native.count {
        let high =
          UInt64(littleEndian: native.loadUnaligned(fromByteOffset: place, as: UInt64.self))
          & 0x8080_8080_8080_8080
        let plain = min(wanted &- target, high == 0 ? 8 : high.trailingZeroBitCount >> 3)
        if plain > 0 {
          place &+= plain
          target &+= plain
          continue
        }
      }
      let lead = whole[target]
      if lead < 0x80 || lead == GB18030.mark {
        place &+= 1
        target &+= 1
      } else {
        let second = place &+ 1 < native.count ? native[place &+ 1] : 0
        place &+= GB18030.length(native[place], second)
        target &+= UTF8Scan.lead(lead)
      }
    }
    (self.place, self.target) = (place, target)
  }

  private mutating func walkUTF16(to wanted: Int) {
    while target < wanted, place < native.count {
      let length = UTF8Scan.lead(whole[target])
      target &+= length
      place &+= length == 4 ? 4 : 2
    }
    place = min(place, native.count)
  }
}

/// Makes UTF-8 of bodies; keeps its memory from body to body.
struct TextDecoder {
  private var buffer: ContiguousArray<UInt8> = []
  /// Memory above this is given back after the body that needed it.
  private static let kept = 4 << 20

  /// Calls the body with the text; nil if the system lacks the charset's tables.
  ///
  /// - Parameter unproved: hands out UTF-8 as it is, for a reader that proves it itself.
  mutating func decode<Result>(
    _ body: UnsafeRawBufferPointer, charset: Charset, unproved: Bool = false,
    _ use: (inout NativeText) -> Result
  ) -> Result? {
    let (charset, mark) = charset.resolved(for: body)
    let native = UnsafeRawBufferPointer(rebasing: body[mark...])
    defer { if buffer.count > Self.kept { buffer = [] } }
    switch charset {
    case .utf8:
      guard !unproved, let fault = UTF8Scan.firstFault(native) else {
        var text = NativeText(
          native: native, utf8: native, charset: .utf8, origin: mark, marks: 0)
        return use(&text)
      }
      makeRoom(native.count)
      return buffer.withUnsafeMutableBufferPointer { buffer in
        let marks = Self.copyMarking(native, from: fault, to: buffer)
        return Self.run(native, buffer, native.count, charset, mark, marks, use)
      }
    case .gb18030, .gbk, .gb2312:
      guard let table = GB18030.shared else { return nil }
      makeRoom(2 * native.count + 8)
      return buffer.withUnsafeMutableBufferPointer { buffer in
        let (count, marks) = table.decode(native, to: buffer)
        return Self.run(native, buffer, count, charset, mark, marks, use)
      }
    case .utf16, .utf16LittleEndian, .utf16BigEndian:
      makeRoom(2 * native.count + 8)
      return buffer.withUnsafeMutableBufferPointer { buffer in
        let (count, marks) = UTF16Scan.decode(
          native, littleEndian: charset == .utf16LittleEndian, to: buffer)
        return Self.run(native, buffer, count, charset, mark, marks, use)
      }
    }
  }

  private mutating func makeRoom(_ count: Int) {
    if buffer.count < count {
      buffer = ContiguousArray(repeating: 0, count: max(count, 4096))
    }
  }

  private static func run<Result>(
    _ native: UnsafeRawBufferPointer, _ buffer: UnsafeMutableBufferPointer<UInt8>, _ count: Int,
    _ charset: Charset, _ origin: Int, _ marks: Int, _ use: (inout NativeText) -> Result
  ) -> Result {
    var text = NativeText(
      native: native,
      utf8: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]),
      charset: charset, origin: origin, marks: marks)
    return use(&text)
  }

  /// Copies UTF-8 with a `mark` for each byte that is no part of a character.
  private static func copyMarking(
    _ input: UnsafeRawBufferPointer, from fault: Int, to output: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    UnsafeMutableRawBufferPointer(output).copyMemory(from: input)
    var marks = 0
    var next: Int? = fault
    while let at = next {
      output[at] = GB18030.mark
      marks += 1
      next = UTF8Scan.firstFault(input, from: at + 1)
    }
    return marks
  }
}
