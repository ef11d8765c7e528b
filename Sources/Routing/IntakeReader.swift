import Adapters
import Lanes
import Records

/// The records of a native body as mappings see them: each as it stands there, or those that belong together as
/// one, by the `gather` of their event.
package struct IntakeReader {
  private var reader: RecordReader
  private var gatherer: Gatherer?

  package init(_ intake: Adapter.Intake, charset: Charset) {
    reader = RecordReader(intake.native.format, charset: charset)
    gatherer = intake.gathering.map(Gatherer.init)
  }

  /// - Parameters:
  ///   - tree: is used for each record in turn.
  ///   - fault: gets what is wrong and the record's number; 0 where it is the body.
  package mutating func read(
    _ body: UnsafeRawBufferPointer, into tree: inout Tree,
    record: (inout Tree, RecordSpan) -> Void, fault: (DeadLetter, Int) -> Void
  ) {
    guard var gatherer else {
      return reader.read(body, into: &tree) { tree, place in
        record(&tree, RecordSpan(place))
      } fault: { error in
        fault(DeadLetter(error), error.record)
      }
    }
    gatherer.begin()
    reader.read(body, into: &tree) { tree, place in
      gatherer.add(tree, at: place, record, fault)
    } fault: { error in
      gatherer.meet(DeadLetter(error), at: error.record, fault)
    }
    gatherer.end(record, fault)
    self.gatherer = gatherer
  }
}

/// Where a record stands in the body: a stretch of it, or several where records were gathered.
package struct RecordSpan {
  package let first: RecordPlace
  /// The gathered records; none where the record stands for itself.
  fileprivate(set) var members: ContiguousArray<RecordPlace> = []

  init(_ first: RecordPlace) { self.first = first }

  /// The record of the body that holds this byte.
  func place(ofByte byte: Int) -> RecordPlace {
    guard byte >= 0, let member = members.last(where: { $0.byte <= byte }) else { return first }
    return member
  }
}

/// Puts consecutive records that belong together into one: `{HH: …, ROWS: [{…}, {…}]}`.
///
/// Bounded in records and octets. A bad record is told at its place; unless the adapter leaves it out, what it may
/// belong to is told too and not handed out, since half of a whole would pass for the whole.
private struct Gatherer {
  private let gathering: Gathering
  private var tree = Tree()
  private var list = 0
  private var span: RecordSpan?
  private var key: [UInt8] = []
  /// Why what is being gathered must not be handed out.
  private var defect: Defect?
  /// The bad record that stood directly before.
  private var badBefore: Int?
  /// The keys of this body that are complete.
  private var closed: Set<[UInt8]> = []

  private struct Defect {
    var code: String
    var expectation: String
  }

  private static let octets = RecordLimits().recordBytes
  private static let nodes = RecordLimits().nodes

  init(_ gathering: Gathering) { self.gathering = gathering }

  mutating func begin() {
    (span, defect, badBefore) = (nil, nil, nil)
    closed.removeAll()
  }

  mutating func add(
    _ record: borrowing Tree, at place: RecordPlace, _ take: (inout Tree, RecordSpan) -> Void,
    _ fault: (DeadLetter, Int) -> Void
  ) {
    let found = text(of: gathering.field, in: record)
    switch gathering.bound {
    case .key(let field):
      guard let found else {
        let letter = DeadLetter(
          stage: "core.gather", code: "MISSING_FIELD",
          place: "record \(place.record), line \(place.line): \(field)",
          expectation: "a value, by which records are gathered")
        return meet(letter, at: place.record, fault)
      }
      if span == nil || found != key { open(found, at: place, take, fault) }
    case .start(_, let values):
      let begins = found.map { found in values.contains { found.elementsEqual($0.utf8) } } ?? false
      if span == nil || begins { open([], at: place, take, fault) }
      if span?.first.record == place.record, !begins {
        spoil(
          "RECORDS_INCOMPLETE",
          "the first of them to be one with \(gathering.field) as in \"start\"")
      }
    }
    append(record, at: place)
  }

  /// A record that cannot be read or has no key, or (record 0) a body that cannot be read on.
  mutating func meet(_ letter: DeadLetter, at record: Int, _ fault: (DeadLetter, Int) -> Void) {
    fault(letter, record)
    badBefore = record
    if !gathering.leavesOutBad || record == 0 { spoil(after: record) }
  }

  mutating func end(
    _ take: (inout Tree, RecordSpan) -> Void, _ fault: (DeadLetter, Int) -> Void
  ) {
    // After a bad record nothing came: the body may be cut there.
    if let badBefore { spoil(after: badBefore) }
    close(take, fault)
    tree.removeAll()
  }

  // MARK: One whole

  private mutating func open(
    _ key: [UInt8], at place: RecordPlace, _ take: (inout Tree, RecordSpan) -> Void,
    _ fault: (DeadLetter, Int) -> Void
  ) {
    close(take, fault)
    self.key = key
    span = RecordSpan(place)
    tree.removeAll()
    _ = tree.open(.object)
    if case .key(let field) = gathering.bound {
      let (name, text) = (tree.intern(field), key.withUnsafeBytes { tree.intern($0) })
      tree.append(.string, name: name, text: text, source: Int32(place.byte))
      if closed.contains(key) {
        spoil("RECORDS_SCATTERED", "all records of one \(field) one after the other")
      }
    }
    list = tree.open(.array, name: tree.intern(gathering.list))
    if let badBefore, !gathering.leavesOutBad { spoil(after: badBefore) }
  }

  private mutating func append(_ record: borrowing Tree, at place: RecordPlace) {
    badBefore = nil
    span?.members.append(place)
    guard defect == nil else { return }
    guard let span, span.members.count <= gathering.most,
      tree.arena.count + record.arena.count <= Self.octets,
      tree.nodes.count + record.nodes.count <= Self.nodes
    else {
      return spoil(
        "TOO_LARGE",
        "at most \(gathering.most) records and \(Self.octets) octets that belong together")
    }
    tree.append(record)
  }

  private mutating func close(
    _ take: (inout Tree, RecordSpan) -> Void, _ fault: (DeadLetter, Int) -> Void
  ) {
    guard let span, let last = span.members.last else { return }
    if case .key = gathering.bound { closed.insert(key) }
    if let defect {
      fault(
        DeadLetter(
          stage: "core.gather", code: defect.code,
          place:
            "records \(span.first.record) to \(last.record), line \(span.first.line): \(gathering.list)",
          expectation: defect.expectation), span.first.record)
    } else {
      tree.close(list)
      tree.close(0)
      take(&tree, span)
    }
    self.span = nil
    defect = nil
  }

  private mutating func spoil(after bad: Int) {
    let which = bad > 0 ? "record \(bad)" : "the rest of the body"
    spoil(
      "RECORDS_INCOMPLETE",
      "all that belongs together to be good; \(which) may belong here and is not")
  }

  private mutating func spoil(_ code: String, _ expectation: String) {
    guard span != nil, defect == nil else { return }
    defect = Defect(code: code, expectation: expectation)
  }

  /// The text of a member without the blanks around it; nil if there is none.
  private func text(of name: String, in record: borrowing Tree) -> [UInt8]? {
    guard let node = record.member(name, of: 0) else { return nil }
    switch record.nodes[node].kind {
    case .string, .number:
      let text = record.withBytes(record.nodes[node].text) { bytes in
        let blanks: (UInt8) -> Bool = { $0 <= 0x20 }
        return Array(bytes.drop(while: blanks).reversed().drop(while: blanks).reversed())
      }
      return text.isEmpty ? nil : text
    case .null, .true, .false, .array, .object: return nil
    }
  }
}
