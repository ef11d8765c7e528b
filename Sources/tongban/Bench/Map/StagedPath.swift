import Adapters
import Mapping
import Records
import Schemas
import Standards

/// The way of a record as the workbench goes it, put together here so that one can stop after any step:
/// that tells what each step costs.
final class StagedPath {
  enum Step: Int, CaseIterable {
    case parse, map, check, write
  }

  private let intake: Adapter.Intake
  private let last: Step
  /// Whether the schema is left out.
  private let skipsCheck: Bool
  private var reader: RecordReader
  private var native = Tree()
  private var standard = Tree()
  private var machine: MappingMachine
  private var checks = Scratch()
  private var writer = JSONWriter()
  private var output: [UInt8] = []

  init(
    _ intake: Adapter.Intake, reference: Reference, through last: Step, skipsCheck: Bool = false
  ) {
    self.intake = intake
    self.last = last
    self.skipsCheck = skipsCheck
    reader = RecordReader(intake.native.format, charset: intake.native.charset)
    machine = MappingMachine(reference: reference)
  }

  /// - Throws: if a record is refused, since a path that refuses is fast and wrong.
  func sweep(_ bodies: [[UInt8]]) throws -> (events: Int, bytes: Int) {
    var (events, refused, bytes) = (0, 0, 0)
    for body in bodies {
      bytes += body.count
      reader.read(body, into: &native) { tree, _ in
        if goOn(tree) { events += 1 } else { refused += 1 }
      } fault: { _ in
        refused += 1
      }
    }
    guard refused == 0 else { throw SettingsError("\(refused) records of the bench were refused") }
    return (events, bytes)
  }

  @inline(__always) private func goOn(_ tree: borrowing Tree) -> Bool {
    if last == .parse { return true }
    guard case .mapped = intake.outputs[0].mapping.run(tree, into: &standard, on: &machine) else {
      return false
    }
    if last == .map { return true }
    if !skipsCheck {
      guard intake.outputs[0].schema.check(standard, scratch: &checks).isEmpty else { return false }
    }
    if last == .check { return true }
    output.removeAll(keepingCapacity: true)
    writer.write(standard, into: &output)
    return !output.isEmpty
  }
}
