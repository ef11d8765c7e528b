import Standards

/// How the codes of a field become standard values. A code whose meaning is not known is left out, so that it
/// dies as UNMAPPED_CODE until somebody has said what it means.
enum CodePlan {
  /// A national table has them all.
  case national(String)
  /// A table of the department's own, to be completed.
  case own(CodeTableDraft)
  /// As it stands.
  case plain

  /// From so many percent on, a code is written and not only remarked.
  static let written = 70

  static func plan(
    _ role: Role, _ reading: FieldReading, choices: [String], all: [FieldReading],
    _ knowledge: DraftKnowledge
  ) -> CodePlan {
    let field = reading.field
    if let name = nationalTable(of: role), let table = knowledge.tables[name] {
      let isKnown = field.distinct.allSatisfy { table.row(of: $0) != nil }
      if isKnown, !field.filled.isEmpty { return .national(name) }
    }
    let isTranslated = !choices.isEmpty || role == .ethnicity || role == .insuranceKind
    guard isTranslated, field.filled.isEmpty || reading.showsValues || !choices.isEmpty else {
      return .plain
    }
    let finder = CodeMeaning(role, field, choices, all, knowledge)
    let rows =
      reading.showsValues ? field.counts.map { finder.row(for: $0.code, count: $0.count) } : []
    let table = CodeTableDraft(
      name: role.tableName, field: field.path.text, records: field.values.count, rows: rows,
      choices: choices, hidden: reading.showsValues ? 0 : field.distinctCount)
    return table.isEmpty ? .plain : .own(table)
  }

  private static func nationalTable(of role: Role) -> String? {
    switch role {
    case .sex: "gbt2261-1"
    case .ethnicity: "gbt3304"
    case .registrationType: "gbt12402"
    default: nil
    }
  }
}

/// A code table of the department's own.
struct CodeTableDraft {
  struct Row {
    let code: String
    let count: Int
    /// Nil where nothing says what it means.
    let standard: String?
    let label: String
    let guess: Guess
    var isWritten: Bool { standard != nil && guess.sureness >= CodePlan.written }
  }

  let name: String
  let field: String
  let records: Int
  let rows: [Row]
  /// The values that the standard has; empty where it names none.
  let choices: [String]
  /// Values that may not be shown.
  let hidden: Int

  /// A table needs an entry: one that is known, or the standard values themselves.
  var isEmpty: Bool { choices.isEmpty && !rows.contains(where: \.isWritten) }
}

/// Finds what a code means.
private struct CodeMeaning {
  let role: Role
  let choices: [String]
  let known: [KnownCodes.Entry]
  /// The name beside each code, where another field holds it.
  let labels: [String: String]
  let knowledge: DraftKnowledge

  init(
    _ role: Role, _ field: Field, _ choices: [String], _ all: [FieldReading],
    _ knowledge: DraftKnowledge
  ) {
    (self.role, self.choices, self.knowledge) = (role, choices, knowledge)
    known = KnownCodes.entries(for: role, field: field.name)
    labels = Self.labels(beside: field, all)
  }

  /// NSRZT_DM has its names in NSRZT_MC or NSRZTMC.
  private static func labels(beside field: Field, _ all: [FieldReading]) -> [String: String] {
    let key = Clue.folded(field.name)
    let stem = key.hasSuffix("DM") ? String(key.dropLast(2)) : key
    guard let other = all.first(where: { Clue.folded($0.field.name) == stem + "MC" })?.field else {
      return [:]
    }
    var labels: [String: String] = [:]
    for (code, label) in zip(field.values, other.values)
    where !code.isEmpty && !label.isEmpty && label.unicodeScalars.count <= 20 && labels[code] == nil
      && !Content.isPersonName(label)
    {
      labels[code] = label
    }
    return labels
  }

  func row(for code: String, count: Int) -> CodeTableDraft.Row {
    func row(_ standard: String?, _ label: String, _ guess: Guess) -> CodeTableDraft.Row {
      .init(code: code, count: count, standard: standard, label: label, guess: guess)
    }
    if role == .ethnicity, let standard = CodeWords.ethnicCode(code, knowledge.tables) {
      return row(standard, code, Guess(95, ["GB/T 3304 has it under this name"]))
    }
    if role == .sex, let standard = CodeWords.sex[code] {
      return row(standard, code, Guess(98, ["its own words"]))
    }
    if let label = labels[code] {
      if let standard = meaning(of: label) {
        return row(standard, label, Guess(88, ["the name beside it"]))
      }
      return row(nil, label, Guess(0, []))
    }
    if let standard = meaning(of: code) { return row(standard, code, Guess(85, ["its own words"])) }
    if let entry = known.first(where: { $0.code == code }),
      choices.isEmpty || choices.contains(entry.standard)
    {
      return row(entry.standard, entry.label, Guess(entry.sureness, [entry.source]))
    }
    return choices.contains(code)
      ? row(code, "", Guess(95, ["the standard value itself"])) : row(nil, "", Guess(0, []))
  }

  private func meaning(of label: String) -> String? {
    guard label.unicodeScalars.contains(where: Content.isHan) else { return nil }
    return KnownCodes.words.first { label.contains($0.word) && choices.contains($0.standard) }?
      .standard
  }
}

extension Field {
  /// Each value with how many records have it, the commonest first.
  var counts: [(code: String, count: Int)] {
    var counts: [String: Int] = [:]
    for value in filled { counts[value, default: 0] += 1 }
    return distinct.prefix(200).map { ($0, counts[$0] ?? 0) }
      .sorted { ($1.count, $0.code) < ($0.count, $1.code) }
  }
}

extension Role {
  /// `taxpayer-status`
  var tableName: String { title.split(separator: " ").joined(separator: "-") }
}
