/// The mapping of a draft, as text with a remark for each line.
struct MappingText {
  let survey: Survey
  let readings: [FieldReading]
  let fit: SchemaFit
  let request: DraftRequest
  var rules: RuleText
  /// The native fields that the mapping has taken.
  var used: Set<NativePath> = []
  /// The path whose value keeps changes of one entity in order.
  var order = ""

  init(
    _ survey: Survey, _ readings: [FieldReading], _ fit: SchemaFit, _ knowledge: DraftKnowledge,
    _ request: DraftRequest
  ) {
    (self.survey, self.readings, self.fit, self.request) = (survey, readings, fit, request)
    rules = RuleText(knowledge, readings)
  }

  var tables: [CodeTableDraft] { rules.tables }
  var schema: SchemaOutline { fit.schema }

  mutating func write() -> String {
    var text = JSON5Lines()
    text.remark(
      "A first mapping, drafted from \(counted(survey.records, "record")). Each line says how sure it is and what spoke for it; "
        + "\"decide\" marks what only the department can say. \(schema.name) fits to \(fit.score) %: "
        + fit.reasons.joined(separator: "; ") + ".")
    text.open("{")
    text.add("from: \(quoted(request.event)),")
    text.add("to: \(quoted(schema.name)),")
    text.add("version: 1,")
    text.blank()
    text.open("event: {")
    writeEvent(&text)
    text.close("},")
    text.blank()
    text.open("fields: {")
    write(schema.members, [], into: &text)
    text.close("},")
    writeDrop(&text)
    text.close("}")
    return text.text
  }

  /// The field with a role, if it is sure enough to be written.
  func field(_ role: Role) -> SchemaFit.Assigned? {
    fit.assigned[role].flatMap { $0.isWritten ? $0 : nil }
  }

  mutating func take(_ reading: FieldReading) -> String {
    used.insert(reading.field.path)
    return reading.field.path.text
  }

  private mutating func writeDrop(_ text: inout JSON5Lines) {
    let left = readings.filter { !used.contains($0.field.path) }
    guard !left.isEmpty else { return }
    text.blank()
    text.remark("decide: these have no place yet; what stays here is left behind on purpose.")
    text.open("drop: [")
    for reading in left {
      text.add("\(quoted(reading.field.path.text)), // \(oneLine(reading.note))")
    }
    text.close("],")
  }
}

extension FieldReading {
  /// What it was taken for: a role, or what its contents look like.
  package var taken: Guess {
    if let best, best.guess.sureness >= 30 { return best.guess }
    guard let first = evidence.first else { return Guess(0, ["never filled in the samples"]) }
    return Guess(first.strength, [first.reason])
  }

  package var takenTitle: String {
    if let best, best.guess.sureness >= 30 { return best.role.title }
    return evidence.first?.kind.title ?? "empty"
  }

  /// The codes in it with how often each occurs; empty where values may not be shown.
  package var shownCodes: [(code: String, count: Int)] { showsValues ? field.counts : [] }

  /// What is known of a field that has no place.
  fileprivate var note: String {
    var words = ["\(takenTitle) \(taken.sureness) %", field.shape, "filled \(field.filledShare) %"]
    let codes = shownCodes.prefix(8).map(\.code)
    if !codes.isEmpty { words.append("codes " + codes.joined(separator: " ")) }
    return words.joined(separator: "; ")
  }
}
