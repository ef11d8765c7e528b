// The fields of a drafted mapping: the places of the schema in their order.
extension MappingText {
  typealias Place = SchemaOutline.Place

  mutating func write(_ places: [Place], _ path: [String], into text: inout JSON5Lines) {
    for place in places {
      let inner = path + [place.name]
      if place.name == "identifiers" {
        writeIdentifiers(place, inner, &text)
      } else if place.form == .object {
        writeGroup(place, inner, &text)
      } else if place.form == .list {
        text.remark(
          "\(place.name): a list (\(place.title)); decide where its items come from, with each")
      } else {
        writeValue(place, inner, &text)
      }
    }
  }

  // MARK: One value

  private mutating func writeValue(_ place: Place, _ path: [String], _ text: inout JSON5Lines) {
    let name = memberName(place.name)
    if let rule = constant(place) {
      text.remark(rule.remark)
      text.add("\(name): \(rule.text),")
      return
    }
    guard let found = sources(place, path) else { return writeMissing(place, path, &text) }
    for reading in found.readings { _ = take(reading) }
    text.remark(found.guess.text + advice(found.role, place))
    let isVersion = path == ["record", "version"] && found.role == .changedAt
    let rule =
      isVersion
      ? rules.version(found.readings[0])
      : rules.rule(
        found.role, found.readings, form: place.form, choices: place.choices,
        isRequired: place.isRequired)
    text.add("\(name): \(rule),")
  }

  /// Where a place's value comes from; several fields where one may stand in for another.
  private func sources(
    _ place: Place, _ path: [String]
  ) -> (role: Role, readings: [FieldReading], guess: Guess)? {
    let roles = schema.roles(of: place, at: path)
    var found = roles.compactMap { role in field(role).map { (role, $0) } }
    if path.first == "record", found.isEmpty, let id = actNumber {
      found = [(.eventID, SchemaFit.Assigned(reading: id.reading, guess: id.guess))]
    }
    // What is no number does not rise from change to change; the moment does.
    if path == ["record", "version"], found.count > 1,
      found[0].1.reading.field.share(Content.isDigits) < 100
    {
      found.removeFirst()
    }
    guard let first = found.first else { return nil }
    let standsIn = path == ["address", "text"] || path == ["record", "id"]
    var readings = [first.1.reading]
    if standsIn,
      let second = found.dropFirst().first(where: {
        $0.1.reading.field.path != readings[0].field.path
      })
    {
      readings.append(second.1.reading)
    }
    return (first.0, readings, first.1.guess)
  }

  private func advice(_ role: Role, _ place: Place) -> String {
    switch role {
    case .registeredCapital: "; decide: the standard is in whole units, and many systems write 万元"
    case .eventID where place.name == "version": "; decide: a later change must have a higher one"
    default: ""
    }
  }

  /// What no field tells and all the same is known: a person is alive of whom no death is told.
  private func constant(_ place: Place) -> (text: String, remark: String)? {
    guard place.choices.contains("alive"), place.choices.contains("deceased"),
      field(.lifeStatus) == nil
    else {
      return nil
    }
    guard let death = field(.deathDate) else {
      return ("{ constant: \"alive\" }", "decide: no field tells of a death")
    }
    let blanks = DateForm(death.reading.field)?.blanks ?? []
    let not = blanks.isEmpty ? "" : ", not: [\(blanks.map(quoted).joined(separator: ", "))]"
    let path = memberName(death.reading.field.path.text)
    return (
      "{ first: [{ constant: \"deceased\", when: { \(path): { present: true\(not) } } }, { constant: \"alive\" }] }",
      "decide: whoever has a day of death has died; a death that is taken back must not count"
    )
  }

  private func writeMissing(_ place: Place, _ path: [String], _ text: inout JSON5Lines) {
    let weak = schema.roles(of: place, at: path).compactMap { fit.assigned[$0] }.first
    let hint = weak.map { "; perhaps \($0.reading.field.path.text), \($0.guess.text)" } ?? ""
    let title = place.title.isEmpty ? "" : " (\(place.title))"
    if place.isRequired {
      let choices = place.choices.isEmpty ? "" : ": one of " + place.choices.joined(separator: ", ")
      text.remark(
        "decide: \(place.name)\(title) is required and no field looks like it\(hint)\(choices)")
    } else if weak != nil {
      text.remark("\(place.name)\(title)\(hint)")
    }
  }

  // MARK: Groups

  private mutating func writeGroup(_ place: Place, _ path: [String], _ text: inout JSON5Lines) {
    let needed = place.members.filter { $0.isRequired && $0.form != .list && $0.form != .object }
    let sources = needed.map { ($0, self.sources($0, path + [$0.name])) }
    let hasAny = place.members.contains { self.sources($0, path + [$0.name]) != nil }
    guard hasAny else {
      if place.isRequired {
        text.remark("decide: \(place.name) (\(place.title)) is required and no field looks like it")
      }
      return
    }
    let missing = sources.filter { $0.1 == nil }.map(\.0.name)
    guard missing.isEmpty else {
      text.remark(
        "\(place.name) (\(place.title)) is left out: no field looks like its \(missing.joined(separator: ", "))"
      )
      return
    }
    text.open("\(memberName(place.name)): {")
    if !place.isRequired, !sources.isEmpty {
      text.add("when: \(presence(sources.compactMap { $0.1?.readings })),")
    }
    // A group that is there only when its values are needs no `required` in it.
    let members = place.isRequired ? place.members : place.members.map(\.optional)
    write(members, path, into: &text)
    text.close("},")
  }

  /// Each of the values is there, from one of its fields.
  private func presence(_ values: [[FieldReading]]) -> String {
    func present(_ reading: FieldReading) -> String {
      let absent = reading.field.absent.map(quoted).joined(separator: ", ")
      let not = absent.isEmpty ? "" : ", not: [\(absent)]"
      return "\(memberName(reading.field.path.text)): { present: true\(not) }"
    }
    let single = values.filter { $0.count == 1 }.map { present($0[0]) }
    let several = values.filter { $0.count > 1 }.map {
      "any: [" + $0.map { "{ \(present($0)) }" }.joined(separator: ", ") + "]"
    }
    var seen: Set<String> = []
    return "{ " + (single + several).filter { seen.insert($0).inserted }.joined(separator: ", ")
      + " }"
  }

  // MARK: Numbers

  private mutating func writeIdentifiers(
    _ place: Place, _ path: [String], _ text: inout JSON5Lines
  ) {
    let kinds = place.members.first { $0.name == "kind" }?.choices ?? []
    let isOwn = path.count == 1
    var items: [(kind: String, role: Role, found: SchemaFit.Assigned)] = []
    for kind in kinds {
      let role =
        isOwn ? SchemaOutline.role(ofKind: kind) : SchemaOutline.role(ofKind: kind, in: path)
      guard let role, let found = field(role) else { continue }
      if !items.contains(where: { $0.role == role }) { items.append((kind, role, found)) }
    }
    guard !items.isEmpty else {
      if place.isRequired {
        text.remark(
          "decide: identifiers is required, and no field looks like a number of its kinds")
      }
      return
    }
    text.open("identifiers: [")
    for (index, item) in items.enumerated() {
      let isNeeded = place.isRequired && index == 0
      let document = item.kind == "resident-id" ? self.document(of: item.found.reading, path) : nil
      write(item, document, isRequired: isNeeded, &text)
      if let document {
        writeOthers(item.found.reading, document, kinds, isRequired: isNeeded, &text)
      }
    }
    text.close("],")
  }

  private mutating func write(
    _ item: (kind: String, role: Role, found: SchemaFit.Assigned),
    _ document: (field: FieldReading, code: String)?, isRequired: Bool, _ text: inout JSON5Lines
  ) {
    _ = take(item.found.reading)
    text.remark(item.found.guess.text)
    text.open("{")
    if let document {
      text.add("when: { \(memberName(take(document.field))): \(quoted(document.code)) },")
    }
    text.add("kind: { constant: \(quoted(item.kind)) },")
    let rule = rules.rule(item.role, [item.found.reading], form: .text, isRequired: isRequired)
    text.add("number: \(rule),")
    text.close("},")
  }

  /// Numbers of other documents, which another field tells by its codes.
  private mutating func writeOthers(
    _ number: FieldReading, _ document: (field: FieldReading, code: String), _ kinds: [String],
    isRequired: Bool, _ text: inout JSON5Lines
  ) {
    let path = document.field.field.path.text
    text.remark("decide: the kinds of other documents stand in the table document-kind")
    text.open("{")
    text.add("when: { \(memberName(path)): { present: true, not: \(quoted(document.code)) } },")
    let rule = rules.documents(document.field, card: document.code, kinds)
    text.add("kind: \(rule),")
    let needed = isRequired ? ", required: true" : ""
    text.add(
      "number: { from: \(quoted(number.field.path.text)), width: \"half\", letters: \"upper\"\(needed) },"
    )
    text.close("},")
  }

  /// The field that says which document a number is of, and its code for the identity card, if the numbers
  /// show it.
  private func document(
    of number: FieldReading, _ path: [String]
  ) -> (field: FieldReading, code: String)? {
    let role: Role = path.count == 1 ? .documentKind : .representativeKind
    guard path.count == 1 || path.first == "legalRepresentative", let kind = field(role)?.reading,
      kind.showsValues
    else { return nil }
    var codes: [String: Int] = [:]
    for (code, value) in zip(kind.field.values, number.field.values) where !code.isEmpty {
      let reference = rules.knowledge.reference
      if Content.isNumber(value, .gb11643, reference),
        !Content.isNumber(value, .residencePermit, reference)
      {
        codes[code, default: 0] += 1
      }
    }
    // A wrong code here and there does not hide the right one.
    let sorted = codes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    guard let code = sorted.first?.key,
      sorted.dropFirst().first.map({ $0.value * 3 <= sorted[0].value }) ?? true
    else { return nil }
    return (kind, code)
  }
}

extension SchemaOutline.Place {
  fileprivate var optional: Self {
    Self(
      name: name, title: title, form: form, isRequired: false, choices: choices, members: members)
  }
}
