import BaseLibrary
import Foundation

/// The counters of quality as tables, or as one object a line.
enum QualityPage {
  static func text(_ report: QualityReport) -> String {
    guard !report.datasets.isEmpty || !report.deaths.isEmpty else {
      return "nothing was counted in that time"
    }
    return [datasets(report), fields(report), warnings(report), deaths(report)]
      .compactMap { $0 }.joined(separator: "\n\n")
  }

  private static func datasets(_ report: QualityReport) -> String {
    var table = Table([
      ("SOURCE", .left), ("DATASET", .left), ("RECORDS", .right), ("APPLIED", .right),
      ("REVERSED", .right), ("STALE", .right), ("REPEATED", .right), ("ECHO", .right),
      ("DISAGREE", .right), ("LATE, MEAN", .right), ("LATE, MOST", .right),
    ])
    for dataset in report.datasets {
      func count(_ verdicts: Merge.Verdict...) -> String {
        String(verdicts.reduce(0) { $0 + (dataset.outcomes[$1.rawValue] ?? 0) })
      }
      table.add([
        dataset.source, dataset.schema, String(dataset.records), count(.applied),
        count(.reversed, .unknownOriginal), count(.stale), count(.repeated, .takenBack),
        count(.echo), String(dataset.disagreements.reduce(0) { $0 + $1.count }),
        dataset.meanLateness.map(duration) ?? "", duration(dataset.latenessPeak),
      ])
    }
    return table.text
  }

  private static func fields(_ report: QualityReport) -> String? {
    var table = Table([
      ("SOURCE", .left), ("DATASET", .left), ("FIELD", .left), ("FILLED", .right),
      ("MISSING", .right), ("COMPLETE", .right), ("DISAGREE", .right),
    ])
    var isEmpty = true
    for dataset in report.datasets {
      for field in dataset.fields {
        isEmpty = false
        let disagreements = dataset.disagreements.first { $0.name == field.name }?.count ?? 0
        table.add([
          dataset.source, dataset.schema, field.name, String(field.filled),
          String(field.missing), share(field.filled, of: field.filled + field.missing),
          disagreements > 0 ? String(disagreements) : "",
        ])
      }
    }
    return isEmpty ? nil : table.text
  }

  private static func warnings(_ report: QualityReport) -> String? {
    var table = Table([
      ("SOURCE", .left), ("DATASET", .left), ("WARNING OR CLEANSING", .left), ("COUNT", .right),
    ])
    var isEmpty = true
    for dataset in report.datasets {
      for warning in dataset.warnings + dataset.cleansed {
        isEmpty = false
        table.add([dataset.source, dataset.schema, warning.name, String(warning.count)])
      }
    }
    return isEmpty ? nil : table.text
  }

  private static func deaths(_ report: QualityReport) -> String? {
    guard !report.deaths.isEmpty else { return nil }
    var table = Table([("SOURCE", .left), ("DEAD LETTERS", .left), ("COUNT", .right)])
    for death in report.deaths { table.add([death.source, death.reason, String(death.count)]) }
    return table.text
  }

  private static func share(_ part: Int64, of whole: Int64) -> String {
    whole == 0 ? "" : String(format: "%.1f %%", Double(part) / Double(whole) * 100)
  }

  /// The largest unit that gives a number of at least one.
  private static func duration(_ seconds: Int64) -> String {
    for (unit, size) in [("d", Int64(86_400)), ("h", 3_600), ("min", 60)] where seconds >= size {
      return "\(seconds / size) \(unit)"
    }
    return "\(seconds) s"
  }

  // MARK: for programs

  struct Line: Encodable {
    var source: String
    var dataset: String?
    /// `records`, `filled`, `missing`, `warning`, `cleansed`, `outcome`, `lateness`, `disagreement` or `dead`.
    var measure: String
    var name: String?
    var count: Int64
    var meanSeconds, mostSeconds: Int64?
  }

  static func lines(_ report: QualityReport) -> [Line] {
    report.datasets.flatMap(lines)
      + report.deaths.map {
        Line(source: $0.source, measure: "dead", name: $0.reason, count: $0.count)
      }
  }

  private static func lines(_ dataset: QualityReport.Dataset) -> [Line] {
    func line(_ measure: String, _ name: String?, _ count: Int64) -> Line {
      Line(
        source: dataset.source, dataset: dataset.schema, measure: measure, name: name,
        count: count)
    }
    var records = line("records", nil, dataset.records)
    records.meanSeconds = dataset.meanLateness
    records.mostSeconds = dataset.latenessPeak
    return [records]
      + dataset.fields.flatMap {
        [line("filled", $0.name, $0.filled), line("missing", $0.name, $0.missing)]
      }
      + dataset.outcomes.sorted { $0.key < $1.key }.map { line("outcome", $0.key, $0.value) }
      + dataset.lateness.sorted { $0.key < $1.key }.map { line("lateness", $0.key, $0.value) }
      + dataset.warnings.map { line("warning", $0.name, $0.count) }
      + dataset.cleansed.map { line("cleansed", $0.name, $0.count) }
      + dataset.disagreements.map { line("disagreement", $0.name, $0.count) }
  }
}
