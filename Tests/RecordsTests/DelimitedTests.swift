import Testing

@testable import Records

@Suite struct DelimitedTests {
  func format(
    _ separator: String = ",", quote: UInt8? = 0x22, header: Bool = true, _ columns: [String] = []
  ) -> RecordFormat {
    .delimited(
      DelimitedFormat(separator: separator, quote: quote, header: header, columns: columns))
  }

  @Test(
    "RFC 4180: header, quotes, doubled quotes, line breaks in quotes, with and without the last break"
  )
  func rfc4180() {
    let text = "a,b,c\r\n1,\"x, \"\"y\"\"\r\nz\",\r\n,\"\",3"
    let reading = Reading(text, format())
    #expect(
      reading.records == [#"{"a":"1","b":"x, \"y\"\r\nz","c":""}"#, #"{"a":"","b":"","c":"3"}"#])
    #expect(reading.places.map(\.line) == [2, 4])
    #expect(reading.bytes(of: "b", in: Array(text.utf8)) == Array("\"x, \"\"y\"\"\r\nz\"".utf8))
    #expect(reading.bytes(of: "", record: 1, in: Array(text.utf8)) == Array(",\"\",3".utf8))
  }

  @Test(
    "the dialects that departments use",
    arguments: [
      ("1|2|3\n", "|", UInt8?(0x22)), ("1\t2\t3\r\n", "\t", 0x22), ("1;2;3", ";", 0x22),
      ("1^2^3\n\n", "^", nil),
      ("1||2||3\n", "||", nil), ("1|+|2|+|3", "|+|", 0x22), ("'1','2','3'\n", ",", 0x27),
      ("1@2@3", "@", nil),
    ])
  func dialects(text: String, separator: String, quote: UInt8?) {
    let reading = Reading(text, format(separator, quote: quote, header: false, ["a", "b", "c"]))
    #expect(reading.records == [#"{"a":"1","b":"2","c":"3"}"#])
    #expect(reading.faults.isEmpty)
  }

  @Test("a quote inside an unquoted field is itself")
  func innerQuote() {
    #expect(
      Reading("5\" pipe,x", format(header: false, ["a", "b"])).records == [
        #"{"a":"5\" pipe","b":"x"}"#
      ])
  }

  @Test("without a quote character, quotes are text")
  func noQuote() {
    let reading = Reading("\"1\",2", format(quote: nil, header: false, ["a", "b"]))
    #expect(reading.records == [#"{"a":"\"1\"","b":"2"}"#])
  }

  @Test("a byte order mark is no part of the first column's name")
  func mark() {
    #expect(Reading("\u{FEFF}a,b\n1,2", format()).records == [#"{"a":"1","b":"2"}"#])
    #expect(Reading("\u{FEFF}a,b\n1,2", format()).places.first?.byte == 7)
  }

  @Test("a header may name the columns in any order, and must name all of them once")
  func header() {
    #expect(
      Reading("b,a,c\n1,2,3", format(",", ["a", "b"])).records == [#"{"b":"1","a":"2","c":"3"}"#])
    #expect(Reading("b,c\n1,3", format(",", ["a", "b"])).codes == [.headerMismatch])
    #expect(Reading("b,c\n1,3", format(",", ["a", "b"])).faults.first?.path == "a")
    #expect(Reading("a,b,a\n1,2,3", format()).codes == [.headerMismatch])
  }

  @Test("a header alone is a body without records")
  func headerOnly() {
    #expect(Reading("a,b\r\n", format()).codes == [.recordsMissing])
  }

  @Test("a bad record does not sink its neighbours, and its place is told")
  func neighbours() {
    let text = "a,b\n1,2\n1\n1,2,3\n\"x\"y,2\n3,4\n\"open,5\n5,6\n\"7\",\"open\n8,9\n"
    let reading = Reading(text, format())
    #expect(
      reading.records == [
        #"{"a":"1","b":"2"}"#, #"{"a":"3","b":"4"}"#, #"{"a":"5","b":"6"}"#, #"{"a":"8","b":"9"}"#,
      ])
    #expect(
      reading.codes == [
        .columnCount, .columnCount, .malformedQuote, .malformedQuote, .malformedQuote,
      ])
    #expect(reading.faults.map(\.line) == [3, 4, 5, 7, 9])
    #expect(reading.faults.map(\.record) == [2, 3, 4, 6, 8])
    #expect(reading.faults.map(\.byte) == [8, 10, 19, 27, 43])
    #expect(reading.faults.map(\.path) == ["", "", "a", "a", "b"])
  }

  @Test("a body full of quotes that never close is read in one pass")
  func openQuotes() {
    let body = Array(repeatElement(Array("\"x,1\n2,3\n".utf8), count: 20_000).joined())
    let reading = Reading(body, format(header: false, ["a", "b"]))
    #expect(reading.records.count + reading.faults.count >= 20_000)
    #expect(reading.codes.allSatisfy { $0 == .malformedQuote || $0 == .columnCount })
  }

  @Test(
    "an escape takes from the next character its meaning, in quotes and outside",
    arguments: [
      (#"a\|b|"c\"|d"|e\\"#, #"{"a":"a|b","b":"c\"|d","c":"e\\"}"#),
      (#"\N|"\N"|x\N"#, #"{"a":null,"b":"N","c":"xN"}"#),
      (#"1\n2|3\t4\r|\0"#, #"{"a":"1\n2","b":"3\t4\r","c":"\u0000"}"#),
      ("1\\\n2|\"3\n4\"|\"5\"\"6\"", #"{"a":"1\n2","b":"3\n4","c":"5\"6"}"#),
      (#"\张|\䶮|\"#, #"{"a":"张","b":"䶮","c":"\\"}"#),
    ])
  func escapes(text: String, expected: String) {
    for charset in [Charset.utf8, .gb18030, .utf16] {
      let format = DelimitedFormat(
        separator: "|", escape: UInt8(ascii: "\\"), header: false, columns: ["a", "b", "c"])
      let reading = Reading(encoded(text, charset), .delimited(format), charset)
      #expect(reading.trees.map(\.description) == [expected])
      #expect(reading.faults.isEmpty)
    }
  }

  @Test("control characters part fields as others do, and a row of them is a record")
  func controlCharacters() {
    let reading = Reading(
      "1\u{1F}2\u{1F}\n\u{1F}\u{1F}\n",
      format("\u{1F}", quote: nil, header: false, ["a", "b", "c"]))
    #expect(reading.records == [#"{"a":"1","b":"2","c":""}"#, #"{"a":"","b":"","c":""}"#])
  }

  /// Each row reads to the end of the body, in vain, and the next one would too: with the mistake at the end,
  /// and with one a line, whose place is behind the next row's beginning.
  @Test("rows that read far in vain do not make a body slow", arguments: [Charset.utf8, .gb18030])
  func farRows(charset: Charset) {
    let far = String(repeating: "5\",\"y\n", count: 60_000) + "5\"x\n"
    let near = String(repeating: "\"a\nb\",\"c\"x\n", count: 60_000)
    for text in [far, near] {
      let reading = Reading(encoded(text, charset), format(header: false, ["a", "b"]), charset)
      #expect(reading.faults.count > 50_000)
      #expect(reading.faults.map(\.record) == Array(1...reading.faults.count))
    }
  }

  @Test("a header without bounds is refused: names and columns")
  func hugeHeader() {
    let long = String(repeating: "n", count: 600)
    #expect(Reading("a,\(long)\n1,2", format()).codes == [.tooLarge])
    let many = (0..<20_000).map { "c\($0)" }.joined(separator: ",")
    #expect(Reading("\(many)\n1,2", format()).codes == [.tooLarge])
    let reading = Reading("a,b\n\(String(repeating: ",", count: 3_000_000))\n1,2", format())
    #expect(reading.codes == [.columnCount])
    #expect(reading.records.count == 1)
  }

  @Test("GB18030: a separator may be the second byte of a character, and is not taken for one")
  func secondByte() {
    // Both bytes of | @ ^ ~ occur as second bytes of two-byte characters.
    for separator in ["|", "@", "^", "~"] {
      guard let byte = separator.utf8.first,
        let text = decoded([0x8C, byte, 0x90, byte], .gb18030)
      else {
        Issue.record("the characters exist")
        return
      }
      let native = encoded("\(text)\(separator)2\n", .gb18030)
      let reading = Reading(native, format(separator, header: false, ["a", "b"]), .gb18030)
      #expect(reading.records == [#"{"a":"\#(text)","b":"2"}"#])
      #expect(reading.bytes(of: "a", in: native) == [0x8C, byte, 0x90, byte])
      #expect(reading.bytes(of: "b", in: native) == [0x32])
    }
  }

  @Test(
    "charsets: rare characters survive, places are native, a bad byte spoils one record",
    arguments: [
      Charset.utf8, .gb18030, .gbk, .utf16LittleEndian, .utf16BigEndian,
    ])
  func charsets(charset: Charset) {
    var native = encoded(
      "姓名,号\n䶮𫖯,\"1,2\"\n?,3\n\u{FE10}㐂,4\n", charset == .gbk ? .gb18030 : charset)
    let place = native.firstIndex(of: 0x3F) ?? 0
    if charset == .utf16LittleEndian { native[place + 1] = 0xD8 } else { native[place] = 0xFF }
    if charset == .utf16BigEndian {
      native[place] = 0xD8
      native[place - 1] = 0xD8
    }
    let reading = Reading(native, format(), charset)
    #expect(reading.records == [#"{"姓名":"䶮𫖯","号":"1,2"}"#, #"{"姓名":"\#u{FE10}㐂","号":"4"}"#])
    #expect(reading.codes == [.undecodable])
    #expect(reading.faults.first.map { abs($0.byte - place) <= 1 } == true)
    let written = charset == .gbk ? Charset.gb18030 : charset
    #expect(reading.bytes(of: "号", in: native) == encoded("\"1,2\"", written))
    #expect(reading.bytes(of: "姓名", record: 1, in: native) == encoded("\u{FE10}㐂", written))
    #expect(reading.places.map(\.line) == [2, 4])
  }
}
