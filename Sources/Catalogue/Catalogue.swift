import Configuration
import Events
import Foundation

/// The catalogue of shared data (资源目录): which datasets there are, whose they are, and who is entitled to which fields of them.
///
/// It promises: what no entitlement names does not leave; a dataset that is withheld (不予共享) has no
/// entitlement beyond its owner; files are read whole or refused with file, line and path. Routing and
/// the commands call it. Pure once loaded: time comes in as a parameter. It must never import Lanes,
/// Topology or a door to the world; the departments' codes are told to it.
package struct Catalogue: Sendable {
  package let datasets: [Dataset]
  package let entitlements: [Entitlement]
  private let bySchema: [String: [Entitlement]]

  init(datasets: [Dataset], entitlements: [Entitlement]) {
    self.datasets = datasets
    self.entitlements = entitlements
    bySchema = Dictionary(grouping: entitlements, by: \.schema)
  }

  /// Who is entitled to records of this schema, in the order of the files; whether still, `Entitlement.isInForce` tells.
  package func subscribers(of schema: String) -> [Entitlement] { bySchema[schema] ?? [] }

  package func dataset(of schema: String) -> Dataset? { datasets.first { $0.schema == schema } }

  /// Reads and checks all `*.json5` of the folder.
  ///
  /// - Parameters:
  ///   - folder: `topology/catalogue`.
  ///   - departments: the codes of those that take part in the exchange.
  ///   - schemas: where `<schema>.json` is looked up, so that a field that is not in the schema is
  ///     found here and not by its absence; `schemas` beside the folder unless told.
  /// - Throws: the first of the faults that `validate` would list.
  package static func load(
    folder: String, departments: [String], schemas: String? = nil
  ) throws(ConfigurationError) -> Catalogue {
    let (catalogue, faults) = try read(folder, departments, schemas)
    if let fault = faults.first { throw fault }
    return catalogue
  }

  /// Everything that is wrong with the folder's files; empty if they are sound.
  package static func validate(
    folder: String, departments: [String], schemas: String? = nil
  ) -> [ConfigurationError] {
    do throws(ConfigurationError) {
      return try read(folder, departments, schemas).faults
    } catch {
      return [error]
    }
  }

  private static func read(
    _ folder: String, _ departments: [String], _ schemas: String?
  ) throws(ConfigurationError) -> (catalogue: Catalogue, faults: [ConfigurationError]) {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw ConfigurationError(
        file: folder, line: 0, path: "", message: "cannot be read; expected a folder of *.json5")
    }
    let beside = URL(fileURLWithPath: folder).deletingLastPathComponent().appending(path: "schemas")
    var reader = CatalogueReader(
      departments: departments, schemas: SchemaFields(folder: schemas ?? beside.path))
    var files: [ConfigurationNode] = []
    for name in names.filter({ $0.hasSuffix(".json5") }).sorted() {
      let path = "\(folder)/\(name)"
      guard let data = FileManager.default.contents(atPath: path) else {
        throw ConfigurationError(file: path, line: 0, path: "", message: "cannot be read")
      }
      files.append(try JSON5.read([UInt8](data), file: path))
    }
    return reader.read(files)
  }
}

/// A kind of record that a department shares: all records of one standard schema.
package struct Dataset: Sendable, Equatable {
  /// The classes of 政务数据共享条例: 无条件共享, 有条件共享, 不予共享.
  package enum Sharing: String, Sendable, CaseIterable {
    case unconditional, conditional, withheld
  }

  /// `std.person.v1`
  package let schema: String
  /// As the catalogue calls it: 人口基本信息.
  package let title: String
  /// The department whose data it is.
  package let owner: String
  package let sharing: Sharing
  /// How sensitive it is, from 1 (public) to 4.
  package let grade: Int
}
