import BaseLibrary
import Mapping
import Testing

/// Laws of the merge, tried on random histories.
@Suite struct MergePropertyTests {
  private static let seed = UInt64.random(in: 0...UInt64.max)
  private let sources = ["police", "insurance", "tax", "health"]
  private let fields = ["name", "phone", "job"]

  /// Each department's acts in the order of their versions.
  private func histories(_ dice: inout Dice) -> [[Statement]] {
    sources.map { source in
      (1...Int.random(in: 1...7, using: &dice)).map { version in
        var said: [String: String] = [:]
        for field in fields where Bool.random(using: &dice) {
          said[field] = String(Int.random(in: 0...2, using: &dice))
        }
        return statement(
          source, version, id: source, at: Double.random(in: 0...100, using: &dice).rounded(),
          said)
      }
    }
  }

  /// One order of all that keeps each department's own.
  private func shuffled(_ histories: [[Statement]], _ dice: inout Dice) -> [Statement] {
    var (rest, order) = (histories, [Statement]())
    while !rest.allSatisfy(\.isEmpty) {
      let index = Int.random(in: rest.indices, using: &dice)
      if !rest[index].isEmpty { order.append(rest[index].removeFirst()) }
    }
    return order
  }

  private func views(_ shelf: Shelf) -> [String?] { fields.map(shelf.view) }

  @Test("departments that speak in another order lead to the same view")
  func order() {
    var dice = Dice(state: Self.seed)
    for round in 0..<300 {
      let histories = histories(&dice)
      var (one, other) = (Shelf(), Shelf())
      for statement in shuffled(histories, &dice) { one.take(statement) }
      for statement in shuffled(histories, &dice) { other.take(statement) }
      #expect(views(one) == views(other), "seed \(Self.seed), round \(round)")
    }
  }

  @Test("a reversal after any history leaves the view as if the act had never been")
  func reversal() {
    var dice = Dice(state: Self.seed)
    for round in 0..<300 {
      let order = shuffled(histories(&dice), &dice)
      let victim = Int.random(in: order.indices, using: &dice)
      let act = order[victim]
      var (without, with) = (Shelf(), Shelf())
      for (index, statement) in order.enumerated() {
        with.take(statement)
        if index != victim { without.take(statement) }
      }
      let outcome = with.take(
        statement(
          act.record.source, 100, id: act.record.id, change: .reversed, reverses: act.act.number,
          [:]))
      #expect(outcome.verdict == .reversed)
      #expect(views(with) == views(without), "seed \(Self.seed), round \(round)")
    }
  }

  @Test("what comes twice changes nothing, and an entity reads back as it was written")
  func repeats() throws {
    var dice = Dice(state: Self.seed)
    for round in 0..<200 {
      let order = shuffled(histories(&dice), &dice)
      var shelf = Shelf()
      for statement in order { shelf.take(statement) }
      let before = shelf.entities
      for statement in order { #expect(!shelf.take(statement).verdict.goesOn) }
      #expect(shelf.entities == before, "seed \(Self.seed), round \(round)")
      for entity in shelf.entities.values {
        let again = try Entity(
          id: entity.id, kind: entity.kind, revision: entity.revision, json: entity.json)
        #expect(again == entity, "seed \(Self.seed), round \(round)")
      }
    }
  }

  @Test("nothing grows without bound")
  func bounds() {
    var shelf = Shelf()
    for number in 1...500 {
      shelf.take(
        statement(
          "police", number, id: "r\(number % 100)", numbers: ["A", "N\(number)"],
          ["name": String(number)]))
    }
    let entity = shelf.entities.values.first
    #expect(shelf.entities.count == 1)
    #expect(entity?.records.count == LibraryLimits.records)
    #expect(entity?.numbers.count == LibraryLimits.numbers)
    #expect(entity?.records.allSatisfy { $0.acts.count <= LibraryLimits.acts } == true)
  }
}
