import Adapters
import Foundation
import Mapping
import Standards
import Testing

@testable import Routing

@Suite struct BodyExplanationTests {
  private let adapters: AdapterSet

  init() throws { adapters = try AdapterSet.load(home: home) }

  private func sample(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: home.appending(path: "adapters/\(path)")))
  }

  private func intake(_ department: String, _ event: String, _ file: String) throws
    -> BodyExplanation
  {
    let adapter = try adapters.adapter(of: department)
    return BodyExplanation(
      adapter, try adapter.intake(of: event), reference: adapters.reference,
      body: try sample("\(department)/samples/\(event)/\(file)"),
      today: CivilDate(year: 2026, month: 11, day: 24))
  }

  @Test("the octets of a native value are found where the explanation says")
  func places() throws {
    let file = "night.xml"
    let octets = try sample("public-security/samples/household-change/\(file)")
    let told = try intake("public-security", "household-change", file)
    let name = try #require(
      told.records.first?.explanation.fields.first { $0.target == "name" }?.natives.first)
    let found = String(
      data: Data(octets[name.byte..<name.byte + name.byteCount]),
      encoding: String.Encoding(rawValue: 0x8000_0632))
    #expect(found == told.records[0].explanation.output.text("name"))
  }

  @Test("each record that dies tells its letter, as the hub would, and its neighbours are told too")
  func letters() throws {
    let told = try intake("public-security", "household-change", "night.xml")
    let rehearsal = Rehearsal(
      try adapters.adapter(of: "public-security"),
      try adapters.adapter(of: "public-security").intake(of: "household-change"),
      reference: adapters.reference,
      body: try sample("public-security/samples/household-change/night.xml"),
      today: CivilDate(year: 2026, month: 11, day: 24))
    let letters = told.records.compactMap { record in
      record.letter.map { Rehearsal.line($0, number: RecordNumber(record: record.place.record)) }
    }
    #expect(letters == rehearsal.deadLetters && !letters.isEmpty)
    #expect(told.records.count == rehearsal.events.count + letters.count)
    let dead = try #require(told.records.first { $0.letter != nil })
    #expect(dead.explanation.fields.contains { $0.target == "name" })
  }

  @Test("a body that cannot be read is told as one")
  func unread() throws {
    let told = try intake("public-security", "household-change", "bomb.xml")
    #expect(told.records.isEmpty && told.unread.map(\.letter.code) == ["DTD_REFUSED"])
  }

  @Test("a delivery tells what the department gets, and what its entitlement withholds")
  func delivery() throws {
    let adapter = try adapters.adapter(of: "tax")
    let delivery = try #require(adapter.deliveries["std.person.v1"])
    let catalogue = try projectCatalogue()
    let entitlement = catalogue.subscribers(of: "std.person.v1").first { $0.department == "tax" }
    let file = try sample("tax/samples/std.person.v1/updated.json")
    let told = BodyExplanation(adapter, delivery, entitlement: entitlement, file: file)
    let record = try #require(told.records.first)
    let rehearsal = DeliveryRehearsal(adapter, delivery, entitlement: entitlement, file: file)
    #expect(record.written == rehearsal.bodies.first)
    #expect(record.withheld.contains { $0.path == "address.text" })
    #expect(!record.explanation.natives.contains { $0.path.hasPrefix("address") })
    let all = BodyExplanation(adapter, delivery, entitlement: nil, file: file)
    #expect(all.records[0].withheld.isEmpty)
    #expect(all.records[0].explanation.natives.contains { $0.path == "address.text" })
  }

  @Test("an exercise counts what every record touches and names what no rule mentions")
  func exercise() throws {
    let adapter = try adapters.adapter(of: "tax")
    let intake = try adapter.intake(of: "registration-change")
    var exercise = Exercise(of: intake.outputs.map(\.mapping), reference: adapters.reference)
    #expect(exercise.coverage.percent == 0)
    exercise.take(
      try sample("tax/samples/registration-change/change.json"), of: intake)
    let first = exercise.coverage.percent
    exercise.take(
      try sample("tax/samples/registration-change/hk-macao-permit.json"), of: intake)
    #expect(first > 50 && exercise.coverage.percent > first)
    exercise.take(Array(#"{"NEU":{"a":[1,2]}}"#.utf8), of: intake)
    #expect(exercise.unmentioned == ["NEU.a[*]"])
  }

  @Test(
    "the samples exercise every rule of the first departments' mappings",
    arguments: ["public-security", "social-security", "tax"])
  func everyRule(department: String) throws {
    let adapter = try adapters.adapter(of: department)
    for intake in adapter.intakes.values {
      var exercise = Exercise(
        of: intake.outputs.map(\.mapping), reference: adapters.reference,
        answers: adapter.sampleLibrary)
      let folder = "\(department)/samples/\(intake.event)"
      for name in try FileManager.default.contentsOfDirectory(
        atPath: home.appending(path: "adapters/\(folder)").path)
      where !name.hasSuffix(".ndjson") {
        exercise.take(try sample("\(folder)/\(name)"), of: intake)
      }
      #expect(exercise.coverage.silentRules.map(\.path) == [], "\(folder)")
    }
  }
}
