import Records
import Standards

/// Memory of a check that a caller may keep for the next one.
package struct Scratch: ~Copyable {
  /// Children that keywords have evaluated so far, for `unevaluated…`; a child stands for itself, and a
  /// negative number for all children.
  var trail: ContiguousArray<Int32> = []
  var marks: ContiguousArray<Int32> = []
  var stamp: Int32 = 0
  /// The resources that evaluation went through, for `$dynamicRef`.
  var scope: ContiguousArray<Int32> = []
  var hashes: ContiguousArray<Hashed> = []
  var violations: [Violation] = []

  package init() {}

  struct Hashed {
    var hash: UInt64
    var node: Int32
  }

  mutating func reset() {
    trail.removeAll(keepingCapacity: true)
    scope.removeAll(keepingCapacity: true)
    violations = []
  }
}

/// Runs a program over an instance.
///
/// First it only decides, and stops at the first thing that is wrong. If there is any, it runs again,
/// `collecting`, and looks at everything.
struct Evaluator: ~Copyable {
  /// Kept alive by who calls; looked at only for words.
  unowned(unsafe) let program: Program
  let parts: Program.Parts
  var instance: View
  let constants: View
  let root: Int
  /// Whether violations are noted; off inside alternatives, whose failures are no violations yet.
  var collecting: Bool
  var scratch = Scratch()
  private var depth = 0
  /// Recursion went too deep; nothing is decided any more.
  private var isExhausted = false
  /// The member whose name is being checked, while a name is the instance.
  var nameOwner = -1
  /// The instance that this member is in.
  var owners: View

  static let allChildren: Int32 = -1

  init(program: Program, constants: View, instance: View, root: Int, collecting: Bool) {
    self.program = program
    parts = program.parts
    self.constants = constants
    self.instance = instance
    owners = instance
    self.root = root
    self.collecting = collecting
  }

  /// Whether the node satisfies the rule.
  ///
  /// - Parameter tracking: whether somebody above will ask which children were evaluated.
  mutating func evaluate(_ number: Int32, _ node: Int, tracking: Bool) -> Bool {
    guard depth < Schema.maximumDepth, !isExhausted else { return exhausted(number, node) }
    depth += 1
    defer { depth -= 1 }
    let rule = parts.rules[Int(number)]
    let entersResource = parts.usesDynamicScope && scratch.scope.last != rule.resource
    if entersResource { scratch.scope.append(rule.resource) }
    defer { if entersResource { scratch.scope.removeLast() } }
    let tracks = tracking || rule.tracks
    let start = tracks ? scratch.trail.count : 0
    var isValid = true
    for place in Int(rule.start)..<Int(rule.end) {
      if !run(parts.code[place], place, node, tracks, start, isValid) {
        isValid = false
        guard collecting else { break }
      }
    }
    if tracks, !isValid || !tracking { forget(from: start) }
    return isValid
  }

  /// A rule whose outcome is not a violation in itself.
  mutating func evaluateQuietly(_ rule: Int32, _ node: Int, tracking: Bool) -> Bool {
    let before = collecting
    collecting = false
    defer { collecting = before }
    return evaluate(rule, node, tracking: tracking)
  }

  @inline(__always) mutating func forget(from start: Int) {
    if scratch.trail.count > start { scratch.trail.removeSubrange(start...) }
  }

  private mutating func exhausted(_ rule: Int32, _ node: Int) -> Bool {
    if !isExhausted {
      isExhausted = true
      let place = Int(parts.rules[Int(rule)].start)
      let location = place < program.locations.count ? program.locations[place] : ""
      note(node, location) { "nesting of at most \(Schema.maximumDepth) rules" }
    }
    return false
  }

  /// Notes a violation, if they are wanted. Always false, for the caller to return.
  @discardableResult @inline(never)
  mutating func violation(_ place: Int, _ node: Int, _ expectation: () -> String) -> Bool {
    if collecting { note(node, program.locations[place], expectation) }
    return false
  }

  private mutating func note(_ node: Int, _ location: String, _ expectation: () -> String) {
    guard scratch.violations.count < Schema.maximumViolations else { return }
    scratch.violations.append(
      Violation(
        instancePath: pointer(node), keywordPath: location, expectation: expectation()))
  }
}

// MARK: Instructions

extension Evaluator {
  @inline(__always)
  private mutating func run(
    _ instruction: Instruction, _ place: Int, _ node: Int, _ tracks: Bool, _ start: Int,
    _ isValid: Bool
  ) -> Bool {
    switch instruction {
    case .never: return refuse(instruction, place, node)
    case .types(let types): return has(types, node) || refuse(instruction, place, node)
    case .constant(let constant):
      return equal(instance, node, constants, Int(constant)) || refuse(instruction, place, node)
    case .texts(let table, _):
      return instance.isString(node) && isListed(table, node) || refuse(instruction, place, node)
    case .enumeration(let list):
      return isAmong(list, node) || refuse(instruction, place, node)
    case .minLength, .maxLength, .pattern, .format:
      return !instance.isString(node) || text(instruction, place, node)
    case .bound, .multipleOf:
      return !instance.isNumber(node) || number(instruction, place, node)
    case .minItems, .maxItems, .uniqueItems, .prefixItems, .items, .contains, .unevaluatedItems:
      return !instance.isArray(node) || array(instruction, place, node, tracks, start, isValid)
    case .object(let index):
      return !instance.isObject(node) || object(parts.objects[Int(index)], place, node, tracks)
    case .minProperties, .maxProperties, .propertyNames, .dependentRequired, .dependentSchema,
      .unevaluatedProperties:
      return !instance.isObject(node) || members(instruction, place, node, tracks, start, isValid)
    case .reference(let rule): return evaluate(rule, node, tracking: tracks)
    case .dynamicReference(let rule, let anchor):
      return evaluate(dynamicTarget(rule, anchor), node, tracking: tracks)
    case .choice(let number): return choose(parts.choices[Int(number)], node, tracks)
    case .all, .any, .one, .not, .conditional:
      return applicator(instruction, place, node, tracks)
    }
  }

  /// Notes what one of the instructions above expected; apart, so that a good value does not pay for its words.
  @inline(never)
  private mutating func refuse(_ instruction: Instruction, _ place: Int, _ node: Int) -> Bool {
    let wording = wording
    return violation(place, node) {
      switch instruction {
      case .types(let types): types.names
      case .constant(let constant): "the value \(wording.of(constant))"
      case .texts(_, let list), .enumeration(let list): "one of \(wording.of(list))"
      default: "nothing here"
      }
    }
  }

  /// if, then, else where the condition is one member's text.
  private mutating func choose(_ choice: Choice, _ node: Int, _ tracks: Bool) -> Bool {
    guard !tracks else {
      return branch(choice.condition, choice.then, choice.otherwise, node, tracks)
    }
    let branch = isChosen(choice, node) ? choice.then : choice.otherwise
    return branch < 0 || evaluate(branch, node, tracking: false)
  }

  /// As `properties` has it: what is no object, or lacks the member, satisfies the condition.
  @inline(__always) private func isChosen(_ choice: Choice, _ node: Int) -> Bool {
    guard instance.isObject(node),
      let member = instance.member(constants.text(Int(choice.name)), of: node)
    else { return true }
    return instance.isString(member)
      && same(instance.text(member), constants.text(Int(choice.text)))
  }

  private mutating func branch(
    _ condition: Int32, _ then: Int32, _ otherwise: Int32, _ node: Int, _ tracks: Bool
  ) -> Bool {
    let branch = evaluateQuietly(condition, node, tracking: tracks) ? then : otherwise
    return branch < 0 || evaluate(branch, node, tracking: tracks)
  }

  @inline(__always) private func has(_ types: Types, _ node: Int) -> Bool {
    switch instance.nodes[node].kind {
    case .null: types.contains(.null)
    case .false, .true: types.contains(.boolean)
    case .string: types.contains(.string)
    case .array: types.contains(.array)
    case .object: types.contains(.object)
    case .number:
      types.contains(.number)
        || types.contains(.integer) && Numeral(instance.text(node)).isInteger
    }
  }

  @inline(__always) private func isListed(_ table: Int32, _ node: Int) -> Bool {
    parts.names.number(of: instance.text(node), in: table, arena: constants.arena) >= 0
  }

  private func isAmong(_ list: List, _ node: Int) -> Bool {
    for index in list.range where equal(instance, node, constants, Int(parts.lists[index])) {
      return true
    }
    return false
  }

  /// The outermost resource that was gone through and has the anchor decides.
  private func dynamicTarget(_ rule: Int32, _ anchor: Int32) -> Int32 {
    for resource in scratch.scope {
      for target in parts.dynamicTargets
      where target.anchor == anchor && target.resource == resource { return target.rule }
    }
    return rule
  }

  private mutating func applicator(
    _ instruction: Instruction, _ place: Int, _ node: Int, _ tracks: Bool
  ) -> Bool {
    switch instruction {
    case .all(let list):
      var isValid = true
      for index in list.range
      where !evaluate(parts.lists[index], node, tracking: tracks) {
        isValid = false
        if !collecting { break }
      }
      return isValid
    case .any(let list):
      var isValid = false
      for index in list.range
      where evaluateQuietly(parts.lists[index], node, tracking: tracks) {
        isValid = true
        // The others matter only for what they evaluate.
        if !tracks { break }
      }
      return isValid
        || violation(place, node) { "at least one of \(list.count) alternatives" }
    case .one(let list):
      var count = 0
      for index in list.range
      where evaluateQuietly(parts.lists[index], node, tracking: tracks) {
        count += 1
        if count > 1 { break }
      }
      return count == 1
        || violation(place, node) {
          "exactly one of \(list.count) alternatives, not \(count == 0 ? "none" : "several")"
        }
    case .not(let rule):
      return !evaluateQuietly(rule, node, tracking: false)
        || violation(place, node) { "what \"not\" does not describe" }
    case .conditional(let condition, let then, let otherwise):
      return branch(condition, then, otherwise, node, tracks)
    default: return true
    }
  }
}
