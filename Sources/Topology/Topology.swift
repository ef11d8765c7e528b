import Configuration
import Foundation

/// The exchange as data: what a broker should hold, read from `topology/*.json5`, and the way from
/// what it holds to that.
///
/// It promises: a folder is read whole or refused with file, line and path; a plan is a pure function
/// of the files and of what the broker holds; an applied plan leaves nothing to do; what `owns` does
/// not cover is left alone; no queue that holds messages is removed. The commands and the tests call
/// it. It must never import Messaging, Lanes, Storage or another part of the hub: it speaks to the
/// broker's management API alone.
package struct Topology: Sendable {
  /// Which names are ours. Everything else in the virtual host belongs to somebody else.
  package let owned: Ownership
  /// The departments that take part, in the order of the files.
  package let participants: [Department]
  package let exchanges: [Exchange]
  package let queues: [Queue]
  /// In the order of the files, so that partitions are bound by their numbers.
  package let bindings: [Binding]
  package let policies: [Policy]
  /// The queues of each family, by their numbers.
  let families: [String: [String]]
  /// Where each object is declared, for the reasons in a plan: `exchange.json5:12`.
  let places: [BrokerObject: String]

  /// The codes of the departments that take part.
  package var departments: [String] { participants.map(\.code) }

  /// The partition queues that a line under `families` made, by their numbers; none if there is no such line.
  package func queues(ofFamily name: String) -> [String] { families[name] ?? [] }

  /// Reads and checks all `*.json5` of the folder (not of its subfolders).
  ///
  /// - Throws: the first of the faults that `validate` would list.
  package static func load(folder: String) throws(ConfigurationError) -> Topology {
    let (topology, faults) = compile(try read(folder: folder))
    if let fault = faults.first { throw fault }
    return topology
  }

  /// Everything that is wrong with the folder's files; empty if they are sound.
  package static func validate(folder: String) -> [ConfigurationError] {
    do throws(ConfigurationError) {
      return compile(try read(folder: folder)).faults
    } catch {
      return [error]
    }
  }

  /// What is to be done so that the broker holds what the files say.
  ///
  /// - Parameter allowDestroy: whether queues and exchanges may be removed or made anew. Even then a
  ///   queue that holds messages stays.
  package func plan(against actual: BrokerState, allowDestroy: Bool = false) -> Plan {
    var planner = Planner(desired: self, actual: actual, allowDestroy: allowDestroy)
    return planner.plan()
  }

  static func compile(
    _ files: [ConfigurationNode]
  ) -> (topology: Topology, faults: [ConfigurationError]) {
    var declarations = Declarations()
    for file in files { declarations.read(file) }
    declarations.expand()
    let bindings = declarations.resolveBindings()
    let checks = Checks(declarations, bindings: bindings)
    return (Topology(declarations, bindings: bindings), declarations.faults + checks.faults())
  }

  private static func read(folder: String) throws(ConfigurationError) -> [ConfigurationNode] {
    func fault(_ file: String, _ message: String) -> ConfigurationError {
      ConfigurationError(file: file, line: 0, path: "", message: message)
    }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw fault(folder, "cannot be read; expected a folder with exchange.json5 in it")
    }
    let files = names.filter { $0.hasSuffix(".json5") }.sorted()
    guard !files.isEmpty else {
      throw fault(folder, "expected at least one *.json5 in this folder")
    }
    var nodes: [ConfigurationNode] = []
    for file in files {
      let path = "\(folder)/\(file)"
      guard let data = FileManager.default.contents(atPath: path) else {
        throw fault(path, "cannot be read")
      }
      nodes.append(try JSON5.read([UInt8](data), file: path))
    }
    return nodes
  }
}

/// A government body that takes part in the exchange.
package struct Department: Sendable, Equatable {
  /// `public-security`, `tax`, …: the first word of its routing keys and part of its queues' names.
  package let code: String
  /// As people call it: 公安, 税务, ….
  package let title: String
  /// Which of the kinds under `takes` it has queues for.
  package let takes: [String]
}

/// What this module bounds, in one place.
enum TopologyLimits {
  static let partitions = 256
  static let priority = 1_000_000
  /// AMQP 0-9-1 §4.2.5.3: names and keys are short strings.
  static let name = 255
  /// How long one call of the management API may take, in seconds.
  static let callTimeout = 30.0
  /// How long new quorum queues may take to elect their leaders, in seconds.
  static let leaderWait = 30.0
  /// How long a queue must be seen empty before it is removed, in seconds: longer than the broker's
  /// interval between two counts of a quorum queue (5 s), so that no count from before is believed.
  static let emptyFor = 6.0
}
