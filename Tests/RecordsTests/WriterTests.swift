import Testing

@testable import Records

@Suite struct WriterTests {
  func written(_ json: String, _ format: RecordFormat, _ charset: Charset = .utf8) throws -> String?
  {
    var writer = RecordWriter(format, charset: charset)
    var output: [UInt8] = []
    try writer.write(Tree(json: json), into: &output)
    return decoded(output, charset)
  }

  func fault(_ json: String, _ format: RecordFormat, _ charset: Charset = .utf8) throws
    -> RecordError?
  {
    var writer = RecordWriter(format, charset: charset)
    var output = Array("kept".utf8)
    let tree = try Tree(json: json)
    do throws(RecordError) {
      try writer.write(tree, into: &output)
      return nil
    } catch {
      #expect(output == Array("kept".utf8), "a fault leaves the output as it was")
      return error
    }
  }

  @Test("JSON: the record, in its list where the format has one")
  func json() throws {
    #expect(try written(#"{"a":1.50}"#, .json(JSONFormat())) == #"{"a":1.50}"#)
    #expect(
      try written(#"{"a":1}"#, .json(JSONFormat(records: ["data", "rows"])))
        == #"{"data":{"rows":[{"a":1}]}}"#)
    #expect(try written(#"{"a":1}"#, .json(JSONFormat(lines: true))) == "{\"a\":1}\n")
  }

  @Test("XML: prolog, path, attributes, lists, escapes")
  func xml() throws {
    let format = RecordFormat.xml(XMLFormat(record: ["ROOT", "ROW"]))
    let json =
      ##"{"@id":"<\"&\n","A":"x<&>\r","B":["1",{"#text":"t","@u":"v"}],"C":null,"D":{},"E":[],"F":true,"G":2.0}"##
    let expected = """
      <?xml version="1.0" encoding="GB18030"?>
      <ROOT><ROW id="&lt;&quot;&amp;&#10;"><A>x&lt;&amp;&gt;&#13;</A><B>1</B><B u="v">t</B><C/><D/>\
      <F>true</F><G>2.0</G></ROW></ROOT>

      """
    #expect(try written(json, format, .gb18030) == expected)
    let soap = XMLFormat(record: [
      "{http://schemas.xmlsoap.org/soap/envelope/}Envelope", "Body", "{urn:x}Send",
    ])
    #expect(
      try written(#"{"id":"7"}"#, .xml(soap))?.contains(
        #"<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Send xmlns="urn:x"><id>7</id></Send></Body></Envelope>"#
      )
        == true)
  }

  @Test("delimited: header, columns in their order, quotes where they must be")
  func delimited() throws {
    let format = DelimitedFormat(columns: ["b", "a", "c"])
    #expect(
      try written(#"{"a":"x,\"y\"","b":1,"c":null}"#, .delimited(format))
        == "b,a,c\r\n1,\"x,\"\"y\"\"\",\r\n")
    #expect(try written(#"{"a":true}"#, .delimited(format)) == "b,a,c\r\n,true,\r\n")
    #expect(
      try written(
        #"{"x":"1","y":"2"}"#, .delimited(DelimitedFormat(separator: "|", lineBreak: "\n")))
        == "x|y\n1|2\n")
    #expect(
      try written(#"{"x":""}"#, .delimited(DelimitedFormat(header: false))) == "\"\"\r\n")
  }

  @Test("fixed width: sides, padding, gaps, in bytes of the charset")
  func fixedWidth() throws {
    let fields: [FixedWidthFormat.Field] = [
      .init(name: "sum", start: 12, length: 5, side: .right, padding: 0x30),
      .init(name: "name", start: 1, length: 8),
    ]
    let format = FixedWidthFormat(fields: fields, length: 18)
    #expect(
      try written(#"{"name":"张三","sum":42}"#, .fixedWidth(format), .gb18030) == "张三       00042  \n"
    )
  }

  @Test("key=value: one line a member")
  func keyValue() throws {
    #expect(
      try written(#"{"a":"张三","b":1,"c":null}"#, .keyValue(KeyValueFormat())) == "a=张三\nb=1\nc=\n")
  }

  @Test("many records share one body")
  func many() throws {
    for format: RecordFormat in [
      .json(JSONFormat(records: ["rows"])), .json(JSONFormat(lines: true)),
      .xml(XMLFormat(record: ["ROOT", "ROW"])), .delimited(DelimitedFormat()),
      .fixedWidth(FixedWidthFormat(fields: [.init(name: "a", start: 1, length: 6)])),
      .keyValue(KeyValueFormat()),
    ] {
      for charset in [Charset.utf8, .gb18030, .utf16]
      where charset != .utf16 || !"\(format)".contains("fixedWidth") {
        var writer = RecordWriter(format, charset: charset)
        var output: [UInt8] = []
        try writer.begin(into: &output)
        for name in ["张三", "李四", "䶮"] {
          try writer.add(Tree(json: #"{"a":"\#(name)"}"#), into: &output)
        }
        try writer.end(into: &output)
        let reading = Reading(output, format, charset)
        #expect(reading.records == [#"{"a":"张三"}"#, #"{"a":"李四"}"#, #"{"a":"䶮"}"#])
        #expect(reading.faults.isEmpty)
      }
    }
  }

  static let fields = FixedWidthFormat(fields: [
    .init(name: "a", start: 1, length: 5), .init(name: "b", start: 6, length: 2),
  ])

  static let runOn = FixedWidthFormat(fields: fields.fields, lines: false)

  @Test(
    "what a format or charset cannot hold is an error with the member's path",
    arguments: [
      (
        #"{"a":"张三丰"}"#, RecordFormat.fixedWidth(fields), Charset.gb18030,
        RecordError.Code.doesNotFit, "a"
      ),
      (#"{"a":"123456"}"#, .fixedWidth(fields), .utf8, .doesNotFit, "a"),
      (#"{"a":"1\n2"}"#, .fixedWidth(fields), .utf8, .notRepresentable, "a"),
      (#"{"a":"1","c":"2"}"#, .fixedWidth(fields), .utf8, .notRepresentable, "c"),
      (#"{"a":["1"]}"#, .fixedWidth(fields), .utf8, .notRepresentable, "a"),
      (#"{"a":"㐂"}"#, .fixedWidth(fields), .gbk, .unencodable, "a"),
      (#"{"a":"1","b":{"c":1}}"#, .delimited(DelimitedFormat()), .utf8, .notRepresentable, "b"),
      (
        #"{"a":"1","b":"2"}"#, .delimited(DelimitedFormat(columns: ["a"])), .utf8,
        .notRepresentable, "b"
      ),
      (#"{"a":"1,2"}"#, .delimited(DelimitedFormat(quote: nil)), .utf8, .notRepresentable, "a"),
      (#"{"a":"1","b":"镕"}"#, .delimited(DelimitedFormat()), .gb2312, .unencodable, "b"),
      (#"{"a":"1\n2"}"#, .keyValue(KeyValueFormat()), .utf8, .notRepresentable, "a"),
      (#"{"a=b":"1"}"#, .keyValue(KeyValueFormat()), .utf8, .notRepresentable, "a=b"),
      (#"{"a":" 1"}"#, .keyValue(KeyValueFormat()), .utf8, .notRepresentable, "a"),
      (#"{"a":{"1b":"x"}}"#, .xml(XMLFormat(record: ["R"])), .utf8, .notRepresentable, "a.1b"),
      (#"{"a":{"b":"\u0001"}}"#, .xml(XMLFormat(record: ["R"])), .utf8, .notRepresentable, "a.b"),
      (#"{"a":[["1"]]}"#, .xml(XMLFormat(record: ["R"])), .utf8, .notRepresentable, "a[0]"),
      (#"{"a":[{"b":"𫖯"}]}"#, .xml(XMLFormat(record: ["R"])), .gbk, .unencodable, "a[0].b"),
      (#"{"a":"1"}"#, .xml(XMLFormat(record: ["R", "*"])), .utf8, .notRepresentable, "*"),
      (#"{"a":"𫖯"}"#, .json(JSONFormat()), .gbk, .unencodable, "a"),
      (
        ##"{"#text":["1","2"],"b":"3"}"##, .xml(XMLFormat(record: ["R"])), .utf8, .notRepresentable,
        "#text"
      ),
      (
        #"{"a":{"@xmlns":"urn:x"}}"#, .xml(XMLFormat(record: ["R"])), .utf8, .notRepresentable,
        "a.@xmlns"
      ),
      (#"{"a":" ","b":""}"#, .fixedWidth(fields), .utf8, .notRepresentable, ""),
      (#"{"b":{"a":"1"}}"#, .fixedWidth(fields), .utf8, .notRepresentable, "b"),
      (#"{"c":{"a":"1"}}"#, .fixedWidth(fields), .utf8, .notRepresentable, "c"),
      (#"{"a":"\n1"}"#, .fixedWidth(runOn), .utf8, .notRepresentable, "a"),
      (#"{"a":"1"}"#, .fixedWidth(fields), .utf16, .notRepresentable, "a"),
      (
        #"{"a":" "}"#, .delimited(DelimitedFormat(quote: nil, columns: ["a"])), .utf8,
        .notRepresentable, "a"
      ),
      (#"["a"]"#, .json(JSONFormat()), .utf8, .notAnObject, ""),
    ])
  func faults(
    json: String, format: RecordFormat, charset: Charset, code: RecordError.Code, path: String
  ) throws {
    let error = try fault(json, format, charset)
    #expect(error?.code == code)
    #expect(error?.path == path)
  }

  /// Found by fuzzing: each was written so that it was read as something else.
  @Test(
    "what looks like something else to a reader is written so that it does not",
    arguments: [
      // An element whose text ends with a slash is no empty element.
      (
        ##"{"a":"http://x/","b":{"@c":"1","#text":"/"}}"##,
        RecordFormat.xml(XMLFormat(record: ["R"]))
      ),
      (##"{"#text":"/"}"##, .xml(XMLFormat(record: ["R"]))),
      // A text that begins as a byte order mark does.
      (#"{"\uFEFFa":"1"}"#, .delimited(DelimitedFormat())),
      (#"{"a":"\uFEFF1"}"#, .delimited(DelimitedFormat(header: false, columns: ["a"]))),
      (#"{"\uFEFFa":"1"}"#, .keyValue(KeyValueFormat())),
      // Lines of white space alone.
      (
        #"{"a":"","b":""}"#,
        .delimited(DelimitedFormat(separator: "\t", header: false, columns: ["a", "b"]))
      ),
      (#"{"a":" "}"#, .delimited(DelimitedFormat(header: false, columns: ["a"]))),
      (#"{"":"x"}"#, .delimited(DelimitedFormat())),
    ])
  func lookalikes(json: String, format: RecordFormat) throws {
    for charset in [Charset.utf8, .gb18030, .utf16, .utf16LittleEndian, .utf16BigEndian] {
      var writer = RecordWriter(format, charset: charset)
      var output: [UInt8] = []
      try writer.write(Tree(json: json), into: &output)
      let reading = Reading(output, format, charset)
      #expect(try reading.trees == [Tree(json: json)])
      #expect(reading.faults.isEmpty)
    }
  }

  @Test("fixed width counts bytes of UTF-16 too", arguments: [Charset.utf16, .utf16BigEndian])
  func wide(charset: Charset) throws {
    let format = RecordFormat.fixedWidth(
      FixedWidthFormat(fields: [
        .init(name: "a", start: 1, length: 8), .init(name: "b", start: 9, length: 6, side: .right),
      ]))
    #expect(
      try written(#"{"a":"张𫖯","b":"1"}"#, format, charset) == "张𫖯   1\n")
    #expect(try fault(#"{"a":"张三𫖯三","b":"1"}"#, format, charset)?.code == .doesNotFit)
  }

  @Test("a delimited body begins with a byte order mark where the format asks for one")
  func mark() throws {
    var writer = RecordWriter(.delimited(DelimitedFormat(mark: true)))
    var output: [UInt8] = []
    try writer.write(Tree(json: #"{"a":"\uFEFF"}"#), into: &output)
    #expect(output == Array("\u{FEFF}a\r\n\u{FEFF}\r\n".utf8))
  }

  @Test("delimited with an escape: what has a meaning is escaped, null is \\N")
  func escapes() throws {
    let quoted = DelimitedFormat(
      escape: UInt8(ascii: "\\"), header: false, columns: ["a", "b", "c"])
    let json = #"{"a":"x\"\\,y","b":"C:\\","c":null}"#
    #expect(try written(json, .delimited(quoted)) == #""x\"\\,y",C:\\,\N"# + "\r\n")
    var bare = quoted
    bare.quote = nil
    #expect(try written(json, .delimited(bare)) == #"x"\\\,y,C:\\,\N"# + "\r\n")
    #expect(try written(#"{"a":"1\n2\r"}"#, .delimited(bare)) == #"1\n2\r,,"# + "\r\n")
  }

  @Test("no fixed-width value is ever cut inside a character", arguments: [Charset.utf8, .gb18030])
  func neverCut(charset: Charset) throws {
    for length in 1...12 {
      let text = String(repeating: "䶮", count: 3)
      let format = FixedWidthFormat(fields: [.init(name: "a", start: 1, length: length)])
      let fits = encoded(text, charset).count <= length
      #expect(try (fault(#"{"a":"\#(text)"}"#, .fixedWidth(format), charset) == nil) == fits)
    }
  }
}
