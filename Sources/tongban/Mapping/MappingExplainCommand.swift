import Adapters
import Configuration
import Mapping
import Routing

/// `tongban mapping explain`: how a record became what it is, field by field.
enum MappingExplainCommand {
  static let command = Command(
    "mapping explain", "DEPARTMENT EVENT|SCHEMA FILE [FIELD] [--record N] [--mask] [--json]",
    "show where each field comes from, every rule on the way, and where each native field went; exit 1 if any of it dies",
    run: run)

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    let masks = arguments.flag("--mask")
    let record = try arguments.number("--record", default: 0, in: 1...1_000_000)
    let department = try arguments.required("the department")
    let name = try arguments.required("the event, or the standard schema of a delivery")
    let file = try arguments.required("the file")
    let field = arguments.next()
    try arguments.end()
    let octets = try CheckCommands.octets(of: file)
    let choice = try MappingChoice(department, name, home: Settings.home)
    var body = explanation(of: octets, choice)
    if record > 0 { try body.keep(only: record) }
    let shown = try ExplanationChoice(field, in: body)
    let view = ExplanationView(
      native: NativeBody(octets, charset: body.charset), delivered: choice.deliveredCharset,
      masks: masks)
    if json {
      for line in ExplanationLines(view, shown).lines(of: body) { try printJSON(line) }
    } else {
      print(ExplanationPage(view, shown).text(of: body))
    }
    return body.isSound ? .done : .no
  }

  private static func explanation(
    of octets: [UInt8], _ choice: MappingChoice
  ) -> BodyExplanation {
    switch choice.direction {
    case .intake(let intake):
      BodyExplanation(
        choice.adapter, intake, reference: choice.reference, body: octets,
        today: MappingCommands.today)
    case .delivery(let delivery, let entitlement):
      BodyExplanation(choice.adapter, delivery, entitlement: entitlement, file: octets)
    }
  }
}

extension BodyExplanation {
  /// Whether nothing of it dies.
  fileprivate var isSound: Bool { unread.isEmpty && records.allSatisfy { $0.letter == nil } }

  fileprivate mutating func keep(only number: Int) throws(UsageError) {
    let count = records.count + unread.count
    records.removeAll { $0.place.record != number }
    unread.removeAll { $0.record != number && $0.record != 0 }
    if records.isEmpty, unread.isEmpty {
      throw UsageError("there is no record \(number): the file holds \(count)")
    }
  }
}

/// The fields that somebody asked for: all, or those of one name.
struct ExplanationChoice {
  private let name: String?

  /// - Throws: `UsageError` with the nearest name if no record has to do with such a field.
  init(_ name: String?, in body: BodyExplanation) throws(UsageError) {
    self.name = name
    guard let name, !body.records.isEmpty else { return }
    for record in body.records {
      if record.explanation.fields.contains(where: isWanted) { return }
      if record.explanation.natives.contains(where: { isWanted($0.place) }) { return }
      if record.withheld.contains(where: isWanted) { return }
    }
    let known = body.records.flatMap { record in
      record.explanation.fields.map(\.target) + record.explanation.natives.map(\.path)
    }
    let likely =
      nearestName(to: name, in: known)
      ?? known.first { $0.lowercased().hasPrefix(name.lowercased()) }
    let nearest = likely.map { "; did you mean \"\($0)\"?" } ?? ""
    throw UsageError("no record has a field \"\(name)\", native or standard\(nearest)")
  }

  var isEverything: Bool { name == nil }

  /// A field of that name, or one that has to do with a native field of that name.
  func isWanted(_ field: Explanation.Field) -> Bool {
    if matches(field.target) { return true }
    return (field.conditions + field.moves).contains { move in
      if move.kind == .from, matches(move.native?.path ?? move.words) { return true }
      return move.seen.contains { matches($0.path) }
    }
  }

  func isWanted(_ place: Explanation.Place) -> Bool { matches(place.path) }

  /// `identifiers[0].number` is called so, `identifiers[*].number`, `identifiers.number`, and is part of `identifiers`.
  private func matches(_ path: String) -> Bool {
    guard let name = name?.lowercased() else { return true }
    let path = path.lowercased()
    return [path, path.replacing(#/\[\d+\]/#, with: "[*]"), path.replacing(#/\[.*?\]/#, with: "")]
      .contains { $0 == name || $0.hasPrefix(name + ".") || $0.hasPrefix(name + "[") }
  }
}
