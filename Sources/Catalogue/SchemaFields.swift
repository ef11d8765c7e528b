import Configuration
import Foundation

/// Which fields the standard schemas have, as far as a path's spelling can be checked: `properties`, `items` and `$ref` inside the file.
package struct SchemaFields {
  private let folder: String
  /// The schemas that there are; nil if the folder has none.
  package let names: [String]?

  package init(folder: String) {
    self.folder = folder
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    self.names = names.isEmpty ? nil : names
  }

  /// The first part of the path that the schema does not know, and what it knows there; nil if all is known.
  package func unknown(
    _ path: FieldPath, of schema: String
  ) throws(ConfigurationError) -> (name: String, known: [String])? {
    guard names?.contains(schema) == true else { return nil }
    let file = "\(folder)/\(schema).json"
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    let root = try JSON5.read([UInt8](data), file: file)
    var place = root
    for segment in path.segments {
      guard let properties = resolved(place, in: root).member("properties") else { return nil }
      guard let found = properties.member(segment.name) else {
        let known = (try? properties.members().map(\.name)) ?? []
        return (segment.name, known)
      }
      place = resolved(found, in: root)
      guard segment.isList else { continue }
      guard let items = place.member("items") else {
        return (segment.name + "[]", [segment.name])
      }
      place = items
    }
    return nil
  }

  /// Every value that a record of the schema may have, by its path; a list counts as one value.
  package func values(of schema: String) throws(ConfigurationError) -> [FieldPath] {
    let file = "\(folder)/\(schema).json"
    guard let data = FileManager.default.contents(atPath: file) else { return [] }
    let root = try JSON5.read([UInt8](data), file: file)
    return paths(below: root, in: root, at: "", depth: 0).compactMap { FieldPath($0) }
  }

  private func paths(
    below node: ConfigurationNode, in root: ConfigurationNode, at path: String, depth: Int
  ) -> [String] {
    guard depth < FieldPath.depth, let members = try? node.member("properties")?.members() else {
      return path.isEmpty ? [] : [path]
    }
    return members.flatMap { member in
      paths(
        below: resolved(member.node, in: root), in: root,
        at: path.isEmpty ? member.name : "\(path).\(member.name)", depth: depth + 1)
    }
  }

  /// Follows `#/…` references, a bounded number of times since they may go in circles.
  private func resolved(_ node: ConfigurationNode, in root: ConfigurationNode) -> ConfigurationNode
  {
    var node = node
    for _ in 0..<16 {
      guard let reference = try? node.member("$ref")?.string(), reference.hasPrefix("#/") else {
        return node
      }
      var target: ConfigurationNode? = root
      for part in reference.dropFirst(2).split(separator: "/") {
        target = target?.member(String(part))
      }
      guard let target else { return node }
      node = target
    }
    return node
  }
}

extension ConfigurationNode {
  fileprivate func member(_ name: String) -> ConfigurationNode? {
    guard case .object(let members) = value else { return nil }
    return members.first { $0.name == name }?.node
  }
}
