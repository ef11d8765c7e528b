import Adapters
import BaseLibrary
import Catalogue
import Events
import Foundation
import Lanes
import Messaging
import Testing

@testable import Routing

/// Every department's samples go all the way: from the native body to each department that is entitled.
@Suite("Who is entitled") struct EntitlementTests {
  private let shelf: Shelf<AdapterSet>
  private let catalogue: Shelf<Catalogue>
  private let rules: Shelf<Rules>
  private let takers: Shelf<Set<String>>

  private struct Way: Hashable, CustomStringConvertible {
    let department: String
    let schema: String

    var description: String { "\(schema) to \(department)" }
  }

  init() throws {
    let shelf = try AdapterSet.shelf(home: home, log: quiet)
    let folder = home.appending(path: "topology/catalogue")
    self.shelf = shelf
    catalogue = try Shelf(watching: [folder], log: quiet) {
      try Catalogue.load(
        folder: folder.path, departments: Array(shelf.current.value.adapters.keys))
    }
    rules = try Shelf(watching: [], log: quiet) { Rules() }
    takers = try Shelf(watching: [], log: quiet) { [] }
  }

  private var adapters: [Adapter] {
    shelf.current.value.adapters.values.sorted { $0.department < $1.department }
  }

  private var entitled: Set<Way> {
    Set(
      catalogue.current.value.entitlements.map {
        Way(department: $0.department, schema: $0.schema)
      })
  }

  @Test("has a delivery in the adapter, and nobody has a delivery without being entitled")
  func deliveries() {
    let deliverable = adapters.flatMap { adapter in
      adapter.deliveries.keys.map { Way(department: adapter.department, schema: $0) }
    }
    #expect(Set(deliverable) == entitled)
  }

  @Test("gets what the departments' samples become, written in his own format")
  func samples() throws {
    var served: Set<Way> = []
    for adapter in adapters {
      for message in try standardEvents(of: adapter) {
        let schema = message.header("cloudEvents_dataschema")?.text ?? ""
        let verdict = distribute(message)
        served.formUnion(
          verdict.messages.map { to in
            Way(department: String(to.routingKey.prefix { $0 != "." }), schema: schema)
          })
        // Somebody without the number that the other keeps him by; anything else is a defect of a mapping.
        let code = verdict.letter?.code
        #expect(
          code == nil || code == "MISSING_FIELD",
          "\(adapter.department), \(message.routingKey): \(verdict.letter?.place ?? "")")
      }
    }
    #expect(entitled.subtracting(served) == [], "no sample reaches these")
  }

  private func standardEvents(of adapter: Adapter) throws -> [Message] {
    var core = CoreStage(shelf, now: { now })
    var events: [Message] = []
    for (name, intake) in adapter.intakes {
      let folder = home.appending(path: "adapters/\(adapter.department)/samples/\(name)")
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
      where !file.hasSuffix(".ndjson") {
        let body = [UInt8](try Data(contentsOf: folder.appending(path: file)))
        let event = Event(
          id: file, source: adapter.source, type: "\(adapter.department).\(name)",
          dataContentType: intake.contentType)
        let message = event.message(
          exchange: "gov.intake", routingKey: "\(adapter.department).\(name).330106", body: body)
        var batch = Batch([delivery(message)], consumer: "core")
        core.work(&batch)
        events += batch.items[0].verdict.messages
      }
    }
    return events
  }

  private func distribute(_ message: Message) -> Batch.Verdict {
    var stage = DistributeStage(
      .init(adapters: shelf, catalogue: catalogue, rules: rules, takers: takers), now: { now })
    var batch = Batch([delivery(message)], consumer: "distribute")
    stage.work(&batch)
    return batch.items[0].verdict
  }
}
