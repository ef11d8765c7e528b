import Events
import Records
import Storage

/// Counters of data quality (数据治理): for each day, source and schema, what was filled, missing, warned of, how
/// late it came and what became of it. A batch is counted in memory and added in one statement.
package struct Quality: Sendable {
  /// What a counter counts; its name tells of what.
  package enum Measure: String, Sendable, CaseIterable {
    /// Records in which the field has a value, and in which it has none.
    case filled, missing
    /// Accepted with a warning: reason code and field.
    case warning
    /// Values that cleansing changed: what it did, and the field.
    case cleansed
    /// Records by what became of them: a `Merge.Verdict`.
    case outcome
    /// From the change in the department to its arrival here, in seconds: `total` and `peak`; names are buckets.
    case lateness
    /// Disagreements by field.
    case disagreement
  }

  struct Key: Hashable, Sendable {
    let day: Int64
    let source: String
    let schema: String
    let measure: Measure
    let name: String
  }

  struct Sum: Sendable {
    var count: Int64 = 0
    var total: Int64 = 0
    var peak: Int64 = 0
  }

  private(set) var sums: [Key: Sum] = [:]

  package init() {}

  /// The upper ends of the buckets of lateness, in seconds, with their names.
  package static let buckets: [(seconds: Int64, name: String)] = [
    (60, "1 minute"), (3_600, "1 hour"), (86_400, "1 day"), (604_800, "1 week"),
    (.max, "longer"),
  ]
  /// The name for a change that lies in the future.
  package static let future = "future"

  /// Of whom and when: the same for all counters of one record.
  package struct Subject: Sendable {
    let day: Int64
    let source: String
    let schema: String

    /// The day in China.
    package init(source: String, schema: String, at now: Instant) {
      day = (now.microseconds + 8 * 3_600_000_000) / 86_400_000_000
      self.source = source
      self.schema = schema
    }
  }

  package mutating func add(_ measure: Measure, _ name: String, of subject: Subject) {
    sums[key(measure, name, subject), default: Sum()].count += 1
  }

  package mutating func addFields(
    _ paths: [RecordPath], of record: borrowing Tree, _ subject: Subject
  ) {
    for path in paths {
      let isFilled = path.node(in: record).map { Self.says(record, $0) } ?? false
      add(isFilled ? .filled : .missing, path.text, of: subject)
    }
  }

  package mutating func addLateness(from changed: Instant, to arrived: Instant, _ subject: Subject)
  {
    let late = (arrived.microseconds - changed.microseconds) / 1_000_000
    guard late >= 0 else { return add(.lateness, Self.future, of: subject) }
    let bucket = Self.buckets.first { late <= $0.seconds }?.name ?? Self.future
    var sum = sums[key(.lateness, bucket, subject)] ?? Sum()
    sum.count += 1
    sum.total += late
    sum.peak = max(sum.peak, late)
    sums[key(.lateness, bucket, subject)] = sum
  }

  /// A remark as the core stage writes it, `CODE target[3].field`; the position in a list does not count.
  package mutating func add(_ measure: Measure, remark: String, _ subject: Subject) {
    add(measure, String(remark.prefix(200)).replacing(/\[\d+\]/, with: "[]"), of: subject)
  }

  private func key(_ measure: Measure, _ name: String, _ subject: Subject) -> Key {
    Key(
      day: subject.day, source: subject.source, schema: subject.schema, measure: measure,
      name: name)
  }

  /// An empty text or list says nothing.
  private static func says(_ record: borrowing Tree, _ node: Int) -> Bool {
    switch record.nodes[node].kind {
    case .null: false
    case .string: record.nodes[node].text.count > 0
    case .array, .object: Int(record.nodes[node].end) > node + 1
    case .number, .true, .false: true
    }
  }
}

extension Quality {
  /// The statement that adds a batch, in the order of the keys, so that two lanes never wait in a circle.
  package var addition: (String, [Parameter])? {
    guard !sums.isEmpty else { return nil }
    let rows = sums.sorted { $0.key < $1.key }
    return (
      """
      insert into quality (day, source, schema, measure, name, count, total, peak)
      select date '1970-01-01' + day::int, source, schema, measure, name, count, total, peak
      from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
        $7::bigint[], $8::bigint[])
        as given(day, source, schema, measure, name, count, total, peak)
      on conflict (day, source, schema, measure, name) do update set
        count = quality.count + excluded.count, total = quality.total + excluded.total,
        peak = greatest(quality.peak, excluded.peak)
      """,
      [
        .ints(rows.map(\.key.day)), .texts(rows.map(\.key.source)),
        .texts(rows.map(\.key.schema)), .texts(rows.map(\.key.measure.rawValue)),
        .texts(rows.map(\.key.name)), .ints(rows.map(\.value.count)),
        .ints(rows.map(\.value.total)), .ints(rows.map(\.value.peak)),
      ]
    )
  }
}

extension Quality.Key: Comparable {
  static func < (left: Self, right: Self) -> Bool {
    (left.day, left.source, left.schema, left.measure.rawValue, left.name)
      < (right.day, right.source, right.schema, right.measure.rawValue, right.name)
  }
}
