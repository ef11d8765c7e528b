import Configuration
import Records
import Testing

@testable import Adapters

@Suite struct FormatConfigurationTests {
  private func format(_ text: String) throws -> NativeFormat {
    try NativeFormat(try JSON5.read(Array(text.utf8), file: "adapter.json5"))
  }

  @Test("the dialects of delimited files are options")
  func delimited() throws {
    let bare = try format(
      #"{ kind: "delimited", separator: "\u001F", quote: false, escape: "\\", "byte-order-mark": true }"#
    )
    #expect(
      bare.format
        == .delimited(
          DelimitedFormat(
            separator: "\u{1F}", quote: nil, escape: UInt8(ascii: "\\"), mark: true)))
    let bars = try format(
      #"{ kind: "delimited", separator: "|", quote: "'", header: false, columns: ["a"] }"#)
    #expect(
      bars.format
        == .delimited(
          DelimitedFormat(
            separator: "|", quote: UInt8(ascii: "'"), header: false, columns: ["a"])))
    #expect(bars.isCutAtLines)
    let marked = try format(
      #"{ kind: "delimited", header: false, columns: ["a"], "byte-order-mark": true }"#)
    #expect(!marked.isCutAtLines, "a mark in the middle of a file is text")
    #expect(try format(#"{ kind: "delimited" }"#).format == .delimited(DelimitedFormat()))
  }

  @Test("records within a document in an element's text have two paths")
  func within() throws {
    let report = try format(
      #"{ kind: "xml", within: "Envelope/Body/report/xml", record: "ROOT/ROW" }"#)
    #expect(
      report.format
        == .xml(
          XMLFormat(record: ["ROOT", "ROW"], within: ["Envelope", "Body", "report", "xml"])))
  }

  @Test(
    "what does not go together is told when the adapter is read",
    arguments: [
      (#"{ kind: "delimited", escape: "\"" }"#, "the same"),
      (#"{ kind: "delimited", quote: "ab" }"#, "one ASCII character"),
      (#"{ kind: "delimited", header: false }"#, "columns"),
      (
        #"{ kind: "fixed-width", charset: "UTF-16LE", length: 4, fields: { a: [2, 2] } }"#,
        "the field a cuts characters"
      ),
    ])
  func refused(text: String, words: String) {
    #expect { try format(text) } throws: { "\($0)".contains(words) }
  }
}
