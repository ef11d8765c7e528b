import Configuration

/// A text with places for values, `{{name}}`. All places are filled or there is no text at all. Pure.
package struct NoticeTemplate: Sendable, Equatable {
  private enum Piece: Sendable, Equatable {
    case text(String)
    case value(String)
  }

  private let pieces: [Piece]
  /// File and path, for the person who must mend it.
  let rule: String

  /// - Throws: `ConfigurationError` if a place has no end or no name.
  init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var pieces: [Piece] = []
    var rest = try node.string()[...]
    while let opening = rest.firstRange(of: "{{") {
      pieces.append(.text(String(rest[..<opening.lowerBound])))
      rest = rest[opening.upperBound...]
      guard let closing = rest.firstRange(of: "}}") else {
        throw node.fault("a place that begins with {{ has no end; write it {{name}}")
      }
      let name = rest[..<closing.lowerBound].drop { $0 == " " }.prefix { $0 != " " }
      guard NoticeTemplate.isName(name),
        rest[name.endIndex..<closing.lowerBound].allSatisfy({ $0 == " " })
      else {
        throw node.fault(
          "expected the name of a value between {{ and }}: letters, digits, - and _, a letter first"
        )
      }
      pieces.append(.value(String(name)))
      rest = rest[closing.upperBound...]
    }
    pieces.append(.text(String(rest)))
    self.pieces = pieces
    rule = "\(node.file): \(node.path)"
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
    func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
    return isLetter(first)
      && text.utf8.allSatisfy {
        isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
      }
  }

  /// The names of the values that it shows.
  var names: Set<String> {
    Set(pieces.compactMap { if case .value(let name) = $0 { name } else { nil } })
  }

  /// - Parameter singleLine: whether line breaks and other control characters in values become blanks, as a subject wants it.
  func filled(_ values: [String: NoticeValue], singleLine: Bool = false) throws(NoticeFault)
    -> String
  {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let words): text += words
      case .value(let name):
        guard let value = values[name] else {
          throw NoticeFault(
            .missingValue, "body: values", "the value \"\(name)\", which the template shows",
            rule: rule)
        }
        text += value.shown
      }
    }
    return singleLine ? NoticeTemplate.flattened(text) : text
  }

  private static func flattened(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      let isControl =
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        || scalar.value == 0x2028 || scalar.value == 0x2029
      line.unicodeScalars.append(isControl ? " " : scalar)
    }
    return line
  }
}
