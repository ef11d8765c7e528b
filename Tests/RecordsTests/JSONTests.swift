import Testing

@testable import Records

/// RFC 8259, case by case, in the manner of the well-known conformance suites.
@Suite struct JSONTests {
  static let wellFormed: [String] = [
    "null", "true", "false", "0", "-0", "1", "-1", "10", "123456789012345678901234567890", "0.5",
    "-0.5", "1e5", "1E5", "1e+5", "1e-5", "1.5e300", "1e9999", "0e0", "0E+1", "\"\"", "\"a\"",
    "\"12345678\"", "\"123456789\"", "\"张三\"", "\"䶮㐂𫖯𬭊\"", #""\"""#, #""\\""#, #""\/""#,
    #""\b\f\n\r\t""#,
    #""\u0041""#, #""\u00e9""#, #""\u4dae""#, #""\ud83d\ude00""#, #""\uD83D\uDE00""#, #""\u0000""#,
    #""\\u0000""#, #""a\u0022b""#, "\"\u{7F}\"", "\"\u{2028}\u{2029}\"", "\"\u{FEFF}\"",
    "\"\u{10FFFF}\"", "\"\u{80}\"", "\"\u{7FF}\"", "\"\u{800}\"", "\"\u{FFFF}\"", "[]", "[ ]",
    "[1]",
    "[1,2]", "[ 1 , 2 ]", "[[]]", "[[[[[[[[]]]]]]]]", "[{}]", "{}", "{ }", #"{"a":1}"#,
    #"{"a":1,"b":2}"#, #"{"":0}"#, #"{"a":{"a":{"a":[]}}}"#, #"{"a":[1,{"b":null}],"c":"d"}"#,
    " 1", "1 ", "\t\r\n 1 \t\r\n", " [ ] ", "{\"a\" : 1 , \"b\" : [ true , false ] }",
    #"{"a":"1","b":"2","c":"3"}"#, "[null]", "[null,1,\"1\",{},[],false]",
  ]

  static let illFormed: [String] = [
    "", " ", "\n", "nul", "nulL", "NULL", "True", "tru", "falsy", "fals", "undefined", "NaN",
    "Infinity", "-Infinity", "-", "+1", "01", "-01", "00", "1.", ".5", "-.5", "1.e5", "1e", "1e+",
    "1E-", "1ee5", "1e5.5", "0x10", "1 000", "1_000", "１", "--1", "1-", "2.e3", "0.3e+", "0e", "\"",
    "\"a", "'a'", "a", #""\""#, #""\x41""#, #""\u""#, #""\u12""#, #""\u123""#, #""\u12g4""#,
    #""\u-123""#,
    #""\U0041""#, #""\a""#, #""\'""#, "\"\n\"", "\"\t\"", "\"\u{1F}\"", "\"\0\"", "\"abcdefg\nh\"",
    "[", "]", "[1",
    "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", "[1}", "[1]]", "[[]",
    "[\"a\"",
    "[\"a", "{", "}", "{]", "{a:1}", "{'a':1}", "{1:1}", "{\"a\"}", "{\"a\":}", "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}", "{,\"a\":1}", "{\"a\" 1}", "{\"a\"::1}", "{\"a\":1 \"b\":2}",
    "{\"a\":1,,\"b\":2}",
    "{\"a\":1}}", "{\"a\":1]", "{null:1}", "{\"a\":1}#", "{\"a\":1}//c", "/**/1", "1 // c", "1 2",
    "[] []", "1,", "\u{FEFF}1", "\u{A0}1", "\u{0B}1", "\u{0C}1", "\u{2060}[]", "[1]\0", "\0", "*",
    "[*]", "[-]",
    "[1.a]", "[truetrue]", "\"a\"b", #"{"a":"b"}c"#, "<null>", "[-1x]",
  ]

  @Test("what RFC 8259 allows is accepted", arguments: wellFormed)
  func accepts(text: String) throws {
    try JSON.check(Array(text.utf8))
    _ = try Tree(json: text)
  }

  @Test(
    "what RFC 8259 does not allow is refused by the check and by the reader", arguments: illFormed)
  func refuses(text: String) {
    #expect(throws: RecordError(.notJSON, "")) { try JSON.check(Array(text.utf8)) }
    #expect(throws: RecordError(.notJSON, "")) { try Tree(json: text) }
  }

  static let notUTF8: [[UInt8]] = [
    [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0xAF],
    [0xE0, 0x9F, 0xBF], [0xE4, 0xBD], [0xE4, 0x28, 0xA0], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
    [0xF0, 0x80, 0x80, 0xAF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98],
    [0xF4, 0x90, 0x80, 0x80],
    [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xC4, 0xE3, 0xBA, 0xC3],
  ]

  @Test(
    "bytes that are not UTF-8 are refused, in strings and in names, at their place",
    arguments: notUTF8)
  func refusesOtherBytes(bytes: [UInt8]) {
    for prefix in [#"["#, #"["abcdefghijk","#, #"["中","#] {
      let start = Array((prefix + "\"x").utf8)
      let error = #expect(throws: RecordError.self) {
        try JSON.check(start + bytes + Array("\"]".utf8))
      }
      #expect(error?.code == .undecodable)
      #expect(error?.byte == start.count)
    }
    #expect(throws: RecordError(.undecodable, "")) {
      try JSON.check(Array("{\"a".utf8) + bytes + Array("\":1}".utf8))
    }
  }

  @Test("every scalar value of Unicode is read and written as itself")
  func everyScalar() throws {
    var (writer, output, tree) = (JSONWriter(), [UInt8](), Tree())
    for start in stride(from: 0, to: 0x110000, by: 0x100) where !(0xD800..<0xE000).contains(start) {
      var text = ""
      for value in start..<start + 0x100 {
        guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
        text.unicodeScalars.append(scalar)
      }
      tree.removeAll()
      tree.append(.string, text: tree.intern(text))
      output.removeAll()
      writer.write(tree, into: &output)
      let back = try Tree(json: output)
      #expect(back.text("") == text)
    }
  }

  @Test("the check allows what only the message path refuses: repeated names, lone surrogates")
  func whatTheCheckAllows() throws {
    for text in [#"{"a":1,"a":2}"#, #""\ud800""#, #""\udc00\ud800""#, #""\ud800\u0041""#] {
      try JSON.check(Array(text.utf8))
      #expect(throws: RecordError.self) { try Tree(json: text) }
    }
  }

  @Test(
    "lone surrogates are refused at their place",
    arguments: [
      #"["\ud800"]"#, #"["\udc00"]"#, #"["\ud800\ud800"]"#, #"["\ud800x"]"#, #"["\ud800\n"]"#,
      #"["\udfff\udfff"]"#,
    ])
  func loneSurrogates(text: String) {
    let error = #expect(throws: RecordError.self) { try Tree(json: text) }
    #expect(error?.code == .loneSurrogate)
    #expect(error?.byte == 2)
    #expect(error?.path == "[0]")
  }

  @Test(
    "escapes are decoded",
    arguments: [
      (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t"), (#"\u0041\u4DAE\u4dae"#, "A䶮䶮"),
      (#"\ud83d\ude00"#, "😀"), (#"plain text before\tand after"#, "plain text before\tand after"),
      (#"中\n文"#, "中\n文"), (#"\u0000"#, "\0"), (#"\uD869\uDED6\uffff"#, "𪛖\u{FFFF}"),
    ])
  func escapes(text: String, expected: String) throws {
    #expect(try Tree(json: "\"\(text)\"").text("") == expected)
    #expect(try Tree(json: "{\"\(text)\":1}").member(expected, of: 0) == 1)
  }

  @Test(
    "numbers are kept exactly as written",
    arguments: [
      "0", "-0", "1.0", "1.10", "1E400", "1e-400", "123456789012345678901234567890.123456789",
      "0.1",
    ])
  func numbers(text: String) throws {
    let tree = try Tree(json: "[\(text)]")
    #expect(tree.text("[0]") == text)
    #expect(tree.json() == "[\(text)]")
  }

  @Test("every node knows its place in the input")
  func places() throws {
    let text = #" {"a" : "x\n中" , "b":[1, true ,{"c": null}] } "#
    let tree = try Tree(json: text)
    let bytes = Array(text.utf8)
    let lexemes = tree.nodes.map {
      String(decoding: bytes[Int($0.source)..<Int($0.source + $0.sourceCount)], as: UTF8.self)
    }
    #expect(
      lexemes == [
        #"{"a" : "x\n中" , "b":[1, true ,{"c": null}] }"#, #""x\n中""#, #"[1, true ,{"c": null}]"#,
        "1",
        "true", #"{"c": null}"#, "null",
      ])
  }

  @Test(
    "errors say code, line, byte and path",
    arguments: [
      ("{\n\"a\": [1,\n tru]}", RecordError.Code.notJSON, 3, 12, "a[1]"),
      ("{\"a\":1,\n\"b\":{\"c\":2,\"c\":3}}", .duplicateName, 2, 19, "b.c"),
      ("{\"a\":1,\"\\u0061\":3}", .duplicateName, 1, 7, "a"),
      ("[{\"a\":1},{\"a\":\"\\udc00\"}]", .loneSurrogate, 1, 15, "[1].a"),
      ("[1,2", .notJSON, 1, 4, "[2]"), ("{\"a\":\"b", .notJSON, 1, 7, "a"),
      ("1 1", .notJSON, 1, 2, ""),
    ])
  func faults(text: String, code: RecordError.Code, line: Int, byte: Int, path: String) {
    let error = #expect(throws: RecordError.self) { try Tree(json: text) }
    #expect(error?.code == code)
    #expect(error?.line == line)
    #expect(error?.byte == byte)
    #expect(error?.path == path)
  }

  @Test(
    "a name is told from every other, in small objects and in large ones",
    arguments: [2, 20, 47, 48, 49, 50, 2_000])
  func distinctNames(count: Int) throws {
    let members = (0..<count).map { "\"name\($0)\":\($0)" }
    let tree = try Tree(json: "{\(members.joined(separator: ","))}")
    #expect(tree.nodes.count == count + 1)
    for repeated in [0, count / 2, count - 1] {
      let text = "{\(members.joined(separator: ",")),\"name\(repeated)\":0}"
      let error = #expect(throws: RecordError.self) { try Tree(json: text) }
      #expect(error?.code == .duplicateName)
      #expect(error?.path == "name\(repeated)")
      #expect(error?.byte == text.utf8.count - 5 - "name\(repeated)".utf8.count)
    }
  }

  @Test("names that share a beginning or a length are not taken for each other")
  func similarNames() throws {
    _ = try Tree(
      json: #"{"":0,"a":1,"aa":2,"abcdefgh":3,"abcdefghi":4,"abcdefghj":5,"a\u0000":6,"abcdefg":7}"#
    )
  }

  @Test("depth, values and bytes are bounded, and the bounds themselves are allowed")
  func limits() throws {
    var limits = RecordLimits()
    limits.depth = 3
    limits.nodes = 4
    limits.recordBytes = 20
    _ = try Tree(json: "[[[1]]]", limits: limits)
    #expect(throws: RecordError(.tooDeep, "")) { try Tree(json: "[[[[]]]]", limits: limits) }
    _ = try Tree(json: "[1,2,3]", limits: limits)
    #expect(throws: RecordError(.tooLarge, "")) { try Tree(json: "[1,2,3,4]", limits: limits) }
    _ = try Tree(json: "\"123456789012345678\"", limits: limits)
    #expect(throws: RecordError(.tooLarge, "")) {
      try Tree(json: "\"1234567890123456789\"", limits: limits)
    }
  }

  @Test("a hundred thousand brackets neither crash the check nor the reader")
  func deep() throws {
    let deep = 100_000
    let text = Array(repeating: UInt8(0x5B), count: deep) + Array(repeating: 0x5D, count: deep)
    try JSON.check(text)
    #expect(throws: RecordError(.tooDeep, "")) { try Tree(json: text) }
    #expect(throws: RecordError(.notJSON, "")) { try JSON.check(Array(text.prefix(deep))) }
  }

  @Test("fifty megabytes are read within the bounds, or refused by them")
  func large() throws {
    let item = Array(#"{"name":"张三","number":"0123456789"},"#.utf8)
    var text: [UInt8] = [0x5B]
    while text.count < 50 << 20 { text += item }
    text[text.count - 1] = 0x5D
    try JSON.check(text)
    #expect(throws: RecordError(.tooLarge, "")) { try Tree(json: text) }
    var limits = RecordLimits()
    limits.recordBytes = 64 << 20
    #expect(throws: RecordError(.tooLarge, "")) { try Tree(json: text, limits: limits) }
  }
}
