import Records

/// Turns the moments of a run into fields and the moves that made them.
struct Explainer {
  private(set) var fields: [Explanation.Field] = []
  private let mapping: Mapping
  private let input: Tree
  private let faults: [MappingFault]
  private let warnings: [MappingFault]
  // The field that is being told.
  private var moves: [Move] = []
  private var natives: [Int] = []
  private var hasBegun = false
  /// The value in hand before this moment, of this field.
  private var before: Moment?
  private var faultCount = 0
  private var warningCount = 0
  /// Conditions of groups and lists that hold, and how far each reaches.
  private var open: [(range: Range<Int>, move: Move)] = []
  /// The moves that led to the values that several rules need.
  private var kept: [Int32: [Move]] = [:]

  private var program: Program { mapping.program }

  init(_ mapping: Mapping, _ input: Tree, faults: [MappingFault], warnings: [MappingFault]) {
    self.mapping = mapping
    self.input = input
    self.faults = faults
    self.warnings = warnings
  }

  mutating func tell(_ moments: [Moment]) {
    for moment in moments {
      open.removeAll { !$0.range.contains(moment.instruction) }
      tell(moment)
      (faultCount, warningCount) = (moment.faults, moment.warnings)
    }
  }

  private mutating func tell(_ moment: Moment) {
    switch program.code.base[moment.instruction] {
    case .open, .close, .nextItem, .jump, .jumpIfThere: return
    case .jumpUnless(_, let target): ask(moment, until: Int(target))
    case .beginItems(let path, let end): begin(moment, path, until: Int(end))
    case .emit, .envelope: return finish(moment)
    case .clear, .beginJoin: break
    case .piece: if moment.state == .there, moment.node >= 0 { natives.append(moment.node) }
    case .load(let path, _): look(moment, path)
    case .constant: add(.constant, "constant", moment, from: nil)
    case .endJoin: add(.join, "joined", moment, from: nil)
    case .store(let register):
      let start = moves.lastIndex { $0.kind == .from } ?? moves.startIndex
      kept[register] = Array(moves[start...])
    case .recall(let register): recall(register, moment)
    case .fallback where before?.state == .absent:
      add(.fallback, "default", moment, from: nil)
    case .require where before?.state == .absent: add(.required, "required", moment, from: nil)
    case .fallback, .require: break
    default: step(moment)
    }
    hasBegun = hasBegun || !isStructure(moment)
    before = moment
  }

  /// Conditions and lists that stand around fields, not in one.
  private func isStructure(_ moment: Moment) -> Bool {
    switch program.code.base[moment.instruction] {
    case .jumpUnless, .beginItems: !hasBegun
    default: false
    }
  }

  // MARK: Moves

  private func note(_ moment: Moment) -> RuleNote {
    mapping.rules[Int(program.ruleOf.base[moment.instruction])]
  }

  private mutating func add(
    _ kind: Move.Kind, _ words: String, _ moment: Moment, from before: String?,
    native: Explanation.Place? = nil, table: Move.Table? = nil
  ) {
    var move = Move(kind, words, at: note(moment))
    (move.before, move.native, move.table) = (before, native, table)
    if moment.state == .there { move.after = moment.text }
    if moment.faults > faultCount { move.fault = faults[moment.faults - 1] }
    if moment.warnings > warningCount { move.warning = warnings[moment.warnings - 1] }
    moves.append(move)
  }

  /// What an earlier rule did in the same words; it is this rule's too.
  private mutating func recall(_ register: Int32, _ moment: Moment) {
    let note = note(moment)
    moves += (kept[register] ?? []).map { move in
      var move = move
      (move.file, move.line, move.path) = (note.file, note.line, note.path)
      return move
    }
  }

  private mutating func look(_ moment: Moment, _ path: Int32) {
    let place = moment.node >= 0 ? Explanation.Place(of: moment.node, in: input) : nil
    add(
      .from, place?.path ?? program.notes.paths[Int(path)], moment, from: nil, native: place)
  }

  /// A step without a value in hand does nothing.
  private mutating func step(_ moment: Moment) {
    guard let before, before.state == .there,
      let words = program.notes.words[moment.instruction]
    else { return }
    var table: Move.Table?
    if case .code(let number) = program.code.base[moment.instruction],
      let origin = program.notes.tables[Int(number)]?
        .edition(moment.slot.flatMap { program.values.editions[$0] })
    {
      table = Move.Table(
        name: origin.table.name, version: origin.table.version, source: origin.table.source,
        label: moment.state == .there ? origin.label(of: before.text, into: moment.text) : "")
    }
    add(.step, words, moment, from: before.text, table: table)
  }

  private mutating func ask(_ moment: Moment, until end: Int) {
    guard let note = program.notes.conditions[moment.instruction] else { return }
    var seen: [Move.Seen] = []
    for look in moment.seen.map(self.seen) where !seen.contains(look) { seen.append(look) }
    let move = Move(note, holds: !moment.hasJumped, seen: seen)
    if hasBegun { return moves.append(move) }
    if moment.hasJumped {
      skip(moment, until: end, move, because: "the condition does not hold: \(note.words)")
    } else {
      open.append((moment.instruction..<end, move))
    }
  }

  private func seen(_ seen: Moment.Seen) -> Move.Seen {
    guard seen.node >= 0 else {
      return Move.Seen(path: program.notes.paths[seen.path], text: nil)
    }
    return Move.Seen(path: input.path(of: seen.node), text: input.shownText(of: seen.node))
  }

  private mutating func begin(_ moment: Moment, _ path: Int32, until end: Int) {
    guard moment.hasJumped else { return }
    var words = program.notes.paths[Int(path)]
    if words.hasSuffix("[*]") { words.removeLast(3) }
    if hasBegun { return add(.from, words, moment, from: nil) }
    skip(moment, until: end, nil, because: "the record has nothing at \(words)")
  }

  // MARK: Fields

  private mutating func finish(_ moment: Moment) {
    let note = note(moment)
    let target = place(note.target, moment.items)
    if moment.node >= 0, !natives.contains(moment.node) { natives.append(moment.node) }
    var places = natives.map { Explanation.Place(of: $0, in: input) }
    let result: Explanation.Result
    switch moment.state {
    case .there where isLeftOut(moment):
      result = .absent("nothing beside it has a value from the record")
    case .there: result = .value(moment.text, moment.kind)
    case .absent: result = .absent(reason())
    case .refused: result = .refused(fault(of: moment, places.last))
    }
    if case .absent = result { places = [] }
    add(target, result, note, places)
    moves.removeAll()
    natives.removeAll()
    hasBegun = false
    before = nil
  }

  /// A constant in a group that was taken back.
  private func isLeftOut(_ moment: Moment) -> Bool {
    guard case .emit = program.code.base[moment.instruction] else { return false }
    return moment.output == nil
  }

  private mutating func add(
    _ target: String, _ result: Explanation.Result, _ note: RuleNote,
    _ natives: [Explanation.Place]
  ) {
    fields.append(
      Explanation.Field(
        target: target, result: result, rule: note, natives: natives,
        conditions: open.map(\.move), moves: moves))
  }

  /// The fields that the run went past.
  private mutating func skip(
    _ moment: Moment, until end: Int, _ condition: Move?, because reason: String
  ) {
    if let condition { open.append((moment.instruction..<moment.instruction + 1, condition)) }
    for index in moment.instruction..<end {
      switch program.code.base[index] {
      case .emit, .envelope:
        let note = mapping.rules[Int(program.ruleOf.base[index])]
        add(place(note.target, moment.items), .absent(reason), note, [])
      default: break
      }
    }
  }

  /// The target with the number of each item.
  private func place(_ target: String, _ items: [Int]) -> String {
    let parts = target.split(separator: "[*]", omittingEmptySubsequences: false)
    return parts.indices.dropFirst().reduce(String(parts[0])) { path, index in
      path + "[\(index <= items.count ? String(items[index - 1]) : "*")]" + parts[index]
    }
  }

  private func fault(of moment: Moment, _ place: Explanation.Place?) -> MappingFault {
    let known =
      moves.last { $0.fault != nil }?.fault
      ?? faults.last { $0.source == place?.path && !$0.source.isEmpty } ?? faults.last
    return known
      ?? MappingFault(
        code: .malformedValue, target: note(moment).target, source: place?.path ?? "",
        byte: place?.byte ?? -1, expectation: "another value", rule: note(moment).name)
  }

  /// Why there is no value: the last thing that gave none.
  private func reason() -> String {
    guard let move = moves.last(where: { $0.after == nil && $0.holds != true }) else {
      return "its rule gives no value"
    }
    switch move.kind {
    case .when: return "the condition does not hold: \(move.words)"
    case .from where move.native == nil: return "the record has no \(move.words)"
    case .from: return "\(move.words) is empty"
    case .join: return "none of the values to join is there"
    case .step where move.warning?.code == .unmappedCode:
      return "the table does not have the code, and the rule says: unknown \"absent\""
    case .step: return "this step leaves no value: \(move.words)"
    case .constant, .fallback, .required: return "its rule gives no value"
    }
  }
}
