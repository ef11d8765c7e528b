/// One move on the way from a record to a field.
package struct Move: Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// A native field was looked at.
    case from
    case constant
    /// A condition was asked.
    case when
    /// The value in hand was changed or checked.
    case step
    /// Values were put together.
    case join
    /// There was no value: the mapping's own was taken.
    case fallback = "default"
    /// There was no value, and the standard needs one.
    case required
  }

  /// What a condition saw.
  package struct Seen: Sendable, Equatable {
    package var path: String
    /// nil where the record has none.
    package var text: String?
  }

  /// The code table that a step translated by.
  package struct Table: Sendable, Equatable {
    package var name: String
    package var version: String
    package var source: String
    /// What the code means; empty where the table does not say.
    package var label: String
  }

  package var kind: Kind
  /// In the words of the language: `date yyyyMMdd into yyyy-MM-dd`.
  package var words: String
  /// The value in hand before and after; nil for none.
  package var before: String?
  package var after: String?
  /// The native field that was looked at, if the record has it.
  package var native: Explanation.Place?
  package var holds: Bool?
  package var seen: [Seen] = []
  package var table: Table?
  package var fault: MappingFault?
  package var warning: MappingFault?
  /// The place of its rule, or of the rule's part.
  package var file: String
  package var line: Int
  package var path: String

  init(_ kind: Kind, _ words: String, at note: RuleNote) {
    self.kind = kind
    self.words = words
    (file, line, path) = (note.file, note.line, note.path)
  }

  init(_ condition: ConditionNote, holds: Bool, seen: [Seen]) {
    kind = .when
    words = condition.words
    self.holds = holds
    self.seen = seen
    (file, line, path) = (condition.place.file, condition.place.line, condition.place.path)
  }
}
