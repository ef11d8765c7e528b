import Mapping
import Records
import Testing

@testable import Routing

@Suite struct StandardFileTests {
  private static let event =
    #"{"specversion":"1.0","type":"std.person.v1.reversed","data":{"name":"王小宁"}}"#

  /// What stands in a file, and the name and change of each record in it.
  private static let bodies: [(String, [String])] = [
    (event, ["王小宁 reversed"]),
    (#"{"name":"李芳"}"#, ["李芳 updated"]),
    ("{\n  \"name\": \"李芳\"\n}\n", ["李芳 updated"]),
    (event + "\n\n" + #"{"name":"李芳"}"# + "\n", ["王小宁 reversed", "李芳 updated"]),
    (#"{"specversion":"1.0","type":"other","data":{"name":"x"}}"#, ["x updated"]),
  ]

  @Test("a file holds events, or records alone, one or one a line", arguments: bodies)
  func files(text: String, expected: [String]) {
    let file = StandardFile(Array(text.utf8))
    #expect(file.faults.isEmpty)
    #expect(
      file.records.map { "\($0.tree.text("name") ?? "") \($0.change.rawValue)" } == expected)
    #expect(file.records.map(\.place.record) == Array(1...expected.count))
  }

  @Test("places are those of the file, behind other lines too")
  func places() throws {
    let text = Array("\(Self.event)\n\(Self.event)\n{\"name\": 1\n".utf8)
    let file = StandardFile(text)
    let second = try #require(file.records.last)
    let name = second.tree.nodes[try #require(second.tree.find("name"))]
    let octets = text[Int(name.source)..<Int(name.source + name.sourceCount)]
    #expect(String(decoding: octets, as: UTF8.self) == "\"王小宁\"")
    #expect(second.place.line == 2 && Int(name.source) > Self.event.utf8.count)
    let fault = try #require(file.faults.first)
    #expect(fault.record == 3 && fault.line == 3 && fault.byte >= 2 * Self.event.utf8.count)
  }

  @Test("what is no JSON is one fault")
  func torn() {
    let file = StandardFile(Array(#"{"name": "#.utf8))
    #expect(file.records.isEmpty && file.faults.map(\.code) == [.notJSON])
  }
}
