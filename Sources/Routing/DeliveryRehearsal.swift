import Adapters
import Catalogue
import Lanes

/// What a department would get of standard events, without broker and database: for `tongban mapping run`,
/// `mapping test` and whoever writes an adapter.
package struct DeliveryRehearsal {
  /// The bodies as the department would get them, in its format and charset.
  package private(set) var bodies: [[UInt8]] = []
  /// Dead letters, each a line of JSON.
  package private(set) var deadLetters: [String] = []

  /// - Parameter entitlement: nil where none is granted yet: the mapping sees everything.
  package init(
    _ adapter: Adapter, _ delivery: Adapter.Delivery, entitlement: Entitlement?, file: [UInt8]
  ) {
    let desk = DeliveryDesk(adapter.department, delivery, entitlement: entitlement)
    let standard = StandardFile(file)
    for record in standard.records {
      switch desk.write(record.tree, change: record.change, reverses: record.reverses) {
      case .success(let body): bodies.append(body)
      case .failure(let letter):
        deadLetters.append(
          Rehearsal.line(letter, number: RecordNumber(record: record.place.record)))
      }
    }
    for fault in standard.faults {
      deadLetters.append(
        Rehearsal.line(
          DeadLetter(fault, stage: "distribute.parse"), number: RecordNumber(record: fault.record)))
    }
  }
}
