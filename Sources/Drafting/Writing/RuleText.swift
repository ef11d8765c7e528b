import Standards

/// The rule that turns a field into a place, as text.
struct RuleText {
  let knowledge: DraftKnowledge
  let all: [FieldReading]
  private(set) var tables: [CodeTableDraft] = []

  init(_ knowledge: DraftKnowledge, _ all: [FieldReading]) {
    (self.knowledge, self.all) = (knowledge, all)
  }

  /// - Parameter fields: of several, the first that is there counts.
  mutating func rule(
    _ role: Role, _ fields: [FieldReading], form: SchemaOutline.Place.Form, choices: [String] = [],
    isRequired: Bool
  ) -> String {
    guard let reading = fields.first else { return "{ constant: \"\" }" }
    var words = ["from: \(list(fields.map(\.field.path.text)))"]
    words += Self.absence(fields, form) + steps(role, reading, form, choices)
    if isRequired { words.append("required: true") }
    if words.count == 1, fields.count == 1 { return quoted(reading.field.path.text) }
    return "{ \(words.joined(separator: ", ")) }"
  }

  private mutating func steps(
    _ role: Role, _ reading: FieldReading, _ form: SchemaOutline.Place.Form, _ choices: [String]
  ) -> [String] {
    switch form {
    case .day: return Self.date(reading.field, word: "date")
    case .moment: return Self.date(reading.field, word: "time")
    case .boolean: return reading.field.isBoolean ? [] : ["table: \(Self.flags(reading.field))"]
    case .number: return Self.number(reading.field)
    case .text, .object, .list: break
    }
    if role == .paidUntil { return ["date: [\"yyyyMM\", \"yyyy-MM\"]", "into: \"yyyy-MM\""] }
    if role == .currency { return ["table: { \"156\": \"CNY\", CNY: \"CNY\" }"] }
    if role.isCode, role != .industry {
      switch CodePlan.plan(role, reading, choices: choices, all: all, knowledge) {
      case .national(let name): return ["table: \(quoted(name))"]
      case .own(let table):
        if !tables.contains(where: { $0.name == table.name }) { tables.append(table) }
        return ["table: \(quoted(table.name))"]
      case .plain: return []
      }
    }
    return Self.check(of: role).map { ["as: \(quoted($0))"] } ?? []
  }

  /// The word of `as` for a role.
  static func check(of role: Role) -> String? {
    switch role {
    case .identityNumber, .representativeNumber: "identity-number"
    case .creditCode: "credit-code"
    case .taxNumber: "taxpayer-number"
    case .organisationCode: "organisation-code"
    case .residencePermit: "residence-permit"
    case .foreignPermanentResidence: "foreign-permanent-residence"
    case .passport: "passport"
    case .division: "division"
    default: nil
    }
  }

  /// The moment of a change as a version, in a shape that sorts.
  func version(_ reading: FieldReading) -> String {
    let words = Self.absence([reading], .moment) + Self.date(reading.field, word: "time")
    let path = quoted(reading.field.path.text)
    return
      "{ from: \(path), \(words.joined(separator: ", ")), into: \"yyyyMMddHHmmss\", required: true }"
  }

  /// The kind of a document that is no identity card.
  mutating func documents(_ kind: FieldReading, card: String, _ kinds: [String]) -> String {
    let rows = kind.field.counts.map { code, count in
      CodeTableDraft.Row(
        code: code, count: count, standard: code == card ? "resident-id" : nil,
        label: code == card ? "居民身份证" : "",
        guess: code == card ? Guess(95, ["its numbers are identity numbers"]) : Guess(0, []))
    }
    let table = CodeTableDraft(
      name: "document-kind", field: kind.field.path.text, records: kind.field.values.count,
      rows: rows,
      choices: kinds, hidden: 0)
    if !tables.contains(where: { $0.name == table.name }) { tables.append(table) }
    return "{ from: \(quoted(kind.field.path.text)), table: \"document-kind\", required: true }"
  }

  /// The words that mean that there is nothing.
  private static func absence(_ fields: [FieldReading], _ form: SchemaOutline.Place.Form)
    -> [String]
  {
    var words = Set(fields.flatMap(\.field.absent))
    if form == .day || form == .moment, let field = fields.first?.field {
      words.formUnion(DateForm(field)?.blanks ?? [])
    }
    return words.isEmpty ? [] : ["absent: [\(words.sorted().map(quoted).joined(separator: ", "))]"]
  }

  static func date(_ field: Field, word: String) -> [String] {
    guard let form = DateForm(field) else { return ["\(word): \"any\""] }
    var words: [String] = []
    words.append("\(word): \(list(form.shapes))")
    if form.openEnds > 0 { words.append("open: \"absent\"") }
    if form.zeros > 0 { words.append("zeros: \"absent\"") }
    if !form.hasDay { words.append("day: \"first\"") }
    return words
  }

  private static func number(_ field: Field) -> [String] {
    let signs = [",", "%"].filter { sign in field.filled.contains { $0.contains(sign) } }.joined()
    return (signs.isEmpty ? [] : ["without: \(quoted(signs))"]) + ["as: \"number\""]
  }

  private static func flags(_ field: Field) -> String {
    let values = field.distinct.filter { CodeWords.isYes($0) != nil }
    let both: [String] =
      values.contains { "YN".contains($0) } || values.isEmpty
      ? ["Y", "N"] : values.contains { "01".contains($0) } ? ["1", "0"] : values
    return "{ "
      + both.map { "\(memberName($0)): \(CodeWords.isYes($0) ?? false)" }.joined(separator: ", ")
      + " }"
  }
}
