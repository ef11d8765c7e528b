import Records

/// The files of a draft.
struct DraftText {
  let files: [DraftFile]

  init(
    _ recognition: Recognition, _ survey: Survey, _ readings: [FieldReading], _ fit: SchemaFit,
    _ knowledge: DraftKnowledge, _ request: DraftRequest
  ) {
    var mapping = MappingText(survey, readings, fit, knowledge, request)
    let text = mapping.write()
    var files = [
      DraftFile(
        path: "adapter.json5",
        text: AdapterText.write(recognition, survey, order: mapping.order, request)),
      DraftFile(path: "mappings/\(request.event).json5", text: text),
    ]
    for table in mapping.tables.sorted(by: { $0.name < $1.name }) {
      files.append(DraftFile(path: "codes/\(table.name).json5", text: CodeTableText.write(table)))
    }
    self.files = files
  }
}

enum CodeTableText {
  static func write(_ table: CodeTableDraft) -> String {
    var text = JSON5Lines()
    text.remark(
      "The codes seen in \(table.field), in \(table.records) records. A code that is not here dies as UNMAPPED_CODE: "
        + "bring in those that are remarked after asking the department, and those that the samples do not have."
    )
    text.open("{")
    text.add("name: \(quoted(table.name)),")
    text.add("version: \"draft\",")
    text.add("source: \"drafted from samples, to be confirmed by the department\",")
    text.open("entries: {")
    for row in table.rows {
      let standard = row.standard ?? "?"
      let line = "\(quoted(row.code)): [\(quoted(standard)), \(quoted(row.label))],"
      let seen = "in \(row.count) of \(table.records) records"
      if row.isWritten {
        text.add("\(line) // \(oneLine("\(row.guess.text); \(seen)"))")
      } else {
        text.remark(
          "\(line) // decide: \(row.standard == nil ? "its meaning is not known" : row.guess.text); \(seen)"
        )
      }
    }
    if table.hidden > 0 {
      text.remark(
        "\(table.hidden) values were seen that are not shown: they do not look like codes.")
    }
    if !table.choices.isEmpty {
      text.remark("The standard has \(table.choices.joined(separator: ", ")).")
    }
    // A table is never empty; this is what may stand in one of which nothing is known.
    if !table.rows.contains(where: \.isWritten) {
      for choice in table.choices { text.add("\(quoted(choice)): [\(quoted(choice)), \"\"],") }
    }
    text.close("},")
    text.close("}")
    return text.text
  }
}

enum AdapterText {
  static func write(
    _ recognition: Recognition, _ survey: Survey, order: String, _ request: DraftRequest
  ) -> String {
    var text = JSON5Lines()
    text.remark(
      "Drafted from \(counted(recognition.samples.count, "sample")) with \(counted(survey.records, "record")). Percentages say how sure a line is."
    )
    text.open("{")
    text.add("department: \(quoted(request.department)),")
    text.remark("decide: what people call the department")
    text.add("name: \(quoted(request.department)),")
    text.open("events: {")
    text.open("\(memberName(request.event)): {")
    text.remark("charset \(recognition.charset.rawValue), \(recognition.charsetGuess.text)")
    text.remark("\(recognition.label), \(recognition.formatGuess.text)")
    format(recognition, &text)
    text.add("mapping: \(quoted(request.event)),")
    if !order.isEmpty {
      text.remark("Changes with the same value here stay in order.")
      text.add("order: \(quoted(order)),")
    }
    text.close("},")
    text.close("},")
    text.remark("decide: where the changes appear, for instance")
    text.remark(
      "edge: { collect: [{ files: \"out\", event: \(quoted(request.event)), region: \"000000\" }] },"
    )
    text.close("}")
    return text.text
  }

  private static func format(_ recognition: Recognition, _ text: inout JSON5Lines) {
    let charset = "charset: \(quoted(recognition.charset.rawValue))"
    switch recognition.format {
    case .json(let format):
      let place =
        format.records.isEmpty ? "" : ", record: \(quoted(format.records.joined(separator: "/")))"
      text.add(
        "format: { kind: \"json\", \(charset)\(place)\(format.lines ? ", lines: true" : "") },")
    case .xml(let format):
      let place =
        format.record.isEmpty ? "" : ", record: \(quoted(format.record.joined(separator: "/")))"
      text.add("format: { kind: \"xml\", \(charset)\(place) },")
    case .keyValue(let format):
      let sign = quoted(String(UnicodeScalar(format.separator)))
      text.add("format: { kind: \"key-value\", \(charset), separator: \(sign) },")
    case .delimited(let format): delimited(format, charset, &text)
    case .fixedWidth(let format): fixedWidth(format, charset, recognition.columnNotes, &text)
    }
  }

  private static func delimited(
    _ format: DelimitedFormat, _ charset: String, _ text: inout JSON5Lines
  ) {
    text.open("format: {")
    text.add(
      "kind: \"delimited\", \(charset), separator: \(quoted(format.separator)), header: \(format.header),"
    )
    if let quote = format.quote, quote != UInt8(ascii: "\"") {
      text.add("quote: \(quoted(String(UnicodeScalar(quote)))),")
    }
    if !format.header {
      text.add("columns: [\(format.columns.map(quoted).joined(separator: ", "))],")
    }
    text.close("},")
  }

  private static func fixedWidth(
    _ format: FixedWidthFormat, _ charset: String, _ notes: [String: String],
    _ text: inout JSON5Lines
  ) {
    text.open("format: {")
    text.add(
      "kind: \"fixed-width\", \(charset), unit: \(quoted(format.unit.rawValue)), length: \(format.length),"
    )
    text.open("fields: {")
    for field in format.fields {
      let note = notes[field.name].map { " // \(oneLine($0))" } ?? ""
      text.add("\(memberName(field.name)): [\(field.start), \(field.length)],\(note)")
    }
    text.close("},")
    text.close("},")
  }
}
