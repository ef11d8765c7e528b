import Testing

@testable import Records

/// A record that is not well-formed, and those around it.
@Suite struct XMLRecoveryTests {
  let rows = RecordFormat.xml(XMLFormat(record: ["ROOT", "DATA", "ROW"]))

  func body(_ middle: String) -> String {
    """
    <?xml version="1.0"?>
    <n:ROOT xmlns:n="urn:n"><HEAD/><DATA v="1"><ROW><A>1</A></ROW>
    \(middle)
    <ROW><A>3</A></ROW></DATA><DATA><ROW><A>4</A></ROW></DATA></n:ROOT>
    """
  }

  @Test(
    "a record that is not well-formed does not sink those behind it, in every charset",
    arguments: [
      "<ROW><A>x & y</A></ROW>", "<ROW><A>2</B></ROW>", "<ROW><A>2</ROW>", "<ROW><A>&#0;</A></ROW>",
      "<ROW a=1></ROW>", "<ROW><A>\u{1}</A></ROW>", "<ROW a='1' a='2'/>",
      "<ROW><A>1 < 2</A></ROW >",
      "<ROW a=\"x><A>2</A></ROW>", "<ROW><ROW>&x;</ROW><A>2</A></ROW>", "<ROW><!-- -- --></ROW>",
      "<ROW><A><![CDATA[</ROW><ROW><A>forged</A></ROW>\u{1}]]></A></ROW>",
      "<ROW><A>&x;</A><!--> </ROW><ROW><A>forged</A></ROW> --></ROW>",
      "<ROW><?x </ROW><ROW><A>forged</A></ROW> ?>&x;</ROW>",
      "<ROW><ROWS>&x;</ROWS><ROW/><ROW></ROW></ROW>",
    ])
  func neighbours(middle: String) throws {
    for charset in [Charset.utf8, .gb18030, .utf16LittleEndian] {
      let native = encoded(body(middle + "<!-- 张䶮 -->"), charset)
      let reading = Reading(native, rows, charset)
      #expect(reading.records == [#"{"A":"1"}"#, #"{"A":"3"}"#, #"{"A":"4"}"#])
      #expect(reading.codes == [.notXML])
      let fault = try #require(reading.faults.first)
      #expect(fault.record == 2 && fault.line == 3)
      #expect(reading.places.map(\.record) == [1, 3, 4])
      #expect(reading.places.map(\.line) == [2, 4, 4])
      #expect(reading.bytes(of: "A", record: 1, in: native) == encoded("3", charset))
      #expect(reading.bytes(of: "A", record: 2, in: native) == encoded("4", charset))
    }
  }

  @Test("where the record's end cannot be found, or the fault is around the records, the body ends")
  func noEnd() {
    for (middle, records) in [
      ("<ROW><A>2</A>", 1), ("<ROW><A><![CDATA[x", 1), ("<ROW><A>2</B>", 1), ("<OTHER></X>", 1),
      ("&x;", 1),
      ("<!-- <ROW \u{1}></ROW><ROW><A>forged</A></ROW> -->", 1),
    ] {
      let reading = Reading(body(middle), rows)
      #expect(reading.records.count == records)
      #expect(reading.codes == [.notXML])
    }
  }

  @Test("many bad records are refused one by one, up to a thousand; then the rest is one fault")
  func many() {
    func reading(_ count: Int) -> Reading {
      let bad = String(repeating: "<ROW><A>&x;</A></ROW>", count: count)
      return Reading("<ROOT><DATA>\(bad)<ROW><A>1</A></ROW></DATA></ROOT>", rows)
    }
    #expect(reading(500).records == [#"{"A":"1"}"#])
    #expect(reading(500).faults.map(\.record) == Array(1...500))
    #expect(reading(2_000).records.isEmpty)
    #expect(reading(2_000).faults.count == 1_001)
  }

  @Test("a large body is read on to its end after a bad record, characters uncut")
  func large() {
    let good = (0..<5_000).map { "<ROW><A>张䶮𫖯\($0)</A><B/></ROW>" }.joined(separator: "\n")
    let reading = Reading("<ROOT><DATA><ROW>&x;</ROW>\(good)</DATA></ROOT>", rows)
    #expect(reading.records.count == 5_000)
    #expect(reading.records.last == #"{"A":"张䶮𫖯4999","B":""}"#)
    #expect(reading.places.last?.line == 5_000)
    #expect(reading.codes == [.notXML])
  }

  @Test("long tags around the records are not read again and again")
  func longAncestors() {
    let text =
      "<ROOT a='\(String(repeating: "x", count: 5_000))'><DATA><ROW>&x;</ROW><ROW/></DATA></ROOT>"
    let reading = Reading(text, rows)
    #expect(reading.records.isEmpty)
    #expect(reading.codes == [.notXML])
  }
}
