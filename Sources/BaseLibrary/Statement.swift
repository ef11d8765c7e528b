import Cryptography
import Events
import Mapping

/// What one standard event says of one record.
package struct Statement: Sendable {
  package var record: Record.Name
  /// `person`, `enterprise` or `record`.
  package var kind: String
  /// What it says; `act.number` is its own number.
  package var act: Act
  /// The number of the act that it takes back, where it names one.
  package var reverses = ""
  /// Whether it carries the hub's own mark: a delivery that came back.
  package var isMarked = false
  /// Under which keys the entity is found: the record first, then each number of `act.numbers`.
  package var keys: [Key128]

  package init(
    record: Record.Name, kind: String, act: Act, reverses: String = "", isMarked: Bool = false,
    keys: [Key128]
  ) {
    self.record = record
    self.kind = kind
    self.act = act
    self.reverses = reverses
    self.isMarked = isMarked
    self.keys = keys
  }

  package var isReversal: Bool { act.change == .reversed }
}

/// The keys under which entities are found: digests, so that an index names nobody.
package struct LibraryKeys {
  private let hasher = Hasher128()

  package init() {}

  package func key(of number: Identifier, kind: String) -> Key128 {
    hasher.key("number", kind, number.kind, number.number)
  }

  /// The same for all facets of a record.
  package func key(of record: Record.Name) -> Key128 {
    hasher.key("record", record.source, record.schema, record.id)
  }

  package func keys(of record: Record.Name, _ numbers: [Identifier], kind: String) -> [Key128] {
    [key(of: record)] + numbers.map { key(of: $0, kind: kind) }
  }

  /// Of a disagreement, so that telling it again is the same message.
  package func key(of disagreement: Disagreement) -> Key128 {
    hasher.key(
      "disagreement", disagreement.entity.hex, disagreement.field, disagreement.mark,
      disagreement.other.record.source, disagreement.other.record.id,
      disagreement.other.version.text)
  }
}
