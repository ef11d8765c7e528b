import Records

/// What the samples of a mapping did not touch.
package struct Coverage: Sendable, Equatable {
  /// The codes of one table.
  package struct Table: Sendable, Equatable {
    /// With its version.
    package var name: String
    package var count: Int
    /// Those that no record had, in the order of the codes.
    package var unseen: [String]
  }

  package var ruleCount: Int
  /// Rules that never gave a value.
  package var silentRules: [RuleNote]
  /// The tables that the mapping translates by; one that several rules use counts once.
  package var tables: [Table]

  /// Of a hundred rules, how many gave a value; rounded down, so that 100 is all of them.
  package var percent: Int {
    ruleCount == 0 ? 100 : (ruleCount - silentRules.count) * 100 / ruleCount
  }
}

extension Coverage {
  /// Of several mappings together; a code counts as seen if one of them met it.
  package init(_ parts: [Coverage]) {
    ruleCount = parts.reduce(0) { $0 + $1.ruleCount }
    silentRules = parts.flatMap(\.silentRules)
    tables = []
    for table in parts.flatMap(\.tables) {
      if let known = tables.firstIndex(where: { $0.name == table.name && $0.count == table.count })
      {
        tables[known].unseen.removeAll { !table.unseen.contains($0) }
      } else {
        tables.append(table)
      }
    }
  }
}

extension Mapping {
  package func coverage(_ trace: MappingTrace) -> Coverage {
    // A rule is heard where a value is in hand at its end.
    var isHeard = Array(repeating: false, count: rules.count)
    for index in 0..<program.code.count where !program.code.base[index].isStructure {
      isHeard[Int(program.ruleOf.base[index])] = trace.counts[index] > 0
    }
    // The parts of a rule that stand in one place count as one, which is heard when all of them are.
    var order: [RuleNote] = []
    var silent: Set<String> = []
    var known: Set<String> = []
    for (rule, isHeard) in zip(rules, isHeard) {
      let name = "\(rule.target) \(rule.path)"
      if known.insert(name).inserted { order.append(rule) }
      if !isHeard { silent.insert(name) }
    }
    return Coverage(
      ruleCount: order.count,
      silentRules: order.filter { silent.contains("\($0.target) \($0.path)") },
      tables: tables(trace))
  }

  private func tables(_ trace: MappingTrace) -> [Coverage.Table] {
    var met: [String: [String: Bool]] = [:]
    let names = tableNames()
    for number in 0..<program.codes.count {
      let table = program.codes.base[number]
      for slot in Int(table.start)...Int(table.start + table.mask)
      where program.slots.base[slot].isTaken {
        let (name, code) = (names[number] ?? "", text(program.slots.base[slot].code))
        let isMet = trace.codes[slot] > 0
        met[name, default: [:]][code] = isMet || met[name]?[code] == true
      }
    }
    return met.sorted { $0.key < $1.key }.map { name, codes in
      Coverage.Table(
        name: name, count: codes.count, unseen: codes.filter { !$0.value }.map(\.key).sorted())
    }
  }

  /// One that is written in the mapping is called after its rule.
  private func tableNames() -> [Int: String] {
    var names: [Int: String] = [:]
    for index in 0..<program.code.count {
      guard case .code(let number) = program.code.base[index] else { continue }
      names[Int(number)] =
        program.notes.tables[Int(number)] == nil
        ? "\(rules[Int(program.ruleOf.base[index])].path).table"
        : text(program.codes.base[Int(number)].name)
    }
    return names
  }

  private func text(_ span: Span) -> String {
    String(
      decoding: UnsafeBufferPointer(
        start: program.pool.base + Int(span.offset), count: Int(span.count)), as: UTF8.self)
  }
}

extension Instruction {
  /// Whether it stands around rules, and tells nothing of the one before it.
  fileprivate var isStructure: Bool {
    switch self {
    case .open, .close, .beginItems, .nextItem, .jumpUnless: true
    default: false
    }
  }
}
