import Adapters
import Catalogue
import Lanes
import Mapping
import Records
import Schemas
import Standards

/// How each record of a body became what it is: for `tongban mapping explain`.
package struct BodyExplanation {
  /// One standard record, or what a department gets of one.
  package struct Record {
    /// In the body; of gathered records it is the first one's.
    package var place: RecordPlace
    /// The item of the record that became this one, from 1; 0 for the record itself.
    package var item = 0
    /// The standard schema, or the department's name for what it gets.
    package var result: String
    package var explanation: Explanation
    /// Why it dies all the same; nil if it does not.
    package var letter: DeadLetter?
    /// What a department gets of it; nil for an intake.
    package var written: [UInt8]?
    /// Fields of a standard record that the department is not entitled to.
    package var withheld: [Explanation.Place] = []
    /// Native fields that this mapping does not mention, and another of the event does.
    package var elsewhere: Set<String> = []
  }

  /// What the native side is written in.
  package var charset: Charset
  package var records: [Record] = []
  /// What could not be read or divided, and the record's number; 0 for the body as a whole.
  package var unread: [(letter: DeadLetter, record: Int)] = []

  /// A department's native body.
  package init(
    _ adapter: Adapter, _ intake: Adapter.Intake, reference: Reference, body: [UInt8],
    today: CivilDate?
  ) {
    charset = intake.native.charset
    var reference = reference
    reference.today = today
    var machine = MappingMachine(reference: reference)
    machine.answers = adapter.sampleLibrary
    var reader = IntakeReader(intake, charset: charset)
    var tree = Tree()
    var found: [(tree: Tree, span: RecordSpan)] = []
    body.withUnsafeBytes { octets in
      reader.read(octets, into: &tree) { tree, span in
        found.append((tree, span))
      } fault: { letter, number in
        unread.append((letter, number))
      }
    }
    for (tree, span) in found {
      let start = records.count
      for output in intake.outputs { explain(tree, span, output, on: &machine) }
      findElsewhere(from: start)
    }
  }

  private mutating func explain(
    _ tree: Tree, _ span: RecordSpan, _ output: Adapter.Output, on machine: inout MappingMachine
  ) {
    guard let items = output.mapping.items(of: tree, on: &machine) else {
      unread.append((DeadLetter(machine.faults, in: span, item: 0), span.first.record))
      return
    }
    var checks = Scratch()
    for item in items {
      let explanation = output.mapping.explain(tree, item: item, on: &machine)
      var record = Record(
        place: span.first, item: item.number, result: output.mapping.to, explanation: explanation)
      if case .refused = explanation.outcome {
        record.letter = DeadLetter(explanation.faults, in: span, item: item.number)
      } else {
        let violations = output.schema.check(explanation.output, scratch: &checks)
        if !violations.isEmpty {
          record.letter = DeadLetter(
            violations, of: output.schema, in: span, item: item.number)
        }
      }
      records.append(record)
    }
  }

  /// What one mapping of an event leaves alone, another may take.
  private mutating func findElsewhere(from start: Int) {
    let told = records[start...]
    guard Set(told.map(\.result)).count > 1 else { return }
    let mentioned = Set(
      told.flatMap { $0.explanation.natives.filter { $0.fate != .unmentioned }.map(\.path) })
    for index in told.indices {
      records[index].elsewhere = mentioned.intersection(records[index].explanation.unmentioned)
    }
  }

  /// Standard events, as a department gets them.
  package init(
    _ adapter: Adapter, _ delivery: Adapter.Delivery, entitlement: Entitlement?, file: [UInt8]
  ) {
    charset = .utf8
    let desk = DeliveryDesk(adapter.department, delivery, entitlement: entitlement)
    let standard = StandardFile(file)
    for record in standard.records { records.append(desk.explained(record)) }
    unread = standard.faults.map { (DeadLetter($0, stage: "distribute.parse"), $0.record) }
  }
}

extension DeliveryDesk {
  fileprivate func explained(_ record: StandardFile.Record) -> BodyExplanation.Record {
    let explanation = explain(record.tree, change: record.change, reverses: record.reverses)
    var told = BodyExplanation.Record(
      place: record.place, result: delivery.mapping.to, explanation: explanation)
    if case .mapped = explanation.outcome {
      switch written(explanation.output) {
      case .success(let body): told.written = body
      case .failure(let letter): told.letter = letter
      }
    } else {
      told.letter = DeadLetter(refused: explanation.faults.first, for: department)
    }
    let shown = Set(explanation.natives.map(\.path))
    told.withheld = Explanation.Place.values(of: record.tree).filter { !shown.contains($0.path) }
    return told
  }
}
