import Standards

/// What a person is told of a program's instructions. Runs never look at it.
struct ProgramNotes: Sendable {
  /// Of each instruction that begins a step of a rule, the step in the words of the language.
  var words: [Int: String] = [:]
  /// Of each instruction that asks a condition, the condition.
  var conditions: [Int: ConditionNote] = [:]
  /// Of each of the program's paths, how it is written.
  var paths: [String] = []
  /// Of each of the program's code tables, where it comes from; nil for one that is written in the mapping.
  var tables: [TableOrigin?] = []
}

/// A condition of a rule, a group or the items of a list.
struct ConditionNote: Sendable {
  /// The standard field that is there only if it holds.
  var target: String
  var words: String
  var place: Place
}

/// The code table that a step translates by. Two are equal when they are the same edition of the same table.
struct TableOrigin: Sendable, Equatable {
  var table: CodeTable
  var isReversed = false

  /// The edition of that number, where the day chose it.
  func edition(_ number: Int?) -> TableOrigin {
    guard let number else { return self }
    return TableOrigin(table: table.editions[number], isReversed: isReversed)
  }

  static func == (left: Self, right: Self) -> Bool {
    left.isReversed == right.isReversed && left.table.name == right.table.name
      && left.table.version == right.table.version && left.table.source == right.table.source
  }

  /// What a code means: of a native code, or in reverse of the standard code.
  func label(of code: String, into value: String) -> String {
    table.row(of: isReversed ? value : code).map { table.label(of: $0) } ?? ""
  }
}
