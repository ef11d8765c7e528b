import Configuration
import Events
import Foundation
import Records
import Testing

@testable import Catalogue

private let departments = ["public-security", "tax", "social-security", "market-regulation"]

/// The repository's own `topology/`.
private let topology = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "topology")

private func read(
  _ texts: String..., schemas: String = "/nowhere"
) throws -> (catalogue: Catalogue, faults: [ConfigurationError]) {
  var reader = CatalogueReader(departments: departments, schemas: SchemaFields(folder: schemas))
  return reader.read(
    try texts.enumerated().map {
      try JSON5.read(Array($0.element.utf8), file: "\($0.offset).json5")
    })
}

@Suite("the catalogue's files") struct CatalogueFileTests {
  @Test("the project's own catalogue is sound and entitles whom the slice serves")
  func ownFiles() throws {
    let folder = topology.appending(path: "catalogue").path
    let adapters = topology.deletingLastPathComponent().appending(path: "adapters")
    let departments = try FileManager.default.contentsOfDirectory(atPath: adapters.path)
    #expect(Catalogue.validate(folder: folder, departments: departments).isEmpty)
    let catalogue = try Catalogue.load(folder: folder, departments: departments)
    func subscribers(_ schema: String) -> [String] {
      catalogue.subscribers(of: schema).map(\.department)
    }
    #expect(Set(subscribers("std.person.v1")).isSuperset(of: ["social-security", "tax"]))
    #expect(subscribers("std.enterprise.v1").contains("tax"))
    #expect(subscribers("std.social-insurance.v1").contains("tax"))
    #expect(subscribers("std.unheard-of.v1").isEmpty)
    #expect(catalogue.dataset(of: "std.person.v1")?.owner == "public-security")
  }

  @Test("an entitlement may stand in another file than its dataset, before it")
  func acrossFiles() throws {
    let (catalogue, faults) = try read(
      "{ entitlements: [{ department: 'tax', schema: 's', purpose: 'p', fields: '*' }] }",
      "{ datasets: { s: { title: 't', owner: 'social-security', sharing: 'unconditional', grade: 1 } } }"
    )
    #expect(faults.isEmpty)
    #expect(catalogue.subscribers(of: "s").first?.fields == nil)
  }

  private static let datasets = """
    datasets: { open: { title: 't', owner: 'tax', sharing: 'unconditional', grade: 1 },
    some: { title: 't', owner: 'tax', sharing: 'conditional', grade: 3 },
    none: { title: 't', owner: 'tax', sharing: 'withheld', grade: 4 } }
    """

  private static func grant(
    _ schema: String = "open", _ department: String = "social-security",
    _ rest: String = "fields: '*'"
  ) -> String {
    "\(datasets), entitlements: [\n{ schema: '\(schema)', department: '\(department)', purpose: 'p', \(rest) }]"
  }

  @Test(
    "each mistake is named with its line and what to do",
    arguments: [
      (grant("none"), 4, "none is withheld (不予共享): nobody but its owner tax may have it"),
      (grant("some"), 4, "the entitlement needs \"until\""),
      (grant("opn"), 4, "unknown dataset \"opn\"; did you mean \"open\"?"),
      (grant("open", "socal-security"), 4, "did you mean \"social-security\"?"),
      (grant("open", "tax", "feilds: '*'"), 4, "\"fields\" is missing"),
      (grant("open", "tax", "fields: '*', purpos: 'q'"), 4, "did you mean \"purpose\"?"),
      (grant("open", "tax", "fields: []"), 4, "expected at least one path"),
      (grant("open", "tax", "fields: ['a..b']"), 4, "\"a..b\" is not a path"),
      (grant("open", "tax", "fields: ['a[0]']"), 4, "is not a path"),
      (grant("open", "tax", "fields: ['a', 'a']"), 4, "a is there twice"),
      (grant("open", "tax", "fields: ['a[].b', 'a.c']"), 4, "do not agree on what is a list"),
      (grant("open", "tax", "fields: '*', until: '2027-02-30'"), 4, "expected a day"),
      (grant("open", "tax", "fields: '*', regions: ['330']"), 4, "2, 4 or 6 digits"),
      (grant("open", "tax", "fields: '*', regions: []"), 4, "at least one division code"),
      (
        "datasets: {\n s: { title: 't', owner: 'taxx', sharing: 'withheld', grade: 1 } }", 2,
        "did you mean \"tax\"?"
      ),
      (
        "datasets: {\n s: { title: 't', owner: 'tax', sharing: 'witheld', grade: 1 } }", 2,
        "did you mean \"withheld\"?"
      ),
      (
        "datasets: {\n s: { title: 't', owner: 'tax', sharing: 'withheld', grade: 5 } }", 2,
        "from 1 to 4"
      ),
      ("dataset: {}", 1, "did you mean \"datasets\"?"),
    ])
  func mistakes(text: String, line: Int, words: String) throws {
    let faults = try read("{ \(text) }").faults
    #expect(
      faults.contains { $0.line == line && "\($0)".contains(words) },
      "expected line \(line): \(words); found \(faults.map(\.description))")
  }

  @Test("the owner of a withheld dataset may have it itself")
  func ownData() throws {
    #expect(try read("{ \(CatalogueFileTests.grant("none", "tax")) }").faults.isEmpty)
  }

  @Test(
    "two entitlements of one department to one dataset are a fault, since it would get each record twice"
  )
  func twice() throws {
    let one = "{ schema: 'open', department: 'social-security', purpose: 'p', fields: '*' }"
    let faults = try read("{ \(CatalogueFileTests.datasets), entitlements: [\(one),\n\(one)] }")
      .faults
    #expect(faults.map(\.line) == [4])
    #expect(faults.first?.message.contains("already, at 0.json5:3") == true)
  }

  @Test("a field that the schema does not have is found, with the nearest that it has")
  func fieldsOfTheSchema() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let schema = """
      { "$defs": { "place": { "properties": { "division": {}, "text": {} } } },
        "properties": { "name": {}, "address": { "$ref": "#/$defs/place" }, "free": {},
          "identifiers": { "type": "array", "items": { "properties": { "number": {} } } } } }
      """
    try Data(schema.utf8).write(to: folder.appending(path: "s.json"))
    func faults(_ field: String, dataset: String = "s") throws -> [String] {
      try read(
        """
        { datasets: { \(dataset): { title: 't', owner: 'tax', sharing: 'unconditional', grade: 1 } },
          entitlements: [{ schema: '\(dataset)', department: 'tax', purpose: 'p', fields: ['\(field)'] }] }
        """, schemas: folder.path
      ).faults.map(\.message)
    }
    for known in ["name", "address", "address.division", "identifiers[].number", "free.anything"] {
      #expect(try faults(known).isEmpty, "\(known)")
    }
    #expect(try faults("nam") == ["unknown field \"nam\"; did you mean \"name\"?"])
    #expect(
      try faults("address.divison") == ["unknown field \"divison\"; did you mean \"division\"?"])
    #expect(try faults("identifiers[].nummer").first?.contains("\"number\"") == true)
    #expect(try faults("name[].x").first?.contains("unknown field \"name[]\"") == true)
    #expect(try faults("name", dataset: "t").contains { $0.hasPrefix("unknown schema \"t\"") })
  }

  @Test("a day is in force until its end in China; a moment until itself; without either for ever")
  func expiry() throws {
    func entitlement(_ until: String) throws -> Entitlement? {
      let rest = "fields: '*'" + (until.isEmpty ? "" : ", until: '\(until)'")
      let (catalogue, faults) = try read("{ \(CatalogueFileTests.grant("open", "tax", rest)) }")
      #expect(faults.isEmpty)
      return catalogue.subscribers(of: "open").first
    }
    func isInForce(_ until: String, _ now: String) throws -> Bool? {
      let moment = try #require(Instant(rfc3339: now))
      return try entitlement(until)?.isInForce(at: moment)
    }
    #expect(try isInForce("2027-12-31", "2027-12-31T23:59:59.999+08:00") == true)
    #expect(try isInForce("2027-12-31", "2028-01-01T00:00:00+08:00") == false)
    #expect(try isInForce("2027-12-31T12:00:00Z", "2027-12-31T11:59:59Z") == true)
    #expect(try isInForce("2027-12-31T12:00:00Z", "2027-12-31T12:00:00Z") == false)
    #expect(try isInForce("", "2999-12-31T12:00:00Z") == true)
  }

  @Test("an entitlement for regions covers the divisions below them")
  func regions() throws {
    let rest = "fields: '*', regions: ['3301', '310115']"
    let (catalogue, _) = try read("{ \(CatalogueFileTests.grant("open", "tax", rest)) }")
    let entitlement = try #require(catalogue.subscribers(of: "open").first)
    for (region, covered) in [
      ("330106", true), ("3301", true), ("330206", false), ("33", false), ("310115", true),
    ] {
      #expect(entitlement.covers(region: region) == covered, "\(region)")
    }
  }
}

@Suite("a projection") struct ProjectionTests {
  private static let person = """
    {"identifiers":[{"kind":"resident-id","number":"1"},{"kind":"passport","number":"2","valid":true}],\
    "name":"张三","sex":"1","address":{"division":"330106","text":"文三路"},\
    "household":{"number":"9","relation":"01"},"tags":[],"none":{},"score":1.50,"note":null}
    """

  @Test(
    "copies what is named and nothing else",
    arguments: [
      (["name"], #"{"name":"张三"}"#),
      (["score", "note", "sex"], #"{"sex":"1","score":1.50,"note":null}"#),
      (["address.division"], #"{"address":{"division":"330106"}}"#),
      (["address"], #"{"address":{"division":"330106","text":"文三路"}}"#),
      (["address", "address.text"], #"{"address":{"division":"330106","text":"文三路"}}"#),
      (["identifiers[].number"], #"{"identifiers":[{"number":"1"},{"number":"2"}]}"#),
      (["identifiers[].valid"], #"{"identifiers":[{"valid":true}]}"#),
      (
        ["identifiers[]"],
        #"{"identifiers":[{"kind":"resident-id","number":"1"},{"kind":"passport","number":"2","valid":true}]}"#
      ),
      // A path of another shape than the record shows nothing rather than too much.
      (["identifiers.number", "name[]", "name.first", "address[].text"], "{}"),
      (["household.unheard", "identifiers[].unheard"], "{}"),
      (["tags", "none.x", "tags[].x"], #"{"tags":[],"none":{}}"#),
      (["nam", "names", "NAME"], "{}"),
    ])
  func copies(paths: [String], expected: String) throws {
    let record = try Tree(json: ProjectionTests.person)
    var output = try Tree(json: #"{"left":"over"}"#)
    Projection(try paths.map { try #require(FieldPath($0)) }).run(record, into: &output)
    #expect(output.json() == expected)
    #expect(output.nodes.first.map { Int($0.end) } == output.nodes.count)
  }

  @Test("everything is everything")
  func everything() throws {
    let record = try Tree(json: ProjectionTests.person)
    var output = Tree()
    Projection(nil).run(record, into: &output)
    #expect(output.json() == ProjectionTests.person)
  }

  @Test("what is no record gives an empty one")
  func noRecord() throws {
    var output = Tree()
    let projection = Projection([try #require(FieldPath("name"))])
    projection.run(try Tree(json: #"["name"]"#), into: &output)
    #expect(output.json() == "{}")
    projection.run(Tree(), into: &output)
    #expect(output.nodes.isEmpty)
  }

  @Test("the bytes of what is not entitled are not in the output at all")
  func noTraces() throws {
    let record = try Tree(json: ProjectionTests.person)
    var output = Tree()
    Projection(["name", "household.x", "identifiers[].number"].compactMap(FieldPath.init))
      .run(record, into: &output)
    let text = String(decoding: output.arena, as: UTF8.self)
    for secret in ["文三路", "330106", "resident-id", "household", "relation"] {
      #expect(!text.contains(secret), "\(secret)")
    }
  }

  @Test("a warm output is not moved or grown: nothing is allocated")
  func warm() throws {
    let record = try Tree(json: ProjectionTests.person)
    let projection = Projection(
      ["identifiers", "name", "address.division", "household.x"].compactMap(FieldPath.init))
    var output = Tree()
    projection.run(record, into: &output)
    let place = { (tree: borrowing Tree) in
      (
        tree.nodes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) },
        tree.arena.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) },
        tree.nodes.capacity, tree.arena.capacity
      )
    }
    let before = place(output)
    for _ in 0..<1_000 { projection.run(record, into: &output) }
    #expect(place(output) == before)
  }
}
