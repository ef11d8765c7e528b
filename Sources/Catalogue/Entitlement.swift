import Events
import Records

/// What one department may have of one dataset: which fields, for which purpose, until when, of which regions.
package struct Entitlement: Sendable {
  package let department: String
  package let schema: String
  package let purpose: String
  /// The paths as written, or nil for all fields.
  package let fields: [String]?
  /// The moment from which it is no longer in force; nil if it does not end.
  package let until: Instant?
  /// Beginnings of division codes (GB/T 2260); empty for everywhere.
  package let regions: [String]
  private let projection: Projection

  init(
    department: String, schema: String, purpose: String, fields: [FieldPath]?,
    until: Instant? = nil,
    regions: [String] = []
  ) {
    self.department = department
    self.schema = schema
    self.purpose = purpose
    self.fields = fields?.map(\.text)
    self.until = until
    self.regions = regions
    projection = Projection(fields)
  }

  package func isInForce(at now: Instant) -> Bool { until.map { now < $0 } ?? true }

  /// Whether records of this division are among those it is for.
  package func covers(region: String) -> Bool {
    regions.isEmpty || regions.contains { region.utf8.starts(with: $0.utf8) }
  }

  /// Whether the value at a path, or all that it is in, is among the entitled fields.
  package func covers(field path: String) -> Bool {
    fields?.contains { path == $0 || path.hasPrefix($0 + ".") } ?? true
  }

  /// Fills `output` with the entitled fields of the record and nothing else; what was in it before is gone.
  ///
  /// Only what is copied has its bytes in `output`. Allocates nothing once `output` has been as large before.
  package func project(_ record: borrowing Tree, into output: inout Tree) {
    projection.run(record, into: &output)
  }
}
