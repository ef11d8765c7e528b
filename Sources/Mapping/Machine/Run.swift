import Records
import Standards

/// One run of a program over one record. It lives inside `Mapping.run`, where its addresses are valid.
struct Run {
  let program: Program
  // The arrays of the program that every value needs.
  let code: UnsafePointer<Instruction>
  let pool: UnsafeRawPointer
  let paths: UnsafePointer<PathRange>
  let steps: UnsafePointer<PathStep>
  let constants: UnsafePointer<ConstantValue>
  let nodes: UnsafePointer<Tree.Node>
  let arena: UnsafeRawPointer
  let root: Int32
  let reference: Reference
  let scratch: Scratch
  let isTracing: Bool
  var trace: MappingTrace?
  let work: Work
  var output = Tree()
  var envelope = Envelope()
  var value = Value.absent
  /// The record, or the item of the innermost list.
  var base: Int32
  /// The instruction that is executed, for faults.
  var here = 0
  /// Whether `parents` tells of this record already: another item of it was mapped before.
  var knowsParents = false
  /// The day that says which edition of a code table holds, as a number; 0 for none.
  var day: Int32 = 0
  /// The slot of the code that was translated last, for traces.
  var slot: Int32 = -1
  /// Set when the output grows beyond its bounds; the run ends.
  var isStopped = false

  init(
    _ program: Program, nodes: UnsafePointer<Tree.Node>, arena: UnsafeRawPointer, root: Int,
    item: Int32, machine: borrowing MappingMachine
  ) {
    self.program = program
    code = program.code.base
    pool = UnsafeRawPointer(program.pool.base)
    paths = program.paths.base
    steps = program.steps.base
    constants = program.constants.base
    self.nodes = nodes
    self.arena = arena
    self.root = Int32(root)
    base = item
    reference = machine.reference
    scratch = machine.scratch
    work = machine.work
    isTracing = machine.trace != nil
  }

  // MARK: The program

  mutating func execute() {
    prepare()
    let count = program.code.count
    var next = 0
    while next < count, !isStopped {
      here = next
      next += 1
      switch code[here] {
      case .load(let path, let trims): load(path, trims: trims)
      case .constant(let number): value = constant(number)
      case .store(let register): work.registers[Int(register)] = value
      case .recall(let register): value = work.registers[Int(register)]
      case .clear: value = .absent
      case .emit(let name): emit(name)
      case .require: require()
      case .fallback(let number): if value.state == .absent { value = constant(number) }
      case .jump(let target): next = Int(target)
      case .jumpIfThere(let target): if value.state != .absent { next = Int(target) }
      case .jumpUnless(let test, let target): if !holds(test) { next = Int(target) }
      case .open(let kind, let name): open(kind, name)
      case .close: close()
      case .beginItems(let path, let end): if !beginItems(path) { next = Int(end) }
      case .nextItem(let start): if nextItem() { next = Int(start) }
      case .beginJoin: work.joins.append(Int32(work.pieces.count))
      case .piece: work.pieces.append(value)
      case .endJoin(let separator): join(separator)
      case .envelope(let slot): fill(slot)
      case .hold(let end): if !hold() { next = Int(end) }
      case .keepDay: keepDay()
      case let step: if value.state == .there { apply(step) }
      }
      if isTracing { note(next: next) }
    }
  }

  /// The steps that change the value in hand.
  @inline(__always) private mutating func apply(_ step: Instruction) {
    switch step {
    case .code(let number): translate(number)
    case .named(let number, let path): compare(number, path)
    case .date(let number): readDate(number)
    case .identifier(let kind): identify(kind)
    case .division: divide()
    case .number(let whole): readNumber(whole: whole)
    case .lookup(let number): lookUp(number)
    case .text: value.kind = .string
    case .absentTexts(let start, let count): leaveOut(start, count)
    case .halfWidth: halveWidth()
    case .without(let span): remove(span)
    case .upper: changeCase(toUpper: true)
    case .lower: changeCase(toUpper: false)
    case .part(let number, let separator): cutPart(number, separator)
    case .characters(let first, let last): cutCharacters(first, last)
    case .replace(let number): replace(number)
    case .match(let number): match(number)
    case .decimal(let number): readDecimal(number)
    case .locate(let number): locate(number)
    case .pad(let number): pad(number)
    case .fullWidth: widen()
    default: break
    }
  }

  mutating func prepare() {
    scratch.reset()
    if !work.faults.isEmpty { work.faults.removeAll(keepingCapacity: true) }
    if !work.warnings.isEmpty { work.warnings.removeAll(keepingCapacity: true) }
    if !work.questions.isEmpty { work.questions.removeAll(keepingCapacity: true) }
    if !work.cleansed.isEmpty { work.cleansed.removeAll(keepingCapacity: true) }
    if !work.faulty.isEmpty { work.faulty.removeAll(keepingCapacity: true) }
    if !work.containers.isEmpty { work.containers.removeAll(keepingCapacity: true) }
    if !work.frames.isEmpty { work.frames.removeAll(keepingCapacity: true) }
    if !work.items.isEmpty { work.items.removeAll(keepingCapacity: true) }
    if !work.pieces.isEmpty { work.pieces.removeAll(keepingCapacity: true) }
    if !work.joins.isEmpty { work.joins.removeAll(keepingCapacity: true) }
    if work.hints.count < program.hintCount {
      work.hints.append(
        contentsOf: repeatElement(0, count: program.hintCount - work.hints.count))
    }
    if work.patternRoom.count < program.values.patternRoom {
      work.patternRoom = ContiguousArray(repeating: 0, count: program.values.patternRoom)
    }
    if work.registers.count < program.registerCount {
      work.registers = ContiguousArray(repeating: .absent, count: program.registerCount)
    }
    output.removeAll()
    output.arena.append(
      contentsOf: UnsafeBufferPointer(start: program.pool.base, count: program.internedCount))
    trace?.moments?.removeAll(keepingCapacity: true)
    guard !knowsParents else { return }
    work.counted = nil
    findParents()
  }

  /// A hint is good only for a direct member, so each node's container must be known.
  private mutating func findParents() {
    let end = Int(nodes[Int(root)].end)
    if work.parents.count < end {
      work.parents.append(contentsOf: repeatElement(-1, count: end - work.parents.count))
    }
    let nodes = self.nodes
    let root = Int(self.root)
    work.parents.withUnsafeMutableBufferPointer { parents in
      parents[root] = -1
      var index = root + 1
      while index < end {
        var container = index - 1
        while nodes[container].end <= index { container = Int(parents[container]) }
        parents[index] = Int32(container)
        index += 1
      }
    }
  }

  // MARK: Values

  @inline(__always) func text(_ span: Span) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: pool + Int(span.offset), count: Int(span.count))
  }

  func constant(_ number: Int32) -> Value {
    let constant = constants[Int(number)]
    return Value(
      state: .there, kind: constant.kind, interned: constant.text.offset, node: -1,
      text: text(constant.text))
  }

  @inline(__always) func text(of node: Tree.Node) -> UnsafeRawBufferPointer {
    switch node.kind {
    case .true: text(program.trueText)
    case .false: text(program.falseText)
    default:
      UnsafeRawBufferPointer(
        start: arena + Int(node.text.offset), count: Int(node.text.count))
    }
  }

  @inline(__always) private mutating func load(_ path: Int32, trims: Bool) {
    let index = find(path)
    guard index >= 0 else {
      value = .absent
      if index == Run.isList {
        refuse(.notAValue, "one value; several need [*], or the number of one")
      }
      return
    }
    let node = nodes[Int(index)]
    var text = text(of: node)
    switch node.kind {
    case .null:
      value = .absent
      return
    case .object, .array:
      value = .absent
      value.node = index
      guard node.end > index + 1 else { return }
      return refuse(.notAValue, "one value, not a list or an object")
    case .string:
      if trims { text = trimmed(text) }
      guard !text.isEmpty else {
        value = .absent
        value.node = index
        return
      }
    case .number, .true, .false: break
    }
    value = Value(state: .there, kind: node.kind, interned: -1, node: index, text: text)
  }

  private mutating func require() {
    guard value.state == .absent else { return }
    refuse(.missingField, "a value, since the standard needs it")
  }

  private mutating func leaveOut(_ start: Int32, _ count: Int32) {
    for index in Int(start)..<Int(start + count)
    where same(text(constants[index].text), value.text) {
      value.state = .absent
      return
    }
  }
}
