import Adapters
import Cryptography
import Events
import Lanes
import Mapping
import Messaging
import Records
import Schemas
import Standards

/// Where the records of one department's event become standard records: parse → gather → divide → map and
/// validate → check → serialise. Its trees and buffers are reused from record to record, so that nothing is
/// allocated per field. Belongs to one thread.
package final class Workbench {
  /// One record as the standard schema has it.
  package struct StandardRecord {
    /// Where it comes from in the body.
    package let number: RecordNumber
    /// Tells the outputs of one schema apart; mostly empty.
    package let mark: String
    /// `std.person.v1`
    package let schema: String
    package let change: Change
    /// A division code; empty where the mapping gives none.
    package let region: String
    /// The change's id in the department's system; empty where the mapping gives none.
    package let nativeID: String
    package let time: Instant?
    package let partition: Partition
    /// JSON.
    package let body: [UInt8]
    /// The native id of the change that this one takes back; empty where the mapping gives none.
    package let reverses: String
    /// Whether the record says itself that it only holds what the hub delivered.
    package let isEcho: Bool
    /// What was accepted with a warning: reason code and field.
    package let warnings: [String]
    /// What of values was changed that means the same: code and field.
    package let cleansed: [String]
  }

  private let adapter: Adapter
  private let intake: Adapter.Intake
  private var readers: [Charset: IntakeReader] = [:]
  // One thread uses them, each for one thing at a time: no access asks whether another is under way.
  @exclusivity(unchecked) private var native = Tree()
  @exclusivity(unchecked) private var standard = Tree()
  @exclusivity(unchecked) private var machine: MappingMachine
  @exclusivity(unchecked) private var checks = Scratch()
  @exclusivity(unchecked) private var writer = JSONWriter()

  package init(_ adapter: Adapter, _ intake: Adapter.Intake, reference: Reference) {
    self.adapter = adapter
    self.intake = intake
    machine = MappingMachine(reference: reference)
  }

  /// What is known of the base library.
  package var answers: LookupAnswers {
    get { machine.answers }
    set { machine.answers = newValue }
  }
  /// What records of the last body ask of it; they gave neither a record nor a fault.
  package private(set) var questions: Set<LookupQuestion> = []

  func serves(_ department: String, _ event: String) -> Bool {
    adapter.department == department && intake.event == event
  }

  /// Works on every record of a body; a bad one is told and its neighbours go on.
  ///
  /// - Parameters:
  ///   - contentType: what the sender says of the body; nil if nothing.
  ///   - today: tells dates that lie in the future.
  package func work(
    on body: [UInt8], contentType: String?, today: CivilDate?,
    record: (StandardRecord) -> Void, fault: (DeadLetter, RecordNumber) -> Void
  ) {
    if !questions.isEmpty { questions = [] }
    let charset: Charset
    switch Self.charset(of: contentType, for: intake.native) {
    case .success(let known): charset = known
    case .failure(let letter): return fault(letter, RecordNumber(record: 0))
    }
    machine.reference.today = today
    var reader = readers[charset] ?? IntakeReader(intake, charset: charset)
    body.withUnsafeBytes { octets in
      reader.read(octets, into: &native) { tree, span in
        for output in intake.outputs { standardise(tree, span, output, record, fault) }
      } fault: { letter, number in
        fault(letter, RecordNumber(record: number))
      }
    }
    readers[charset] = reader
  }

  private func standardise(
    _ tree: borrowing Tree, _ span: RecordSpan, _ output: Adapter.Output,
    _ record: (StandardRecord) -> Void, _ fault: (DeadLetter, RecordNumber) -> Void
  ) {
    output.mapping.runEach(tree, into: &standard, on: &machine) {
      item, outcome, standard, machine in
      let number = RecordNumber(record: span.first.record, item: item)
      switch outcome {
      case .refused: fault(DeadLetter(machine.faults, in: span, item: item), number)
      case .asks: questions.formUnion(machine.questions)
      case .mapped(let envelope):
        let violations = output.schema.check(standard, scratch: &checks)
        guard violations.isEmpty else {
          return fault(DeadLetter(violations, of: output.schema, in: span, item: item), number)
        }
        record(
          finished(
            standard, envelope, of: output, number, warnings: machine.warnings,
            cleansed: output.mapping.cleansings(of: machine)))
      }
    }
  }

  private func finished(
    _ standard: borrowing Tree, _ envelope: Envelope, of output: Adapter.Output,
    _ number: RecordNumber, warnings: [MappingFault], cleansed: [String]
  ) -> StandardRecord {
    var body: [UInt8] = []
    writer.write(standard, into: &body)
    return StandardRecord(
      number: number, mark: output.mark, schema: output.mapping.to,
      change: envelope.change ?? .updated,
      region: standard.string(envelope.region), nativeID: standard.string(envelope.id),
      time: standard.withBytes(envelope.time) { Instant(rfc3339: $0) },
      partition: standard.withBytes(envelope.entity) { Partition(entity: $0) }, body: body,
      reverses: standard.string(envelope.reverses),
      isEcho: standard.string(envelope.origin) == Route.hubOrigin,
      warnings: warnings.map { "\($0.code.rawValue) \($0.target)" }, cleansed: cleansed)
  }

  /// What the content type says of the charset, if it says what the adapter says of the format.
  private static func charset(
    of contentType: String?, for native: NativeFormat
  ) -> Result<Charset, DeadLetter> {
    guard let contentType, contentType != native.contentType else {
      return .success(native.charset)
    }
    func refused(_ code: String, _ expectation: String) -> DeadLetter {
      DeadLetter(
        stage: "core.parse", code: code, place: "content type \(contentType.prefix(80))",
        expectation: expectation)
    }
    let media = NativeFormat.mediaType(of: contentType).lowercased()
    guard
      media == native.mediaType || (media == "text/xml" && native.mediaType == "application/xml")
    else { return .failure(refused("CONTENT_TYPE_MISMATCH", native.contentType)) }
    do throws(RecordError) {
      return .success(try Charset.declared(inContentType: contentType) ?? native.charset)
    } catch {
      return .failure(refused(error.code.rawValue, error.expectation))
    }
  }
}

/// Which record of a body, and which item of it, where its items become records.
package struct RecordNumber: Sendable, Equatable, CustomStringConvertible {
  /// From 1; 0 for the body as a whole. Of gathered records it is the first one's.
  package let record: Int
  /// From 1; 0 for the record itself.
  package let item: Int

  init(record: Int, item: Int = 0) {
    self.record = record
    self.item = item
  }

  package var description: String { item == 0 ? "\(record)" : "\(record) item \(item)" }
}

// MARK: dead letters

extension DeadLetter {
  /// A record that could not be read or, for a department, written.
  init(_ error: RecordError, stage: String = "core.parse", department: String? = nil) {
    var place = department.map { ["for \($0)"] } ?? []
    if error.record > 0 { place.append("record \(error.record)") }
    if error.line > 0 { place.append("line \(error.line)") }
    if error.byte >= 0 { place.append("byte \(error.byte)") }
    if !error.path.isEmpty { place.append(error.path) }
    self.init(
      stage: stage, code: error.code.rawValue,
      place: place.isEmpty ? "body" : place.joined(separator: ", "), expectation: error.expectation)
  }

  /// A record that could not be mapped; the first fault decides, the others are told with it.
  init(_ faults: [MappingFault], in span: RecordSpan, item: Int) {
    guard let first = faults.first else {
      preconditionFailure("a mapping that gives no envelope gives faults")
    }
    let others = faults.dropFirst().prefix(4).map { "; also \($0.code.rawValue) at \($0.source)" }
    self.init(
      stage: "core.map", code: first.code.rawValue,
      place: DeadLetter.place(span, item, first.byte) + first.source + " → " + first.target,
      expectation: first.expectation + others.joined(), rule: first.rule)
  }

  /// A standard record that its own schema refuses: the mapping lets through what it must not.
  init(_ violations: [Violation], of schema: Schema, in span: RecordSpan, item: Int) {
    let first = violations.first
    self.init(
      stage: "core.check", code: "SCHEMA_VIOLATION",
      place: DeadLetter.place(span, item, -1) + (first?.instancePath ?? ""),
      expectation: first?.expectation ?? "", rule: "\(schema.name)\(first?.keywordPath ?? "")")
  }

  private static func place(_ span: RecordSpan, _ item: Int, _ byte: Int) -> String {
    let record = span.place(ofByte: byte)
    var words = ["record \(record.record)"]
    if record.line > 0 { words.append("line \(record.line)") }
    if item > 0 { words.append("item \(item)") }
    if byte >= 0 { words.append("byte \(byte)") }
    return words.joined(separator: ", ") + ": "
  }
}
