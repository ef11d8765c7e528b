import Foundation
import Records
import Testing

@testable import Drafting

@Suite("What a body is written in") struct FormatTests {
  static let person =
    "LSH,SFZH,XM,XB,CSRQ\n1,330103189003070016,王小宁,1,18900307\n2,330104189104120349,李芳,2,18910412\n"

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let label: String
    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "one object", text: #"{"XM":"王小宁","XB":"1"}"#, label: "JSON, the records at the body"),
    Case(
      name: "a list", text: #"[{"XM":"王小宁","XB":"1"},{"XM":"李芳","XB":"2"}]"#,
      label: "JSON, the records at the body"),
    Case(
      name: "a list in an envelope",
      text: #"{"code":0,"data":{"rows":[{"XM":"王小宁","XB":"1"},{"XM":"李芳","XB":"2"}]}}"#,
      label: "JSON, the records at data/rows"),
    Case(
      name: "a record with a short list in it",
      text: #"{"XM":"王小宁","XB":"1","CSRQ":"18900307","MZ":"01","DOCS":[{"LX":"1"}]}"#,
      label: "JSON, the records at the body"),
    Case(
      name: "a JSON text a line", text: "{\"XM\":\"王小宁\"}\n{\"XM\":\"李芳\"}\n",
      label: "NDJSON, one JSON text a line"),
    Case(
      name: "repeated elements",
      text: "<A><B><XM>王小宁</XM><XB>1</XB></B><B><XM>李芳</XM><XB>2</XB></B></A>",
      label: "XML, the records at A/B"),
    Case(
      name: "one element below a head",
      text:
        "<A><HEAD><ID>7</ID></HEAD><BODY><ROW><XM>王小宁</XM><XB>1</XB><MZ>01</MZ></ROW></BODY></A>",
      label: "XML, the records at A/BODY/ROW"),
    Case(
      name: "attributes", text: #"<A><R XM="王小宁" XB="1"/><R XM="李芳" XB="2"/></A>"#,
      label: "XML, the records at A/R"),
    Case(
      name: "SOAP",
      text:
        #"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><T>1</T></s:Header><s:Body><Push><XM>王小宁</XM><XB>1</XB></Push></s:Body></s:Envelope>"#,
      label: "SOAP, the records at Envelope/Body/Push"),
    Case(name: "CSV with a header", text: person, label: "CSV with commas, a header"),
    Case(
      name: "CSV without", text: person.split(separator: "\n").dropFirst().joined(separator: "\n"),
      label: "CSV with commas, no header"),
    Case(
      name: "quoted commas and line breaks",
      text: "XM,DZ\n\"王,小\",\"文三路\n12号\"\n李芳,\"a,b\"\n赵一,c\n",
      label: "CSV with commas, a header"),
    Case(
      name: "tabulators", text: person.replacing(",", with: "\t"),
      label: "CSV with tabulators, a header"),
    Case(name: "bars", text: person.replacing(",", with: "|"), label: "CSV with \"|\", a header"),
    Case(
      name: "double bars", text: person.replacing(",", with: "||"),
      label: "CSV with \"||\", a header"),
    Case(
      name: "key=value", text: "XM=王小宁\nXB=1\n\nXM=李芳\nXB=2\nBZ=a=b\n", label: "key=value lines"),
    Case(
      name: "fixed width", text: "330103189003070016王小宁    1\n330104189104120349李小芳    2\n",
      label: "fixed width, 32 bytes a record"),
  ]

  @Test("is told by the text alone", arguments: cases)
  func label(_ each: Case) throws {
    #expect(try draft([each.text]).recognition.label == each.label)
  }

  @Test(
    "is told in every charset",
    arguments: [Charset.utf8, .gb18030, .utf16LittleEndian, .utf16BigEndian])
  func charset(_ charset: Charset) throws {
    let bytes = try encoded(Self.person, charset)
    let found = try Draft.make(from: [DraftSample(name: "a", bytes: bytes)], try Home.knowledge())
    #expect(found.recognition.charset == charset)
    #expect(found.recognition.label == "CSV with commas, a header")
    #expect(found.fields.map(\.takenTitle).contains("person name"))
    #expect(found.recognition.charsetGuess.sureness >= 70)
  }

  @Test("a byte order mark says it, and is no part of the first name")
  func mark() throws {
    let bytes = [0xEF, 0xBB, 0xBF] + Array(Self.person.utf8)
    let found = try Draft.make(from: [DraftSample(name: "a", bytes: bytes)], try Home.knowledge())
    #expect(found.recognition.charset == .utf8)
    #expect(found.recognition.charsetGuess.reasons == ["a byte order mark"])
    #expect(found.fields.first?.field.path.text == "LSH")
  }

  @Test("samples of another kind are left out and named")
  func mixed() throws {
    let found = try draft([Self.person, Self.person, #"{"XM":"x"}"#])
    #expect(found.remarks.contains { $0.contains("sample-3 was left out: it is JSON") })
  }

  @Test("the layout that is given is taken, and a wrong one is told")
  func columns() throws {
    let text = "330103189003070016王小宁    1\n"
    let layout = [("SFZH", 18), ("XM", 13), ("XB", 1)].map { DraftColumn(name: $0.0, length: $0.1) }
    #expect(
      try draft([text], columns: layout).fields.map(\.field.path.text) == ["SFZH", "XM", "XB"])
    let short = layout.dropLast()
    #expect(
      throws: DraftFault(
        "--columns give a record of 31, and most lines have 32 bytes or 26 characters")
    ) {
      try draft([text], columns: Array(short))
    }
  }

  private func encoded(_ text: String, _ charset: Charset) throws -> [UInt8] {
    switch charset {
    case .gb18030:
      let encoding = String.Encoding(rawValue: 0x8000_0632)
      return Array(try #require(text.data(using: encoding)))
    case .utf16LittleEndian: return Array(try #require(text.data(using: .utf16LittleEndian)))
    case .utf16BigEndian: return Array(try #require(text.data(using: .utf16BigEndian)))
    default: return Array(text.utf8)
    }
  }
}
