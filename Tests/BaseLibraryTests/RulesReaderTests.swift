import Configuration
import Foundation
import Records
import Testing

@testable import BaseLibrary

@Suite struct RulesReaderTests {
  private let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  /// Those of the faults below; the project's own rules name all that have a folder.
  private let departments = ["public-security", "tax", "social-security", "market-regulation"]
  private var all: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(
        atPath: home.appending(path: "adapters").path)
    }
  }

  private func read(_ text: String) throws -> Rules {
    let schemas = home.appending(path: "topology/schemas").path
    let reader = RulesReader(departments: departments, schemas: .init(folder: schemas))
    return try reader.read(try JSON5.read(Array(text.utf8), file: "rules.json5"))
  }

  @Test("the project's own rules are read")
  func project() throws {
    let rules = try Rules.load(home: home, departments: all)
    #expect(rules.schemas["std.social-insurance.v1"]?.facet?.text == "insurance")
    let status = rules.field("insurance[110].status", of: "person")
    #expect(status.owner == "social-security" && status.rank(of: "tax") == 1)
    #expect(rules.field("name", of: "enterprise").rank(of: "tax") == 1)
    #expect(rules.field("name", of: "enterprise").rank(of: "public-security") == 3)
  }

  @Test("without the file there are no rules, and every field is personal")
  func absent() throws {
    let rules = try Rules.load(home: URL(fileURLWithPath: "/nowhere"), departments: [])
    #expect(rules.schemas.isEmpty && rules.field("x", of: "person").isPersonal)
  }

  @Test(
    "a fault names file, line, path and the nearest right name",
    arguments: [
      (
        #"{ entities: { person: { identifiers: [], fields: { name: { owner: "taxx" } } } }, schemas: {} }"#,
        "rules.json5:1: entities.person.fields.name.owner: unknown department \"taxx\"; did you mean \"tax\"?"
      ),
      (
        #"{ entities: { person: { identifiers: [], fields: { name: { ownr: "tax" } } } }, schemas: {} }"#,
        "unknown name \"ownr\"; did you mean \"owner\"?"
      ),
      (
        #"{ entities: { person: { identifiers: [], fields: { name: {} } } }, schemas: { "std.person.v1": { entity: "person", fields: { nam: "name" } } } }"#,
        "unknown field of std.person.v1 \"nam\"; did you mean \"name\"?"
      ),
      (
        #"{ entities: { person: { identifiers: [], fields: { name: {} } } }, schemas: { "std.person.v1": { entity: "person", fields: { name: "nme" } } } }"#,
        "unknown field of person \"nme\"; did you mean \"name\"?"
      ),
      (
        #"{ entities: { person: { identifiers: [], fields: { "a[].b": {} } } }, schemas: { "std.person.v1": { entity: "person", fields: { name: "a[].b" } } } }"#,
        "needs a \"facet\""
      ),
      (
        #"{ entities: { person: { identifiers: [], fields: { name: { owner: "tax", then: ["tax"] } } } }, schemas: {} }"#,
        "tax is there twice"
      ),
      (
        #"{ entities: {}, schemas: { "std.persn.v1": { entity: "x", fields: {} } } }"#,
        "std.person.v1"
      ),
    ])
  func faults(_ text: String, _ words: String) {
    do {
      _ = try read(text)
      Issue.record("no fault found")
    } catch { #expect("\(error)".contains(words), "\(error)") }
  }

  @Test("a record's statement has its numbers, the fields of the rules and its facet")
  func statement() throws {
    let rules = try Rules.load(home: home, departments: all)
    var reader = StatementReader(rules: rules)
    let record = try Tree(
      json: """
        {"identifiers":[{"kind":"resident-id","number":"330104189206150215"}],"name":"李芳","insurance":"110",
        "status":"insured","employer":{"number":"33011"},"record":{"id":"8","version":"9"},
        "changedAt":"2026-11-02T09:00:00+08:00"}
        """)
    let key = LibraryKeys().key(of: Record.Name(source: "s", schema: "x", id: "1"))
    var origin = StatementReader.Origin(
      event: key, source: "social-security", schema: "std.social-insurance.v1", change: .updated,
      number: "9", reverses: "", isMarked: false, arrivedAt: start, content: key, audience: [])
    let first = reader.statement(record, origin)
    let said = try #require(first)
    #expect(said.kind == "person" && said.record.facet == "110" && said.record.id == "8")
    #expect(
      said.act.fields == [
        "name": "\"李芳\"", "insurance[110].status": "\"insured\"",
        "insurance[110].employer": "\"33011\"",
      ])
    #expect(said.keys.count == 2 && said.act.numbers.count == 1)
    // A schema without rules still has versions.
    origin.schema = "std.licence.v1"
    let second = reader.statement(record, origin)
    let other = try #require(second)
    #expect(other.kind == "record" && other.act.fields.isEmpty && other.keys.count == 1)
    let none = reader.statement(try Tree(json: "{}"), origin)
    #expect(none == nil)
  }
}
