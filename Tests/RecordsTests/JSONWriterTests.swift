import Testing

@testable import Records

@Suite struct JSONWriterTests {
  @Test(
    "what is written is what was read, without white space",
    arguments: [
      "null", "true", "false", "0", "\"\"", "[]", "{}", "[[],{}]", "[[[]]]", #"{"a":{}}"#,
      #"{"a":[1,2,{"b":"c"}],"d":null,"e":[[1],[2]],"f":{"g":{"h":[]}}}"#, #"["",{"":""}]"#,
      #"{"姓名":"䶮","地址":"浙江省杭州市西湖区"}"#,
    ])
  func compact(text: String) throws {
    #expect(try Tree(json: text).json() == text)
  }

  @Test("quotes, backslashes and control characters are escaped, wherever they stand in a word")
  func escapes() throws {
    for length in 0..<20 {
      for place in 0...length {
        for special in ["\"", "\\", "\n", "\u{1}", "\u{1F}", "\t", "\u{8}", "\u{C}", "\r"] {
          var text = String(repeating: "x", count: length)
          text.insert(contentsOf: special, at: text.index(text.startIndex, offsetBy: place))
          var tree = Tree()
          tree.append(.string, text: tree.intern(text))
          #expect(try Tree(json: tree.json()).text("") == text)
        }
      }
    }
    #expect(try Tree(json: #""\u0001\u001f\n\"\\\/""#).json() == #""\u0001\u001f\n\"\\/""#)
  }

  @Test("a text of nothing but escapes finds room, and what was written before stays")
  func manyEscapes() throws {
    let text = String(repeating: "\u{1}\"", count: 10_000)
    var tree = Tree()
    tree.append(.string, text: tree.intern(text))
    var (writer, output) = (JSONWriter(), Array("before".utf8))
    writer.write(tree, into: &output)
    #expect(output.prefix(6).elementsEqual("before".utf8))
    #expect(try Tree(json: Array(output.dropFirst(6))).text("") == text)
  }

  @Test("a value inside a tree is written alone")
  func inner() throws {
    let tree = try Tree(json: #"{"a":{"b":[1,2]},"c":"d"}"#)
    #expect(tree.json(at: 1) == #"{"b":[1,2]}"#)
    #expect(tree.json(at: 3) == "1")
    #expect(tree.json(at: 5) == #""d""#)
  }
}
