import Storage

/// What `tongban quality report` tells: the counters summed over the days asked for.
package struct QualityReport: Sendable {
  package struct Dataset: Sendable, Equatable {
    package let source, schema: String
    package var records: Int64 = 0
    /// By what became of them.
    package var outcomes: [String: Int64] = [:]
    package var lateness: [String: Int64] = [:]
    package var latenessTotal: Int64 = 0
    package var latenessPeak: Int64 = 0
    package var fields: [Field] = []
    package var warnings: [Count] = []
    package var cleansed: [Count] = []
    package var disagreements: [Count] = []

    init(source: String, schema: String) {
      self.source = source
      self.schema = schema
    }

    /// Seconds from the change to its arrival, on average; nil where none was told.
    package var meanLateness: Int64? {
      let count = lateness.filter { $0.key != Quality.future }.values.reduce(0, +)
      return count > 0 ? latenessTotal / count : nil
    }
  }

  package struct Field: Sendable, Equatable {
    package let name: String
    package var filled: Int64 = 0
    package var missing: Int64 = 0
  }

  package struct Count: Sendable, Equatable {
    package let name: String
    package let count: Int64
  }

  package struct Death: Sendable, Equatable {
    package let source, reason: String
    package let count: Int64
  }

  package private(set) var datasets: [Dataset] = []
  /// Dead letters by department and reason.
  package private(set) var deaths: [Death] = []

  /// - Parameters:
  ///   - source: a department's code; nil for all.
  ///   - since: the first day, `2026-11-24`; nil for all that is kept.
  package init(source: String?, since: String?, in database: Database) throws {
    let parameters: [Parameter] = [
      source.map { .text($0) } ?? .null, since.map { .text($0) } ?? .null,
    ]
    for row in try database.query(Self.counters, parameters) {
      let (source, schema) = (try row.text(0), try row.text(1))
      if datasets.last?.source != source || datasets.last?.schema != schema {
        datasets.append(Dataset(source: source, schema: schema))
      }
      guard let measure = Quality.Measure(rawValue: try row.text(2)) else { continue }
      datasets[datasets.count - 1].add(
        measure, try row.text(3), count: try row.int(4), total: try row.int(5),
        peak: try row.int(6))
    }
    deaths = try database.query(Self.letters, parameters).map { row in
      Death(source: try row.text(0), reason: try row.text(1), count: try row.int(2))
    }
  }

  private static let counters = """
    select source, schema, measure, name, sum(count)::bigint, sum(total)::bigint, max(peak)
    from quality where ($1::text is null or source = $1)
      and ($2::text is null or day >= $2::text::date)
    group by source, schema, measure, name order by source, schema, measure, name
    """

  private static let letters = """
    select department, reason, count(*) from dead_letter
    where ($1::text is null or department = $1) and ($2::text is null
      or died_at >= ($2::text::date)::timestamp at time zone 'Asia/Shanghai')
    group by department, reason order by department, reason
    """
}

extension QualityReport.Dataset {
  fileprivate mutating func add(
    _ measure: Quality.Measure, _ name: String, count: Int64, total: Int64, peak: Int64
  ) {
    switch measure {
    case .filled: field(name) { $0.filled += count }
    case .missing: field(name) { $0.missing += count }
    case .warning: warnings.append(QualityReport.Count(name: name, count: count))
    case .cleansed: cleansed.append(QualityReport.Count(name: name, count: count))
    case .disagreement: disagreements.append(QualityReport.Count(name: name, count: count))
    case .outcome:
      outcomes[name] = count
      records += count
    case .lateness:
      lateness[name] = count
      latenessTotal += total
      latenessPeak = max(latenessPeak, peak)
    }
  }

  private mutating func field(_ name: String, _ change: (inout QualityReport.Field) -> Void) {
    let index =
      fields.firstIndex { $0.name == name }
      ?? {
        fields.append(QualityReport.Field(name: name))
        return fields.count - 1
      }()
    change(&fields[index])
  }
}
