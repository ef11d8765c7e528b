import Adapters
import Cryptography
import Events
import Lanes
import Mapping
import Messaging
import Records
import Schemas
import Standards

/// Where the records of one department's event become standard records: parse → map and validate →
/// check → serialise. Its trees and buffers are reused from record to record, so that nothing is
/// allocated per field. Belongs to one thread.
package final class Workbench {
  /// One record as the standard schema has it.
  package struct StandardRecord {
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
    /// What was accepted with a warning: reason code and field.
    package let warnings: [String]
  }

  private let adapter: Adapter
  private let intake: Adapter.Intake
  private var readers: [Charset: RecordReader] = [:]
  private var native = Tree()
  private var standard = Tree()
  private var machine: MappingMachine
  private var checks = Scratch()
  private var writer = JSONWriter()

  package init(_ adapter: Adapter, _ intake: Adapter.Intake, reference: Reference) {
    self.adapter = adapter
    self.intake = intake
    machine = MappingMachine(reference: reference)
  }

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
    record: (StandardRecord, Int) -> Void, fault: (DeadLetter, Int) -> Void
  ) {
    let charset: Charset
    switch Self.charset(of: contentType, for: intake.native) {
    case .success(let known): charset = known
    case .failure(let letter): return fault(letter, 0)
    }
    machine.reference.today = today
    var reader = readers[charset] ?? RecordReader(intake.native.format, charset: charset)
    body.withUnsafeBytes { octets in
      reader.read(octets, into: &native) { tree, place in
        switch standardise(&tree, place) {
        case .success(let standard): record(standard, place.record)
        case .failure(let letter): fault(letter, place.record)
        }
      } fault: { error in
        fault(DeadLetter(error), error.record)
      }
    }
    readers[charset] = reader
  }

  private func standardise(
    _ tree: inout Tree, _ place: RecordPlace
  ) -> Result<StandardRecord, DeadLetter> {
    guard case .mapped(let envelope) = intake.mapping.run(tree, into: &standard, on: &machine)
    else {
      return .failure(DeadLetter(machine.faults, at: place))
    }
    let violations = intake.schema.check(standard, scratch: &checks)
    guard violations.isEmpty else {
      return .failure(DeadLetter(violations, of: intake.schema, at: place))
    }
    var body: [UInt8] = []
    writer.write(standard, into: &body)
    return .success(
      StandardRecord(
        schema: intake.mapping.to, change: envelope.change ?? .updated,
        region: standard.string(envelope.region), nativeID: standard.string(envelope.id),
        time: Instant(rfc3339: standard.string(envelope.time)),
        partition: standard.withBytes(envelope.entity) { Partition(entity: $0) }, body: body,
        warnings: machine.warnings.map { "\($0.code.rawValue) \($0.target)" }))
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
  init(_ faults: [MappingFault], at place: RecordPlace) {
    guard let first = faults.first else {
      preconditionFailure("a mapping that gives no envelope gives faults")
    }
    let others = faults.dropFirst().prefix(4).map { "; also \($0.code.rawValue) at \($0.source)" }
    self.init(
      stage: "core.map", code: first.code.rawValue,
      place: DeadLetter.place(place, first.byte) + first.source + " → " + first.target,
      expectation: first.expectation + others.joined(), rule: first.rule)
  }

  /// A standard record that its own schema refuses: the mapping lets through what it must not.
  init(_ violations: [Violation], of schema: Schema, at place: RecordPlace) {
    let first = violations.first
    self.init(
      stage: "core.check", code: "SCHEMA_VIOLATION",
      place: DeadLetter.place(place, -1) + (first?.instancePath ?? ""),
      expectation: first?.expectation ?? "", rule: "\(schema.name)\(first?.keywordPath ?? "")")
  }

  private static func place(_ record: RecordPlace, _ byte: Int) -> String {
    var words = ["record \(record.record)"]
    if record.line > 0 { words.append("line \(record.line)") }
    if byte >= 0 { words.append("byte \(byte)") }
    return words.joined(separator: ", ") + ": "
  }
}
