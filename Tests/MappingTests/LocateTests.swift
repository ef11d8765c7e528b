import Mapping
import Standards
import Testing

@Suite("The division of an address") struct LocateTests {
  private static func table() throws -> [String: CodeTable] {
    let rows = [
      ["330000", "浙江省"], ["330100", "杭州市"], ["330106", "西湖区"], ["360000", "江西省"],
      ["360100", "南昌市"],
      ["360103", "西湖区"],
    ]
    return [
      "gbt2260": try CodeTable(
        name: "gbt2260", version: "2019", source: "test", columns: ["code", "label"], rows: rows)
    ]
  }

  @Test(
    "is a code, and a policy says what happens to an address without one",
    arguments: [
      ("{}", "浙江省杭州市西湖区文一路1号", "330106", []), ("{within: '33'}", "西湖区文一路", "330106", []),
      ("{}", "西湖区文一路", nil, [.ambiguousRegion]), ("{}", "文一路1号", nil, [.unknownRegion]),
      ("{}", "杭州市文一路", nil, [.unknownRegion]), ("{level: 'city'}", "杭州市文一路", "330100", []),
    ] as [(String, String, String?, [MappingFault.Code])])
  func policies(step: String, text: String, expected: String?, codes: [MappingFault.Code]) throws {
    let rule = "{from: 'A', locate: \(step)}"
    let result = try mapped(rule, "{\"A\": \(quoted(text))}", tables: Self.table())
    #expect(result.tree.text("v") == expected)
    #expect(result.codes == codes)
    let lenient = rule.replacing(
      "locate: {", with: "locate: {unknown: 'absent', ambiguous: 'absent', ")
    let kept = try mapped(lenient, "{\"A\": \(quoted(text))}", tables: Self.table())
    #expect(kept.tree.text("v") == expected)
    #expect((kept.codes, kept.warnings.map(\.code)) == ([], codes))
  }

  @Test("mistakes are found when the mapping is read, and the rule names table and version")
  func mistakes() throws {
    #expect {
      try Mapping.fields("{v: {from: 'A', locate: {within: '44'}}}", tables: Self.table())
    } throws: {
      "\($0)".contains("\"44\" is no division of the table gbt2260")
    }
    #expect {
      try Mapping.fields("{v: {from: 'A', locate: {}}}")
    } throws: {
      "\($0)".contains("needs the table of divisions")
    }
    let mapping = try Mapping.fields(
      "{v: {from: 'A', locate: {within: '3301'}}}", tables: Self.table())
    #expect(
      mapping.rules.first?.steps == [
        "the county that the address begins with, of several the one within 3301, table gbt2260, version 2019"
      ])
  }
}
