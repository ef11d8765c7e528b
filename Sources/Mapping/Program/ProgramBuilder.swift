import Records

/// Collects the arrays of a `Program` while a definition is compiled.
struct ProgramBuilder {
  private(set) var code: [Instruction] = []
  private var ruleOf: [Int32] = []
  private var interned: [UInt8] = []
  private var other: [UInt8] = []
  private var spans: [String: Span] = [:]
  private var paths: [PathRange] = []
  private var pathNumbers: [FieldPath: Int32] = [:]
  private var steps: [PathStep] = []
  private var constants: [ConstantValue] = []
  private var dates: [DateProgram] = []
  private var shapes: [ShapeRange] = []
  private var pieces: [DateShape.Piece] = []
  private var codes: [CodeProgram] = []
  private var slots: [CodeSlot] = []
  private var tests: [Test] = []
  private var operands: [Int32] = []
  private var hintCount = 0
  private var registers: [(path: FieldPath, steps: [Step])] = []
  private(set) var rules: [RuleNote] = []
  var readPaths: Set<String> = []
  var records: RecordsProgram?
  private var lookups: [LookupProgram] = []
  private var notes = ProgramNotes()
  var values = ValueSteps()
  private var rule: Int32 = 0

  /// Texts that are not copied into outputs have their offsets counted from here until the end.
  private static let otherBase: Int32 = 1 << 30

  // MARK: Code

  var next: Int32 { Int32(code.count) }

  mutating func add(_ instruction: Instruction) {
    code.append(instruction)
    ruleOf.append(rule)
  }

  /// Room for an instruction that is known later.
  mutating func reserve() -> Int {
    add(.clear)
    return code.count - 1
  }

  mutating func fill(_ place: Int, _ instruction: Instruction) {
    code[place] = instruction
  }

  /// The instructions from now on belong to this rule.
  mutating func begin(_ note: RuleNote) {
    rules.append(note)
    rule = Int32(rules.count - 1)
  }

  /// The instructions from now on belong to an earlier rule again.
  mutating func resume(_ number: Int) {
    rule = Int32(number)
  }

  // MARK: What people are told

  /// The instructions since `start` do this step of a rule.
  mutating func explain(_ start: Int32, as words: String) {
    if start < next { notes.words[Int(start)] = words }
  }

  mutating func explain(_ place: Int, as condition: ConditionNote) {
    notes.conditions[place] = condition
  }

  // MARK: Values that several rules need

  /// The register of a value that was found before, on the way that every run takes.
  func register(of path: FieldPath, _ steps: [Step]) -> Int32? {
    registers.firstIndex { $0.path == path && $0.steps == steps }.map { Int32($0) }
  }

  mutating func makeRegister(for path: FieldPath, _ steps: [Step]) -> Int32 {
    registers.append((path, steps))
    return Int32(registers.count - 1)
  }

  // MARK: Texts

  /// A text that every output's arena begins with.
  mutating func interned(_ text: String) -> Span {
    if let span = spans[text], span.offset < Self.otherBase { return span }
    let span = Span(offset: Int32(interned.count), count: Int32(text.utf8.count))
    interned.append(contentsOf: text.utf8)
    spans[text] = span
    return span
  }

  mutating func text(_ text: String) -> Span {
    if let span = spans[text] { return span }
    let span = Span(
      offset: Self.otherBase + Int32(other.count), count: Int32(text.utf8.count))
    other.append(contentsOf: text.utf8)
    spans[text] = span
    return span
  }

  mutating func constant(_ value: Constant) -> Int32 {
    constants.append(self.value(value, isInterned: true))
    return Int32(constants.count - 1)
  }

  private mutating func value(_ constant: Constant, isInterned: Bool) -> ConstantValue {
    switch constant {
    case .bool(let flag): return ConstantValue(kind: flag ? .true : .false, text: .empty)
    case .number(let text):
      return ConstantValue(kind: .number, text: isInterned ? interned(text) : self.text(text))
    case .text(let text):
      return ConstantValue(kind: .string, text: isInterned ? interned(text) : self.text(text))
    }
  }

  /// Constants one after the other, to compare with.
  mutating func constants(_ values: [Constant]) -> (start: Int32, count: Int32) {
    let start = Int32(constants.count)
    for value in values { constants.append(self.value(value, isInterned: false)) }
    return (start, Int32(values.count))
  }

  // MARK: Paths

  mutating func path(_ path: FieldPath) -> Int32 {
    if let number = pathNumbers[path] { return number }
    let start = Int32(steps.count)
    for step in path.steps {
      switch step {
      case .member(let name):
        steps.append(PathStep(kind: .member, name: text(name), number: Int32(hintCount)))
        hintCount += 1
      case .item(let index): steps.append(PathStep(kind: .item, number: Int32(index)))
      case .every: steps.append(PathStep(kind: .every))
      case .matching(let name, let value):
        steps.append(
          PathStep(
            kind: .matching, name: text(name), number: Int32(hintCount), wanted: text(value)))
        hintCount += 1
      }
    }
    paths.append(
      PathRange(start: start, count: Int32(path.steps.count), isAbsolute: path.isAbsolute))
    pathNumbers[path] = Int32(paths.count - 1)
    notes.paths.append(path.text)
    return Int32(paths.count - 1)
  }

  mutating func lookup(_ lookup: Lookup) -> Int32 {
    lookups.append(
      LookupProgram(kind: lookup.kind, keyStart: lookup.number + ":", field: lookup.field))
    return Int32(lookups.count - 1)
  }

  // MARK: Dates, codes, tests

  mutating func date(_ step: DateStep) -> Int32 {
    let ranges = step.shapes.map { shape($0) }
    let start = Int32(shapes.count)
    shapes.append(contentsOf: ranges)
    let words =
      step.shapes.count == DateShape.any.count
      ? "any usual shape" : step.shapes.map(\.text).joined(separator: " or ")
    dates.append(
      DateProgram(
        shapes: start, shapeCount: Int32(ranges.count), into: shape(step.into), open: step.open,
        zeros: step.zeros, century: Int32(step.century ?? 0), endsMonth: step.day == .last,
        words: text(words)))
    return Int32(dates.count - 1)
  }

  private mutating func shape(_ shape: DateShape) -> ShapeRange {
    let start = Int32(pieces.count)
    pieces.append(contentsOf: shape.pieces)
    return ShapeRange(start: start, count: Int32(shape.pieces.count), hasDay: shape.hasDay)
  }

  mutating func code(_ step: CodeStep) -> Int32 {
    var size = 4
    while size < step.entries.count * 2 { size *= 2 }
    let start = slots.count
    slots.append(contentsOf: Array(repeating: CodeSlot.free, count: size))
    let periods = step.isDated ? values.addPeriods(size) : -1
    // Of several entries of one code and day the last counts, so it is met first.
    for entry in step.entries.reversed() {
      var place = Int(codeHash(entry.code.utf8)) & (size - 1)
      while slots[start + place].isTaken { place = (place + 1) & (size - 1) }
      slots[start + place] = CodeSlot(
        code: text(entry.code), value: value(entry.value, isInterned: false),
        label: step.named == nil ? .empty : text(entry.label), isTaken: true)
      guard step.isDated else { continue }
      values.setPeriod(
        entry.period, at: Int(periods) + place, edition: entry.edition, slot: start + place)
    }
    var program = CodeProgram(
      start: Int32(start), mask: Int32(size - 1), unknown: .refuse, constant: -1,
      name: text(step.title), periods: periods)
    switch step.unknown {
    case .policy(let policy): program.unknown = policy
    case .constant(let value): program.constant = constant(value)
    }
    codes.append(program)
    notes.tables.append(step.origin)
    return Int32(codes.count - 1)
  }

  mutating func test(_ condition: Condition) -> Int32 {
    let test: Test
    switch condition {
    case .present(let path): test = .present(path: self.path(path))
    case .equals(let path, let values):
      let range = constants(values)
      test = .equals(path: self.path(path), start: range.start, count: range.count)
    case .not(let inner): test = .not(self.test(inner))
    case .all(let parts):
      let range = operands(parts)
      test = .all(start: range.start, count: range.count)
    case .any(let parts):
      let range = operands(parts)
      test = .any(start: range.start, count: range.count)
    }
    tests.append(test)
    return Int32(tests.count - 1)
  }

  private mutating func operands(_ conditions: [Condition]) -> (start: Int32, count: Int32) {
    var numbers: [Int32] = []
    for condition in conditions { numbers.append(test(condition)) }
    operands.append(contentsOf: numbers)
    return (Int32(operands.count - numbers.count), Int32(numbers.count))
  }

  // MARK: The end

  mutating func program() -> Program {
    let trueText = text("true")
    let falseText = text("false")
    let base = Int32(interned.count)
    func moved(_ span: Span) -> Span {
      guard span.offset >= Self.otherBase else { return span }
      return Span(offset: span.offset - Self.otherBase + base, count: span.count)
    }
    func moved(_ value: ConstantValue) -> ConstantValue {
      ConstantValue(kind: value.kind, text: moved(value.text))
    }
    return Program(
      code: Frozen(code.map { $0.moved(moved) }), pool: Frozen(interned + other),
      internedCount: interned.count, paths: Frozen(paths),
      steps: Frozen(
        steps.map { step in
          var step = step
          step.name = moved(step.name)
          step.wanted = moved(step.wanted)
          return step
        }),
      constants: Frozen(constants.map(moved)),
      dates: Frozen(
        dates.map { date in
          var date = date
          date.words = moved(date.words)
          return date
        }), shapes: Frozen(shapes), pieces: Frozen(pieces),
      codes: Frozen(
        codes.map { code in
          var code = code
          code.name = moved(code.name)
          return code
        }),
      slots: Frozen(
        slots.map {
          CodeSlot(
            code: moved($0.code), value: moved($0.value), label: moved($0.label),
            isTaken: $0.isTaken)
        }), tests: Frozen(tests), operands: Frozen(operands), hintCount: hintCount,
      registerCount: registers.count,
      trueText: moved(trueText), falseText: moved(falseText), ruleOf: Frozen(ruleOf), rules: rules,
      records: records, lookups: lookups, readPaths: readPaths, notes: notes, values: values)
  }
}

extension Instruction {
  fileprivate func moved(_ move: (Span) -> Span) -> Instruction {
    switch self {
    case .without(let span): .without(move(span))
    case .part(let number, let span): .part(number, of: move(span))
    case .endJoin(let span): .endJoin(separator: move(span))
    case .emit(let span): .emit(name: move(span))
    case .open(let kind, let span): .open(kind, name: move(span))
    default: self
    }
  }
}

/// FNV-1a, folded.
func codeHash<Bytes: Sequence<UInt8>>(_ bytes: Bytes) -> UInt32 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
}
