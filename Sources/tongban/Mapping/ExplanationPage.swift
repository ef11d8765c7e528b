import Lanes
import Mapping
import Routing

/// An explanation for people: a block for each field with a line for each move, then where each native field went.
struct ExplanationPage {
  private let view: ExplanationView
  private let choice: ExplanationChoice

  init(_ view: ExplanationView, _ choice: ExplanationChoice) {
    self.view = view
    self.choice = choice
  }

  func text(of body: BodyExplanation) -> String {
    var parts = body.records.map { (number: $0.place.record, text: text(of: $0)) }
    parts += body.unread.map { letter, number in
      let what = number > 0 ? "record \(number)" : "the body"
      return (number, "\(what) cannot be read\n\(indented(lines(of: letter)))")
    }
    return parts.sorted { $0.number < $1.number }.map(\.text).joined(separator: "\n\n")
  }

  private func text(of record: BodyExplanation.Record) -> String {
    let explanation = record.explanation
    var blocks = [heading(of: record)]
    blocks += explanation.fields.filter(choice.isWanted).map(block)
    if let delivered = delivered(of: record) { blocks.append(delivered) }
    if let natives = natives(of: record) { blocks.append(natives) }
    return blocks.joined(separator: "\n\n")
  }

  // MARK: The record

  private func heading(of record: BodyExplanation.Record) -> String {
    let place = view.place(record.place.byte, record.place.byteCount)
    let item = record.item > 0 ? " item \(record.item)" : ""
    var lines = [
      "record \(record.place.record)\(item), \(place) → \(record.result)\(outcome(record))"
    ]
    if let letter = record.letter { lines += self.lines(of: letter).map { "  \($0)" } }
    for fault in record.explanation.faults.dropFirst() { lines.append("  also: \(fault)") }
    for warning in record.explanation.warnings { lines.append("  warning: \(warning)") }
    return lines.joined(separator: "\n")
  }

  private func outcome(_ record: BodyExplanation.Record) -> String {
    if record.letter != nil { return ": it dies" }
    if let written = record.written { return ", \(written.count) bytes" }
    if case .mapped(let envelope) = record.explanation.outcome, let change = envelope.change {
      return ", \(change.rawValue)"
    }
    return ""
  }

  private func lines(of letter: DeadLetter) -> [String] {
    let told = [
      ("reason", "\(letter.code) (\(letter.stage))"), ("place", letter.place),
      ("expected", letter.expectation), ("rule", letter.rule),
    ]
    return told.filter { !$0.1.isEmpty }.map { "\($0.0.padding(to: 10))\($0.1)" }
  }

  private func indented(_ lines: [String]) -> String {
    lines.map { "  \($0)" }.joined(separator: "\n")
  }

  // MARK: Fields

  private func block(of field: Explanation.Field) -> String {
    let isOpen = view.isOpen(field)
    var rows = field.conditions.map { row(of: $0, in: field, isOpen: isOpen) }
    rows += field.moves.map { row(of: $0, in: field, isOpen: isOpen) }
    if let raw = rawRow(of: field, isOpen: isOpen) { rows.append(raw) }
    rows.append(["rule", field.rule.place, ""])
    return ([heading(of: field, isOpen: isOpen)] + Columns.lines(rows).map { "  \($0)" })
      .joined(separator: "\n")
  }

  private func heading(of field: Explanation.Field, isOpen: Bool) -> String {
    switch field.result {
    case .value(let text, .string):
      "\(field.target) = \(view.quoted(text, isOpen: isOpen))"
    case .value(let text, _): "\(field.target) = \(view.value(text, isOpen: isOpen))"
    case .absent(let reason): "\(field.target) is not there: \(reason)"
    case .refused(let fault):
      "\(field.target) is refused: \(fault.code.rawValue), expected \(fault.expectation)"
    }
  }

  /// What is done, the value before and after, and what there is to say of it.
  private func row(of move: Move, in field: Explanation.Field, isOpen: Bool) -> [String] {
    [words(of: move, in: field), values(of: move, isOpen: isOpen), remark(on: move)]
  }

  private func words(of move: Move, in field: Explanation.Field) -> String {
    let words: String
    switch move.kind {
    case .from: words = "from \(move.words)"
    case .when: words = "when \(move.words)"
    case .constant, .step, .join, .fallback, .required: words = move.words
    }
    return move.line == field.rule.line ? words : "\(words) (line \(move.line))"
  }

  private func values(of move: Move, isOpen: Bool) -> String {
    if let holds = move.holds { return holds ? "holds" : "does not hold" }
    let after = move.after.map { view.quoted($0, isOpen: isOpen) }
    if let fault = move.fault { return "refused: \(fault.code.rawValue)" }
    switch move.kind {
    case .from: return after ?? (move.native == nil ? "not in the record" : "no value")
    case .step where move.before == move.after: return "stays \(after ?? "")"
    case .step:
      let before = move.before.map { view.quoted($0, isOpen: isOpen) } ?? ""
      return "\(before) → \(after ?? "no value")"
    case .constant, .join, .fallback, .required, .when: return after ?? "no value"
    }
  }

  private func remark(on move: Move) -> String {
    if let native = move.native { return view.place(native.byte, native.byteCount) }
    if move.holds != nil {
      return move.seen.map { seen in
        "\(seen.path) \(seen.text.map { "is \"\(view.value(seen: $0))\"" } ?? "is not in the record")"
      }.joined(separator: ", ")
    }
    if let table = move.table {
      let label = table.label.isEmpty ? "" : "\(table.label); "
      return "\(label)from \(table.source)"
    }
    return move.fault.map { "expected \($0.expectation)" }
      ?? move.warning.map { "warning: \($0.code.rawValue)" } ?? ""
  }

  /// The octets of the native values, where they are not the text that is shown.
  private func rawRow(of field: Explanation.Field, isOpen: Bool) -> [String]? {
    let raw = field.moves.compactMap { move in
      move.native.flatMap { view.raw($0, of: move.after, isOpen: isOpen) }
    }
    return raw.isEmpty ? nil : ["octets", raw.joined(separator: " + "), ""]
  }

  /// What the department gets, where all is shown.
  private func delivered(of record: BodyExplanation.Record) -> String? {
    guard choice.isEverything, let octets = record.written,
      let text = view.text(ofDelivered: octets)
    else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    return (["what the department gets"] + lines.map { "  | \($0)" }).joined(separator: "\n")
  }

  // MARK: Native fields

  private func natives(of record: BodyExplanation.Record) -> String? {
    let open = view.openPaths(of: record.explanation)
    var rows = record.explanation.natives.filter { choice.isWanted($0.place) }.map { native in
      [
        native.path, view.quoted(native.text, isOpen: open.contains(native.path)),
        view.place(native.place.byte, native.place.byteCount),
        record.elsewhere.contains(native.path)
          ? "left to another mapping of the event" : fate(native.fate),
      ]
    }
    rows += record.withheld.filter(choice.isWanted).map { place in
      [
        place.path, "", view.place(place.byte, place.byteCount),
        "withheld: no entitlement names it",
      ]
    }
    guard !rows.isEmpty else { return nil }
    return (["where each field went"] + Columns.lines(rows).map { "  \($0)" })
      .joined(separator: "\n")
  }

  private func fate(_ fate: Explanation.Native.Fate) -> String {
    switch fate {
    case .mapped(let targets): "→ \(targets.joined(separator: ", "))"
    case .refused(let targets): "refused for \(targets.joined(separator: ", "))"
    case .read(let targets): "looked at for \(targets.joined(separator: ", "))"
    case .unasked(let targets) where targets.isEmpty: "only conditions look at it"
    case .unasked(let targets): "its rule was not asked: \(targets.joined(separator: ", "))"
    case .dropped: "dropped on purpose"
    case .unmentioned: "no rule mentions it"
    }
  }
}
