import Configuration
import Foundation
import Mapping
import Records
import Schemas
import Standards
import Testing

/// The mappings and code tables in `adapters/`, as the hub would read them.
enum Departments {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("adapters")

  static func files(_ department: String, _ kind: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder.appendingPathComponent("\(department)/\(kind)"), includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "json5" }.sorted { $0.path < $1.path }
  }

  static func node(_ file: URL) throws -> ConfigurationNode {
    let name = file.path.dropFirst(folder.deletingLastPathComponent().path.count + 1)
    return try JSON5.read(Array(try Data(contentsOf: file)), file: String(name))
  }

  static func tables(_ department: String) throws -> [String: CodeTable] {
    var tables: [String: CodeTable] = [:]
    for file in try files(department, "codes") {
      let table = try CodeTable.read(try node(file))
      #expect(table.name == file.deletingPathExtension().lastPathComponent)
      tables[table.name] = table
    }
    return tables
  }

  static func mapping(_ department: String, _ name: String) throws -> Mapping {
    try mapping(folder.appendingPathComponent("\(department)/mappings/\(name).json5"))
  }

  static func mapping(_ file: URL) throws -> Mapping {
    let department = file.deletingLastPathComponent().deletingLastPathComponent()
    return try Mapping.compile(
      try node(file), tables: try tables(department.lastPathComponent)
    ) { other throws(ConfigurationError) in
      let name = "\(try other.name()).json5"
      do { return try node(file.deletingLastPathComponent().appendingPathComponent(name)) } catch {
        throw other.fault("\(name) cannot be read")
      }
    }
  }
}

@Suite("The departments' mappings") struct DepartmentTests {
  static let names =
    (try? FileManager.default.contentsOfDirectory(atPath: Departments.folder.path))?.sorted() ?? []

  @Test(
    "every mapping and code table compiles, and is called what its file is called", arguments: names
  )
  func compiles(department: String) throws {
    for file in try Departments.files(department, "mappings") {
      let mapping = try Departments.mapping(file)
      let name = file.deletingPathExtension().lastPathComponent
      #expect(name == (mapping.to.hasPrefix("std.") ? mapping.from : "deliver-\(mapping.from)"))
    }
  }

  @Test("public security: a birth registration becomes a person")
  func birth() throws {
    let mapping = try Departments.mapping("public-security", "household-change")
    let result = try mapping.map(SampleRecords.birth)
    #expect(result.faults == [])
    #expect(result.warnings == [])
    #expect(result.json == SampleRecords.person)
    #expect(result.change == .created)
    #expect(result.envelope(\.id) == "1000000000000000001")
    #expect(result.envelope(\.region) == "330106")
    #expect(result.envelope(\.entity) == "person:11010519491231002X")
    #expect(result.envelope(\.subject) == "77")
    #expect(result.envelope(\.time) == "2024-01-31T09:30:00+08:00")
  }

  @Test("public security: a death, and the same death taken back")
  func death() throws {
    let mapping = try Departments.mapping("public-security", "household-change")
    let death = SampleRecords.birth.replacing("CSDJ", with: "SWZX").replacing(
      "\"SWRQ\":\"\"", with: "\"SWRQ\":\"20240130\"")
    let dead = try mapping.map(death)
    #expect(dead.change == .updated)
    #expect(dead.tree.text("status") == "deceased")
    #expect(dead.tree.text("deathDate") == "2024-01-30")
    let back = try mapping.map(
      death.replacing(
        "\"CXBZ\":\"0\",\"CXHJYWID\":\"\"", with: "\"CXBZ\":\"1\",\"CXHJYWID\":\"999\""))
    #expect(back.change == .reversed)
    #expect(back.envelope(\.reverses) == "999")
    #expect(back.tree.text("status") == "alive")
    #expect(back.tree.text("deathDate") == nil)
  }

  @Test(
    "public security: a bad record says what is wrong with it",
    arguments: [
      ("11010519491231002x", "110105194912310021", .wrongCheckCharacter, "identifiers[0].number"),
      ("19491231\"", "19491331\"", .impossibleDate, "birthDate"),
      ("\"XB\":\"2\"", "\"XB\":\"3\"", .unmappedCode, "sex"),
      ("\"MZ\":\"1\"", "\"MZ\":\"57\"", .unmappedCode, "ethnicity"),
      ("CSDJ", "XXXX", .unmappedCode, "event.change"), ("张䶮", " ", .missingField, "name"),
    ] as [(String, String, MappingFault.Code, String)])
  func bad(part: String, wrong: String, code: MappingFault.Code, target: String) throws {
    let result = try Departments.mapping("public-security", "household-change").map(
      SampleRecords.birth.replacing(part, with: wrong))
    #expect(result.codes == [code])
    #expect(result.faults.first?.target == target)
    #expect(
      result.faults.first?.rule.hasPrefix(
        "adapters/public-security/mappings/household-change.json5: ") == true)
  }

  @Test("public security: every native field is mapped, read or dropped on purpose")
  func accounted() throws {
    let mapping = try Departments.mapping("public-security", "household-change")
    var machine = MappingMachine()
    let explanation = mapping.explain(try Tree(json: SampleRecords.birth), on: &machine)
    #expect(explanation.unmentioned == [])
    #expect(explanation.natives.first { $0.path == "PCS" }?.fate == .dropped)
    #expect(explanation.natives.first { $0.path == "XB" }?.fate == .mapped(["sex"]))
  }

  @Test("tax: a registration becomes a tax registration")
  func tax() throws {
    let mapping = try Departments.mapping("tax", "registration-change")
    let result = try mapping.map(SampleRecords.registration)
    #expect(result.faults == [])
    #expect(result.json == SampleRecords.taxRegistration)
    #expect(result.change == .updated)
    #expect(result.envelope(\.entity) == "enterprise:91350100M000100Y43")
    let passport = try mapping.map(
      SampleRecords.registration.replacing("201", with: "208").replacing(
        "440524188001010014", with: "X1234567"))
    #expect(passport.tree.text("legalRepresentative.identifiers[0].kind") == "passport")
    let void = try mapping.map(SampleRecords.registration.replacing("\"Y\"", with: "\"N\""))
    #expect(void.change == .reversed)
    #expect(void.json.contains("\"valid\":false"))
    let old = try mapping.map(SampleRecords.registration.replacing("91350100M000100Y43", with: ""))
    #expect(old.envelope(\.entity) == "taxpayer:10113301000000000001")
    let wrong = try mapping.map(
      SampleRecords.registration.replacing(
        "\"SHXYDM\":\"91350100M000100Y43\"", with: "\"SHXYDM\":\"91350100M000100Y44\""))
    #expect(wrong.codes == [.wrongCheckCharacter])
    var machine = MappingMachine()
    #expect(
      mapping.explain(try Tree(json: SampleRecords.registration), on: &machine).unmentioned == [])
  }

  @Test("social security: an insurance becomes a social insurance, open-ended where it has no end")
  func socialSecurity() throws {
    let mapping = try Departments.mapping("social-security", "insurance-change")
    let result = try mapping.map(SampleRecords.insurance)
    #expect(result.faults == [])
    #expect(result.json == SampleRecords.socialInsurance)
    #expect(result.envelope(\.entity) == "person:11010519491231002X")
    let ended = try mapping.map(
      SampleRecords.insurance.replacing("99991231", with: "20241231").replacing(
        "\"AAC008\":\"1\"", with: "\"AAC008\":\"3\""))
    #expect(ended.tree.text("endedOn") == "2024-12-31")
    #expect(ended.tree.text("status") == "terminated")
    #expect(
      try mapping.map(SampleRecords.insurance.replacing("\"CXBZ\":\"0\"", with: "\"CXBZ\":\"1\""))
        .change
        == .reversed)
    var machine = MappingMachine()
    #expect(
      mapping.explain(try Tree(json: SampleRecords.insurance), on: &machine).unmentioned == [])
  }

  @Test(
    "whatever optional field is missing, what comes out satisfies its schema or is refused",
    arguments: [
      ("public-security", "household-change", SampleRecords.birth),
      ("tax", "registration-change", SampleRecords.registration),
      ("social-security", "insurance-change", SampleRecords.insurance),
    ])
  func satisfiesSchema(department: String, name: String, record: String) throws {
    let mapping = try Departments.mapping(department, name)
    let file = Departments.folder.deletingLastPathComponent()
      .appendingPathComponent("topology/schemas/\(mapping.to).json")
    let schema = try Schema.compile(json: Array(try Data(contentsOf: file)), name: mapping.to)
    #expect(schema.check(try mapping.map(record).tree) == [])
    let members = try Tree(json: record)
    for member in members.children(of: 0) {
      let value = members.string(members.nodes[member].text)
      let native = members.string(members.nodes[member].name)
      let result = try mapping.map(
        record.replacing("\"\(native)\":\"\(value)\"", with: "\"\(native)\":\" \""))
      if result.outcome == .refused { continue }
      let violations = schema.check(result.tree)
      #expect(violations == [], "without \(native)")
    }
  }

  @Test(
    "deliveries turn standard events into each department's own fields",
    arguments: [
      (
        "social-security", "deliver-std.person.v1", SampleRecords.person,
        #"{"AAC002":"11010519491231002X","AAC003":"张䶮","AAC004":"2","AAC006":"19491231","AAC060":"1","AAB301":"330106","AAE036":"20240131093000","CD_OPERATION":"U"}"#
      ),
      (
        "tax", "deliver-std.person.v1", SampleRecords.person,
        #"{"SFZJHM":"11010519491231002X","XM":"张䶮","XB_DM":"2","CSRQ":"1949-12-31","SWBZ":"N","XGRQ":"2024-01-31 09:30:00","CD_OPERATION":"U"}"#
      ),
      (
        "social-security", "deliver-std.tax-registration.v1", SampleRecords.taxRegistration,
        #"{"AAB003":"91350100M000100Y43","AAB004":"杭州样例（贸易）有限公司","ZT":"1","AAE036":"20240201102030","CD_OPERATION":"U"}"#
      ),
      (
        "tax", "deliver-std.social-insurance.v1", SampleRecords.socialInsurance,
        #"{"SFZJHM":"11010519491231002X","XM":"张䶮","XZ_DM":"10201","CBZT_DM":"01","DWBH":"DW0001","DWMC":"杭州样例有限公司","JBSJ":"2024-01-31 09:30:00","CD_OPERATION":"U"}"#
      ),
      (
        "public-security", "deliver-std.tax-registration.v1", SampleRecords.taxRegistration,
        #"{"SHXYDM":"91350100M000100Y43","DWMC":"杭州样例（贸易）有限公司","FRXM":"李样","ZT":"1","CD_OPERATION":"U"}"#
      ),
    ])
  func deliveries(department: String, name: String, event: String, expected: String) throws {
    // The hub adds the kind of change to what it hands to a delivery's mapping.
    let event = event.dropLast() + #","change":"updated"}"#
    let mapping = try Departments.mapping(department, name)
    let result = try mapping.map(String(event))
    #expect(result.faults == [])
    #expect(result.json == expected)
    var machine = MappingMachine()
    #expect(mapping.explain(try Tree(json: String(event)), on: &machine).unmentioned == [])
  }

  @Test("civil affairs: what the funeral house is told of a death is its own record again")
  func deathToldBack() throws {
    let there = try Departments.mapping("civil-affairs", "cremation")
    let back = try Departments.mapping("civil-affairs", "deliver-std.death.v1")
    let record = """
      {"SZXM":"王小宁","SZSFZH":"330103189003070016","SZXB":"男","SWRQ":"2026年11月1日","HHRQ":"2026年11月2日",
       "XZQH":"330106","CZ":"作废","CZSJ":"2026年11月2日 9:00:00"}
      """
    let own = #","LSH":"HH2","YLSH":"HH1","HHZBH":"3301","BYGMC":"杭州样例殡仪馆"}"#
    let standard = try there.map(String(record.dropLast()) + own)
    #expect(standard.faults == [] && standard.change == .reversed)
    let delivered = try back.map(String(standard.json.dropLast()) + #","change":"reversed"}"#)
    #expect(delivered.faults == [])
    #expect(delivered.tree.text("SWZMBH") == nil)
    #expect(delivered.tree.text("HHZBH") == nil)
    let again = try there.map(String(delivered.json.dropLast()) + own)
    #expect(again.json == standard.json && again.change == .reversed)
    // What a hospital certifies comes with the number of its certificate.
    let certified = try back.map(
      String(
        standard.json.replacing("cremation-certificate", with: "medical-certificate").dropLast())
        + #","change":"created"}"#)
    #expect(certified.tree.text("SWZMBH") == "3301" && certified.tree.text("CZ") == "新增")
  }
}
