import Testing

@testable import Records

@Suite struct XMLTests {
  let root = RecordFormat.xml(XMLFormat())
  let rows = RecordFormat.xml(XMLFormat(record: ["ROOT", "ROW"]))

  @Test(
    "elements become members, by these rules",
    arguments: [
      ("<a/>", "{}"), ("<a></a>", "{}"), ("<a>  \n </a>", "{}"), ("<a>x</a>", ##"{"#text":"x"}"##),
      ("<a><b>x</b><c/></a>", #"{"b":"x","c":""}"#), ("<a><b> x </b></a>", #"{"b":" x "}"#),
      ("<a><b><c>1</c><d>2</d></b></a>", #"{"b":{"c":"1","d":"2"}}"#),
      ("<a>\n <b>1</b>\n <b>2</b>\n</a>", #"{"b":["1","2"]}"#),
      ("<a><b>1</b><c>2</c><b>3</b><c>4</c><d/></a>", #"{"b":["1","3"],"c":["2","4"],"d":""}"#),
      ("<a><b><c>1</c><c>2</c></b><b><c>3</c></b></a>", #"{"b":[{"c":["1","2"]},{"c":"3"}]}"#),
      (#"<a x="1" y="2"><b z="3">t</b></a>"#, ##"{"@x":"1","@y":"2","b":{"@z":"3","#text":"t"}}"##),
      (#"<a><b z="3"/></a>"#, #"{"b":{"@z":"3"}}"#),
      ("<a>one<b>two</b>three</a>", ##"{"#text":["one","three"],"b":"two"}"##),
      ("<a><b><![CDATA[<x>&amp;]]></b></a>", #"{"b":"<x>&amp;"}"#),
      ("<a><b>1<![CDATA[2]]>3</b></a>", #"{"b":"123"}"#),
      ("<a><b>&lt;&gt;&amp;&quot;&apos;&#65;&#x4DAE;</b></a>", #"{"b":"<>&\"'A䶮"}"#),
      (#"<a b="&lt;&amp;&quot;&#38;amp;&#10;x"/>"#, #"{"@b":"<&\"&amp;\nx"}"#),
      ("<a><!-- c --><b>1<!-- c -->2</b><?p i?></a>", #"{"b":"12"}"#),
      ("<?xml version=\"1.0\"?><!-- c --><a><b>1</b></a><!-- c -->", #"{"b":"1"}"#),
      (#"<p:a xmlns:p="urn:p"><p:b p:c="d">1</p:b></p:a>"#, ##"{"b":{"@c":"d","#text":"1"}}"##),
      (#"<a xmlns="urn:p"><b>1</b></a>"#, #"{"b":"1"}"#), ("<a><姓名>张三</姓名></a>", #"{"姓名":"张三"}"#),
      ("<a><b>1\r\n2\r3</b></a>", #"{"b":"1\n2\n3"}"#),
      ("<a><b>䶮</b><b>㐂𫖯𬭊</b></a>", #"{"b":["䶮","㐂𫖯𬭊"]}"#),
      (
        "<a>\(String(repeating: "<b>x</b><c>y</c>", count: 2))<b><d/></b></a>",
        #"{"b":["x","x",{"d":""}],"c":["y","y"]}"#
      ),
    ])
  func rules(text: String, expected: String) {
    let reading = Reading(text, root)
    #expect(reading.records == [expected])
    #expect(reading.faults.isEmpty)
  }

  @Test("many members of many names are grouped")
  func manyNames() throws {
    let once = (0..<100).map { "<n\($0)>\($0)</n\($0)>" }.joined()
    let one = try #require(Reading("<a>\(once)</a>", root).trees.first)
    #expect(one.children(of: 0).map { $0 }.count == 100)
    let two = try #require(Reading("<a>\(once)\(once)</a>", root).trees.first)
    #expect(two.children(of: 0).map { $0 }.count == 100)
    #expect(two.text("n57[1]") == "57")
  }

  @Test("the path leads to the records, whatever stands beside it")
  func path() {
    let text =
      "<ROOT><HEAD><ROW>no</ROW></HEAD><ROW><A>1</A></ROW><OTHER/><ROW><A>2</A><ROW>in</ROW></ROW></ROOT>"
    #expect(Reading(text, rows).records == [#"{"A":"1"}"#, #"{"A":"2","ROW":"in"}"#])
    #expect(Reading("<OTHER><ROW/></OTHER>", rows).codes == [.recordsMissing])
    #expect(Reading("<ROOT/>", rows).codes == [.recordsMissing])
  }

  @Test("SOAP bodies are read with any element, and namespaces may be asked for")
  func soap() {
    let text = """
      <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><t>x</t></s:Header>
      <s:Body><Send xmlns="http://tempuri.org/"><id>7</id></Send></s:Body></s:Envelope>
      """
    #expect(
      Reading(text, .xml(XMLFormat(record: ["Envelope", "Body", "*"]))).records == [#"{"id":"7"}"#])
    let exact = [
      "{http://schemas.xmlsoap.org/soap/envelope/}Envelope", "Body", "{http://tempuri.org/}*",
    ]
    #expect(Reading(text, .xml(XMLFormat(record: exact))).records == [#"{"id":"7"}"#])
    let other = ["Envelope", "Body", "{http://other.example/}*"]
    #expect(Reading(text, .xml(XMLFormat(record: other))).codes == [.recordsMissing])
  }

  @Test(
    "a document type is refused: entity bombs, external entities, and the plain kind",
    arguments: [
      "<!DOCTYPE a><a><b>1</b></a>",
      "<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/a.dtd\"><a/>",
      "<!DOCTYPE a PUBLIC \"x\" \"file:///etc/passwd\"><a/>",
      "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
      "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/\">%p;]><a/>",
      """
      <?xml version="1.0"?>
      <!DOCTYPE a [<!ENTITY b0 "ha"><!ENTITY b1 "&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;">
      <!ENTITY b2 "&b1;&b1;&b1;&b1;&b1;&b1;&b1;&b1;&b1;&b1;"><!ENTITY b3 "&b2;&b2;&b2;&b2;&b2;&b2;&b2;&b2;">]>
      <a>&b3;&b3;&b3;&b3;</a>
      """,
    ])
  func documentTypes(text: String) {
    let reading = Reading(text, root)
    #expect(reading.records.isEmpty)
    #expect(reading.codes == [.dtdRefused])
    #expect((reading.faults.first?.byte ?? -1) >= 0)
  }

  @Test(
    "what is not XML is refused at its place",
    arguments: [
      ("hello", 0...5), ("{\"a\":1}", 0...7), ("<a>", 3...3), ("<a><b></a>", 6...10),
      ("<a><b>", 6...6),
      ("<a>&unknown;</a>", 3...12), ("<a b=1/>", 5...8), ("<a b='1' b='2'/>", 0...16),
      ("<a>\u{1}</a>", 3...4), ("<a>&#0;</a>", 3...7), ("<a", 2...2), ("<a><![CDATA[x</a>", 3...17),
      ("<1/>", 0...4),
      ("<a>]]></a>", 3...7),
    ] as [(String, ClosedRange<Int>)])
  func notXML(text: String, place: ClosedRange<Int>) throws {
    let reading = Reading(text, root)
    #expect(reading.records.isEmpty)
    #expect(reading.codes == [.notXML])
    #expect(place.contains(try #require(reading.faults.first).byte))
  }

  @Test(
    "zeros at the start do not make libxml2 guess another charset",
    arguments: ["<\0?\0", "\0<\0?", "\0\0\0<", "<\0\0\0", "<a>\0</a>"])
  func zeros(start: String) {
    let reading = Reading(start + "x\0m\0l\0><a/>", root, .gb18030)
    #expect(reading.records.isEmpty)
    #expect(reading.codes == [.notXML])
  }

  @Test("records before the place where a document breaks are handed out")
  func brokenLater() {
    let reading = Reading("<ROOT><ROW><A>1</A></ROW>\n<ROW><A>2</B></ROW></ROOT>", rows)
    #expect(reading.records == [#"{"A":"1"}"#])
    #expect(reading.codes == [.notXML])
    #expect(reading.faults.first?.line == 2)
    #expect(reading.faults.first?.path == "A")
  }

  @Test("a second root element is a fault behind the first")
  func secondRoot() {
    let reading = Reading("<a/><b/>", root)
    #expect(reading.records == ["{}"])
    #expect(reading.codes == [.notXML])
  }

  static let text = """
    <?xml version="1.0" encoding="GB18030"?>
    <ROOT><ROW><XM>张三</XM><MZ/></ROW>
    <ROW>
      <XM>䶮㐂𫖯</XM><MZ at="李">01</MZ></ROW></ROOT>
    """

  @Test(
    "the charset is that of the prolog or the mark, and places are those of the native bytes",
    arguments: [
      ("GB18030", Charset.gb18030), ("GBK", .gb18030), ("gb2312", .gb18030), ("UTF-8", .utf8),
      ("UTF-16", .utf16), ("UTF-16", .utf16LittleEndian), ("UTF-16", .utf16BigEndian),
    ])
  func charsets(label: String, charset: Charset) {
    var text = Self.text
    text.replace("GB18030", with: label)
    let native = (charset == .utf16 ? [0xFF, 0xFE] : []) + encoded(text, charset)
    let reading = Reading(native, rows)
    #expect(reading.faults.isEmpty)
    #expect(
      reading.records == [
        #"{"XM":"张三","MZ":""}"#, ##"{"XM":"䶮㐂𫖯","MZ":{"@at":"李","#text":"01"}}"##,
      ])
    #expect(reading.bytes(of: "XM", in: native) == encoded("张三", charset))
    #expect(reading.bytes(of: "MZ", in: native) == [])
    #expect(reading.bytes(of: "XM", record: 1, in: native) == encoded("䶮㐂𫖯", charset))
    #expect(
      reading.bytes(of: "MZ", record: 1, in: native) == encoded(#"<MZ at="李">01</MZ>"#, charset))
    #expect(reading.bytes(of: "MZ.#text", record: 1, in: native) == encoded("01", charset))
    #expect(reading.places.map(\.line) == [2, 3])
    let place = reading.places[0]
    #expect(
      Array(native[place.byte..<place.byte + place.byteCount])
        == encoded("<ROW><XM>张三</XM><MZ/></ROW>", charset))
  }

  @Test("where content type and prolog disagree, the content type wins, and it is said")
  func disagreement() {
    let text = #"<?xml version="1.0" encoding="UTF-8"?><a><b>张三</b></a>"#
    let reading = Reading(encoded(text, .gb18030), root, .gb18030)
    #expect(reading.records == [#"{"b":"张三"}"#])
    #expect(reading.remark == CharsetRemark(declared: .utf8, used: .gb18030))
  }

  @Test("the prolog is believed where the body is not in the content type's charset")
  func contentTypeWrong() {
    let text = #"<?xml version="1.0" encoding="GBK"?><a><b>张三</b></a>"#
    let reading = Reading(encoded(text, .gb18030), root, .utf8)
    #expect(reading.records == [#"{"b":"张三"}"#])
    #expect(reading.remark == CharsetRemark(declared: .gbk, used: .gbk))
  }

  @Test("where they agree, nothing is said", arguments: [Charset.gbk, .gb18030, .gb2312])
  func agreement(charset: Charset) {
    let reading = Reading(encoded(Self.text, .gb18030), rows, charset)
    #expect(reading.records.count == 2)
    #expect(reading.remark == nil)
  }

  @Test("an unknown charset in the prolog is refused, unless the content type knows better")
  func unknownCharset() {
    let text = #"<?xml version="1.0" encoding="Big5"?><a><b>1</b></a>"#
    #expect(Reading(text, root).codes == [.unknownCharset])
    #expect(Reading(text, root, .utf8).records == [#"{"b":"1"}"#])
  }

  @Test(
    "bytes that are no character spoil their own record only, and say where",
    arguments: [Charset.gb18030, .utf8])
  func badByte(charset: Charset) {
    var native = encoded(
      "<ROOT><ROW><A>张</A></ROW><ROW><A>?</A></ROW><ROW><A>三</A></ROW></ROOT>", charset)
    let place = native.firstIndex(of: 0x3F) ?? 0
    native[place] = 0xFF
    let reading = Reading(native, rows, charset)
    #expect(reading.records == [#"{"A":"张"}"#, #"{"A":"三"}"#])
    #expect(reading.codes == [.undecodable])
    #expect(reading.faults.first?.byte == place)
    #expect(reading.faults.first?.record == 2)
  }

  @Test("depth and size bound a record, and its neighbours go on")
  func limits() {
    var limits = RecordLimits()
    limits.depth = 3
    limits.nodes = 6
    limits.recordBytes = 100
    let deep = "<ROW><A><B><C/></B></A></ROW>"
    let many = "<ROW>\(String(repeating: "<A/>", count: 6))</ROW>"
    let long = "<ROW><A>\(String(repeating: "x", count: 200))</A></ROW>"
    let good = "<ROW><A><B>1</B></A></ROW>"
    let reading = Reading(
      Array("<ROOT>\(deep)\(good)\(many)\(long)\(good)</ROOT>".utf8), rows, limits: limits)
    #expect(reading.records == [#"{"A":{"B":"1"}}"#, #"{"A":{"B":"1"}}"#])
    #expect(reading.codes == [.tooDeep, .tooLarge, .tooLarge])
    #expect(reading.faults.map(\.record) == [1, 3, 4])
    #expect(reading.faults.first?.path == "A.B")
  }

  @Test("elements nested a hundred thousand deep are refused, not followed")
  func veryDeep() {
    let deep = String(repeating: "<a>", count: 100_000)
    #expect(Reading(deep, root).codes == [.tooDeep])
    #expect(Reading(deep + String(repeating: "</a>", count: 100_000), root).codes == [.tooDeep])
  }

  @Test("what libxml2 is slow at is refused: attributes and names without number")
  func slowForms() {
    let attributes = (0..<20_000).map { "n\($0)='>' " }.joined()
    #expect(Reading("<a \(attributes)/>", root).codes == [.tooLarge])
    let names = (0..<70_000).map { "<n\($0)/>" }.joined()
    #expect(Reading("<a>\(names)</a>", root).codes == [.tooLarge])
    let text = String(repeating: "a=b \"quoted\" ", count: 10_000)
    #expect(Reading("<a><b>\(text)</b></a>", root).trees.first?.text("b") == text)
  }

  @Test("an element's long name is cut in the path of a fault")
  func longName() throws {
    let name = String(repeating: "n", count: 10_000)
    let fault = try #require(Reading("<a><\(name)>&x;</\(name)></a>", root).faults.first)
    #expect(fault.path.utf8.count < 80)
  }

  @Test("one reader reads body after body, good after bad")
  func again() {
    var reader = RecordReader(rows)
    var (tree, records, faults) = (Tree(), 0, 0)
    for _ in 0..<300 {
      for text in [
        "<ROOT><ROW><A>1</A></ROW></ROOT>", "<ROOT><ROW>", "<!DOCTYPE x><x/>", "<ROOT>&x;</ROOT>",
      ] {
        reader.read(
          Array(text.utf8), into: &tree, record: { _, _ in records += 1 },
          fault: { _ in faults += 1 })
      }
    }
    #expect(records == 300)
    #expect(faults == 900)
  }

  @Test("names of a million kinds do not stay in memory")
  func manyDistinctNames() {
    var reader = RecordReader(root)
    var (tree, records) = (Tree(), 0)
    for body in 0..<200 {
      let members = (0..<100).map { "<n\(body)x\($0)/>" }.joined()
      reader.read(
        Array("<a>\(members)</a>".utf8), into: &tree, record: { _, _ in records += 1 },
        fault: { _ in })
    }
    #expect(records == 200)
  }
}
