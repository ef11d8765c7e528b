import BaseLibrary
import Mapping
import Testing

@Suite struct MergeTests {
  @Test("more trust wins, then the newer change; a field may prefer the newest whoever says it")
  func trust() {
    var shelf = Shelf()
    shelf.take(statement("insurance", 9, ["name": "李", "phone": "2"]))
    #expect(shelf.view("name") == "\"李\"" && shelf.rule("name") == .only)
    shelf.take(statement("police", 1, ["name": "王", "phone": "1"]))
    #expect(shelf.view("name") == "\"王\"" && shelf.rule("name") == .owner)
    #expect(shelf.view("phone") == "\"2\"" && shelf.rule("phone") == .newest)
    shelf.take(statement("tax", 20, ["name": "张"]))
    #expect(shelf.view("name") == "\"王\"")
    shelf.take(statement("police", 2, change: .deleted, [:]))
    #expect(shelf.view("name") == "\"李\"" && shelf.rule("name") == .rank)
  }

  @Test(
    "versions",
    arguments: [
      (2, "王", Merge.Verdict.repeated), (2, "李", .applied), (1, "王", .stale), (1, "李", .stale),
      (3, "王", .applied), (10, "王", .applied),
    ])
  func versions(_ version: Int, _ name: String, _ verdict: Merge.Verdict) {
    var shelf = Shelf()
    shelf.take(statement("police", 2, ["name": "王"]))
    let outcome = shelf.take(statement("police", version, at: 5, ["name": name]))
    #expect(outcome.verdict == verdict)
    #expect(shelf.view("name") == (verdict == .applied ? "\"\(name)\"" : "\"王\""))
  }

  @Test(
    "a version is a number however many zeros stand before it",
    arguments: [
      ("9", "10", true), ("0010", "9", false), ("007", "7", false), ("7", "007", false),
      ("a", "b", true), ("b", "a", false), ("1", "z", true), ("", "0", true),
      ("MP9", "MP010", true),
      ("MP010", "MP9", false), ("2026-11-02 9:00", "2026-11-02 10:00", true),
      ("99999999999999999999999999", "100000000000000000000000000", true),
    ])
  func numbers(_ one: String, _ other: String, _ isOlder: Bool) {
    #expect((RecordVersion(one) < RecordVersion(other)) == isOlder)
  }

  @Test("an older version of another record of the same department is not stale")
  func records() {
    var shelf = Shelf()
    shelf.take(statement("insurance", 5, id: "pension", ["name": "王"]))
    #expect(
      shelf.take(statement("insurance", 4, id: "health", ["name": "王"])).verdict == .applied)
  }

  // MARK: reversals

  @Test("a reversal that names its original gives the earlier value back")
  func reversal() {
    var shelf = Shelf()
    shelf.take(statement("police", 1, ["name": "王", "phone": "1"]))
    shelf.take(statement("police", 2, ["name": "李"]))
    #expect(shelf.view("name") == "\"李\"" && shelf.view("phone") == nil)
    let outcome = shelf.take(
      statement("police", 3, change: .reversed, reverses: "police-2", ["name": "李"]))
    #expect(outcome.verdict == .reversed && outcome.original?.number == "police-2")
    #expect(shelf.view("name") == "\"王\"" && shelf.view("phone") == "\"1\"")
  }

  @Test("a reversal that comes as a change of the old row takes back the act of that number")
  func oldRow() {
    var shelf = Shelf()
    for version in 1...3 { shelf.take(statement("police", version, ["name": "\(version)"])) }
    // Version 2 is older than what is known, and no news: it is the row itself that is void.
    let outcome = shelf.take(statement("police", 2, change: .reversed, ["name": "2"]))
    #expect(outcome.verdict == .reversed && outcome.original?.number == "police-2")
    #expect(shelf.view("name") == "\"3\"")
    let next = shelf.take(statement("police", 3, change: .reversed, ["name": "3"]))
    #expect(next.verdict == .reversed && shelf.view("name") == "\"1\"")
  }

  @Test("a voided row that names the act which voids it, and that act itself, are one reversal")
  func bothForms() {
    var shelf = Shelf()
    for version in 1...2 { shelf.take(statement("police", version, ["name": "\(version)"])) }
    let row = statement("police", 2, change: .reversed, reverses: "police-3", ["name": "2"])
    #expect(shelf.take(row).verdict == .reversed && shelf.view("name") == "\"1\"")
    let act = statement("police", 3, change: .reversed, reverses: "police-2", ["name": "2"])
    #expect(shelf.take(act).verdict == .repeated && shelf.view("name") == "\"1\"")
  }

  @Test("a reversal that names nothing takes back what the record said last")
  func nameless() {
    var shelf = Shelf()
    shelf.take(statement("police", 1, ["name": "王"]))
    shelf.take(statement("police", 2, ["name": "李"]))
    let outcome = shelf.take(statement("police", 3, change: .reversed, ["name": "李"]))
    #expect(outcome.original?.number == "police-2" && shelf.view("name") == "\"王\"")
  }

  @Test(
    "the same reversal again does nothing, and the original that comes late is not taken for news")
  func repeatedReversal() {
    var shelf = Shelf()
    let reversal = statement("police", 2, change: .reversed, reverses: "police-1", ["name": "王"])
    #expect(shelf.take(reversal).verdict == .unknownOriginal)
    #expect(shelf.take(reversal).verdict == .repeated)
    #expect(shelf.take(statement("police", 1, ["name": "王"])).verdict == .takenBack)
    #expect(shelf.view("name") == nil)
    #expect(shelf.take(statement("police", 3, ["name": "李"])).verdict == .applied)
  }

  @Test("nobody takes back another department's act")
  func foreignReversal() {
    var shelf = Shelf()
    shelf.take(statement("police", 1, ["name": "王"]))
    let outcome = shelf.take(
      statement("tax", 1, change: .reversed, reverses: "police-1", ["name": "王"]))
    #expect(outcome.verdict == .unknownOriginal && shelf.view("name") == "\"王\"")
  }

  // MARK: echoes

  @Test(
    "what was delivered to a department and comes back from it is an echo, as long as it did not speak meanwhile",
    arguments: [
      // What insurance says, when it says it in seconds, whether it spoke for itself in between.
      (["name": "王"], 10.0, false, Merge.Verdict.echo),
      (["name": "王", "phone": "1"], 10, false, .echo),
      (["name": "李"], 10, false, .applied),
      (["name": "王", "job": "x"], 10, false, .applied),
      (["name": "王"], 8 * 86_400, false, .applied),
      (["name": "王"], 10, true, .applied),
    ])
  func echo(
    _ fields: [String: String], _ seconds: Double, _ spoke: Bool, _ verdict: Merge.Verdict
  ) {
    var shelf = Shelf()
    shelf.take(statement("police", 1, audience: ["insurance"], ["name": "王", "phone": "1"]))
    if spoke { shelf.take(statement("insurance", 1, arrived: 5, ["name": "李"])) }
    let outcome = shelf.take(statement("insurance", 2, arrived: seconds, fields))
    #expect(outcome.verdict == verdict)
  }

  @Test(
    "what was delivered to another department is no echo, and the hub's own mark is one whatever it says"
  )
  func marked() {
    var shelf = Shelf()
    shelf.take(statement("police", 1, audience: ["tax"], ["name": "王"]))
    #expect(shelf.take(statement("insurance", 1, ["name": "王"])).verdict == .applied)
    var marked = statement("tax", 1, ["name": "李"])
    marked.isMarked = true
    #expect(shelf.take(marked).verdict == .echo && shelf.view("name") == "\"王\"")
  }

  // MARK: identity

  @Test(
    "the same record with another number is the same person; the former number still leads there")
  func newNumber() {
    var shelf = Shelf()
    shelf.take(statement("police", 1, numbers: ["A"], ["name": "王"]))
    let outcome = shelf.take(statement("police", 2, numbers: ["B"], ["name": "王"]))
    #expect(shelf.entities.count == 1)
    #expect(outcome.entity.currentNumbers.map(\.number) == ["B"])
    #expect(outcome.entity.numbers.map(\.number) == ["A", "B"])
    shelf.take(statement("insurance", 1, id: "i", numbers: ["A"], ["phone": "1"]))
    #expect(shelf.entities.count == 1 && shelf.view("phone") == "\"1\"")
  }

  @Test("an event with the old and the new number joins what was known under each")
  func bothNumbers() {
    var shelf = Shelf()
    shelf.take(statement("insurance", 1, id: "i", numbers: ["A"], ["phone": "1"]))
    shelf.take(statement("tax", 1, id: "t", numbers: ["B"], ["name": "李"]))
    #expect(shelf.entities.count == 2)
    let outcome = shelf.take(statement("police", 1, numbers: ["A", "B"], ["name": "王"]))
    #expect(outcome.absorbed.count == 1 && shelf.entities.count == 1)
    #expect(shelf.view("name") == "\"王\"" && shelf.view("phone") == "\"1\"")
  }

  @Test(
    "who a department keeps apart is not joined by another's word, but by the owner's of identities"
  )
  func keptApart() {
    func two() -> Shelf {
      var shelf = Shelf()
      shelf.take(statement("insurance", 1, id: "i1", numbers: ["A"], ["name": "王"]))
      shelf.take(statement("insurance", 2, id: "i2", numbers: ["B"], ["name": "李"]))
      return shelf
    }
    var shelf = two()
    let outcome = shelf.take(statement("tax", 1, numbers: ["A", "B"], ["name": "王"]))
    #expect(shelf.entities.count == 2 && outcome.absorbed.isEmpty)
    #expect(outcome.disagreements.first?.field == Disagreement.identity)
    #expect(outcome.foreign.map(\.number) == ["B"])
    shelf = two()
    shelf.take(statement("police", 1, numbers: ["A", "B"], ["name": "王"]))
    #expect(shelf.entities.count == 1)
  }

  // MARK: disagreements

  @Test("a disagreement is told once, in either order of arrival, with the rule that decided")
  func disagreement() {
    let (police, insurance) = (
      statement("police", 1, ["name": "王"]), statement("insurance", 1, id: "i", ["name": "李"])
    )
    for order in [[police, insurance], [insurance, police]] {
      var shelf = Shelf()
      let told = order.flatMap { shelf.take($0).disagreements }
      #expect(told.count == 1)
      #expect(told.first?.field == "name" && told.first?.rule == .owner)
      #expect(told.first?.owner == "police")
      #expect(told.first?.winner.record.source == "police")
      #expect(told.first?.other.record.source == "insurance")
      // The same again under a new version says nothing new; another value does.
      #expect(shelf.take(statement("insurance", 2, id: "i", ["name": "李"])).disagreements.isEmpty)
      #expect(
        shelf.take(statement("insurance", 3, id: "i", ["name": "张"])).disagreements.count == 1)
      #expect(shelf.take(statement("insurance", 4, id: "i", ["name": "王"])).disagreements.isEmpty)
    }
  }

  @Test(
    "an owner's change that the others have not heard of yet is no disagreement, until they say the old again"
  )
  func behind() {
    var shelf = Shelf()
    shelf.take(statement("police", 1, ["name": "王"]))
    shelf.take(statement("insurance", 1, id: "i", ["name": "王"]))
    #expect(shelf.take(statement("police", 2, ["name": "李"])).disagreements.isEmpty)
    #expect(shelf.take(statement("insurance", 2, id: "i", ["name": "王"])).disagreements.count == 1)
  }
}
