import Testing

@testable import Records

@Suite struct FixedWidthTests {
  static let fields: [FixedWidthFormat.Field] = [
    .init(name: "id", start: 1, length: 4), .init(name: "name", start: 5, length: 8),
    .init(name: "sum", start: 13, length: 5, side: .right, padding: 0x30),
  ]
  let bytes = RecordFormat.fixedWidth(FixedWidthFormat(fields: fields, length: 18))
  let characters = RecordFormat.fixedWidth(
    FixedWidthFormat(fields: fields, unit: .characters, length: 18))

  @Test("fields are cut by bytes, trimmed, and know their places", arguments: ["\n", "\r\n"])
  func inBytes(lineBreak: String) {
    let native = encoded("A1  张三    00042 \(lineBreak)A2  䶮㐂      7x\(lineBreak)", .gb18030)
    let reading = Reading(native, bytes, .gb18030)
    #expect(
      reading.records == [
        #"{"id":"A1","name":"张三","sum":"00042"}"#, #"{"id":"A2","name":"䶮㐂","sum":"7"}"#,
      ])
    #expect(reading.bytes(of: "name", in: native) == encoded("张三    ", .gb18030))
    #expect(reading.bytes(of: "sum", record: 1, in: native) == Array("    7".utf8))
    #expect(reading.places.map(\.line) == [1, 2])
    #expect(reading.places.map(\.byteCount) == [18, 18])
  }

  @Test(
    "bytes of UTF-16 are two a character, or four; one that a field's end cuts is refused",
    arguments: [Charset.utf16LittleEndian, .utf16BigEndian])
  func wide(charset: Charset) {
    let format = RecordFormat.fixedWidth(
      FixedWidthFormat(fields: [
        .init(name: "a", start: 1, length: 6), .init(name: "b", start: 7, length: 6),
      ]))
    let native = encoded("张三 a b\n张𫖯1 b\r\n张三𫖯bb\n1", charset)
    let reading = Reading(native, format, charset)
    #expect(reading.records == [#"{"a":"张三","b":"a b"}"#, #"{"a":"张𫖯","b":"1 b"}"#])
    #expect(reading.codes == [.undecodable, .recordLength])
    #expect(reading.faults.first?.path == "a")
    #expect(reading.faults.first?.byte == encoded("张三 a b\n张𫖯1 b\r\n张三", charset).count)
    #expect(reading.faults.map(\.line) == [3, 4])
    #expect(reading.bytes(of: "b", record: 1, in: native) == encoded("1 b", charset))
  }

  @Test("the last record needs no line break, blank lines are passed over")
  func lastLine() {
    let line = "A1  abc     00042 "
    #expect(Reading("\(line)\n\n\(line)", bytes).records.count == 2)
  }

  @Test("a record of another length is refused, and its neighbours go on")
  func length() {
    let line = "A1  abc     00042 "
    let reading = Reading("\(line)\n\(line.dropLast())\n\(line)x\n\(line)\n", bytes)
    #expect(reading.records.count == 2)
    #expect(reading.codes == [.recordLength, .recordLength])
    #expect(reading.faults.map(\.record) == [2, 3])
    #expect(reading.faults.map(\.byte) == [19, 37])
    #expect(
      reading.faults.first?.expectation.contains("18 bytes, and here are 17") == true)
  }

  @Test("a field that ends inside a character is refused at that byte, with its name")
  func cutCharacter() {
    var native = encoded("A1  abcdefg     42 \n", .gb18030)
    native.removeLast(2)
    native[11] = 0xD5
    native.append(0x0A)
    let good = encoded("A2  张三       42 \n", .gb18030)
    let reading = Reading(native + good, bytes, .gb18030)
    #expect(reading.records == [#"{"id":"A2","name":"张三","sum":"42"}"#])
    #expect(reading.codes == [.undecodable])
    #expect(reading.faults.first?.byte == 11)
    #expect(reading.faults.first?.path == "name")
  }

  @Test("records that follow each other without line breaks, and a rest that is too short")
  func withoutBreaks() {
    let format = RecordFormat.fixedWidth(
      FixedWidthFormat(fields: Self.fields, length: 18, lines: false))
    let reading = Reading("A1  abc     00042 A2  def     00043 A3", format)
    #expect(reading.trees.map { $0.text("name") } == ["abc", "def"])
    #expect(reading.codes == [.recordLength])
    #expect(reading.faults.first?.byte == 36)
  }

  @Test(
    "fields are cut by characters, in every charset",
    arguments: [
      Charset.utf8, .gb18030, .utf16LittleEndian, .utf16BigEndian,
    ])
  func inCharacters(charset: Charset) {
    let native = encoded("A1  张三䶮𫖯    00042 \r\nA2  短\nA3  中文中文中文中文00001x\n", charset)
    let reading = Reading(native, characters, charset)
    #expect(
      reading.records == [
        #"{"id":"A1","name":"张三䶮𫖯","sum":"00042"}"#,
        #"{"id":"A3","name":"中文中文中文中文","sum":"00001"}"#,
      ])
    #expect(reading.codes == [.recordLength])
    #expect(reading.bytes(of: "name", in: native) == encoded("张三䶮𫖯    ", charset))
    #expect(reading.bytes(of: "sum", record: 1, in: native) == encoded("00001", charset))
  }

  @Test("UTF-8 counted in bytes: a character cut in two is refused")
  func utf8InBytes() {
    let native = Array("A1  abcdefg".utf8) + [0xE5] + Array("   42 \n".utf8)
    #expect(Reading(native, bytes, .utf8).codes == [.undecodable])
  }
}
