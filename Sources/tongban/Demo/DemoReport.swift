import Foundation
import Sync

/// What the demo prints at its end, and what of it is not as it must be.
struct DemoReport {
  let state: DemoState

  var text: String {
    var table = Table([
      ("DEPARTMENT", .left), ("ACCEPTED", .right), ("PUBLISHED", .right), ("DUPLICATE", .right),
      ("DEAD", .right), ("BALANCE", .left), ("DELIVERED TO IT", .right),
    ])
    for department in ["public-security", "social-security", "tax", "unknown"] {
      let books = state.book("core", department)
      table.add([
        department, String(books.accepted), String(books.published), String(books.duplicate),
        String(books.dead),
        books.accepted == books.published + books.duplicate + books.dead ? "holds" : "BROKEN",
        department == "unknown" ? "-" : String(state.delivered[department] ?? 0),
      ])
    }
    let cases = Case.State.allCases.compactMap { state in
      self.state.cases[state].map { "\($0) \(state.rawValue)" }
    }
    return """
      \(table.text)

      cases:        \(cases.joined(separator: ", "))
      notices:      \(state.mails) by mail, \(state.webhooks) by signed webhook
      dead letters: \(state.letters) in the archive
      books:        \(state.books.allSatisfy(\.isBalanced) ? "accepted = published + duplicate + dead holds for every stage and source" : "BROKEN")
      """
  }

  /// The three changes with an unknown status have been replayed by now: accepted once more, and published.
  var faults: [String] {
    var faults: [String] = []
    func expect<Value: Equatable>(_ what: String, _ found: Value, _ wanted: Value) {
      if found != wanted { faults.append("\(what): expected \(wanted), found \(found)") }
    }
    for (department, before) in DemoTraffic.expected {
      var books = before
      if department == "tax" {
        books.accepted += Int64(DemoTraffic.unknownStatusCount)
        books.published += Int64(DemoTraffic.unknownStatusCount)
      }
      expect("books of \(department)", state.book("core", department), books)
    }
    for (department, count) in DemoTraffic.delivered {
      expect("delivered to \(department)", state.delivered[department] ?? 0, count)
    }
    expect("records delivered twice", state.doubled, 0)
    expect("cases completed", state.cases[.completed] ?? 0, DemoCases.completed)
    expect("cases compensated", state.cases[.compensated] ?? 0, DemoCases.refused)
    expect("mails", state.mails, DemoCases.submitted)
    expect("webhooks", state.webhooks, DemoCases.submitted)
    expect(
      "dead letters", Int64(state.letters), DemoTraffic.expected.values.reduce(0) { $0 + $1.dead })
    if !state.books.allSatisfy(\.isBalanced) { faults.append("the books do not balance") }
    return faults
  }
}
