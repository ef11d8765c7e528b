import Records
import Standards

/// What runs need and keep from record to record: a lane has one and uses it for all its mappings.
///
/// Once it is warm, a run allocates nothing unless it finds a fault.
package struct MappingMachine: ~Copyable, Sendable {
  /// What the checks of numbers may know: today, the table of divisions.
  package var reference: Reference
  /// If set, runs write down what they do: `mapping explain` and `mapping test` look at it. It belongs to
  /// one mapping.
  package var trace: MappingTrace?
  let work = Work()
  let scratch = Scratch()

  /// What is known of the base library; a question that is not answered here makes the outcome `asks`.
  package var answers: LookupAnswers {
    get { work.answers }
    set { work.answers = newValue }
  }

  package init(reference: Reference = Reference()) {
    self.reference = reference
  }

  /// Why the last record was refused; at most `Limits.faults`.
  package var faults: [MappingFault] { work.faults }
  /// What somebody should look at in the last record; at most `Limits.faults`.
  package var warnings: [MappingFault] { work.warnings }
  /// What the last record asks, where its outcome is `asks`.
  package var questions: [LookupQuestion] { work.questions }
}

/// The bounds of a run, in one place.
enum Limits {
  /// Faults, warnings and cleansings that are told of one record.
  static let faults = 32
  /// Bytes and values of an output.
  static let outputBytes = 64 << 20
  static let outputNodes = 1 << 20
  /// A number that is longer is none.
  static let numberBytes = 4096
  /// Looks at a character that the pattern of one step may take for a value of so many bytes.
  static func patternSteps(_ bytes: Int) -> Int { (1 << 20) + 64 * bytes }
  /// Items of one record that become records; what they become together is bounded like one output.
  static let recordItems = 10_000
}

/// The arrays of a machine, emptied and used again. A class, so that a run takes them up with one reference.
///
/// `@unchecked Sendable`: it is reached only through the one `MappingMachine` that made it, which cannot be
/// copied, and a run has exclusive access to its machine. For the same reason no access asks whether another is
/// under way.
final class Work: @unchecked Sendable {
  @exclusivity(unchecked) var faults: [MappingFault] = []
  @exclusivity(unchecked) var warnings: [MappingFault] = []
  @exclusivity(unchecked) var questions: [LookupQuestion] = []
  @exclusivity(unchecked) var cleansed: ContiguousArray<Cleansing.Act> = []
  @exclusivity(unchecked) var answers = LookupAnswers()
  /// Native nodes that a fault was told of: one bad value is one fault, however often it is used.
  @exclusivity(unchecked) var faulty: [Int32] = []
  /// Where each member name stood in the record before.
  @exclusivity(unchecked) var hints: ContiguousArray<Int32> = []
  /// Of each node of the record, the container it stands in.
  @exclusivity(unchecked) var parents: ContiguousArray<Int32> = []
  @exclusivity(unchecked) var containers: ContiguousArray<Container> = []
  @exclusivity(unchecked) var frames: ContiguousArray<Frame> = []
  /// The nodes that the open frames go through.
  @exclusivity(unchecked) var items: ContiguousArray<Int32> = []
  @exclusivity(unchecked) var pieces: ContiguousArray<Value> = []
  /// Values that several rules of the record need.
  @exclusivity(unchecked) var registers: ContiguousArray<Value> = []
  /// What the search for a pattern needs and what it found.
  @exclusivity(unchecked) var patternRoom: ContiguousArray<Int32> = []
  /// A text that is being written.
  @exclusivity(unchecked) var written: ContiguousArray<UInt8> = []
  /// The items of the record that become records of their own.
  @exclusivity(unchecked) var subjects: ContiguousArray<RecordItem> = []
  /// The item of a list whose position was last counted, in this record.
  @exclusivity(unchecked) var counted: (list: Int32, node: Int32, position: Int)?
  /// Where the pieces of each open join begin.
  @exclusivity(unchecked) var joins: ContiguousArray<Int32> = []

  /// An object or array of the output that is not closed yet.
  struct Container: Sendable {
    var index: Int32
    /// Whether something in it came from the record.
    var isTouched: Bool
  }

  /// A list of the record that is being gone through.
  struct Frame: Sendable {
    var start: Int32
    var current: Int32
    /// The base before it.
    var outer: Int32
  }
}

/// The value in hand.
///
/// `@unchecked Sendable`: its address is valid only within the run that made it. `Work` keeps values in
/// `pieces` and `registers`; a run reads there only what it has written itself.
struct Value: @unchecked Sendable {
  enum State: UInt8, Sendable {
    case absent, there, refused
  }
  var state: State
  var kind: Tree.Kind
  /// Where its text stands in the output's arena, if it is there already; else -1.
  var interned: Int32
  /// The native node it comes from; -1 for constants.
  var node: Int32
  var text: UnsafeRawBufferPointer

  static let absent = Value(
    state: .absent, kind: .null, interned: -1, node: -1,
    text: UnsafeRawBufferPointer(start: nil, count: 0))
}
