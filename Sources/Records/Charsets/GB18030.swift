import CXML2
import Glibc

/// GB18030 by tables made once from iconv's, which has the 2022 mapping; no field opens a descriptor.
///
/// iconv leaves 18 codes undefined whose private-use meaning the 2022 edition kept; they are added here,
/// so that every code that the standard defines is read and written back as the same bytes.
final class GB18030: Sendable {
  /// What a byte that is no character becomes: a byte that UTF-8 never has.
  static let mark: UInt8 = 0xFF

  /// The tables; nil where the system's iconv does not know GB18030.
  static let shared = GB18030()

  /// The UTF-8 of each two-byte code, first byte lowest; 0 where there is none. By (lead - 0x81) × 192 +
  /// trail - 0x40.
  private let twoByte: ContiguousArray<UInt32>
  /// The UTF-8 of each four-byte code of the Basic Multilingual Plane, by its linear number.
  private let fourByte: ContiguousArray<UInt32>
  /// The code of each character of the Basic Multilingual Plane, first byte lowest; 0 where there is none.
  private let codes: ContiguousArray<UInt32>
  /// The few two-byte codes of characters beyond it.
  private let farCodes: [UInt32: UInt32]

  private static let fourByteCount = 39_420
  private static let supplementary = 189_000

  private init?() {
    guard let converter = iconv_open("UTF-8", "GB18030"), Int(bitPattern: converter) != -1 else {
      return nil
    }
    defer { iconv_close(converter) }
    var two = ContiguousArray<UInt32>(repeating: 0, count: 126 * 192)
    var four = ContiguousArray<UInt32>(repeating: 0, count: Self.fourByteCount)
    for index in two.indices where index % 192 <= 0xFE - 0x40 && index % 192 != 0x7F - 0x40 {
      two[index] = Self.convert(
        UInt32(index / 192 + 0x81) | UInt32(index % 192 + 0x40) << 8, 2, converter)
    }
    for index in four.indices {
      four[index] = Self.convert(Self.fourByteCode(index), 4, converter)
    }
    // GB18030-2022, the codes that iconv lacks: their characters stand in the private use area.
    let kept: [UInt32] = [
      0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864,
    ]
    for (index, scalar) in kept.enumerated() { four[19_057 + index] = Self.utf8(scalar) }
    for index in 0..<10 { four[39_076 + index] = Self.utf8(0xE78D + UInt32(index)) }
    (twoByte, fourByte) = (two, four)

    var codes = ContiguousArray<UInt32>(repeating: 0, count: 0x10000)
    var far: [UInt32: UInt32] = [:]
    for (index, packed) in four.enumerated() where packed != 0 {
      codes[Int(Self.scalar(packed))] = Self.fourByteCode(index)
    }
    for (index, packed) in two.enumerated() where packed != 0 {
      let code = UInt32(index / 192 + 0x81) | UInt32(index % 192 + 0x40) << 8
      let scalar = Self.scalar(packed)
      if scalar < 0x10000 { codes[Int(scalar)] = code } else { far[scalar] = code }
    }
    // The first edition's private-use names of six characters that have places of their own today.
    let renamed: [(private: Int, code: UInt32)] = [
      (0xE816, 0x51FE), (0xE817, 0x52FE), (0xE818, 0x53FE), (0xE831, 0x6CFE), (0xE83B, 0x76FE),
      (0xE855, 0x91FE),
    ]
    for pair in renamed { codes[pair.private] = pair.code }
    (self.codes, farCodes) = (codes, far)
  }

  /// The UTF-8 that iconv gives for one code, packed; 0 if it refuses.
  private static func convert(_ code: UInt32, _ length: Int, _ converter: iconv_t) -> UInt32 {
    var (input, output) = (code.littleEndian, UInt32(0))
    return withUnsafeMutableBytes(of: &input) { input in
      withUnsafeMutableBytes(of: &output) { output in
        var source = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var target = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        var (left, room) = (length, 4)
        iconv(converter, nil, nil, nil, nil)
        guard iconv(converter, &source, &left, &target, &room) == 0, left == 0 else { return 0 }
        return UInt32(littleEndian: output.loadUnaligned(as: UInt32.self))
      }
    }
  }

  private static func fourByteCode(_ number: Int) -> UInt32 {
    let number = UInt32(number)
    return 0x81 + number / 12_600 | (0x30 + number / 1260 % 10) << 8
      | (0x81 + number / 10 % 126) << 16 | (0x30 + number % 10) << 24
  }

  private static func utf8(_ scalar: UInt32) -> UInt32 {
    var packed: UInt32 = 0
    withUnsafeMutableBytes(of: &packed) { bytes in
      guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      _ = UTF8Scan.put(scalar, start)
    }
    return UInt32(littleEndian: packed)
  }

  private static func scalar(_ packed: UInt32) -> UInt32 {
    UTF8Scan.scalar(packed, length: UTF8Scan.lead(UInt8(truncatingIfNeeded: packed)))
  }
}

// MARK: Decoding

extension GB18030 {
  /// Decodes all of the input; each byte that is no character becomes one `mark`.
  ///
  /// - Parameter output: room for twice the input and eight bytes more: two bytes become four at most.
  /// - Returns: how many bytes were written, and how many marks are among them.
  func decode(
    _ input: UnsafeRawBufferPointer, to output: UnsafeMutableBufferPointer<UInt8>
  ) -> (count: Int, marks: Int) {
    precondition(output.count >= 2 * input.count + 8, "the caller makes room for the worst case")
    guard let target = output.baseAddress else { return (0, 0) }
    var (at, to, marks) = (0, 0, 0)
    twoByte.withUnsafeBufferPointer { twoByte in
      while at < input.count {
        if at &+ 8 <= input.count {
          let word = input.loadUnaligned(fromByteOffset: at, as: UInt64.self)
          UnsafeMutableRawPointer(target + to).storeBytes(of: word, as: UInt64.self)
          let high = UInt64(littleEndian: word) & 0x8080_8080_8080_8080
          let plain = high == 0 ? 8 : high.trailingZeroBitCount >> 3
          at &+= plain
          to &+= plain
          if high == 0 { continue }
        } else if input[at] < 0x80 {
          target[to] = input[at]
          at &+= 1
          to &+= 1
          continue
        }
        repeat {
          let (packed, length) = character(input, at, twoByte)
          UnsafeMutableRawPointer(target + to).storeBytes(
            of: packed.littleEndian, as: UInt32.self)
          at &+= length
          to &+= UTF8Scan.lead(UInt8(truncatingIfNeeded: packed))
          if length == 1 { marks &+= 1 }
        } while at < input.count && input[at] >= 0x80
      }
    }
    return (to, marks)
  }

  /// The packed UTF-8 of the character outside ASCII at a place, and how many bytes it took; a `mark`
  /// and 1 if there is none.
  @inline(__always) private func character(
    _ input: UnsafeRawBufferPointer, _ at: Int, _ twoByte: UnsafeBufferPointer<UInt32>
  ) -> (packed: UInt32, length: Int) {
    let none = (UInt32(Self.mark), 1)
    let lead = Int(input[at]) &- 0x81
    guard lead >= 0, lead < 126, at &+ 1 < input.count else { return none }
    let trail = Int(input[at &+ 1])
    if trail >= 0x40 {
      let packed = trail == 0xFF ? 0 : twoByte[lead &* 192 &+ trail &- 0x40]
      return packed == 0 ? none : (packed, 2)
    }
    guard at &+ 3 < input.count else { return none }
    let (third, fourth) = (Int(input[at &+ 2]) &- 0x81, Int(input[at &+ 3]) &- 0x30)
    guard trail >= 0x30, trail < 0x3A, third >= 0, third < 126, fourth >= 0, fourth < 10 else {
      return none
    }
    let number = ((lead &* 10 &+ trail &- 0x30) &* 126 &+ third) &* 10 &+ fourth
    if number < Self.fourByteCount {
      return fourByte[number] == 0 ? none : (fourByte[number], 4)
    }
    let far = number &- Self.supplementary
    guard far >= 0, far < 0x100000 else { return none }
    return (Self.utf8(UInt32(far) &+ 0x10000), 4)
  }

  /// How many bytes a well-formed character takes that starts with these two.
  @inline(__always) static func length(_ first: UInt8, _ second: UInt8) -> Int {
    first < 0x80 ? 1 : second < 0x40 ? 4 : 2
  }
}

// MARK: Encoding

extension GB18030 {
  /// The code of a character outside ASCII, first byte lowest; nil if there is none.
  @inline(__always) func code(_ scalar: UInt32) -> UInt32? {
    if scalar < 0x10000 {
      let code = codes[Int(scalar)]
      return code == 0 ? nil : code
    }
    if let code = farCodes[scalar] { return code }
    let number = scalar - 0x10000 + UInt32(Self.supplementary)
    return Self.fourByteCode(Int(number))
  }
}
