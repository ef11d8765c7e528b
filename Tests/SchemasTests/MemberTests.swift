import Foundation
import Records
import Testing

@testable import Schemas

@Suite("the members that a schema allows") struct MemberTests {
  @Test(
    "are known where it closes its objects",
    arguments: [
      (
        #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"object","properties":{"c":{"type":"string"}},"additionalProperties":false}},"additionalProperties":false}"#,
        ["a", "b", "b.c"]
      ),
      (
        ##"{"type":"object","properties":{"l":{"type":"array","items":{"$ref":"#/$defs/x"}}},"additionalProperties":false,"$defs":{"x":{"type":"object","properties":{"k":{"type":"string"}},"additionalProperties":false}}}"##,
        ["l", "l[*]", "l[*].k"]
      ),
      (
        #"{"type":"object","properties":{"l":{"type":"array","prefixItems":[{"type":"object","properties":{"k":{"type":"string"}},"additionalProperties":false},{"type":"string"}],"items":false}},"additionalProperties":false}"#,
        ["l", "l[*]", "l[*].k"]
      ),
      // What every schema of an allOf allows.
      (
        #"{"type":"object","allOf":[{"properties":{"a":{"type":"string"},"b":{"type":"string"}},"additionalProperties":false},{"properties":{"b":{"type":"string"},"c":true},"additionalProperties":false}]}"#,
        ["b"]
      ),
      (
        #"{"type":"object","allOf":[{"properties":{"a":{"type":"string"}}}],"properties":{"b":{"type":"string"}},"unevaluatedProperties":false}"#,
        ["b", "a"]
      ),
      // An open part of a closed whole.
      (
        #"{"type":"object","properties":{"x":{"type":"object"},"y":{"$ref":"https://elsewhere.example/"}},"additionalProperties":false}"#,
        ["x", "x.*", "y", "y.*"]
      ),
    ])
  func closed(schema: String, members: [String]) throws {
    #expect(Schema.members(of: try Tree(json: schema)) == members)
  }

  @Test(
    "are not known where it leaves them open",
    arguments: [
      "{}", "true", #"{"type":"object"}"#,
      #"{"type":"object","properties":{"a":{}},"patternProperties":{"^x":{}},"additionalProperties":false}"#,
      #"{"type":"object","anyOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false}"#,
      ##"{"$dynamicRef":"#node"}"##,
      // As deep as one likes, and as wide.
      ##"{"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#"}},"additionalProperties":false}"##,
    ])
  func open(schema: String) throws {
    #expect(Schema.members(of: try Tree(json: schema)) == nil)
  }

  @Test("of the standard schemas are all known")
  func standard() throws {
    let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "topology/schemas")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    for file in files where file.hasSuffix(".json") {
      let text = Array(try Data(contentsOf: folder.appending(path: file)))
      let members = try #require(Schema.members(of: try Tree(json: text)), "\(file)")
      #expect(members.contains("record.version") && members.contains("changedAt"), "\(file)")
      #expect(!members.contains { $0.hasSuffix(".*") }, "\(file)")
    }
  }
}
