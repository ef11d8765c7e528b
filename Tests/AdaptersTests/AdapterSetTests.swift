import Configuration
import Foundation
import Lanes
import Testing

@testable import Adapters

/// Reading adapter folders: whole, or refused with file, line, path and the nearest right name.
@Suite struct AdapterSetTests {
  private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func copy() throws -> URL {
    let home = FileManager.default.temporaryDirectory.appending(
      path: "adapters-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    for folder in ["topology", "adapters"] {
      try FileManager.default.copyItem(
        at: Self.project.appending(path: folder).resolvingSymlinksInPath(),
        to: home.appending(path: folder))
    }
    return home
  }

  private func change(_ file: String, in home: URL, _ old: String, to new: String) throws {
    let place = home.appending(path: file)
    let text = try String(contentsOf: place, encoding: .utf8)
    let changed = text.replacing(old, with: new)
    #expect(changed != text, "\(file) has no \(old)")
    try changed.write(to: place, atomically: true, encoding: .utf8)
  }

  @Test("the project's adapters are read, with their events, deliveries and places")
  func project() throws {
    let adapters = try AdapterSet.load(home: Self.project)
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Self.project.appending(path: "adapters").path)
    #expect(Set(adapters.adapters.keys) == Set(folders))
    let adapter = try adapters.adapter(of: "social-security")
    #expect(adapter.intakes.keys.sorted() == ["insurance-change"])
    #expect(adapter.deliveries.keys.contains("std.person.v1"))
    #expect(adapter.edge.delivery == .files(folder: "in", records: .lines))
    #expect(try adapter.intake(of: "insurance-change").contentType == "text/plain; charset=GB18030")
  }

  @Test(
    "a mistake is told with file, line and what was expected",
    arguments: [
      (
        "adapters/tax/adapter.json5", "department: \"tax\"", "department: \"taxes\"",
        "the folder's name"
      ),
      ("adapters/tax/adapter.json5", "kind: \"json\"", "kind: \"jason\"", "did you mean \"json\"?"),
      (
        "adapters/tax/adapter.json5", "charset: \"UTF-8\"", "charset: \"EBCDIC\"", "unknown charset"
      ),
      (
        "adapters/tax/adapter.json5", "mapping: \"registration-change\"",
        "mapping: \"registration-chagne\"", "did you mean \"registration-change\"?"
      ),
      (
        "adapters/tax/adapter.json5", "event: \"registration-change\"", "event: \"registration\"",
        "unknown event"
      ),
      ("adapters/tax/adapter.json5", "region: \"330106\"", "region: \"33010\"", "six digits"),
      (
        "adapters/tax/adapter.json5", "\"std.person.v1\": {", "\"std.persn.v1\": {", "std.person.v1"
      ),
      (
        "adapters/tax/adapter.json5", "{ queue: \"tax.inbox\" }", "{ files: \"../in\" }",
        "without \"..\""
      ),
      (
        "adapters/social-security/adapter.json5", "CXBZ: [268, 1]", "CXBZ: [268, 2]",
        "beyond the record's length"
      ),
      (
        "adapters/social-security/adapter.json5", "header: false", "header: true",
        "does not go with text/csv"
      ),
      (
        "adapters/tax/mappings/registration-change.json5", "from: \"registration-change\"",
        "from: \"registration\"", "the mapping is from"
      ),
      (
        "adapters/tax/codes/taxpayer-status.json5", "name:", "nam:", "is \"nam\" meant to be it?"
      ),
    ])
  func mistakes(file: String, old: String, new: String, told: String) throws {
    let home = try copy()
    defer { try? FileManager.default.removeItem(at: home) }
    try change(file, in: home, old, to: new)
    let error = #expect(throws: ConfigurationError.self) { try AdapterSet.load(home: home) }
    #expect(error?.description.contains(told) == true, "\(error.map { "\($0)" } ?? "nothing")")
    #expect(error.map { $0.file.hasPrefix("adapters/") && $0.line > 0 } == true)
  }

  @Test(
    "a shelf takes what changed, keeps the good one when the new one is broken, and says so once")
  func reload() throws {
    let home = try copy()
    defer { try? FileManager.default.removeItem(at: home) }
    let shelf = try AdapterSet.shelf(home: home, log: Log(level: .silent))
    shelf.reload()
    #expect(shelf.version == 1)
    try change("adapters/tax/adapter.json5", in: home, "name: \"税务\"", to: "name: \"税务局\"")
    shelf.reload()
    #expect(shelf.version == 2 && shelf.current.value.adapters["tax"]?.name == "税务局")
    try change("adapters/tax/adapter.json5", in: home, "department:", to: "departmnt:")
    shelf.reload()
    #expect(shelf.version == 2 && shelf.current.value.adapters["tax"]?.name == "税务局")
  }

  @Test("a department is added by a folder alone")
  func added() throws {
    let home = try copy()
    defer { try? FileManager.default.removeItem(at: home) }
    let folder = home.appending(path: "adapters/transport")
    try FileManager.default.copyItem(at: home.appending(path: "adapters/tax"), to: folder)
    try change(
      "adapters/transport/adapter.json5", in: home, "department: \"tax\"",
      to: "department: \"transport\"")
    #expect(try AdapterSet.load(home: home).adapters["transport"]?.intakes.count == 1)
  }

  @Test(
    "an edition of a national table stands in a file of its own, one of a department's table too")
  func editions() throws {
    let home = try copy()
    defer { try? FileManager.default.removeItem(at: home) }
    let mapping = "adapters/tax/mappings/registration-change.json5"
    try change(
      mapping, in: home, "table: \"taxpayer-status\", named: \"NSRZTMC\"",
      to: "table: \"gbt4658\", edition: \"1984\"")
    _ = try AdapterSet.load(home: home)
    try change(mapping, in: home, "\"gbt4658\", edition: \"1984\"", to: "\"gbt4658\", at: \"XGRQ\"")
    _ = try AdapterSet.load(home: home)
    try change(
      mapping, in: home, "\"gbt4658\", at: \"XGRQ\"", to: "\"taxpayer-status\", edition: \"0\"")
    #expect(throws: ConfigurationError.self) { try AdapterSet.load(home: home) }
    let codes = home.appending(path: "adapters/tax/codes")
    let old = "{name: 't', version: '0', source: 's', entries: {'01': 'normal'}}"
    try old.write(
      to: codes.appending(path: "taxpayer-status-0.json5"), atomically: true, encoding: .utf8)
    _ = try AdapterSet.load(home: home)
  }
}
