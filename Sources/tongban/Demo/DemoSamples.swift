import Adapters
import Foundation
import Messaging

/// The departments that no traffic of the sample city is written for: each sends the samples of its adapter, good and
/// hostile ones, from where its adapter says that they appear.
struct DemoSamples {
  let place: DemoPlace

  /// All but those of `DemoTraffic`.
  var departments: [String] {
    place.adapters.map(\.department).filter { DemoTraffic.expected[$0] == nil }
  }

  func send() throws {
    let publisher = Publisher(place.broker, name: "stand-in samples", log: { _ in })
    defer { publisher.close() }
    for adapter in place.adapters where departments.contains(adapter.department) {
      for collection in adapter.edge.collections {
        let samples = try samples(of: collection.event, adapter.department)
        switch collection.place {
        case .files(let folder, _):
          let drop = try Drop(place.edge.appending(path: "\(adapter.department)/\(folder)"))
          for (name, octets) in samples { try drop.put(name, octets) }
        case .queue(let queue):
          let contentType = adapter.intakes[collection.event]?.contentType ?? ""
          _ = try publisher.publish(
            samples.map { name, octets in
              var message = Message(exchange: "", routingKey: queue, body: octets)
              message.properties.contentType = contentType
              message.properties.messageID = name
              return message
            }, confirmWithin: 10, deadline: 60)
        }
      }
    }
  }

  /// Native bodies: what `mapping test` expects of them lies beside them and is none.
  private func samples(of event: String, _ department: String) throws -> [(String, [UInt8])] {
    let folder = place.home.appending(path: "adapters/\(department)/samples/\(event)")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { !$0.hasSuffix(".ndjson") }
      .map { ($0, Array(try Data(contentsOf: folder.appending(path: $0)))) }
  }

  /// Whether all that was sent has been collected, worked on and delivered.
  func isOver(_ state: DemoState) throws -> Bool {
    guard departments.allSatisfy({ state.book("core", $0).accepted > 0 }) else { return false }
    let core = state.books.filter { $0.stage == "core" }.reduce(0) { $0 + $1.outputs }
    let distributed = state.books.filter { $0.stage == "distribute" }.reduce(0) { $0 + $1.accepted }
    guard core == distributed else { return false }
    let administration = try Administration(place.broker, name: "tongban demo")
    defer { administration.close() }
    // The samples' births and deaths begin cases.
    guard try isEmpty("case-events", administration), !state.cases.isEmpty,
      state.cases.keys.allSatisfy({ $0 == .completed || $0 == .compensated })
    else { return false }
    for adapter in place.adapters {
      guard try isEmpty("department.\(adapter.department)", administration) else { return false }
      for collection in adapter.edge.collections {
        switch collection.place {
        case .queue(let queue): guard try isEmpty(queue, administration) else { return false }
        case .files(let folder, _):
          let folder = place.edge.appending(path: "\(adapter.department)/\(folder)")
          // What has been collected lies in a folder below.
          let entries = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
          guard entries.allSatisfy(\.hasDirectoryPath) else { return false }
        }
      }
    }
    return true
  }

  private func isEmpty(_ queue: String, _ administration: Administration) throws -> Bool {
    try administration.inspectQueue(queue).messages == 0
  }
}

/// A folder into which a department's system writes as careful systems do: under a name that says "not yet", then
/// renamed.
struct Drop {
  let folder: URL

  init(_ folder: URL) throws {
    self.folder = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func put(_ name: String, _ octets: [UInt8]) throws {
    let unfinished = folder.appending(path: name + ".part")
    try Data(octets).write(to: unfinished)
    try FileManager.default.moveItem(at: unfinished, to: folder.appending(path: name))
  }
}
