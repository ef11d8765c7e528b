import Patterns
import Records
import Standards

/// Texts and numbers, and the words for what was expected of them.
extension Evaluator {
  mutating func text(_ instruction: Instruction, _ place: Int, _ node: Int) -> Bool {
    let text = instance.text(node)
    switch instruction {
    case .minLength(let least):
      // A character takes at most four bytes, so most texts need no counting.
      return text.count >= Int(least) * 4 || characters(text) >= Int(least)
        || violation(place, node) { "at least \(counted(least, "character"))" }
    case .maxLength(let most):
      return text.count <= Int(most) || characters(text) <= Int(most)
        || violation(place, node) { "at most \(counted(most, "character"))" }
    case .pattern(let index):
      if matches(index, text) { return true }
      let source = program.patterns[Int(index)].source
      return violation(place, node) { "a text matching \(source)" }
    case .format(let format):
      return format.accepts(text) || violation(place, node) { format.expectation(text) }
    default: return true
    }
  }

  mutating func number(_ instruction: Instruction, _ place: Int, _ node: Int) -> Bool {
    let number = Numeral(instance.text(node))
    switch instruction {
    case .bound(let bound, let constant):
      let order = number.compared(to: Numeral(constants.text(Int(constant))))
      let (holds, words) =
        switch bound {
        case .minimum: (order >= 0, "at least")
        case .maximum: (order <= 0, "at most")
        case .exclusiveMinimum: (order > 0, "more than")
        case .exclusiveMaximum: (order < 0, "less than")
        }
      if holds { return true }
      let wording = wording
      return violation(place, node) { "\(words) \(wording.of(constant))" }
    case .multipleOf(let index):
      let divisor = parts.divisors[Int(index)]
      return number.isMultiple(of: divisor)
        || violation(place, node) {
          "a multiple of \(divisor.coefficient)\(divisor.exponent == 0 ? "" : "e\(divisor.exponent)")"
        }
    default: return true
    }
  }

  @inline(__always)
  func matches(_ pattern: Int32, _ text: UnsafeRawBufferPointer) -> Bool {
    let table = parts.automata[Int(pattern)]
    return table.exists ? table.matches(text) : program.patterns[Int(pattern)].matches(text)
  }

  /// Code points: the bytes that do not continue one.
  @inline(__always) private func characters(_ text: UnsafeRawBufferPointer) -> Int {
    var count = 0
    for byte in text where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }
}

// MARK: Words

extension Evaluator {
  /// Where a node stands in the instance.
  func pointer(_ node: Int) -> String {
    nameOwner >= 0
      ? owners.pointer(from: root, to: nameOwner) : instance.pointer(from: root, to: node)
  }

  var wording: Wording { Wording(parts: parts, constants: constants) }
}

/// Says in words what the schema expects.
struct Wording {
  let parts: Program.Parts
  let constants: View

  /// A constant of the schema as JSON, cut where it is long.
  func of(_ constant: Int32) -> String {
    shortened(json(constants, Int(constant)), to: 80)
  }

  func of(_ list: List) -> String {
    let shown = list.range.prefix(40).map { of(parts.lists[$0]) }
    return shown.joined(separator: ", ") + (list.count > 40 ? ", …" : "")
  }
}

func counted(_ number: Int32, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}

func shortened(_ text: String, to count: Int) -> String {
  text.count > count ? text.prefix(count) + "…" : text
}

/// A value of the schema as JSON, for a reader's eyes.
private func json(_ view: View, _ node: Int) -> String {
  let value = view.nodes[node]
  let text = String(decoding: view.arena.slice(value.text), as: UTF8.self)
  switch value.kind {
  case .null: return "null"
  case .false: return "false"
  case .true: return "true"
  case .number: return text
  case .string: return "\"\(text)\""
  case .array, .object:
    var (parts, child) = ([String](), node + 1)
    while child < Int(value.end) {
      let name = String(decoding: view.name(child), as: UTF8.self)
      parts.append((value.kind == .object ? "\"\(name)\":" : "") + json(view, child))
      child = Int(view.nodes[child].end)
    }
    let inside = parts.joined(separator: ",")
    return value.kind == .object ? "{\(inside)}" : "[\(inside)]"
  }
}
