import Testing

@testable import Records

/// A document in the text of an element, as SOAP services carry reports.
@Suite struct XMLWithinTests {
  let format = RecordFormat.xml(
    XMLFormat(record: ["ROOT", "ROW"], within: ["Envelope", "Body", "report", "xml"]))

  func envelope(_ texts: String...) -> String {
    let reports = texts.map { "<report><xml>\($0)</xml></report>" }.joined(separator: "\n")
    return """
      <?xml version="1.0"?>
      <s:Envelope xmlns:s="urn:s"><s:Body>
      \(reports)</s:Body></s:Envelope>
      """
  }

  func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
  }

  static let document =
    "<?xml version=\"1.0\" encoding=\"GB2312\"?>\n<ROOT><ROW><A>张&lt;</A></ROW>\n<ROW id=\"7\"><B>䶮𫖯</B></ROW></ROOT>"

  @Test(
    "escaped or in CDATA, the document is read, and its places are those of the body",
    arguments: [Charset.utf8, .gb18030, .utf16LittleEndian])
  func read(charset: Charset) {
    for text in [
      escaped(Self.document), "<![CDATA[\(Self.document)]]>",
      " \n<!-- c --><![CDATA[\n\(Self.document)]]>\n",
      "<![CDATA[\(Self.document.prefix(60))]]>\(escaped(String(Self.document.dropFirst(60))))",
    ] {
      let native = encoded(envelope(text), charset)
      let reading = Reading(native, format, charset)
      #expect(reading.records == [#"{"A":"张<"}"#, #"{"@id":"7","B":"䶮𫖯"}"#])
      #expect(reading.faults.isEmpty)
      #expect(reading.bytes(of: "B", record: 1, in: native) == encoded("䶮𫖯", charset))
      let line =
        envelope(text).split(separator: "<ROW id", maxSplits: 1)[0].split(separator: "&lt;ROW id")[
          0
        ]
        .count { $0 == "\n" } + 1
      #expect(reading.places.map(\.line) == [line - 1, line])
    }
  }

  @Test("each text is a document, and a bad one does not sink the others; errors have their place")
  func faults() throws {
    let good = escaped("<ROOT><ROW><A>1</A></ROW></ROOT>")
    let body = envelope(
      good, escaped("<ROOT>\n<ROW><A>2</B></ROW><ROW><A>3</A></ROW></ROOT>"),
      escaped("<ROOT><ROW>"),
      escaped("<!DOCTYPE ROOT><ROOT/>"), "", "no document", "<ROOT/>", escaped("<OTHER/>"), good)
    let reading = Reading(body, format)
    #expect(reading.records == [#"{"A":"1"}"#, #"{"A":"3"}"#, #"{"A":"1"}"#])
    #expect(
      reading.codes == [
        .notXML, .notXML, .dtdRefused, .recordsMissing, .notXML, .recordsMissing, .recordsMissing,
      ])
    #expect(reading.faults.first?.path == "A")
    #expect(reading.faults.map(\.line) == [5, 6, 7, 8, 9, 10, 0])
    let place = try #require(body.utf8.firstRange(of: "3".utf8))
    let record = body.utf8[..<place.lowerBound].count - "&lt;ROW>&lt;A>".utf8.count
    #expect(reading.places[1].byte == record)
    let doctype = try #require(body.utf8.firstRange(of: "&lt;!DOCTYPE".utf8))
    #expect(reading.faults[2].byte == body.utf8[..<doctype.lowerBound].count)
  }

  @Test("the outer document's own faults are told behind what is good in it")
  func outer() {
    let good = escaped("<ROOT><ROW><A>1</A></ROW></ROOT>")
    let broken = Reading(envelope(good) + "<x/>", format)
    #expect(broken.records == [#"{"A":"1"}"#])
    #expect(broken.codes == [.notXML])
    #expect(Reading("<Envelope><Body/></Envelope>", format).codes == [.recordsMissing])
    #expect(Reading("<!DOCTYPE x><Envelope/>", format).codes == [.dtdRefused])
  }

  @Test("a byte that is no character spoils its record only")
  func badByte() {
    var native = encoded(
      envelope(escaped("<ROOT><ROW><A>张</A></ROW><ROW><A>?</A></ROW></ROOT>"), ), .gb18030)
    let place = native.lastIndex(of: 0x3F) ?? 0
    native[place] = 0xFF
    let reading = Reading(native, format, .gb18030)
    #expect(reading.records == [#"{"A":"张"}"#])
    #expect(reading.codes == [.undecodable])
    #expect(reading.faults.first?.byte == place)
  }

  @Test("it is written as escaped text, and read again", arguments: [Charset.gb18030, .utf16])
  func written(charset: Charset) throws {
    let format = XMLFormat(record: ["ROOT", "{urn:r}ROW"], within: ["{urn:s}Envelope", "xml"])
    var writer = RecordWriter(.xml(format), charset: charset)
    var output: [UInt8] = []
    try writer.begin(into: &output)
    try writer.add(Tree(json: #"{"A":"<𫖯>\r"}"#), into: &output)
    try writer.add(Tree(json: #"{"A":"2"}"#), into: &output)
    try writer.end(into: &output)
    let label = charset == .utf16 ? "UTF-16" : charset.rawValue
    let text = try #require(decoded(output, charset))
    #expect(
      text == """
        <?xml version="1.0" encoding="\(label)"?>
        <Envelope xmlns="urn:s"><xml>&lt;?xml version="1.0" encoding="\(label)"?&gt;
        &lt;ROOT&gt;&lt;ROW xmlns="urn:r"&gt;&lt;A&gt;&amp;lt;𫖯&amp;gt;&amp;#13;&lt;/A&gt;&lt;/ROW&gt;&lt;ROW xmlns="urn:r"&gt;\
        &lt;A&gt;2&lt;/A&gt;&lt;/ROW&gt;&lt;/ROOT&gt;</xml></Envelope>

        """)
    let reading = Reading(output, .xml(format), charset)
    #expect(reading.records == [#"{"A":"<𫖯>\r"}"#, #"{"A":"2"}"#])
  }
}
