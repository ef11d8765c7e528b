import Events
import Lanes
import Messaging
import Storage

/// gov.standard → where the departments' own cases stand: takes std.case.v1 from the queue `case-states` and folds each
/// statement into its case, with its history, in the batch's transaction.
///
/// What the state does not allow is a dead letter with both states named; nothing is skipped in silence. It publishes nothing.
package struct FollowStage: Stage {
  package static let queue = "case-states"
  package let name = "case-states"
  private let shelf: Shelf<CaseStates>
  private var states: CaseStates
  private var version: Int

  package init(_ shelf: Shelf<CaseStates>) {
    self.shelf = shelf
    (states, version) = shelf.current
  }

  /// Reads each body; what cannot be read is a dead letter before the database is asked.
  package mutating func work(_ batch: inout Batch) {
    if shelf.version != version { (states, version) = shelf.current }
    for index in batch.items.indices {
      let item = batch.items[index]
      batch.items[index].source = states.system(item.event.source)?.department ?? "unknown"
      guard case .undecided = item.verdict else { continue }
      do throws(DeadLetter) {
        _ = try StatedCase(item, by: states)
        batch.items[index].verdict = .outputs([])
      } catch {
        batch.items[index].verdict = .dead(error)
      }
    }
  }

  package mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws
  {
    var stated: [(index: Int, case: StatedCase)] = []
    for (index, item) in batch.items.enumerated() {
      guard case .outputs = item.verdict, let one = try? StatedCase(item, by: states) else {
        continue
      }
      stated.append((index, one))
    }
    guard !stated.isEmpty else { return }
    let store = FollowedCases(database)
    var cases = try store.load(Array(Set(stated.map(\.case.statement.key))))
    var writing = FollowedCases.Writing()
    for (index, one) in stated {
      let statement = one.statement
      var followed = cases[statement.key] ?? FollowedCase(statement.key)
      let before = followed.state(by: states)
      let system = states.system(statement.key.system)
      let passing = system.flatMap { states.vocabulary($0.vocabulary) }?.passes ?? []
      let disposition = followed.take(statement, by: states, passing: passing)
      writing.add(statement, disposition, before: before, by: states)
      switch disposition {
      case .applied, .tookBack:
        cases[statement.key] = followed
        writing.set(
          followed, department: batch.items[index].source, item: one.item, by: states)
      case .repeated: batch.items[index].verdict = .duplicate
      case .stale: break
      case .refused(let refusal): batch.items[index].verdict = .dead(letter(refusal))
      }
    }
    try store.write(writing, at: now)
  }

  private func letter(_ refusal: CaseRefusal) -> DeadLetter {
    DeadLetter(
      stage: "case-states.fold", code: CaseRefusal.code, place: refusal.place,
      expectation: refusal.expected, rule: "\(CaseStates.path): states.\(refusal.state ?? "*")")
  }
}

/// A std.case.v1 event as this stage reads it.
struct StatedCase {
  let statement: CaseStatement
  /// The name of the service item.
  let item: String

  /// As the core stage names them (docs/the-way-of-a-message.md, "What travels with a message").
  private static let actHeader = "tongban-act"
  private static let reversesHeader = "tongban-reverses"

  init(_ item: Batch.Item, by states: CaseStates) throws(DeadLetter) {
    guard let data = try? Value(json: item.delivery.message.body), data.members != nil else {
      throw Self.unreadable("body", "a JSON object, as every standard event is")
    }
    guard let number = data.at(["number"])?.text else {
      throw Self.unreadable("number", "the case's number, as std.case.v1 has it")
    }
    guard let at = data.at(["changedAt"])?.text.flatMap({ Instant(rfc3339: $0) }) else {
      throw Self.unreadable("changedAt", "a moment by RFC 3339, as std.case.v1 has it")
    }
    guard let state = data.at(["state"])?.text, states[state] != nil else {
      throw Self.unreadable("state", "a state of \(CaseStates.path)")
    }
    let message = item.delivery.message
    let kind: CaseStatement.Kind =
      switch item.event.type.split(separator: ".").last {
      case "deleted": .deleted
      case "reversed": .reversed(act: message.header(Self.reversesHeader)?.text ?? "")
      default: .told
      }
    self.item = data.at(["item", "name"])?.text ?? ""
    statement = CaseStatement(
      .init(system: item.event.source, number: number), state: state, at: at,
      act: message.header(Self.actHeader)?.text ?? "", kind: kind)
  }

  private static func unreadable(_ place: String, _ expectation: String) -> DeadLetter {
    DeadLetter(
      stage: "case-states.read", code: "NOT_STANDARD", place: place, expectation: expectation)
  }
}
