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

/// A record's version as its department counts: each run of digits is a number, however many zeros stand before it
/// (`MP9` is before `MP010`); all else goes by its letters.
package struct RecordVersion: Sendable, Comparable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: Self, right: Self) -> Bool { left.compared(to: right) == 0 }

  package static func < (left: Self, right: Self) -> Bool { left.compared(to: right) < 0 }

  private func compared(to other: Self) -> Int {
    var (mine, theirs) = (text.utf8[...], other.text.utf8[...])
    while let one = mine.first, let two = theirs.first {
      let order: Int
      if one.isDigit && two.isDigit {
        order = Self.compare(mine.takeNumber(), theirs.takeNumber())
      } else {
        order = Int(one) - Int(two)
        (mine, theirs) = (mine.dropFirst(), theirs.dropFirst())
      }
      if order != 0 { return order }
    }
    return mine.isEmpty ? (theirs.isEmpty ? 0 : -1) : 1
  }

  /// Numbers without zeros before them.
  private static func compare(
    _ one: Substring.UTF8View, _ other: Substring.UTF8View
  ) -> Int {
    if one.count != other.count { return one.count - other.count }
    return one.lexicographicallyPrecedes(other) ? -1 : one.elementsEqual(other) ? 0 : 1
  }
}

extension Substring.UTF8View {
  /// Takes the digits off the front and gives them without the zeros before them.
  fileprivate mutating func takeNumber() -> Substring.UTF8View {
    let digits = prefix { $0.isDigit }
    self = dropFirst(digits.count)
    return digits.drop { $0 == UInt8(ascii: "0") }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
