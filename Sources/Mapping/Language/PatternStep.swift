import Configuration
import Patterns

/// `match`: what a text must look like, and which part of it is the value.
struct MatchStep: Sendable, Equatable {
  var finder: PatternFinder
  /// The part that becomes the value; 0 for all that matched.
  var group: Int
  /// What happens to a text that does not match.
  var unmatched: Policy

  static func == (left: MatchStep, right: MatchStep) -> Bool {
    left.finder.pattern.source == right.finder.pattern.source && left.group == right.group
      && left.unmatched == right.unmatched
  }
}

/// A member of `replace`: each match of the pattern becomes the text, in which `$1` stands for a group.
struct Replacement: Sendable, Equatable {
  enum Piece: Sendable, Equatable {
    case text(String)
    case group(Int)
  }
  var finder: PatternFinder
  /// As it stands in the file.
  var text: String
  var pieces: [Piece]

  static func == (left: Replacement, right: Replacement) -> Bool {
    left.finder.pattern.source == right.finder.pattern.source && left.text == right.text
  }
}

extension DefinitionReader {
  func patterns(_ object: inout ConfigurationObject) throws(ConfigurationError) -> [Step] {
    var steps: [Step] = []
    if let pairs = object.optional(Word.replace.rawValue) {
      for member in try pairs.members() { steps.append(.replace(try replacement(member))) }
      guard !steps.isEmpty else { throw pairs.fault("expected at least one pattern and its text") }
    }
    if let match = object.optional(Word.match.rawValue) {
      let finder = try finder(try match.string(), at: match)
      let group = object.optional(Word.group.rawValue)
      let number = try group?.int(0...PatternFinder.maximumGroups) ?? 0
      if let group, number > finder.groupCount { throw missing(number, of: finder, at: group) }
      steps.append(
        .match(
          MatchStep(
            finder: finder, group: number,
            unmatched: try object.optional(Word.unmatched.rawValue)?.choice(of: Policy.self)
              ?? .refuse)))
    }
    return steps
  }

  private func finder(
    _ source: String, at node: ConfigurationNode
  ) throws(ConfigurationError) -> PatternFinder {
    do {
      return try PatternFinder(source)
    } catch {
      throw node.fault("\"\(source)\" is not a regular expression: \(error.description)")
    }
  }

  private func missing(
    _ group: Int, of finder: PatternFinder, at node: ConfigurationNode
  ) -> ConfigurationError {
    node.fault(
      "there is no group \(group) in \"\(finder.pattern.source)\", which has \(finder.groupCount)")
  }

  private func replacement(
    _ member: ConfigurationNode.Member
  ) throws(ConfigurationError) -> Replacement {
    let finder = try finder(member.name, at: member.node)
    let text = try member.node.string()
    var pieces: [Replacement.Piece] = []
    var plain = ""
    var rest = Substring(text)
    while let next = rest.popFirst() {
      guard next == "$" else {
        plain.append(next)
        continue
      }
      if rest.first == "$" {
        plain.append("$")
        rest.removeFirst()
        continue
      }
      let digits = rest.prefix(2).prefix { $0.isASCII && $0.isNumber }
      guard let group = Int(digits) else {
        throw member.node.fault(
          "expected a group's number after \"$\", or \"$$\" for the sign itself")
      }
      guard group <= finder.groupCount else { throw missing(group, of: finder, at: member.node) }
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = ""
      pieces.append(.group(group))
      rest = rest.dropFirst(digits.count)
    }
    if !plain.isEmpty { pieces.append(.text(plain)) }
    return Replacement(finder: finder, text: text, pieces: pieces)
  }
}
