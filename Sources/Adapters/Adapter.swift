import Configuration
import Foundation
import Lanes
import Mapping
import Records
import Schemas
import Standards

/// One department's side, compiled from its folder.
package struct Adapter: Sendable {
  /// A change event of the department: how it is written, and what it becomes.
  package struct Intake: Sendable {
    package let event: String
    package let native: NativeFormat
    /// The native field whose value keeps changes of one entity in order; empty if order does not matter.
    package let order: String
    /// How records that belong together are found; nil where each stands for itself.
    package let gathering: Gathering?
    /// What becomes of each record: a standard event for each of these.
    package let outputs: [Output]

    package var contentType: String { native.contentType }
  }

  /// One of the standard events that a record becomes.
  package struct Output: Sendable {
    /// Tells the ids of two outputs of one schema apart; empty for the first of a schema.
    package let mark: String
    package let mapping: Mapping
    /// The standard schema that the mapping's output must satisfy.
    package let schema: Schema
  }

  /// A standard event in the department's own format.
  package struct Delivery: Sendable {
    /// `std.person.v1`
    package let schema: String
    package let native: NativeFormat
    package let mapping: Mapping
  }

  package let department: String
  package let name: String
  /// The CloudEvents source of its changes.
  package let source: String
  package let intakes: [String: Intake]
  package let deliveries: [String: Delivery]
  package let edge: Edge
  /// What its samples take for the base library: `samples/base-library.json5`.
  package let sampleLibrary: LookupAnswers
}

extension Adapter {
  /// - Throws: `ConfigurationError` with the nearest right name if there is none.
  package func intake(of event: String) throws(ConfigurationError) -> Intake {
    if let intake = intakes[event] { return intake }
    let node = ConfigurationNode(
      value: .null, file: "adapters/\(department)/adapter.json5", line: 0, path: "events")
    throw node.unknown(
      "event or delivery", event, known: intakes.keys.sorted() + deliveries.keys.sorted())
  }
}

/// The adapters of all departments, by their codes.
package struct AdapterSet: Sendable {
  package let adapters: [String: Adapter]
  /// What identity numbers and division codes are checked against.
  package let reference: Reference

  /// Reads every folder of `adapters/`, with the schemas and code tables of `topology/`.
  ///
  /// - Parameter home: the folder with `topology/` and `adapters/`.
  package static func load(home: URL) throws(ConfigurationError) -> AdapterSet {
    let reader = try AdapterReader(home: home)
    let adapters = try reader.adapters()
    return AdapterSet(
      adapters: Dictionary(adapters.map { ($0.department, $0) }) { first, _ in first },
      reference: reader.reference)
  }

  /// The same, read anew when a file of it changes.
  package static func shelf(home: URL, log: Log) throws -> Shelf<AdapterSet> {
    try Shelf(
      watching: ["adapters", "topology/schemas", "topology/codes"].map { home.appending(path: $0) },
      log: log
    ) { try AdapterSet.load(home: home) }
  }

  /// - Throws: `ConfigurationError` with the nearest right name if there is none.
  package func adapter(of department: String) throws(ConfigurationError) -> Adapter {
    if let adapter = adapters[department] { return adapter }
    let node = ConfigurationNode(value: .null, file: "adapters/", line: 0, path: "")
    throw node.unknown("department", department, known: adapters.keys.sorted())
  }
}
