import Foundation
import HubSupport
import Messaging
import SampleCity
import TestSupport
import Testing

/// A department is added while the hub runs: a folder, a line of the topology, and no Swift.
@Suite struct NewDepartmentTests {
  @Test(
    "a department that is put there at run time sends and gets its changes, and the hub is not restarted",
    .timeLimit(.minutes(5)))
  func added() async throws {
    try await onThread {
      let home = try Self.copyOfProject()
      defer { try? FileManager.default.removeItem(at: home) }
      let city = try City(departments: ["social-security"], home: home)
      defer { city.end() }
      try city.place.publish(0..<1)
      let isAtWork = eventually { city.place.books("distribute")?.published == 1 }
      #expect(isAtWork, "the hub has worked without the department: \(city.hub.text)")

      try Self.add(to: home)
      let applied = Tongban.run(["topology", "apply"], environment: city.place.environment)
      #expect(applied.status == 0, "\(applied.error)")
      for what in ["adapters", "catalogue"] {
        let isRead = eventually { city.hub.text.contains("read \(what)") }
        #expect(isRead, "\(what): \(city.hub.text)")
      }
      try city.join("housing")

      let person = city.place.city.person(1)
      let rent =
        "000123,\(person.identityNumber),\(person.name),F,1990-3-7,330106,20261102090000\r\n"
      try city.drop("housing", "rents.csv", gb18030(rent))
      let line = Array(person.identityNumber.utf8) + gb18030(person.name)
      let isDelivered = try eventually {
        try city.delivered(to: "social-security").contains { $0.starts(with: line) }
      }
      #expect(isDelivered, "\(city.hub.text)")
      let isBooked = eventually { city.place.books("core", "housing")?.published == 1 }
      #expect(isBooked, "\(city.hub.text)")

      let enterprise = city.place.city.enterprise(3)
      try city.place.publish(3..<4)
      let told = try #require(city.delivered(to: "housing").first, "\(city.hub.text)")
      #expect(told.starts(with: Array("\(enterprise.creditCode);".utf8)))
      #expect(city.hub.isRunning)
    }
  }

  /// The rent register of docs/writing-an-adapter.md, which is told of enterprises too.
  private static func add(to home: URL) throws {
    let made = home.appending(path: "housing")
    for (name, text) in folder {
      let file = made.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    try change(
      home.appending(path: "topology/exchange.json5"), "    health: ",
      "    housing: \"住房\",\n    health: ")
    try change(
      home.appending(path: "topology/catalogue/tax-registration.json5"), "entitlements: [",
      """
      entitlements: [
        {
          department: "housing", schema: "std.tax-registration.v1", purpose: "租赁登记", until: "2030-12-31",
          fields: ["identifiers", "name", "changedAt", "record"],
        },
      """)
    // Whole, as whoever installs a folder beside a running hub does it.
    try FileManager.default.moveItem(at: made, to: home.appending(path: "adapters/housing"))
  }

  private static let folder = [
    "adapter.json5": """
    {
      department: "housing", name: "住房", source: "urn:gov:housing:rent-register",
      events: {
        rent: {
          format: {
            kind: "delimited", charset: "GB18030", header: false,
            columns: ["LSH", "SFZH", "XM", "XB", "CSRQ", "XZQH", "SJ"],
          },
          mapping: "rent", order: "SFZH",
        },
      },
      deliveries: {
        "std.tax-registration.v1": {
          format: {
            kind: "delimited", charset: "GB18030", separator: ";", header: false, columns: ["TYXYDM", "MC"],
          },
          mapping: "deliver",
        },
      },
      edge: {
        collect: [{ files: "out", event: "rent", region: "330106", records: "lines" }],
        deliver: { files: "in" },
      },
    }
    """,
    "codes/sex.json5": """
    {
      name: "sex", version: "1", source: "the register's handbook",
      entries: { M: ["1", "男"], F: ["2", "女"] },
    }
    """,
    "mappings/rent.json5": """
    {
      from: "rent", to: "std.person.v1",
      event: {
        id: "LSH", change: { constant: "updated" }, region: { from: "XZQH", as: "division" },
        entity: { person: { from: "SFZH", as: "identity-number" } },
        time: { from: "SJ", time: "yyyyMMddHHmmss" },
      },
      fields: {
        identifiers: [
          { kind: { constant: "resident-id" }, number: { from: "SFZH", as: "identity-number", required: true } },
        ],
        name: { from: "XM", required: true },
        sex: { from: "XB", table: "sex", required: true },
        birthDate: { from: "CSRQ", date: "yyyy-M-d", required: true },
        status: { constant: "alive" },
        "record.id": { from: "SFZH", required: true },
        "record.version": { from: "LSH", required: true },
        changedAt: { from: "SJ", time: "yyyyMMddHHmmss", required: true },
      },
    }
    """,
    "mappings/deliver.json5": """
    {
      from: "std.tax-registration.v1", to: "enterprise",
      fields: {
        TYXYDM: { from: "identifiers[kind=uscc].number", required: true }, MC: { from: "name", required: true },
      },
      drop: ["changedAt", "record"],
    }
    """,
  ]

  private static func change(_ file: URL, _ old: String, _ new: String) throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    let changed = text.replacing(old, with: new, maxReplacements: 1)
    try #require(changed != text, "\(file.lastPathComponent) has no \(old)")
    try changed.write(to: file, atomically: true, encoding: .utf8)
  }

  private static func copyOfProject() throws -> URL {
    let home = FileManager.default.temporaryDirectory.appending(path: "home-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    for folder in ["topology", "adapters"] {
      try FileManager.default.copyItem(
        at: Tongban.project.appending(path: folder), to: home.appending(path: folder))
    }
    return home
  }
}
