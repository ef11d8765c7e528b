import Foundation
import Supervision
import Sync

/// What the demo prints at its end, and what of it is not as it must be.
struct DemoReport {
  let state: DemoState
  /// What had come of the samples before the traffic whose outcome is known by number.
  let before: DemoState

  private static let lettersOfBatchesBegunAnew: Int64 = 5

  var text: String {
    var table = Table([
      ("DEPARTMENT", .left), ("ACCEPTED", .right), ("PUBLISHED", .right), ("DUPLICATE", .right),
      ("DEAD", .right), ("BALANCE", .left), ("DELIVERED TO IT", .right),
    ])
    let delivered = state.delivered
    for department in delivered.keys.sorted() + ["unknown"] {
      let books = state.book("core", department)
      table.add([
        department, String(books.accepted), String(books.published), String(books.duplicate),
        String(books.dead),
        books.accepted == books.published + books.duplicate + books.dead ? "holds" : "BROKEN",
        department == "unknown" ? "-" : String(delivered[department] ?? 0),
      ])
    }
    let cases = Case.State.allCases.compactMap { state in
      self.state.cases[state].map { "\($0) \(state.rawValue)" }
    }
    return """
      \(table.text)

      cases:        \(cases.joined(separator: ", "))
      cards:        \(cards)
      notices:      \(state.mails) by mail, \(state.webhooks) by signed webhook
      dead letters: \(state.letters) in the archive
      books:        \(state.books.allSatisfy(\.isBalanced) ? "accepted = published + duplicate + dead holds for every stage and source" : "BROKEN")
      """
  }

  private var cards: String {
    let cards = Card.allCases.compactMap { card in
      state.cards[card].map { "\($0) \(card.rawValue)" }
    }
    return cards.isEmpty ? "none" : cards.joined(separator: ", ")
  }

  /// A yellow card goes to the supervision, a red one to it and to its head.
  private var cardMails: Int {
    func mails(_ state: DemoState) -> Int {
      (state.cards[.yellow] ?? 0) + 2 * (state.cards[.red] ?? 0)
    }
    return mails(state) - mails(before)
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
      expect(
        "delivered to \(department)", state.delivered[department] ?? 0,
        count + (before.delivered[department] ?? 0))
    }
    for (department, count) in state.delivered where DemoTraffic.expected[department] == nil {
      let books = state.book("core", department)
      if books.published == 0 { faults.append("of \(department) nothing was published") }
      if count == 0 { faults.append("to \(department) nothing was delivered") }
    }
    expect("records delivered twice", state.doubled, before.doubled)
    let (cases, known) = (state.cases, before.cases)
    expect(
      "cases completed", cases[.completed] ?? 0, DemoCases.completed + (known[.completed] ?? 0))
    expect(
      "cases compensated", cases[.compensated] ?? 0,
      DemoCases.refused + (known[.compensated] ?? 0))
    expect(
      "cases in all", cases.values.reduce(0, +),
      DemoCases.completed + DemoCases.refused + known.values.reduce(0, +))
    expect("red cards", state.cards[.red] ?? 0, 1 + (before.cards[.red] ?? 0))
    expect("mails", state.mails, DemoCases.notices + cardMails + before.mails)
    expect("webhooks", state.webhooks, DemoCases.notices + before.webhooks)
    // A letter leaves before its batch is committed. When two lanes change one entity of the base library at the same
    // moment, one batch begins anew and may decide otherwise: then its letter is in the archive and not in the books.
    let dead = state.books.reduce(0) { $0 + $1.dead }
    if !(dead...dead + Self.lettersOfBatchesBegunAnew).contains(Int64(state.letters)) {
      faults.append("dead letters: expected \(dead), as the books say, found \(state.letters)")
    }
    if !state.books.allSatisfy(\.isBalanced) { faults.append("the books do not balance") }
    return faults
  }
}
