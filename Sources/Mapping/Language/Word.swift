/// Every word of the mapping language that may stand in a rule.
///
/// An object with one of the `sources` is a rule; any other object is a group of members. A member whose
/// own name is one of these words is written with a dot before it (`".date"`) or as a path (`"licence.date"`).
enum Word: String, CaseIterable {
  // Where a value is taken from.
  case from, constant, first, join, each, lookup
  // What is done to it.
  case trim, absent, width, without, letters, replace, match, group, unmatched, split, part,
    characters
  case date, time, into, open, zeros, century, day
  case table, edition, at, named, unknown, reverse
  case `as`, decimal, locate, pad
  // Whether it is taken at all, and what if it is not there.
  case when, `default`, required
  // The rest.
  case with, item, by, field, about

  static let sources: [Word] = [.from, .constant, .first, .join, .each, .lookup]

  /// Words that a group has too.
  static let shared: [Word] = [.when, .about]

  static func isSource(_ name: String) -> Bool { sources.contains { $0.rawValue == name } }

  static func isStep(_ name: String) -> Bool {
    guard let word = Word(rawValue: name) else { return false }
    return !shared.contains(word) && !sources.contains(word)
  }
}

extension Word: CustomStringConvertible {
  var description: String { rawValue }
}
