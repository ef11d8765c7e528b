/// A path to a field of a record: `name`, `address.division`, `identifiers[].number`; a container stands for all that is in it.
package struct FieldPath: Hashable, Sendable {
  package struct Segment: Hashable, Sendable {
    package let name: String
    /// `[]`: the value is a list, and the path goes on in each of its items.
    package let isList: Bool
  }

  package let text: String
  package let segments: [Segment]

  /// Nil if the text is not a path.
  package init?(_ text: String) {
    var segments: [Segment] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      let isList = part.hasSuffix("[]")
      let name = isList ? part.dropLast(2) : part
      let isPlain = !name.isEmpty && !name.contains { "[]*? \"'".contains($0) }
      guard isPlain, segments.count < FieldPath.depth else { return nil }
      segments.append(Segment(name: String(name), isList: isList))
    }
    self.text = text
    self.segments = segments
  }

  /// A path has at most so many parts.
  static let depth = 32
}
