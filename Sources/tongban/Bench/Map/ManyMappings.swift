import Adapters
import Events
import Foundation
import Lanes
import Messaging
import Routing
import SampleCity

/// A city with a thousand mappings: does a message pay for those that are not its own?
struct ManyMappings {
  private static let departments = 100
  private static let eventsOfEach = 10
  private static let messages = 4_000
  private static let batch = 500
  private static let region = "330106"

  /// The core stage with the project's own adapters and with a thousand mappings, which are copies of one: once
  /// only one of them is in use, once all are in turn.
  static func contenders(home: URL, folder: URL) throws -> [any Contender] {
    let few = try AdapterSet.shelf(home: home, log: Log(level: .silent))
    let city = try makeCity(home: home, in: folder.appending(path: "thousand"))
    let many = try AdapterSet.shelf(home: city, log: Log(level: .silent))
    let all = (0..<departments * eventsOfEach).map {
      "\(department($0 / eventsOfEach)).\(event($0 % eventsOfEach)).\(region)"
    }
    return [
      coreStage("the project's mappings", few, ["tax.registration-change.\(region)"]),
      coreStage("1,000 mappings, one in use", many, Array(all.prefix(1))),
      coreStage("1,000 mappings, all in turn", many, all),
    ]
  }

  /// Batch after batch through the stage, as a lane does it.
  private static func coreStage(
    _ name: String, _ shelf: Shelf<AdapterSet>, _ routingKeys: [String]
  ) -> OwnWork {
    let city = SampleCity()
    let deliveries = (0..<messages).map { number in
      Delivery(
        tag: DeliveryTag(generation: 1, number: UInt64(number + 1)), redelivered: false,
        message: city.taxMessage(
          number, of: city.enterprise(number), exchange: "gov.intake",
          routingKey: routingKeys[number % routingKeys.count]))
    }
    let bytes = deliveries.reduce(0) { $0 + $1.message.body.count }
    let moment = Instant(seconds: Date().timeIntervalSince1970)
    var stage = CoreStage(shelf, now: { moment })
    return OwnWork(name) {
      var dead = 0
      for first in stride(from: 0, to: messages, by: batch) {
        var batch = Batch(
          Array(deliveries[first..<min(first + batch, messages)]), consumer: "bench")
        stage.work(&batch)
        for item in batch.items {
          if case .outputs = item.verdict { continue }
          dead += 1
        }
      }
      guard dead == 0 else {
        throw SettingsError("\(dead) messages of the bench became dead letters")
      }
      return (messages, bytes)
    }
  }

  // MARK: The city's files

  private static func department(_ number: Int) -> String { "department-\(number)" }
  private static func event(_ number: Int) -> String { "change-\(number)" }

  /// - Returns: the city's home.
  private static func makeCity(home: URL, in folder: URL) throws -> URL {
    try? FileManager.default.removeItem(at: folder)
    let adapters = folder.appending(path: "adapters")
    try FileManager.default.createDirectory(at: adapters, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "topology"),
      withDestinationURL: home.appending(path: "topology").standardizedFileURL)
    let tax = home.appending(path: "adapters/tax")
    let mapping = try String(
      contentsOf: tax.appending(path: "mappings/registration-change.json5"), encoding: .utf8)
    for number in 0..<departments {
      let place = adapters.appending(path: department(number))
      try FileManager.default.createDirectory(
        at: place.appending(path: "mappings"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: tax.appending(path: "codes"), to: place.appending(path: "codes"))
      for event in (0..<eventsOfEach).map(event) {
        let text = mapping.replacing("from: \"registration-change\"", with: "from: \"\(event)\"")
        try Data(text.utf8).write(to: place.appending(path: "mappings/\(event).json5"))
      }
      try Data(adapter(number).utf8).write(to: place.appending(path: "adapter.json5"))
    }
    return folder
  }

  private static func adapter(_ number: Int) -> String {
    let events = (0..<eventsOfEach).map(event).map {
      "\"\($0)\": { format: { kind: \"json\" }, mapping: \"\($0)\" },"
    }
    return """
      {
        department: "\(department(number))",
        source: "urn:gov:tax:registration",
        events: { \(events.joined(separator: " ")) },
      }

      """
  }
}
