// The envelope of a drafted mapping.
extension MappingText {
  /// The field that numbers the act: the one that is called so, else one whose values are all different.
  var actNumber: (reading: FieldReading, guess: Guess)? {
    if let found = field(.eventID) { return (found.reading, found.guess) }
    let single = readings.filter { !$0.field.path.isList && !$0.field.filled.isEmpty }
    // Nothing that is understood as something else.
    let free = single.filter {
      ($0.best?.guess.sureness ?? 0) < SchemaFit.written && $0.field.lengths.upperBound >= 4
    }
    let most = free.map(\.field.distinctCount).max() ?? 0
    if most * 10 >= survey.records * 6,
      let reading = free.first(where: { $0.field.distinctCount == most })
    {
      return (
        reading,
        Guess(
          25,
          [
            "\(most) values in \(survey.records) records; decide: it must be another one at each change"
          ])
      )
    }
    return (single.first ?? readings.first { !$0.field.path.isList }).map {
      (
        $0,
        Guess(
          5,
          [
            "decide: nothing looks like the number of the act, which must be another one at each change"
          ])
      )
    }
  }

  mutating func writeEvent(_ text: inout JSON5Lines) {
    if let id = actNumber {
      text.remark(id.guess.text)
      text.add("id: \(quoted(take(id.reading))),")
    }
    writeChange(&text)
    writeRegion(&text)
    writeEntity(&text)
    if let number = field(.recordNumber) ?? field(.certificateNumber) {
      text.remark(number.guess.text)
      text.add("subject: \(quoted(take(number.reading))),")
    }
    if let time = field(.changedAt) {
      _ = take(time.reading)
      text.remark(time.guess.text)
      text.add("time: \(rules.rule(.changedAt, [time.reading], form: .moment, isRequired: false)),")
    } else {
      text.remark("decide: no field looks like the moment of the change")
    }
    writeReversed(&text)
  }

  /// The act that is taken back.
  private mutating func writeReversed(_ text: inout JSON5Lines) {
    guard let original = field(.reversalOf) else { return }
    let flag = field(.reversalFlag)
    guard flag != nil || !original.reading.field.filled.isEmpty else { return }
    text.remark(original.guess.text)
    let when = flag.map { ", when: { \(reversed($0.reading)) }" } ?? ""
    text.add("reverses: { from: \(quoted(take(original.reading))), absent: [\"0\"]\(when) },")
  }

  // MARK: Change

  private mutating func writeChange(_ text: inout JSON5Lines) {
    var choices: [String] = []
    if let flag = field(.reversalFlag) {
      text.remark("taken back where \(flag.reading.field.path.text) says so, \(flag.guess.text)")
      _ = take(flag.reading)
      choices.append("{ constant: \"reversed\", when: { \(reversed(flag.reading)) } }")
    } else if let original = field(.reversalOf), !original.reading.field.filled.isEmpty {
      let path = take(original.reading)
      text.remark(
        "decide: taken as taking back another act where \(path) names one, \(original.guess.text)")
      choices.append("{ constant: \"reversed\", when: { \(memberName(path)): { present: true } } }")
    } else if let flag = field(.validity), schema.subject == .enterprise {
      text.remark(
        "decide: taken as declared void where \(flag.reading.field.path.text) says no, \(flag.guess.text)"
      )
      let no = flag.reading.field.isBoolean ? "false" : quoted(no(flag.reading.field))
      choices.append(
        "{ constant: \"reversed\", when: { \(memberName(take(flag.reading))): \(no) } }")
    }
    if let operation = field(.operation), let rule = operationRule(operation, &text) {
      choices.append(rule)
    } else {
      text.remark("decide: no field is known to tell created, updated and deleted apart")
      choices.append("{ constant: \"updated\" }")
    }
    text.add(
      "change: \(choices.count == 1 ? choices[0] : "{ first: [\(choices.joined(separator: ", "))] }"),"
    )
  }

  /// The codes of the act that are known; the others die until somebody has said what they mean.
  private mutating func operationRule(
    _ operation: SchemaFit.Assigned, _ text: inout JSON5Lines
  ) -> String? {
    let changes = ["created", "updated", "deleted", "reversed"]
    guard
      case .own(let table) = CodePlan.plan(
        .operation, operation.reading, choices: changes, all: readings, rules.knowledge)
    else { return nil }
    let known = table.rows.filter(\.isWritten)
    guard !known.isEmpty else {
      if table.rows.isEmpty { return nil }
      let seen = table.rows.map(\.code).joined(separator: ", ")
      text.remark(
        "decide: \(operation.reading.field.path.text) tells the kind of change with \(seen)")
      return nil
    }
    let path = quoted(take(operation.reading))
    text.remark(operation.guess.text)
    for row in table.rows {
      text.remark(
        row.isWritten
          ? "\(row.code) is \(row.standard ?? ""), \(row.guess.text)"
          : "decide: \(row.code), in \(row.count) of \(table.records) records, is not known and dies as UNMAPPED_CODE"
      )
    }
    let pairs = known.map { "\(memberName($0.code)): \(quoted($0.standard ?? ""))" }
    return "{ from: \(path), table: { \(pairs.joined(separator: ", ")) } }"
  }

  private func reversed(_ flag: FieldReading) -> String {
    let yes = flag.field.distinct.first { CodeWords.isYes($0) == true }
    let letters = flag.field.distinct.contains { "YN".contains($0) }
    let value = flag.field.isBoolean ? "true" : quoted(yes ?? (letters ? "Y" : "1"))
    return "\(memberName(flag.field.path.text)): \(value)"
  }

  private func no(_ field: Field) -> String {
    field.distinct.first { CodeWords.isYes($0) == false }
      ?? (field.distinct.contains("1") ? "0" : "N")
  }

  // MARK: Where and about whom

  private mutating func writeRegion(_ text: inout JSON5Lines) {
    guard let division = field(.division) else {
      text.remark(
        "decide: no field looks like a division; put the six digits of the department's own one here"
      )
      text.add("region: { constant: \"000000\" },")
      return
    }
    text.remark(division.guess.text)
    text.add("region: { from: \(quoted(take(division.reading))), as: \"division\" },")
  }

  private mutating func writeEntity(_ text: inout JSON5Lines) {
    let people: [Role] = [.identityNumber, .residencePermit, .socialInsuranceNumber]
    let enterprises: [Role] = [
      .creditCode, .taxNumber, .taxSerial, .organisationCode, .registrationNumber,
    ]
    let papers: [Role] = [.certificateNumber, .recordNumber]
    let order: [Role] =
      switch schema.subject {
      case .enterprise: enterprises + people + papers
      case .person: people + enterprises + papers
      case .other: papers + people + enterprises
      }
    let found = order.compactMap { role in field(role).map { (role, $0) } }
    guard let first = found.first else {
      let number = actNumber.map { take($0.reading) } ?? ""
      text.remark("decide: no field looks like the number of a person or an enterprise")
      text.add("entity: { \(memberName(schema.entityName)): \(quoted(number)) },")
      self.order = number
      return
    }
    self.order = first.1.reading.field.path.text
    var choices = [first]
    // Those without a credit code are known by the number that the tax office gave.
    if first.0 == .creditCode, let serial = found.first(where: { $0.0 == .taxSerial }) {
      choices.append(serial)
    }
    let rules = choices.map { role, found in
      let name =
        role == .taxSerial
        ? "taxpayer"
        : enterprises.contains(role)
          ? "enterprise" : people.contains(role) ? "person" : schema.entityName
      return
        "{ \(memberName(name)): \(self.rules.rule(role, [found.reading], form: .text, isRequired: false)) }"
    }
    for choice in choices { _ = take(choice.1.reading) }
    text.remark(first.1.guess.text)
    text.add("entity: \(rules.count == 1 ? rules[0] : "[\(rules.joined(separator: ", "))]"),")
  }
}
