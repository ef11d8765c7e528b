import Mapping
import Testing

@Suite("Width and padding") struct PaddingTests {
  @Test(
    "a text is filled up to its characters, and made full-width at the very end",
    arguments: [
      ("pad: {to: 5, with: '0'}", "42", "00042"), ("pad: {to: 5, with: '0'}", "123456", "123456"),
      ("pad: {to: 4, with: '*', side: 'right'}", "张三", "张三**"),
      ("pad: {to: 3, with: '　', side: 'right'}", "张", "张　　"), ("pad: {to: 2}", "x", " x"),
      ("width: 'full'", "AB 12(3)~", "ＡＢ　１２（３）～"), ("width: 'full'", "中文。", "中文。"),
      ("width: 'full', pad: {to: 3, with: '0'}", "7", "００７"),
      ("decimal: {scale: 1, write: {}}, pad: {to: 6}", "7", "   7.0"),
    ])
  func padding(words: String, text: String, expected: String) throws {
    let result = try mapped("{from: 'A', \(words)}", "{\"A\": \(quoted(text))}")
    #expect(result.faults == [])
    #expect(result.tree.text("v") == expected)
  }

  @Test("what was made full-width becomes the same again in half width")
  func back() throws {
    let text = String(
      decoding: (0x21..<0x7F as Range<UInt8>).filter { $0 != 0x22 && $0 != 0x5C }, as: UTF8.self)
    let full = try mapped("{from: 'A', width: 'full'}", "{\"A\": \"\(text)\"}").tree.text("v") ?? ""
    #expect(full.unicodeScalars.allSatisfy { (0xFF01...0xFF5E).contains($0.value) })
    #expect(try mapped("{from: 'A', width: 'half'}", "{\"A\": \"\(full)\"}").tree.text("v") == text)
  }
}
