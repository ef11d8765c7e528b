import Foundation
import Records
import Testing

@testable import Schemas

@Suite("standard schemas") struct StandardSchemaTests {
  static let person = #"""
    {"identifiers":[{"kind":"resident-id","number":"11010519491231002X"},{"kind":"passport","number":"E12345678"}],
    "name":"阿依古丽·买买提","sex":"2","ethnicity":"05","birthDate":"1949-12-31","status":"alive",
    "address":{"division":"330106","text":"浙江省杭州市西湖区某路1号"},"household":{"number":"330106001","relation":"02"},
    "record":{"id":"4711","version":3},"changedAt":"2026-11-24T10:00:00+08:00"}
    """#
  static let tax = #"""
    {"identifiers":[{"kind":"uscc","number":"91110105MA00TE5T2T"},{"kind":"tax-serial","number":"10110105000000000001"}],
    "name":"某某（杭州）有限公司","registrationType":"173","status":"normal","industry":"I65",
    "legalRepresentative":{"name":"张三","identifiers":[{"kind":"resident-id","number":"440524188001010014"}]},
    "address":{"division":"330106","text":"某路1号"},"authority":"13301060000","registeredOn":"2020-02-29","valid":true,
    "record":{"id":"1","version":1},"changedAt":"2026-11-24T02:00:00Z"}
    """#
  static let insurance = #"""
    {"identifiers":[{"kind":"resident-id","number":"440524188001010014"},{"kind":"social-insurance-number","number":"1000000001"}],
    "name":"张三","sex":"1","birthDate":"1880-01-01","insurance":"110","status":"insured",
    "employer":{"number":"D0001","name":"某公司"},"division":"330106","startedOn":"1900-01-01",
    "record":{"id":"1","version":"20261124100000"},"changedAt":"2026-11-24T02:00:00Z"}
    """#
  static let enterprise = #"""
    {"identifiers":[{"kind":"uscc","number":"91110105MA00TE5T2T"}],"name":"某公司","enterpriseType":"1130","status":"active",
    "registeredCapital":{"amount":1000000.50,"currency":"CNY"},"establishedOn":"2020-02-29",
    "record":{"id":"1","version":1},"changedAt":"2026-11-24T02:00:00Z"}
    """#

  @Test(
    "a true event is accepted, and each fault is told at its place",
    arguments: [
      (
        "std.person.v1", person,
        [
          ("\"sex\":\"2\"", "\"sex\":\"3\"", "/sex", "enum"),
          ("11010519491231002X", "110105194912310021", "/identifiers/0/number", "format"),
          ("1949-12-31\",\"status", "1949-02-30\",\"status", "/birthDate", "format"),
          ("\"ethnicity\":\"05\"", "\"ethnicity\":\"57\"", "/ethnicity", "pattern"),
          ("\"name\":\"阿依古丽·买买提\",", "", "", "required"),
          (
            "\"status\":\"alive\"", "\"status\":\"alive\",\"extra\":1", "/extra",
            "additionalProperties"
          ),
          ("阿依古丽·买买提", " ", "/name", "pattern"),
          ("E12345678", "e12345678", "/identifiers/1/number", "pattern"),
          ("\"330106\"", "\"3301\"", "/address/division", "pattern"),
          ("\"version\":3", "\"version\":-3", "/record/version", "minimum"),
          ("+08:00", "", "/changedAt", "format"),
        ]
      ),
      (
        "std.tax-registration.v1", tax,
        [
          ("91110105MA00TE5T2T", "91110105MA00TE5T20", "/identifiers/0/number", "format"),
          ("\"normal\"", "\"03\"", "/status", "enum"),
          (
            "440524188001010014", "440524188001010015", "/legalRepresentative/identifiers/0/number",
            "format"
          ), ("true", "\"Y\"", "/valid", "type"),
          ("10110105000000000001", "1011010500000000000", "/identifiers/1/number", "pattern"),
          ("\"text\":\"某路1号\"", "\"txt\":\"x\"", "/address/txt", "additionalProperties"),
        ]
      ),
      (
        "std.social-insurance.v1", insurance,
        [
          ("\"insurance\":\"110\"", "\"insurance\":\"养老\"", "/insurance", "pattern"),
          ("\"insured\"", "\"1\"", "/status", "enum"),
          ("\"division\":\"330106\",", "", "", "required"),
          ("\"number\":\"D0001\",", "", "/employer", "required"),
        ]
      ),
      (
        "std.enterprise.v1", enterprise,
        [
          ("1000000.50", "1000000.505", "/registeredCapital/amount", "multipleOf"),
          ("\"active\"", "\"K\"", "/status", "enum"),
        ]
      ),
    ] as [(String, String, [(String, String, String, String)])])
  func events(name: String, event: String, faults: [(String, String, String, String)]) throws {
    let schema = try standard(name)
    #expect(schema.check(try Tree(json: event)).isEmpty)
    for (right, wrong, path, keyword) in faults {
      try #require(event.contains(right))
      let violations = schema.check(
        try Tree(json: event.replacingOccurrences(of: right, with: wrong)))
      #expect(
        violations.contains { $0.instancePath == path && $0.keyword == keyword },
        "\(wrong): \(violations)")
    }
  }

  @Test("each standard schema is a schema by the meta-schema, and says what it is in two languages")
  func metaSchema() throws {
    let meta = try compile(
      #"{"$ref":"https://json-schema.org/draft/2020-12/schema"}"#, formats: true)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasPrefix("std.")
    }
    #expect(files.count >= 4)
    for file in files {
      let tree = try Tree(json: [UInt8](Data(contentsOf: folder.appending(path: file))))
      #expect(meta.check(tree).isEmpty, "\(file)")
      let title = try #require(tree.text("title"))
      #expect(title.contains { !$0.isASCII } && title.contains { $0.isASCII && $0.isLetter })
      #expect(tree.text("$id") == "https://tongban.example/schemas/\(file)")
    }
  }

  @Test("the patterns of the standard schemas run on automata")
  func automata() throws {
    for name in [
      "std.person.v1", "std.tax-registration.v1", "std.social-insurance.v1", "std.enterprise.v1",
    ] {
      #expect(try standard(name).program.patterns.allSatisfy(\.isAutomaton))
    }
  }

  private var folder: URL {
    URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "../../topology/schemas").standardizedFileURL
  }

  private func standard(_ name: String) throws -> Schema {
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name + ".json")))
    return try Schema.compile(json: bytes, name: name, options: SchemaOptions(assertsFormats: true))
  }
}
