import Mapping
import Routing

/// What `mapping test` says to people: the differences, a table of all mappings, and what no sample touches.
struct TrialPage {
  /// All codes that were never seen, not only the first.
  let verbose: Bool
  private static let shownCodes = 6

  func text(of trials: [MappingTrial]) -> String {
    var parts = trials.flatMap(failures)
    parts.append(table(of: trials))
    parts += trials.compactMap(untouched)
    let count = trials.reduce(0) { $0 + $1.count }
    let failed = trials.reduce(0) { $0 + $1.failures.count }
    parts.append("\(count - failed) samples as expected, \(failed) not")
    return parts.joined(separator: "\n\n")
  }

  private func failures(of trial: MappingTrial) -> [String] {
    trial.failures.map { failure in
      let rows = failure.differences.map { difference in
        [
          difference.what, difference.path, "expected \(difference.expected ?? "nothing")",
          "found \(difference.found ?? "nothing")",
        ]
      }
      return "\(trial.department) \(trial.name)/\(failure.sample) differs\n" + indented(rows)
    }
  }

  private func table(of trials: [MappingTrial]) -> String {
    var table = Table([
      ("department", .left), ("mapping", .left), ("samples", .right), ("differ", .right),
      ("rules that gave a value", .right), ("codes seen", .right), ("unmentioned", .right),
    ])
    for trial in trials {
      let coverage = trial.coverage
      let codes = coverage.tables.reduce(0) { $0 + $1.count }
      let unseen = coverage.tables.reduce(0) { $0 + $1.unseen.count }
      let heard = coverage.ruleCount - coverage.silentRules.count
      table.add([
        trial.department, trial.name, String(trial.count), String(trial.failures.count),
        "\(heard) of \(coverage.ruleCount), \(coverage.percent) %",
        codes == 0 ? "" : "\(codes - unseen) of \(codes)", String(trial.unmentioned.count),
      ])
    }
    return table.text
  }

  private func untouched(by trial: MappingTrial) -> String? {
    var rows = trial.coverage.silentRules.map { rule in
      ["rule never exercised", rule.target, rule.place]
    }
    rows += trial.coverage.tables.filter { !$0.unseen.isEmpty }.map { table in
      [
        "codes never seen", "\(table.name): \(table.unseen.count) of \(table.count)",
        codes(table.unseen),
      ]
    }
    rows += trial.unmentioned.map { ["no rule mentions", $0, ""] }
    guard !rows.isEmpty, trial.count > 0 else { return nil }
    return "\(trial.department) \(trial.name)\n" + indented(rows)
  }

  private func codes(_ unseen: [String]) -> String {
    guard !verbose, unseen.count > Self.shownCodes else { return unseen.joined(separator: ", ") }
    return unseen.prefix(Self.shownCodes).joined(separator: ", ") + ", … (--verbose shows all)"
  }

  private func indented(_ rows: [[String]]) -> String {
    Columns.lines(rows).map { "  \($0)" }.joined(separator: "\n")
  }
}
