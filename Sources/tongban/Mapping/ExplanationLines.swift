import Lanes
import Mapping
import Routing

/// An explanation for programs: an object a line, for each record, each field, each native field and each record
/// that could not be read.
struct ExplanationLines {
  private let view: ExplanationView
  private let choice: ExplanationChoice

  init(_ view: ExplanationView, _ choice: ExplanationChoice) {
    self.view = view
    self.choice = choice
  }

  func lines(of body: BodyExplanation) -> [ExplanationLine] {
    body.records.flatMap(lines)
      + body.unread.map { .unread(RefusalLine($0.letter), record: $0.record) }
  }

  private func lines(of record: BodyExplanation.Record) -> [ExplanationLine] {
    let (number, explanation) = (record.place.record, record.explanation)
    let open = view.openPaths(of: explanation)
    var lines = [ExplanationLine.record(head(of: record), record: number)]
    lines += explanation.fields.filter(choice.isWanted).map {
      .field(field($0), record: number)
    }
    lines += explanation.natives.filter { choice.isWanted($0.place) }.map {
      .native(
        native($0, isOpen: open.contains($0.path), in: record), record: number)
    }
    lines += record.withheld.filter(choice.isWanted).map {
      let place = place($0, text: nil, isOpen: false)
      return .native(NativeLine(place: place, value: nil, fate: "withheld"), record: number)
    }
    return lines
  }

  private func head(of record: BodyExplanation.Record) -> RecordLine {
    let explanation = record.explanation
    var change: String?
    if case .mapped(let envelope) = explanation.outcome { change = envelope.change?.rawValue }
    return RecordLine(
      line: record.place.line, byte: record.place.byte, bytes: record.place.byteCount,
      item: record.item > 0 ? record.item : nil, result: record.result, change: change,
      delivered: record.written?.count,
      dies: record.letter.map(RefusalLine.init),
      faults: explanation.faults.map(\.description),
      warnings: explanation.warnings.map(\.description))
  }

  private func field(_ field: Explanation.Field) -> FieldLine {
    let isOpen = view.isOpen(field)
    var line = FieldLine(
      target: field.target, rule: RuleLine(field.rule),
      conditions: field.conditions.map { move($0, isOpen: isOpen) },
      moves: field.moves.map { move($0, isOpen: isOpen) })
    switch field.result {
    case .value(let text, _): line.value = view.value(text, isOpen: isOpen)
    case .absent(let reason): line.absent = reason
    case .refused(let fault): line.refused = fault.description
    }
    return line
  }

  private func move(_ move: Move, isOpen: Bool) -> MoveLine {
    MoveLine(
      kind: move.kind.rawValue, words: move.words,
      before: move.before.map { view.value($0, isOpen: isOpen) },
      after: move.after.map { view.value($0, isOpen: isOpen) },
      native: move.native.map { place($0, text: move.after, isOpen: isOpen) }, holds: move.holds,
      saw: move.holds == nil
        ? nil
        : Dictionary(
          move.seen.map { ($0.path, $0.text.map { view.value(seen: $0) }) }
        ) { first, _ in first },
      table: move.table.map {
        TableLine(name: $0.name, version: $0.version, source: $0.source, label: $0.label)
      },
      fault: move.fault?.code.rawValue, warning: move.warning?.code.rawValue, file: move.file,
      line: move.line, path: move.path)
  }

  private func native(
    _ native: Explanation.Native, isOpen: Bool, in record: BodyExplanation.Record
  ) -> NativeLine {
    let (fate, targets): (String, [String]?) =
      switch native.fate {
      case .mapped(let targets): ("mapped", targets)
      case .refused(let targets): ("refused", targets)
      case .read(let targets): ("read", targets)
      case .unasked(let targets): ("unasked", targets)
      case .dropped: ("dropped", nil)
      case .unmentioned where record.elsewhere.contains(native.path): ("elsewhere", nil)
      case .unmentioned: ("unmentioned", nil)
      }
    return NativeLine(
      place: place(native.place, text: native.text, isOpen: isOpen),
      value: view.value(native.text, isOpen: isOpen), fate: fate, targets: targets)
  }

  private func place(_ place: Explanation.Place, text: String?, isOpen: Bool) -> PlaceLine {
    PlaceLine(
      path: place.path, line: place.byte >= 0 ? view.native.line(of: place.byte) : nil,
      byte: place.byte >= 0 ? place.byte : nil, bytes: place.byte >= 0 ? place.byteCount : nil,
      octets: view.raw(place, of: text, isOpen: isOpen))
  }
}
