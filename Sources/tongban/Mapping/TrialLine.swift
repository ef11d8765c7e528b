import Mapping
import Routing

/// What `mapping test` says to programs: an object for each mapping, and one for each sample that differs.
struct TrialLine: Encodable {
  private struct Fault: Encodable {
    let what, path: String
    let expected, found: String?
  }
  private struct Silent: Encodable {
    let target, file, path: String
    let line: Int
  }
  private struct Codes: Encodable {
    let table: String
    let count: Int
    let unseen: [String]
  }

  private let kind: String
  private let department: String
  private let mapping: String
  // Of a sample.
  private var sample: String?
  private var differences: [Fault]?
  // Of a mapping.
  private var samples, differing, rules, percent: Int?
  private var silentRules: [Silent]?
  private var codes: [Codes]?
  private var unmentioned: [String]?

  static func lines(of trial: MappingTrial) -> [TrialLine] {
    trial.failures.map { sample($0, of: trial) } + [summary(of: trial)]
  }

  private static func sample(_ failure: MappingTrial.Failure, of trial: MappingTrial) -> TrialLine {
    TrialLine(
      kind: "sample", department: trial.department, mapping: trial.name, sample: failure.sample,
      differences: failure.differences.map {
        Fault(what: $0.what, path: $0.path, expected: $0.expected, found: $0.found)
      })
  }

  private static func summary(of trial: MappingTrial) -> TrialLine {
    TrialLine(
      kind: "mapping", department: trial.department, mapping: trial.name, samples: trial.count,
      differing: trial.failures.count, rules: trial.coverage.ruleCount,
      percent: trial.coverage.percent,
      silentRules: trial.coverage.silentRules.map {
        Silent(target: $0.target, file: $0.file, path: $0.path, line: $0.line)
      },
      codes: trial.coverage.tables.map {
        Codes(table: $0.name, count: $0.count, unseen: $0.unseen)
      }, unmentioned: trial.unmentioned)
  }
}
