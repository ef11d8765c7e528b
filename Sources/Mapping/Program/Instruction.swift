import Records
import Standards

/// One step of the flat program that a mapping becomes.
///
/// A run has one value in hand. Instructions take it from the record, change it, and put it into the
/// output or the envelope. All numbers point into the arrays of `Program` or to other instructions.
enum Instruction: Sendable {
  // The value in hand.
  case load(path: Int32, trims: Bool)
  case constant(Int32)
  case clear
  case absentTexts(start: Int32, count: Int32)
  case halfWidth
  case without(Span)
  case upper
  case lower
  case part(Int32, of: Span)
  case characters(from: Int32, to: Int32)
  case date(Int32)
  case code(Int32)
  /// Compares what the record says of the code in hand with what the table says.
  case named(Int32, path: Int32)
  case text
  case number(whole: Bool)
  case division
  case identifier(IdentifierKind)
  /// Asks the base library with the number in hand.
  case lookup(Int32)
  // In the lists of `ValueSteps`.
  case replace(Int32)
  case match(Int32)
  case decimal(Int32)
  case locate(Int32)
  case pad(Int32)
  case fullWidth
  /// Puts the value aside while the day of a code table is found, or goes on behind that.
  case hold(end: Int32)
  case keepDay
  /// Keeps the value for rules that want the same, and takes such a value.
  case store(Int32)
  case recall(Int32)
  /// Takes the constant if there is no value.
  case fallback(Int32)
  case require

  // The way through the program.
  case jump(Int32)
  case jumpIfThere(Int32)
  case jumpUnless(test: Int32, Int32)

  // The output.
  case emit(name: Span)
  case open(Tree.Kind, name: Span)
  case close
  case beginItems(path: Int32, end: Int32)
  case nextItem(start: Int32)
  case beginJoin
  case piece
  case endJoin(separator: Span)
  case envelope(Slot)
}

/// The parts of the envelope.
enum Slot: UInt8, Sendable {
  case id, change, region, entity, subject, time, reverses, origin
}

/// A stretch of the program's pool of texts.
struct Span: Sendable, Hashable {
  var offset: Int32
  var count: Int32

  static let empty = Span(offset: 0, count: 0)
}

struct PathStep: Sendable {
  enum Kind: UInt8, Sendable {
    case member, item, every, matching
  }
  var kind: Kind
  /// The member's name.
  var name: Span = .empty
  /// The item's number, or the place of the member's hint.
  var number: Int32 = 0
  /// The text that the member of a matching item has.
  var wanted: Span = .empty
}

struct PathRange: Sendable {
  var start: Int32
  var count: Int32
  var isAbsolute: Bool
}

/// What of a record becomes a record of its own; -1 where there is no such path or test.
struct RecordsProgram: Sendable {
  var path: Int32
  var test: Int32
}

struct LookupProgram: Sendable {
  var kind: LookupQuestion.Kind
  /// `resident-id:`
  var keyStart: String
  var field: String
}

struct ConstantValue: Sendable {
  var kind: Tree.Kind
  var text: Span
}

struct ShapeRange: Sendable {
  var start: Int32
  var count: Int32
  var hasDay: Bool
}

struct DateProgram: Sendable {
  /// In `Program.shapes`.
  var shapes: Int32
  var shapeCount: Int32
  var into: ShapeRange
  /// In local time, or with its offset.
  var open: Policy?
  var zeros: ZeroPolicy
  var century: Int32
  var endsMonth: Bool
  /// The shapes in words, for faults.
  var words: Span
}

/// A code table as open addressing: a power of two of slots.
struct CodeProgram: Sendable {
  var start: Int32
  var mask: Int32
  var unknown: Policy
  /// What an unknown code becomes, or -1.
  var constant: Int32
  /// Its name, for faults.
  var name: Span
  /// Where the periods of its slots begin in `ValueSteps.periods`; -1 where no day is asked.
  var periods: Int32 = -1
}

struct CodeSlot: Sendable {
  var code: Span
  var value: ConstantValue
  /// What the code means.
  var label: Span
  var isTaken: Bool

  static let free = CodeSlot(
    code: .empty, value: ConstantValue(kind: .null, text: .empty), label: .empty, isTaken: false)
}

enum Test: Sendable {
  /// The value at the path is one of these constants.
  case equals(path: Int32, start: Int32, count: Int32)
  case present(path: Int32)
  case not(Int32)
  /// These tests one after the other, in `Program.operands`.
  case all(start: Int32, count: Int32)
  case any(start: Int32, count: Int32)
}
