import Testing

@testable import Records

@Suite struct CharsetTests {
  static let known: [(bytes: [UInt8], text: String)] = [
    ([0xD5, 0xC5, 0xC8, 0xFD], "张三"), ([0xFE, 0x9F], "䶮"), ([0x81, 0x39, 0xEF, 0x31], "㐂"),
    ([0x95, 0x32, 0x82, 0x36], "𠀀"), ([0x98, 0x38, 0xF5, 0x37], "𫖯"),
    ([0x99, 0x33, 0xA8, 0x38], "𬭊"),
    ([0xA2, 0xE3], "€"), ([0xA9, 0x96], "〇"), ([0xA1, 0xA4], "·"), ([0xA6, 0xD9], "\u{FE10}"),
    ([0xFE, 0x59], "\u{9FB4}"), ([0xA8, 0xBC], "\u{1E3F}"), ([0x81, 0x35, 0xF4, 0x37], "\u{E7C7}"),
    ([0xFE, 0x51], "\u{20087}"), ([0x84, 0x31, 0x82, 0x36], "\u{E78D}"),
    ([0x84, 0x31, 0x83, 0x35], "\u{E796}"), ([0x82, 0x35, 0x90, 0x37], "\u{E81E}"),
    ([0x82, 0x35, 0x91, 0x34], "\u{E864}"), ([0xE3, 0x32, 0x9A, 0x35], "\u{10FFFF}"),
    ([0x90, 0x30, 0x81, 0x30], "\u{10000}"), ([0x81, 0x30, 0x81, 0x30], "\u{80}"),
    (Array("plain ASCII, longer than a word".utf8), "plain ASCII, longer than a word"),
    ([0xAA, 0xA1], "\u{E000}"),
  ]

  @Test("known characters of GB18030 are read and written as the same bytes", arguments: known)
  func knownCharacters(bytes: [UInt8], text: String) {
    #expect(decoded(bytes, .gb18030) == text)
    #expect(encoded(text, .gb18030) == bytes)
  }

  @Test("every code of GB18030 that is a character is written back as the same bytes")
  func everyCode() throws {
    var (characters, moved) = (0, 0)
    func check(_ bytes: [UInt8]) {
      guard let text = decoded(bytes, .gb18030) else { return }
      characters += 1
      // A byte order mark alone is no text.
      if encoded(text, .gb18030) != bytes, !text.isEmpty { moved += 1 }
    }
    for lead in UInt8(0x81)...0xFE {
      for trail in UInt8(0x40)...0xFE where trail != 0x7F { check([lead, trail]) }
    }
    for number in 0..<39_420 {
      check([
        UInt8(0x81 + number / 12_600), UInt8(0x30 + number / 1260 % 10),
        UInt8(0x81 + number / 10 % 126), UInt8(0x30 + number % 10),
      ])
    }
    #expect(characters == 23_940 + 39_420)
    #expect(moved == 0)
  }

  @Test(
    "every scalar value outside the surrogates can be written and is read back, but for six renamed ones",
    arguments: [Charset.utf8, .gb18030, .utf16LittleEndian, .utf16BigEndian])
  func everyScalar(charset: Charset) {
    var lost: [UInt32] = []
    for start in stride(from: UInt32(0), to: 0x110000, by: 64)
    where !(0xD800..<0xE000).contains(start) {
      var text = ""
      for value in start..<start + 64 {
        if let scalar = Unicode.Scalar(value), value != 0xFEFF {
          text.unicodeScalars.append(scalar)
        }
      }
      if decoded(encoded(text, charset), charset) == text { continue }
      for scalar in text.unicodeScalars
      where decoded(encoded(String(scalar), charset), charset) != String(scalar) {
        lost.append(scalar.value)
      }
    }
    #expect(lost == (charset == .gb18030 ? [0xE816, 0xE817, 0xE818, 0xE831, 0xE83B, 0xE855] : []))
  }

  @Test(
    "bytes that are no character are found at their place, and those around them read on",
    arguments: [
      ([0x80], 1), ([0xFF], 1), ([0xD5], 1), ([0xD5, 0x20], 1), ([0x81, 0x30], 1),
      ([0x81, 0x30, 0x81], 1),
      ([0x81, 0x30, 0x81, 0x20], 1), ([0xFF, 0xFF], 2), ([0x84, 0x31, 0xA4, 0x40], 1),
      ([0xE3, 0x32, 0x9A, 0x36], 1), ([0xD5, 0x7F], 1),
    ] as [([UInt8], Int)])
  func faults(bytes: [UInt8], least: Int) {
    let body = Array("abc".utf8) + [0xD5, 0xC5] + bytes
    var decoder = TextDecoder()
    body.withUnsafeBytes { body in
      _ = decoder.decode(body, charset: .gb18030) { text in
        #expect(text.marks >= least)
        let mark = text.utf8.firstIndex(of: GB18030.mark)
        #expect(mark == 6)
        #expect(text.nativePlace(of: 6) == 5)
        #expect(text.utf8.starts(with: "abc张".utf8))
      }
    }
  }

  @Test(
    "surrogates without their other half are no characters",
    arguments: [
      [0x61, 0, 0, 0xD8], [0x61, 0, 0, 0xDC, 0x61, 0], [0x61, 0, 0, 0xD8, 0x61, 0],
      [0x61, 0, 0x61],
    ] as [[UInt8]])
  func surrogates(bytes: [UInt8]) {
    #expect(decoded(bytes, .utf16LittleEndian) == nil)
  }

  @Test("a body of UTF-16 is not taken for blank by its bytes")
  func notBlank() {
    // Both bytes of each of these characters are below a space's.
    let format = RecordFormat.delimited(DelimitedFormat(header: false, columns: ["a"]))
    #expect(
      Reading([0x01, 0x02, 0x03, 0x01], format, .utf16BigEndian).records == [
        #"{"a":"\#u{102}\#u{301}"}"#
      ])
    #expect(Reading([0xFF, 0xFE, 0x20, 0x00], format, .utf16).codes == [.emptyBody])
  }

  @Test("UTF-16 is read by its mark, or by where the zeros are")
  func utf16() {
    #expect(decoded([0xFF, 0xFE, 0x20, 0x5F], .utf16) == "张")
    #expect(decoded([0xFE, 0xFF, 0x5F, 0x20], .utf16) == "张")
    #expect(decoded([0x61, 0, 0x20, 0x5F], .utf16) == "a张")
    #expect(decoded([0, 0x61, 0x5F, 0x20], .utf16) == "a张")
    #expect(decoded([0x3D, 0xD8, 0, 0xDE], .utf16LittleEndian) == "😀")
  }

  @Test(
    "a byte order mark is no part of the text",
    arguments: [
      ([0xEF, 0xBB, 0xBF, 0x61], Charset.utf8), ([0x84, 0x31, 0x95, 0x33, 0x61], .gb18030),
      ([0xFF, 0xFE, 0x61, 0], .utf16LittleEndian), ([0xFE, 0xFF, 0, 0x61], .utf16BigEndian),
    ] as [([UInt8], Charset)])
  func marks(bytes: [UInt8], charset: Charset) {
    #expect(decoded(bytes, charset) == "a")
  }

  @Test("GBK and GB 2312 refuse to be written with characters that they lack")
  func narrowCharsets() {
    func place(_ text: String, _ charset: Charset) -> Int? {
      var (text, output) = (text, [UInt8]())
      return text.withUTF8 {
        Encoder(charset).append(UnsafeRawBufferPointer($0), into: &output)
      }
    }
    #expect(place("张三", .gb2312) == nil)
    #expect(place("镕", .gb2312) == 0)
    #expect(place("镕", .gbk) == nil)
    #expect(place("a㐂", .gbk) == 1)
    #expect(place("张𫖯", .gbk) == 3)
    #expect(place("张𫖯", .gb18030) == nil)
  }

  @Test(
    "labels and content types name charsets",
    arguments: [
      ("utf-8", Charset.utf8), ("GBK", .gbk), ("gb2312", .gb2312), ("CP936", .gbk),
      ("gb18030", .gb18030),
      ("UTF-16", .utf16), ("utf-16le", .utf16LittleEndian),
    ])
  func labels(label: String, charset: Charset) throws {
    #expect(Charset(label: label) == charset)
    for type in ["text/csv; charset=\(label)", "text/xml;header=present; Charset = \"\(label)\""] {
      #expect(try Charset.declared(inContentType: type) == charset)
    }
  }

  @Test("a content type without a charset declares none, one with another charset is refused")
  func contentTypes() throws {
    #expect(try Charset.declared(inContentType: "application/json") == nil)
    #expect(throws: RecordError(.unknownCharset, "")) {
      try Charset.declared(inContentType: "text/csv; charset=Big5")
    }
  }
}
