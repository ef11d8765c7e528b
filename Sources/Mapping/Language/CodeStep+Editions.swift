import Configuration
import Standards

/// `at`: the day that says which edition of a code table holds.
final class DayRule: Sendable, Equatable {
  /// Gives the day as eight digits.
  let rule: Rule
  /// The native fields that tell it, for words.
  var words: String { rule.paths.map(\.text).joined(separator: " or ") }

  init(_ rule: Rule) { self.rule = rule }

  /// Each is evaluated where it stands, so one is only equal to itself.
  static func == (left: DayRule, right: DayRule) -> Bool { left === right }
}

extension DefinitionReader {
  /// `at: "BYRQ"`, or a rule that reads the day in its own shape.
  func day(_ node: ConfigurationNode) throws(ConfigurationError) -> DayRule {
    var rule = try single(node)
    guard case .paths = rule.source else {
      throw node.fault("expected the path of a day, or a rule with from and date")
    }
    if let fallback = rule.fallback {
      guard let day = Period(from: fallback.text, to: ""), day.first > 0 else {
        throw node.fault("expected a \"default\" such as \"2007-03-01\"")
      }
      rule.fallback = .text(String(day.first))
    }
    if let index = rule.steps.firstIndex(where: \.isDate) {
      guard case .date(var date) = rule.steps[index], date.into.hasDay else {
        throw node.fault("expected a rule that gives a day")
      }
      date.into = .basicDay
      rule.steps[index] = .date(date)
    } else {
      rule.steps.append(
        .date(DateStep(shapes: DateShape.any, into: .basicDay, zeros: .refuse)))
    }
    return DayRule(rule)
  }

  /// The edition with that version, or the present one.
  func edition(
    of table: CodeTable, _ node: ConfigurationNode?
  ) throws(ConfigurationError) -> CodeTable {
    guard let node else { return table }
    let version = try node.name()
    guard let edition = table.editions.first(where: { $0.version == version }) else {
      throw node.unknown(
        "edition of the table \(table.name)", version, known: table.editions.map(\.version))
    }
    return edition
  }

  /// The codes of all editions with the days on which each is in force.
  func datedEntries(
    of table: CodeTable, at node: ConfigurationNode
  ) throws(ConfigurationError) -> [CodeStep.Entry] {
    guard table.isDated else {
      throw node.fault(
        "the table \(table.name) does not say when its codes are in force: its versions need \"from\" and \"to\""
      )
    }
    var entries: [CodeStep.Entry] = []
    for (number, edition) in table.editions.enumerated() {
      if let other = table.editions[..<number].first(where: { $0.period.overlaps(edition.period) })
      {
        throw node.fault(
          "the versions \(other.version) (\(other.period)) and \(edition.version) (\(edition.period)) of the table \(table.name) are in force on the same days"
        )
      }
      for row in 0..<edition.count {
        guard let period = edition.period(of: row) else {
          throw node.fault(
            "the code \"\(edition.code(of: row))\" of the table \(table.name) is in force from or to what is no year and no day"
          )
        }
        entries.append(
          CodeStep.Entry(
            code: edition.code(of: row), value: .text(edition.standard(of: row)), period: period,
            edition: number))
      }
    }
    return entries
  }
}

extension Step {
  fileprivate var isDate: Bool {
    if case .date = self { return true }
    return false
  }

  var isDay: Bool {
    if case .day = self { return true }
    return false
  }
}

extension DateShape {
  /// `20240131`, as a number that days are compared by.
  static let basicDay = DateShape(text: "yyyyMMdd", pieces: [.year, .month, .day])
}
