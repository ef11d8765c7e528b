import Adapters
import Mapping
import Records
import Routing
import Schemas
import Standards

/// The hub's own ways of doing the bench's work.
struct OwnWorks {
  let adapters: AdapterSet
  let today: CivilDate?

  /// A department's event, with its adapter.
  struct Subject {
    let adapter: Adapter
    let intake: Adapter.Intake
  }

  func subject(_ department: String, _ event: String) throws -> Subject {
    let adapter = try adapters.adapter(of: department)
    return Subject(adapter: adapter, intake: try adapter.intake(of: event))
  }

  // MARK: The whole path

  /// The workbench of the core lane: body in, standard event out.
  func path(_ subject: Subject, _ bodies: [[UInt8]], _ name: String = "tongban") -> OwnWork {
    let workbench = Workbench(subject.adapter, subject.intake, reference: adapters.reference)
    let today = today
    return OwnWork(name) {
      var (events, bytes, written, refused) = (0, 0, 0, 0)
      for body in bodies {
        bytes += body.count
        workbench.work(on: body, contentType: nil, today: today) { record in
          events += 1
          written += record.body.count
        } fault: { _, _ in
          refused += 1
        }
      }
      guard refused == 0, written > 0 else {
        throw SettingsError("\(refused) records of the bench became dead letters")
      }
      return (events, bytes)
    }
  }

  /// The standard events' data that the workbench makes of these bodies.
  func output(_ subject: Subject, _ bodies: some Collection<[UInt8]>) -> [[UInt8]] {
    let workbench = Workbench(subject.adapter, subject.intake, reference: adapters.reference)
    var output: [[UInt8]] = []
    for body in bodies {
      workbench.work(on: body, contentType: nil, today: today) { record in
        output.append(record.body)
      } fault: { _, _ in
      }
    }
    return output
  }

  // MARK: Parts of it

  func staged(
    _ name: String, _ subject: Subject, through last: StagedPath.Step, _ bodies: [[UInt8]],
    skipsCheck: Bool = false, remark: String = ""
  ) -> OwnWork {
    let path = StagedPath(
      subject.intake, reference: adapters.reference, through: last, skipsCheck: skipsCheck)
    return OwnWork(name, remark: remark) { try path.sweep(bodies) }
  }

  func writing(_ trees: [Tree]) -> OwnWork {
    var writer = JSONWriter()
    var output: [UInt8] = []
    return OwnWork {
      var bytes = 0
      for tree in trees {
        output.removeAll(keepingCapacity: true)
        writer.write(tree, into: &output)
        bytes += output.count
      }
      return (trees.count, bytes)
    }
  }

  /// - Parameter instances: JSON.
  func checking(_ schema: Schema, _ instances: [[UInt8]]) -> OwnWork {
    let trees = instances.compactMap { try? Tree(json: $0) }
    let bytes = instances.reduce(0) { $0 + $1.count }
    let checks = Checks()
    return OwnWork {
      for tree in trees where !schema.check(tree, scratch: &checks.memory).isEmpty {
        throw SettingsError("a standard record of the bench was refused")
      }
      return (trees.count, bytes)
    }
  }

  private final class Checks {
    var memory = Scratch()
  }

  /// The records that the bodies hold, as trees of their own.
  func natives(_ subject: Subject, _ bodies: some Collection<[UInt8]>) -> [Tree] {
    var reader = RecordReader(subject.intake.native.format, charset: subject.intake.native.charset)
    var native = Tree()
    var trees: [Tree] = []
    for body in bodies {
      reader.read(body, into: &native) { tree, _ in
        trees.append(tree)
      } fault: { _ in
      }
    }
    return trees
  }
}
