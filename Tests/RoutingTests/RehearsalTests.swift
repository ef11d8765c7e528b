import Adapters
import Foundation
import Standards
import Testing

@testable import Routing

/// The samples of every adapter: what each native body becomes, and what each hostile one is answered.
@Suite struct RehearsalTests {
  private let adapters: AdapterSet

  init() throws { adapters = try AdapterSet.load(home: home) }

  @Test("every sample of every adapter becomes exactly what stands beside it")
  func samples() throws {
    var count = 0
    for adapter in adapters.adapters.values {
      for event in adapter.intakes.keys {
        let folder = home.appending(path: "adapters/\(adapter.department)/samples/\(event)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        for name in names.sorted() where !name.hasSuffix(".ndjson") {
          let file = folder.appending(path: name)
          let rehearsal = Rehearsal(
            adapter, try adapter.intake(of: event), reference: adapters.reference,
            body: Array(try Data(contentsOf: file)),
            today: CivilDate(year: 2026, month: 11, day: 24))
          #expect(
            rehearsal.events == lines(file, "events"), "\(adapter.department) \(event) \(name)")
          #expect(
            rehearsal.deadLetters == lines(file, "dead"), "\(adapter.department) \(event) \(name)")
          #expect(
            !(rehearsal.events + rehearsal.deadLetters).isEmpty, "every body has an answer: \(name)"
          )
          count += 1
        }
      }
    }
    #expect(count >= 30)
  }

  private func lines(_ file: URL, _ kind: String) -> [String] {
    let data = FileManager.default.contents(
      atPath: file.appendingPathExtension("\(kind).ndjson").path)
    return String(decoding: data ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(
    "every sample of every delivery becomes exactly the octets that stand beside it, or dies as told"
  )
  func deliveries() throws {
    let catalogue = try projectCatalogue()
    var count = 0
    for adapter in adapters.adapters.values {
      for delivery in adapter.deliveries.values {
        let folder = home.appending(
          path: "adapters/\(adapter.department)/samples/\(delivery.schema)")
        let entitlement = catalogue.subscribers(of: delivery.schema).first {
          $0.department == adapter.department
        }
        #expect(entitlement != nil)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        for name in names.sorted() where name.hasSuffix(".json") {
          let file = folder.appending(path: name)
          let rehearsal = DeliveryRehearsal(
            adapter, delivery, entitlement: entitlement,
            file: Array(try Data(contentsOf: file)))
          let expected = FileManager.default.contents(
            atPath: file.appendingPathExtension("native").path)
          #expect(
            rehearsal.bodies == (expected.map { [Array($0)] } ?? []),
            "\(adapter.department) \(name)")
          #expect(rehearsal.deadLetters == lines(file, "dead"), "\(adapter.department) \(name)")
          #expect(rehearsal.bodies.count + rehearsal.deadLetters.count == 1)
          count += 1
        }
      }
    }
    #expect(count >= 60)
  }

  @Test("any octets at all are answered, and nothing in the answer is a value from them")
  func mutated() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Seeded(state: seed)
    for adapter in adapters.adapters.values {
      for event in adapter.intakes.keys {
        let folder = home.appending(path: "adapters/\(adapter.department)/samples/\(event)")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where !name.hasSuffix(".ndjson") {
          let body = Array(try Data(contentsOf: folder.appending(path: name)))
          for _ in 0..<40 {
            var mutated = body
            for _ in 0..<Int.random(in: 1...4, using: &random) where !mutated.isEmpty {
              let place = Int.random(in: mutated.indices, using: &random)
              mutated[place] = UInt8.random(in: 0...255, using: &random)
            }
            let rehearsal = Rehearsal(
              adapter, try adapter.intake(of: event), reference: adapters.reference, body: mutated,
              today: nil)
            #expect(
              !(rehearsal.events + rehearsal.deadLetters).isEmpty,
              "seed \(seed): \(name) had no answer")
          }
        }
      }
    }
  }
}

private struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
