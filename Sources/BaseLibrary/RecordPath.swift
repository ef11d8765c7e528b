import Catalogue
import Records

/// A path to one value of a standard record, ready to be followed.
package struct RecordPath: Sendable {
  package let text: String
  private let names: [[UInt8]]

  init(_ path: FieldPath) {
    text = path.text
    names = path.segments.map { Array($0.name.utf8) }
  }

  package func node(in record: borrowing Tree) -> Int? {
    guard !record.nodes.isEmpty else { return nil }
    var node = 0
    for name in names {
      guard record.nodes[node].kind == .object,
        let next = name.withUnsafeBytes({ record.member($0, of: node) })
      else { return nil }
      node = next
    }
    return record.nodes[node].kind == .null ? nil : node
  }
}
