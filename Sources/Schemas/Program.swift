import Patterns
import Records
import Standards

/// The compiled form: a rule for each subschema, and each rule a stretch of one flat list of instructions.
///
/// Names, numbers and constants of the schema lie in one tree of constants. Immutable once compiled.
final class Program: Sendable {
  let root: Int32
  /// Where each instruction's keyword stands, for violations.
  let locations: [String]
  let constants: Tree
  let patterns: [Pattern]
  let usesDynamicScope: Bool
  private let rules: Frozen<Rule>
  private let code: Frozen<Instruction>
  private let lists: Frozen<Int32>
  private let objects: Frozen<ObjectRule>
  private let choices: Frozen<Choice>
  private let names: NameTables
  private let automata: Frozen<Automaton.Table>
  private let divisors: Frozen<Divisor>
  private let dynamicTargets: Frozen<DynamicTarget>
  /// The program's memory, to be used while the program is alive.
  let parts: Parts

  init(_ builder: consuming ProgramBuilder, root: Int32, dynamicTargets: [DynamicTarget]) {
    self.root = root
    locations = builder.locations
    constants = builder.constants
    patterns = builder.patterns
    usesDynamicScope = builder.usesDynamicScope
    rules = Frozen(builder.rules)
    code = Frozen(builder.code)
    lists = Frozen(builder.lists)
    objects = Frozen(builder.objects)
    choices = Frozen(builder.choices)
    names = NameTables(builder.names)
    automata = Frozen(builder.patterns.map(\.table))
    divisors = Frozen(builder.divisors)
    self.dynamicTargets = Frozen(dynamicTargets)
    parts = Parts(
      rules: rules.pointer, code: code.pointer, lists: lists.pointer, objects: objects.pointer,
      choices: choices.pointer, names: names.view, automata: automata.pointer,
      divisors: divisors.pointer, dynamicTargets: self.dynamicTargets.pointer,
      usesDynamicScope: usesDynamicScope)
  }

  /// `@unchecked Sendable`: the memory behind the pointers is only ever read.
  struct Parts: @unchecked Sendable {
    let rules: UnsafeBufferPointer<Rule>
    let code: UnsafeBufferPointer<Instruction>
    /// Rules, nodes and names that instructions list, back to back.
    let lists: UnsafeBufferPointer<Int32>
    let objects: UnsafeBufferPointer<ObjectRule>
    let choices: UnsafeBufferPointer<Choice>
    let names: NameTables.View
    /// The table of each pattern that has one.
    let automata: UnsafeBufferPointer<Automaton.Table>
    let divisors: UnsafeBufferPointer<Divisor>
    /// Which rule a dynamic anchor names in which resource.
    let dynamicTargets: UnsafeBufferPointer<DynamicTarget>
    let usesDynamicScope: Bool
  }
}

/// The parts of a program while it is being written.
struct ProgramBuilder {
  var rules: ContiguousArray<Rule> = []
  var code: ContiguousArray<Instruction> = []
  var locations: [String] = []
  var constants = Tree()
  var lists: ContiguousArray<Int32> = []
  var objects: ContiguousArray<ObjectRule> = []
  var choices: ContiguousArray<Choice> = []
  var names = NameTablesBuilder()
  var patterns: [Pattern] = []
  var divisors: ContiguousArray<Divisor> = []
  var usesDynamicScope = false

  mutating func list(_ items: [Int32]) -> List {
    let list = List(start: Int32(lists.count), count: Int32(items.count))
    lists.append(contentsOf: items)
    return list
  }
}

extension ProgramBuilder {
  /// A rule that is nothing but a reference becomes the rule that it refers to: one step less for each instance.
  ///
  /// Not where dynamic references are, which ask what resources were gone through.
  mutating func shortenReferences() {
    guard !usesDynamicScope else { return }
    for number in rules.indices {
      var (target, steps) = (number, 0)
      while rules[target].end - rules[target].start == 1,
        case .reference(let next) = code[Int(rules[target].start)], steps < rules.count
      {
        target = Int(next)
        steps += 1
      }
      // References that go round in a circle are left to the bound on depth.
      if steps < rules.count { rules[number] = rules[target] }
    }
  }
}

/// A stretch of `Program.lists`.
struct List: Sendable {
  var start: Int32
  var count: Int32
  static let empty = List(start: 0, count: 0)

  var range: Range<Int> { Int(start)..<Int(start + count) }
}

/// One subschema.
struct Rule: Sendable {
  var start: Int32 = 0
  var end: Int32 = 0
  /// The schema resource that it belongs to, for `$dynamicRef`.
  var resource: Int32 = 0
  /// Whether it has `unevaluated…`, so that what its neighbours evaluate must be noted.
  var tracks = false
}

/// Kinds of values as bits; a whole number is a number too.
struct Types: OptionSet, Sendable {
  let rawValue: UInt8
  static let null = Types(rawValue: 1)
  static let boolean = Types(rawValue: 2)
  static let number = Types(rawValue: 4)
  static let integer = Types(rawValue: 8)
  static let string = Types(rawValue: 16)
  static let array = Types(rawValue: 32)
  static let object = Types(rawValue: 64)

  static let named: [(String, Types)] = [
    ("null", .null), ("boolean", .boolean), ("number", .number), ("integer", .integer),
    ("string", .string), ("array", .array), ("object", .object),
  ]

  var names: String {
    Types.named.filter { contains($0.1) }.map { $0.0 }.joined(separator: " or ")
  }
}

enum Bound: UInt8, Sendable { case minimum, maximum, exclusiveMinimum, exclusiveMaximum }

/// One keyword, or several that are checked in one pass. Indices are into the program's parts.
enum Instruction: Sendable {
  case never
  case types(Types)
  case constant(Int32)
  /// One of listed constants.
  case enumeration(List)
  /// One of a table's texts.
  case texts(table: Int32, List)
  case bound(Bound, Int32)
  case multipleOf(Int32)
  case minLength(Int32)
  case maxLength(Int32)
  case pattern(Int32)
  case format(Format)
  case minItems(Int32)
  case maxItems(Int32)
  case uniqueItems
  case prefixItems(List)
  /// Items from a place on.
  case items(from: Int32, rule: Int32)
  case contains(rule: Int32, minimum: Int32, maximum: Int32)
  case minProperties(Int32)
  case maxProperties(Int32)
  /// properties, patternProperties, additionalProperties and required in one pass.
  case object(Int32)
  case propertyNames(Int32)
  /// A member's name, then the names that must be there with it.
  case dependentRequired(List)
  /// A member's name and the rule for the whole object if it is there.
  case dependentSchema(name: Int32, rule: Int32)
  case reference(Int32)
  /// The rule that the reference names as it stands, and the anchor's number.
  case dynamicReference(Int32, anchor: Int32)
  case all(List)
  case any(List)
  case one(List)
  case not(Int32)
  /// Rules; -1 for a branch that is not there.
  case conditional(Int32, then: Int32, otherwise: Int32)
  /// The same where the condition asks for one member's text.
  case choice(Int32)
  case unevaluatedItems(Int32)
  case unevaluatedProperties(Int32)
}

/// What the members of an object must be.
struct ObjectRule: Sendable {
  /// The table of names in `properties` and `required`; -1 for none.
  var table: Int32 = -1
  /// For each name of the table: its rule or -1, then its bit in `required` or -1.
  var members = List.empty
  /// Pairs of pattern and rule.
  var patterns = List.empty
  /// The rule for all other members; -1 for none.
  var additional: Int32 = -1
  var required: UInt64 = 0
  /// Required names (as constants) beyond the 64 that have a bit.
  var furtherRequired = List.empty
  /// The places of the keywords, as instructions that are never run: additionalProperties is the rule's own.
  var requiredLocation: Int32 = -1
}

/// `if` with `{"properties": {NAME: {"const": TEXT}}}`, the way in which schemas tell kinds of things apart.
struct Choice: Sendable {
  /// Constants.
  var name: Int32
  var text: Int32
  /// Rules; -1 for a branch that is not there.
  var condition: Int32
  var then: Int32
  var otherwise: Int32
}

struct DynamicTarget: Sendable {
  var anchor: Int32
  var resource: Int32
  var rule: Int32
}
