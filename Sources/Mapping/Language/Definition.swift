import Configuration
import Standards

/// A mapping file as it was read: the tree that is compiled, and that explanation and reversal look at.
struct Definition: Sendable {
  var file: String
  var from: String
  var to: String
  var version: Int
  /// What of a record becomes a record of its own; nil where it is the record itself.
  var records: RecordsDefinition?
  var event: EventDefinition?
  var fields: Group
  /// Native fields that the author leaves behind on purpose.
  var dropped: [FieldPath]
  /// What refuses a record and gives nothing: of a way back, what the way there takes for granted.
  var checks: [Rule] = []
}

/// `records`: each item of a list becomes a record of its own, or only what meets a condition does.
struct RecordsDefinition: Sendable {
  /// Ends with a wildcard; nil where the record itself is meant.
  var each: FieldPath?
  var when: Condition?
  /// Whether a record that has no item there is nothing to complain of.
  var mayBeEmpty: Bool
  var place: Place
}

/// How the envelope of the event is found in the record.
struct EventDefinition: Sendable {
  var id: Rule
  var change: Rule
  var region: Rule
  /// Gives `kind:key`.
  var entity: Rule
  var subject: Rule?
  var time: Rule?
  /// The native id of the event that this one takes back.
  var reverses: Rule?
  /// Gives `hub` for a record that only holds what the hub delivered.
  var origin: Rule?
}

/// What stands at a place of the output.
indirect enum Target: Sendable {
  case value(Rule)
  case group(Group)
  case list([Target], place: Place)
  case each(Each)
}

/// An object of the output. It appears when at least one of its members came from the record.
struct Group: Sendable {
  struct Member: Sendable {
    var name: String
    var target: Target
    var place: Place
  }
  var members: [Member]
  var when: Condition?
  var place: Place
}

/// A list of the output, one item for each place of the record that the path leads to.
struct Each: Sendable {
  var path: FieldPath
  var item: Target
  var when: Condition?
  var place: Place
}

/// One value: where it is taken from, what is done to it, and what happens if it is not there.
struct Rule: Sendable {
  var source: Source
  var when: Condition?
  /// In the order in which they are applied, whatever their order in the file.
  var steps: [Step]
  var fallback: Constant?
  var required: Bool
  var place: Place
}

indirect enum Source: Sendable {
  /// The first of these that is there.
  case paths([FieldPath])
  case constant(Constant)
  /// The first of these that gives a value.
  case first([Rule])
  case join([Rule], with: String)
  case lookup(Lookup)
}

/// `lookup`: what the base library has in a field of a person or an enterprise.
struct Lookup: Sendable {
  var kind: LookupQuestion.Kind
  /// The kind of number that the key is, such as `resident-id`.
  var number: String
  /// Gives the number.
  var by: Rule
  var field: String
}

/// A value that is written in the mapping itself.
enum Constant: Sendable, Hashable {
  case text(String)
  case number(String)
  case bool(Bool)
}

/// What is done to a value.
enum Step: Sendable, Equatable {
  case keepBlanks
  case absent([String])
  case halfWidth
  case without(String)
  case upper
  case lower
  case replace(Replacement)
  case match(MatchStep)
  case part(Int, of: String)
  /// That part and all behind it; only a way back has it.
  case rest(from: Int, of: String)
  case characters(from: Int, to: Int?)
  case date(DateStep)
  /// Before the `code` that it belongs to.
  case day(DayRule)
  case code(CodeStep)
  case check(CheckedKind)
  case decimal(DecimalStep)
  case locate(LocateStep)
  case pad(PadStep)
  case fullWidth
}

/// The words of `as`: what a value must be.
enum CheckedKind: Sendable, Equatable {
  /// A string, whatever it was in the record.
  case text
  /// A decimal number, kept to its last digit.
  case number
  case wholeNumber
  /// The first six digits of a division code of 6, 9 or 12.
  case division
  /// One of the numbers that the national standards know, in its canonical form.
  case identifier(IdentifierKind)

  init?(name: String) {
    switch name {
    case "text": self = .text
    case "number": self = .number
    case "whole-number": self = .wholeNumber
    case "division": self = .division
    default:
      guard let kind = IdentifierKind(name: name) else { return nil }
      self = .identifier(kind)
    }
  }

  static var names: [String] {
    [
      "text", "number", "whole-number", "division", "identity-number", "credit-code",
      "organisation-code",
    ]
      + IdentifierKind.names
  }
}

/// What happens to a value that does not fit: `refuse` (the record becomes a dead letter), `absent`
/// (the member is left out), `keep` (it stays as it is).
enum Policy: String, Sendable, CaseIterable {
  case refuse
  case absent
  case keep
}

/// `date` or `time`: the shapes a day or a moment may have in the record, and the one it gets.
struct DateStep: Sendable, Equatable {
  var shapes: [DateShape]
  var into: DateShape
  /// What to do with 9999-9-9 and its like.
  var open: Policy?
  /// What to do with a month or a day `00`.
  var zeros: ZeroPolicy
  /// The first year of the hundred that two digits can mean.
  var century: Int?
  /// The day that a shape without one means.
  var day: MissingDay?
}

enum ZeroPolicy: String, Sendable, CaseIterable {
  case refuse
  case absent
  /// The first of the year or of the month.
  case first
}

enum MissingDay: String, Sendable, CaseIterable {
  case first
  case last
}

/// `table`: the translation of a code.
struct CodeStep: Sendable, Equatable {
  enum Unknown: Sendable, Equatable {
    case policy(Policy)
    case constant(Constant)
  }
  struct Entry: Sendable, Equatable {
    var code: String
    var value: Constant
    var period = Period.always
    /// Of the table's editions, the number of the one that it stands in.
    var edition = 0
    /// What the code means; empty where the table does not say.
    var label = ""
  }
  /// `sex`, or `inline`.
  var name: String
  var version: String
  var entries: [Entry]
  var unknown: Unknown
  /// The field beside the code that tells in words what it means.
  var named: FieldPath?
  /// nil for a table that is written in the mapping.
  var origin: TableOrigin?
  /// Whether the day says which entries hold.
  var isDated = false
}

indirect enum Condition: Sendable {
  case equals(FieldPath, [Constant])
  case present(FieldPath)
  case not(Condition)
  case all([Condition])
  case any([Condition])
}

/// A place in a mapping file.
struct Place: Sendable, Equatable {
  var file: String
  var line: Int
  var path: String

  init(_ node: ConfigurationNode) {
    file = node.file
    line = node.line
    path = node.path
  }
}
