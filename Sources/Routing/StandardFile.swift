import Mapping
import Records

/// Standard events in a file, for whoever tries a delivery: each in CloudEvents' JSON format, as `tongban mapping
/// run` prints it, or the record alone; one text for the whole file, or one a line.
package struct StandardFile {
  package struct Record: Sendable {
    package var tree: Tree
    /// Of the event's type; `updated` for a record alone.
    package var change: Change
    /// The number of the act that a reversal takes back; empty where the event does not say.
    package var reverses = ""
    package var place: RecordPlace
  }

  package private(set) var records: [Record] = []
  package private(set) var faults: [RecordError] = []

  package init(_ octets: [UInt8]) {
    let texts = StandardFile.texts(in: octets)
    for (index, range) in texts.enumerated() {
      read(Array(octets[range]), at: range.lowerBound, number: index + 1, in: octets)
    }
  }

  /// The lines, if the first of several is a JSON text by itself; else the whole.
  private static func texts(in octets: [UInt8]) -> [Range<Int>] {
    let lines = octets.split(separator: UInt8(ascii: "\n")).filter { line in
      line.contains { $0 > 0x20 }
    }
    guard lines.count > 1, let first = lines.first, (try? JSON.check(Array(first))) != nil else {
      return [octets.indices]
    }
    return lines.map(\.indices)
  }

  private mutating func read(_ text: [UInt8], at offset: Int, number: Int, in octets: [UInt8]) {
    let line = octets[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
    let (type, reverses) = StandardFile.attributes(of: text)
    var reader = RecordReader(
      .json(JSONFormat(records: type == nil ? [] : ["data"])), charset: .utf8)
    var tree = Tree()
    var found: [Record] = []
    var bad: [RecordError] = []
    reader.read(text, into: &tree) { tree, place in
      var record = Record(
        tree: tree, change: type.map { Change(ofType: $0) } ?? .updated, reverses: reverses,
        place: place)
      record.place.record = number
      record.place.line += line - 1
      record.place.byte += offset
      for node in record.tree.nodes.indices where record.tree.nodes[node].source >= 0 {
        record.tree.nodes[node].source += Int32(offset)
      }
      found.append(record)
    } fault: { error in
      var error = error
      error.record = number
      if error.line > 0 { error.line += line - 1 }
      if error.byte >= 0 { error.byte += offset }
      bad.append(error)
    }
    records += found
    faults += bad
  }

  /// The event's type, nil if the text is no event, and what it takes back.
  private static func attributes(of text: [UInt8]) -> (type: String?, reverses: String) {
    guard let tree = try? Tree(json: text), tree.find("specversion") != nil,
      tree.find("data") != nil
    else { return (nil, "") }
    return (tree.text("type") ?? "", tree.text("reverses") ?? "")
  }
}
