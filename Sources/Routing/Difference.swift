import Adapters
import Records

/// One field in which what came of a sample is not what should.
package struct Difference: Sendable, Equatable {
  /// `event 000123`, `dead letter of record 2`, `record 1`.
  package var what: String
  /// `data.identifiers[0].number`; empty for the whole of it.
  package var path: String
  /// nil where nothing was expected, or found.
  package var expected: String?
  package var found: String?
}

extension Difference {
  /// Lines of JSON, paired by what tells them apart, so that one that is missing does not make all behind it differ.
  ///
  /// - Parameter keys: the members that name a line: `id` of events and, where several have one, `type`; `record`
  ///   and `item` of dead letters.
  package static func between(
    expected: [String], found: [String], _ what: String, keys: [String]
  ) -> [Difference] {
    let (expected, found) = (lines(expected, keys), lines(found, keys))
    return pairs(expected, found).flatMap { name, expected, found -> [Difference] in
      if expected?.text == found?.text { return [] }
      return differences("\(what) \(name)", expected, found)
    }
  }

  /// Two bodies in a department's format: by fields where both can be read, and by octets where the fields are equal.
  package static func between(
    expected: [UInt8]?, found: [UInt8]?, in native: NativeFormat
  ) -> [Difference] {
    guard expected != found else { return [] }
    guard let expected, let found, let one = tree(expected, native), let other = tree(found, native)
    else {
      return [
        Difference(
          what: "body", path: "", expected: expected.map(told), found: found.map(told))
      ]
    }
    let fields = differences("body", values(of: one), values(of: other))
    return fields.isEmpty ? [octets(expected, found)] : fields
  }

  // MARK: Lines

  private struct Line {
    var name: String
    var text: String
    /// nil if it is no JSON.
    var tree: Tree?
  }

  private static func lines(_ texts: [String], _ keys: [String]) -> [Line] {
    var lines = texts.enumerated().map { index, text in
      let tree = try? Tree(json: text)
      let names = keys.compactMap { key in tree?.text(key) }
      return Line(
        name: names.isEmpty ? String(index + 1) : names.joined(separator: " "), text: text,
        tree: tree)
    }
    if Set(lines.map(\.name)).count < lines.count {
      for index in lines.indices { lines[index].name = "\(index + 1)" }
    }
    return lines
  }

  private static func pairs(_ expected: [Line], _ found: [Line]) -> [(String, Line?, Line?)] {
    let known = Set(expected.map(\.name))
    return expected.map { line in (line.name, line, found.first { $0.name == line.name }) }
      + found.filter { !known.contains($0.name) }.map { ($0.name, nil, $0) }
  }

  private static func differences(
    _ what: String, _ expected: Line?, _ found: Line?
  ) -> [Difference] {
    guard let one = expected?.tree, let other = found?.tree else {
      return [Difference(what: what, path: "", expected: expected?.text, found: found?.text)]
    }
    let fields = differences(what, values(of: one), values(of: other))
    guard fields.isEmpty else { return fields }
    return [
      Difference(
        what: what, path: "the order of members, or how a number or a text is written",
        expected: expected?.text, found: found?.text)
    ]
  }

  // MARK: Fields

  private static func differences(
    _ what: String, _ expected: [(path: String, value: String)],
    _ found: [(path: String, value: String)]
  ) -> [Difference] {
    let values = Dictionary(found.map { ($0.path, $0.value) }) { first, _ in first }
    let known = Set(expected.map(\.path))
    return expected.filter { values[$0.path] != $0.value }.map {
      Difference(what: what, path: $0.path, expected: $0.value, found: values[$0.path])
    }
      + found.filter { !known.contains($0.path) }.map {
        Difference(what: what, path: $0.path, expected: nil, found: $0.value)
      }
  }

  /// Each value with its path; of empty objects and lists, themselves.
  private static func values(of tree: Tree) -> [(path: String, value: String)] {
    tree.nodes.indices.filter { Int(tree.nodes[$0].end) == $0 + 1 }.map {
      (tree.path(of: $0), tree.json(at: $0))
    }
  }

  // MARK: Octets

  /// The body's only record; nil if it cannot be read.
  private static func tree(_ body: [UInt8], _ native: NativeFormat) -> Tree? {
    var reader = RecordReader(native.format, charset: native.charset)
    var tree = Tree()
    var records: [Tree] = []
    reader.read(body, into: &tree) { tree, _ in
      records.append(tree)
    } fault: { _ in
    }
    return records.count == 1 ? records[0] : nil
  }

  private static func octets(_ expected: [UInt8], _ found: [UInt8]) -> Difference {
    let place = zip(expected, found).prefix { $0 == $1 }.count
    return Difference(
      what: "body", path: "byte \(place)", expected: told(Array(expected[place...])),
      found: told(Array(found[place...])))
  }

  private static func told(_ octets: [UInt8]) -> String {
    octets.isEmpty ? "the end" : "\(octets.count) bytes: \(Hex.text(octets[...], atMost: 16))"
  }
}
