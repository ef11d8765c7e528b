import Adapters
import Catalogue
import Lanes
import Mapping
import Records

/// Where one department's delivery is written: projection → mapping → its own format.
///
/// The distribute stage has one for each entitlement; `tongban mapping` tries the same without a broker.
package final class DeliveryDesk {
  package let department: String
  package let delivery: Adapter.Delivery
  private let entitlement: Entitlement?
  private var projected = Tree()
  private var native = Tree()
  private var machine = MappingMachine()
  private var writer: RecordWriter

  /// - Parameter entitlement: the fields that the department may see; nil where none is granted yet and all
  ///   are shown, for rehearsals.
  package init(_ department: String, _ delivery: Adapter.Delivery, entitlement: Entitlement?) {
    self.department = department
    self.delivery = delivery
    self.entitlement = entitlement
    writer = RecordWriter(delivery.native.format, charset: delivery.native.charset)
  }

  /// The body as the department gets it, or why it does not.
  ///
  /// - Parameter reverses: the number of the act that a reversal takes back, as its department has it; empty
  ///   where it is not known.
  package func write(
    _ record: borrowing Tree, change: Change, reverses: String = ""
  ) -> Result<[UInt8], DeadLetter> {
    project(record, change, reverses)
    guard case .mapped = delivery.mapping.run(projected, into: &native, on: &machine) else {
      return .failure(DeadLetter(refused: machine.faults.first, for: department))
    }
    return written(native)
  }

  /// What the mapping is given.
  package func entitled(_ record: borrowing Tree, change: Change, reverses: String = "") -> Tree {
    project(record, change, reverses)
    return projected
  }

  package func explain(
    _ record: borrowing Tree, change: Change, reverses: String = ""
  ) -> Explanation {
    project(record, change, reverses)
    return delivery.mapping.explain(projected, on: &machine)
  }

  func written(_ native: borrowing Tree) -> Result<[UInt8], DeadLetter> {
    var body: [UInt8] = []
    do throws(RecordError) { try writer.write(native, into: &body) } catch {
      return .failure(DeadLetter(error, stage: "distribute.write", department: department))
    }
    return .success(body)
  }

  /// Beside the entitled fields a mapping may tell the department what kind of change it is, and which act is taken
  /// back: a reversal must not look like an update.
  private func project(_ record: borrowing Tree, _ change: Change, _ reverses: String) {
    if let entitlement {
      entitlement.project(record, into: &projected)
    } else {
      projected = copy record
    }
    add("change", change.rawValue)
    if change == .reversed, !reverses.isEmpty { add("reverses", reverses) }
  }

  private func add(_ name: StaticString, _ text: String) {
    guard !projected.nodes.isEmpty else { return }
    projected.append(.string, name: projected.intern(name), text: projected.intern(text))
    projected.close(0)
  }
}

extension DeadLetter {
  /// A record that a department's mapping refuses.
  init(refused fault: MappingFault?, for department: String) {
    self.init(
      stage: "distribute.map", code: fault?.code.rawValue ?? "UNMAPPED",
      place: "for \(department): \(fault?.source ?? "") → \(fault?.target ?? "")",
      expectation: fault?.expectation ?? "", rule: fault?.rule ?? "")
  }
}

extension Change {
  /// The last word of an event's type; an update where it says nothing that is known.
  init(ofType type: String) {
    self = type.split(separator: ".").last.flatMap { Change(rawValue: String($0)) } ?? .updated
  }
}
