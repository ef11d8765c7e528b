import Cryptography
import Events
import Mapping

/// A person, an enterprise, or a record that belongs to neither: what each department says, act by act.
///
/// The view of a field is never stored; it is what the rules make of the records (`Entity.view`).
package struct Entity: Sendable, Equatable {
  package let id: Key128
  /// `person`, `enterprise`, or `record`.
  package let kind: String
  /// Every number that led here, former ones too, in the order of their arrival.
  package var numbers: [Identifier] = []
  package var records: [Record] = []
  /// How often it was written; 0 for one that is new.
  package var revision: Int64 = 0

  package init(id: Key128, kind: String) {
    self.id = id
    self.kind = kind
  }

  /// Numbers that some department's present record names; all others are former ones.
  package var currentNumbers: Set<Identifier> {
    Set(records.flatMap { $0.acts.first?.numbers ?? [] })
  }
}

/// A number and the kind of it: a personal identifier, never to be shown in an error or the log.
package struct Identifier: Hashable, Sendable {
  package let kind: String
  package let number: String

  package init(kind: String, number: String) {
    self.kind = kind
    self.number = number
  }
}

/// One record in one department's system, and its last acts.
package struct Record: Sendable, Equatable {
  /// What makes a record one. Its version counts for itself alone.
  package struct Name: Hashable, Sendable {
    /// The department's code.
    package let source: String
    package let schema: String
    /// As the department numbers it.
    package let id: String
    /// What a record has several of, such as the kind of insurance; empty for most.
    package let facet: String

    package init(source: String, schema: String, id: String, facet: String = "") {
      self.source = source
      self.schema = schema
      self.id = id
      self.facet = facet
    }
  }

  package let name: Name
  /// The newest version that came, reversals too.
  package var version: RecordVersion
  /// The newest first; the first is what the department says now.
  package var acts: [Act] = []
  /// Numbers of acts that were taken back, whether or not they had come.
  package var reversed: [String] = []
  /// Which disagreements were told: field → mark of the two values.
  package var told: [String: String] = [:]

  package init(_ name: Name, version: RecordVersion) {
    self.name = name
    self.version = version
  }
}

/// What one event said of a record.
package struct Act: Sendable, Equatable {
  /// The event's identity in the distribute stage.
  package var event: Key128
  /// The act's own number in the department; empty where none travels.
  package var number: String
  package var version: RecordVersion
  package var change: Change
  package var changedAt: Instant
  package var arrivedAt: Instant
  /// Digest of the whole standard record.
  package var content: Key128
  /// Departments that it was delivered to.
  package var audience: [String]
  package var numbers: [Identifier]
  /// Library field → value as JSON.
  package var fields: [String: String]
}

/// A record's version as its department counts: numbers by their size, however many zeros stand before them;
/// other texts by their letters, and before any number.
package struct RecordVersion: Sendable, Comparable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: Self, right: Self) -> Bool { !(left < right) && !(right < left) }

  package static func < (left: Self, right: Self) -> Bool {
    switch (left.digits, right.digits) {
    case (let one?, let other?):
      one.count == other.count ? one.lexicographicallyPrecedes(other) : one.count < other.count
    case (nil, nil): left.text < right.text
    case (let one, _): one == nil
    }
  }

  private var digits: Substring.UTF8View? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return text.drop { $0 == "0" }.utf8
  }
}
