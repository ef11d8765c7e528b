import Adapters
import Events
import Foundation
import Lanes
import Mapping
import Messaging
import Testing

@testable import Routing

/// A home of one department, `housing`, with two schemas of its own; written for one test and gone after it.
final class ScratchHome {
  let folder: URL

  /// - Parameters:
  ///   - event: the members of the one event, `rent`, beside its format.
  ///   - mappings: name → text.
  init(
    format: String, event: String, mappings: [String: String], library: String? = nil,
    more: String = ""
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "routing-\(UUID().uuidString)")
    for schema in ["std.tenant.v1", "std.flat.v1"] {
      try write("topology/schemas/\(schema).json", Self.schema)
    }
    try write("topology/codes/README.md", "none")
    try write(
      "adapters/housing/adapter.json5",
      "{department: 'housing', source: 'urn:h', events: {rent: {format: \(format), \(event)}} \(more)}"
    )
    for (name, text) in mappings { try write("adapters/housing/mappings/\(name).json5", text) }
    if let library { try write("adapters/housing/samples/base-library.json5", library) }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static let schema = """
    {"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string"},
     "rows":{"type":"array","items":{"type":"string"}}},"required":["id"],"additionalProperties":false}
    """

  private func write(_ path: String, _ text: String) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func adapters() throws -> AdapterSet { try AdapterSet.load(home: folder) }

  func rehearse(_ body: String) throws -> Rehearsal {
    let adapters = try adapters()
    let adapter = try adapters.adapter(of: "housing")
    return Rehearsal(
      adapter, try adapter.intake(of: "rent"), reference: adapters.reference,
      body: Array(body.utf8), today: nil)
  }

  /// What the core stage makes of bodies, with the stage for further steps.
  func stage(_ library: (any LookupSource)? = nil) throws -> CoreStage {
    CoreStage(
      try AdapterSet.shelf(home: folder, log: quiet), library: library, now: { now })
  }

  func batch(_ bodies: [String]) -> Batch {
    Batch(
      bodies.enumerated().map { number, body in
        delivery(
          Event(id: "m\(number)", source: "urn:h", type: "housing.rent").message(
            exchange: "gov.intake", routingKey: "housing.rent.330106", body: Array(body.utf8)),
          UInt64(number + 1))
      }, consumer: "core")
  }

  func work(_ body: String) throws -> Batch.Verdict {
    var (stage, batch) = (try stage(), batch([body]))
    stage.work(&batch)
    return batch.items[0].verdict
  }

  /// A mapping from `rent` with its envelope.
  static func mapping(_ fields: String, to schema: String = "std.tenant.v1", more: String = "")
    -> String
  {
    """
    {from: 'rent', to: '\(schema)', \(more) event: {id: 'id', change: {constant: 'updated'},
     region: {constant: '330106'}, entity: {person: 'id'}}, fields: \(fields)}
    """
  }
}
