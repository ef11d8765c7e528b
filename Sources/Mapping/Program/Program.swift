import Records

/// A mapping as flat arrays: what a run reads.
///
/// `pool` begins with the names and constants that the output needs; a run copies that beginning into the
/// output's arena in one piece, so that a name costs nothing when its member is written.
final class Program: Sendable {
  let code: Frozen<Instruction>
  let pool: Frozen<UInt8>
  /// How many bytes of the pool are copied into each output.
  let internedCount: Int
  let paths: Frozen<PathRange>
  let steps: Frozen<PathStep>
  let constants: Frozen<ConstantValue>
  let dates: Frozen<DateProgram>
  let shapes: Frozen<ShapeRange>
  let pieces: Frozen<DateShape.Piece>
  let codes: Frozen<CodeProgram>
  let slots: Frozen<CodeSlot>
  let tests: Frozen<Test>
  let operands: Frozen<Int32>
  let hintCount: Int
  let registerCount: Int
  /// What a native true and false are as text.
  let trueText: Span
  let falseText: Span
  /// Of each instruction, the rule that it belongs to.
  let ruleOf: Frozen<Int32>
  let rules: [RuleNote]
  let records: RecordsProgram?
  let lookups: [LookupProgram]
  /// Every native field that is read, by a rule or a condition, with `[*]` for items.
  let readPaths: Set<String>
  let notes: ProgramNotes
  let values: ValueSteps

  init(
    code: Frozen<Instruction>,
    pool: Frozen<UInt8>,
    internedCount: Int,
    paths: Frozen<PathRange>,
    steps: Frozen<PathStep>,
    constants: Frozen<ConstantValue>,
    dates: Frozen<DateProgram>,
    shapes: Frozen<ShapeRange>,
    pieces: Frozen<DateShape.Piece>,
    codes: Frozen<CodeProgram>,
    slots: Frozen<CodeSlot>,
    tests: Frozen<Test>,
    operands: Frozen<Int32>,
    hintCount: Int,
    registerCount: Int,
    trueText: Span,
    falseText: Span,
    ruleOf: Frozen<Int32>,
    rules: [RuleNote],
    records: RecordsProgram?,
    lookups: [LookupProgram],
    readPaths: Set<String>,
    notes: ProgramNotes,
    values: ValueSteps
  ) {
    self.code = code
    self.pool = pool
    self.internedCount = internedCount
    self.paths = paths
    self.steps = steps
    self.constants = constants
    self.dates = dates
    self.shapes = shapes
    self.pieces = pieces
    self.codes = codes
    self.slots = slots
    self.tests = tests
    self.operands = operands
    self.hintCount = hintCount
    self.registerCount = registerCount
    self.trueText = trueText
    self.falseText = falseText
    self.ruleOf = ruleOf
    self.rules = rules
    self.records = records
    self.lookups = lookups
    self.readPaths = readPaths
    self.notes = notes
    self.values = values
  }
}

/// What a person needs to know of a rule when it refuses a value or is explained.
package struct RuleNote: Sendable, Equatable {
  /// The standard field, such as `identifiers[*].number`, or `event.region`.
  package var target: String
  /// The native fields, in the order in which they are tried.
  package var sources: [String]
  /// What is done to the value, in the words of the language.
  package var steps: [String]
  package var isRequired: Bool
  package var file: String
  package var line: Int
  /// The place in the file, such as `fields.sex`.
  package var path: String
}
