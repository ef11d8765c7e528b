import Configuration
import Foundation
import Mapping
import Records
import Testing

/// SplitMix64: the same numbers from the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The seed of `TONGBAN_TEST_SEED`, or a new one; printed, so that a failure can be seen again.
  static func seeded(_ name: String) -> SeededGenerator {
    let given = ProcessInfo.processInfo.environment["TONGBAN_TEST_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0...UInt64.max)
    print("\(name): TONGBAN_TEST_SEED=\(seed)")
    return SeededGenerator(state: seed)
  }
}

@Suite("Properties") struct PropertyTests {
  static let names = [
    "HJYWID", "YWLX", "GMSFHM", "XM", "XB", "MZ", "CSRQ", "SWRQ", "SSXQ", "SLSJ", "CXBZ", "A", "B",
    "identifiers",
    "kind", "number", "status", "changedAt", "legalRepresentative", "name", "",
  ]
  static let texts: [[UInt8]] =
    [
      "", " ", "1", "CSDJ", "SWZX", "20240131", "00000000", "99991231", "20240131093000", "330106",
      "330106001",
      "11010519491231002X", "110105491231002", "91350100M000100Y43", "张䶮", "\u{3000}全角１２",
      "resident-id", "uscc",
      "2024-01-31T09:30:00+08:00", "9999-9-9", "-12.50", "９９９９", "Y", "壹万贰仟元整", "(1,234.5)",
      "1e300", "5‰", "一百", "\u{FF}", "0", "男",
    ].map { Array($0.utf8) } + [
      [0xFF, 0xFE], [0xE3, 0x80], [0xEF, 0xBC], [0xC2], [0xF0, 0x9F], [0xEF], [0xE3],
    ]

  /// A tree of any shape, with text that need not even be UTF-8.
  static func tree(_ random: inout SeededGenerator) -> Tree {
    var tree = Tree()
    var budget = Int.random(in: 0...60, using: &random)
    value(named: nil, isRoot: true, depth: 0, into: &tree, &budget, &random)
    return tree
  }

  private static func value(
    named name: String?, isRoot: Bool = false, depth: Int, into tree: inout Tree,
    _ budget: inout Int,
    _ random: inout SeededGenerator
  ) {
    budget -= 1
    let slice = name.map { tree.intern($0) } ?? .empty
    let source = Int32.random(in: -1...1000, using: &random)
    switch isRoot ? 9 : Int.random(in: 0...(depth < 5 ? 11 : 7), using: &random) {
    case 0: tree.append(.null, name: slice, source: source)
    case 1: tree.append(.true, name: slice, source: source)
    case 2: tree.append(.false, name: slice, source: source)
    case 3:
      tree.append(
        .number, name: slice,
        text: tree.intern("\(Int.random(in: -5...99_999_999, using: &random))"), source: source)
    case 4...7:
      var bytes = texts.randomElement(using: &random) ?? []
      if Bool.random(using: &random), !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      let text = bytes.withUnsafeBytes { tree.intern($0) }
      tree.append(.string, name: slice, text: text, source: source, sourceCount: text.count)
    default:
      let isObject = isRoot || Bool.random(using: &random)
      let container = tree.open(isObject ? .object : .array, name: slice, source: source)
      // Each name once in an object: readers see to that.
      let names = Self.names.shuffled(using: &random)
      for index in 0..<Int.random(in: 0...(isRoot ? 14 : 4), using: &random) where budget > 0 {
        value(
          named: isObject ? names[index] : nil, depth: depth + 1, into: &tree, &budget, &random)
      }
      tree.close(container)
    }
  }

  /// All operations of the language at once, over the names that random records have.
  static let everything = """
    {a: {from: 'A', width: 'half', without: '1-', letters: 'upper', split: '/', part: 1, characters: [1, 5]},
     b: {from: ['B', 'A.B', 'A[0]'], as: 'number', default: 0}, c: {from: 'XM', as: 'whole-number'}, d: 'A[*].B[*]',
     e: {each: 'identifiers', when: {kind: {present: true}}, item: {k: 'kind', n: {from: 'number', as: 'identity-number'}, r: '$.XM'}},
     f: {join: ['XM', {constant: '/'}, 'A[*]', {join: ['B', 'A.A'], with: '+'}], with: ' '},
     g: {from: 'CSRQ', date: 'any', open: 'absent', zeros: 'first'}, h: {from: 'SLSJ', time: 'any', into: 'yyyy年M月d日 H:m:s'},
     i: {from: 'SSXQ', as: 'division'}, j: {from: 'GMSFHM', as: 'credit-code'}, k: {from: 'MZ', table: {'1': true, Y: 7}, unknown: 'keep'},
     l: {from: 'YWLX', table: {CSDJ: 'x'}, unknown: 'absent'}, m: [{n: {constant: 1}}, {from: 'A.A.A'}, ['B']],
     n: {first: ['identifiers[kind=resident-id].number', {constant: 'none', when: {any: [{A: ['1', 'Y']}, {not: {'B[*].A': '0'}}]}}]},
     o: {from: 'identifiers', trim: false}, p: {from: {from: 'GMSFHM', as: 'identity-number'}, characters: [7, 14], date: 'yyyyMMdd'},
     q: {from: 'A', replace: {'([0-9]+)|a*': '<$1>', '^.': ''}, match: '(.)+', group: 1, unmatched: 'keep', pad: {to: 3, with: '中'}, width: 'full'},
     r: {from: 'B', decimal: {unit: '万', into: '分', scale: 1, rounding: 'half-even', write: {grouping: ',', sign: 'parentheses'}}}}
    """

  static func mappings() throws -> [Mapping] {
    var mappings = [try Mapping.fields(everything)]
    for department in DepartmentTests.names {
      for file in try Departments.files(department, "mappings") {
        mappings.append(try Departments.mapping(file))
      }
    }
    return mappings
  }

  @Test(
    "no tree, however odd, stops a run; faults are bounded, the output is a sound tree, and places lie in the input"
  )
  func randomTrees() throws {
    var random = SeededGenerator.seeded("randomTrees")
    let mappings = try Self.mappings()
    var machine = MappingMachine()
    var output = Tree()
    for _ in 0..<4_000 {
      let input = Self.tree(&random)
      for mapping in mappings {
        let outcome = mapping.run(input, into: &output, on: &machine)
        #expect((outcome == .refused) == !machine.faults.isEmpty)
        #expect(machine.faults.count <= 32 && machine.warnings.count <= 32)
        #expect(isSound(output))
        let places = Set(input.nodes.map { Int($0.source) } + [-1])
        #expect(
          machine.faults.allSatisfy {
            places.contains($0.byte) && !$0.rule.isEmpty && !$0.target.isEmpty
          })
      }
    }
  }

  @Test("the same record gives the same bytes, on a fresh machine and on one that has seen others")
  func deterministic() throws {
    var random = SeededGenerator.seeded("deterministic")
    let mappings = try Self.mappings()
    var machine = MappingMachine()
    var output = Tree()
    for _ in 0..<1_000 {
      let input = Self.tree(&random)
      for mapping in mappings {
        let outcome = mapping.run(input, into: &output, on: &machine)
        let fresh = mapping.map(input)
        #expect(fresh.outcome == outcome)
        #expect(fresh.tree == output)
        #expect(fresh.faults == machine.faults)
        #expect(fresh.warnings == machine.warnings)
      }
    }
  }

  @Test("an explanation of any tree agrees with its run")
  func explanations() throws {
    var random = SeededGenerator.seeded("explanations")
    let mappings = try Self.mappings()
    var machine = MappingMachine()
    for _ in 0..<500 {
      let input = Self.tree(&random)
      for mapping in mappings {
        let explanation = mapping.explain(input, on: &machine)
        #expect(explanation.output == mapping.map(input).tree)
        let values = explanation.output.nodes.count { $0.kind != .object && $0.kind != .array }
        let told = explanation.fields.count { field in
          guard case .value = field.result else { return false }
          return !field.target.hasPrefix("event.")
        }
        #expect(told == values)
      }
    }
  }

  @Test("a mutated mapping file is read or refused with a place, and never stops the reader")
  func mutatedFiles() throws {
    var random = SeededGenerator.seeded("mutatedFiles")
    let original = Array("{from: 'x', to: 'y', fields: \(Self.everything)}".utf8)
    let pieces = [
      "'", "{", "}", "[", "]", ",", ":", "[*]", "from", "date", "$", ".", "0", "-1", "null", "x",
      "=", "yyyy",
    ]
    for _ in 0..<3_000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let start = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, start + Int.random(in: 0...6, using: &random))
        bytes.replaceSubrange(
          start..<end, with: Array((pieces.randomElement(using: &random) ?? "").utf8))
      }
      do {
        let mapping = try Mapping.compile(try JSON5.read(bytes, file: "m.json5"))
        _ = mapping.map(Self.tree(&random))
      } catch {
        #expect(error.file == "m.json5" && !error.message.isEmpty)
      }
    }
  }

  private func isSound(_ tree: Tree) -> Bool {
    guard let root = tree.nodes.first, root.kind == .object else { return false }
    var ends: [Int] = [tree.nodes.count]
    for (index, node) in tree.nodes.enumerated() {
      while let end = ends.last, end <= index, ends.count > 1 { ends.removeLast() }
      let end = Int(node.end)
      guard end > index, end <= ends.last ?? 0 else { return false }
      for slice in [node.name, node.text] {
        guard slice.offset >= 0, slice.count >= 0,
          Int(slice.offset) + Int(slice.count) <= tree.arena.count
        else {
          return false
        }
      }
      switch node.kind {
      case .object, .array: ends.append(end)
      default: if end != index + 1 { return false }
      }
    }
    return true
  }
}
