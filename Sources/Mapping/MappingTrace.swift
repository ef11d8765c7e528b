/// What runs of one mapping did: which rule made each value of the last output, and how often each rule
/// gave a value and each code was met since the trace was made.
package struct MappingTrace: Sendable {
  /// One value of the output.
  struct Step: Sendable {
    var node: Int
    var rule: Int
    /// The native node; nil for constants.
    var native: Int?
  }

  var steps: [Step] = []
  /// Of each instruction, how often it left a value in hand.
  var counts: ContiguousArray<UInt32>
  /// Of each slot of the code tables, how often its code was met.
  var codes: ContiguousArray<UInt32>

  /// - Parameter mapping: the one whose runs are traced.
  package init(of mapping: Mapping) {
    counts = ContiguousArray(repeating: 0, count: mapping.program.code.count)
    codes = ContiguousArray(repeating: 0, count: mapping.program.slots.count)
  }
}

/// What the samples of a mapping did not touch.
package struct Coverage: Sendable, Equatable {
  package struct Code: Sendable, Equatable {
    package var table: String
    package var code: String
  }
  /// Rules that never gave a value.
  package var silentRules: [RuleNote]
  /// Codes that no record had.
  package var unseenCodes: [Code]
}

extension Mapping {
  package func coverage(_ trace: MappingTrace) -> Coverage {
    var isHeard = Array(repeating: false, count: rules.count)
    for index in 0..<program.code.count where trace.counts[index] > 0 {
      isHeard[Int(program.ruleOf.base[index])] = true
    }
    var unseen: [Coverage.Code] = []
    for number in 0..<program.codes.count {
      let table = program.codes.base[number]
      for slot in Int(table.start)...Int(table.start + table.mask)
      where program.slots.base[slot].isTaken && trace.codes[slot] == 0 {
        unseen.append(
          Coverage.Code(table: text(table.name), code: text(program.slots.base[slot].code)))
      }
    }
    unseen.sort { ($0.table, $0.code) < ($1.table, $1.code) }
    return Coverage(
      silentRules: zip(rules, isHeard).filter { !$0.1 }.map(\.0), unseenCodes: unseen)
  }

  private func text(_ span: Span) -> String {
    String(
      decoding: UnsafeBufferPointer(
        start: program.pool.base + Int(span.offset), count: Int(span.count)), as: UTF8.self)
  }
}
