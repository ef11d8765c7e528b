import Adapters
import Events
import Lanes
import Messaging
import Testing

@testable import Routing

@Suite struct CoreStageTests {
  private let shelf: Shelf<AdapterSet>

  init() throws { shelf = try AdapterSet.shelf(home: home, log: quiet) }

  private func work(_ messages: [Message]) -> [Batch.Item] {
    var stage = CoreStage(shelf, now: { now })
    var batch = Batch(messages.enumerated().map { delivery($1, UInt64($0 + 1)) }, consumer: "core")
    stage.work(&batch)
    return batch.items
  }

  @Test(
    "a tax change becomes one standard event with a derived id, its entity's partition and its region"
  )
  func tax() throws {
    let item = work([taxMessage()])[0]
    let event = try #require(item.verdict.messages.first)
    #expect(item.source == "tax" && item.verdict.messages.count == 1)
    #expect(event.exchange == "gov.standard")
    #expect(event.routingKey == "std.tax-registration.v1.updated.330106")
    #expect(event.properties.messageID != "tax-1" && event.properties.messageID?.count == 32)
    #expect(event.header("tongban-cause")?.text == "tax-1")
    #expect(event.header("cloudEvents_dataschema")?.text == "std.tax-registration.v1")
    #expect(event.header(Partition.header) != nil)
    #expect(text(event).contains("\"status\":\"normal\""))
    #expect(
      !event.headers.contains { "\($0.value)".contains(city.enterprise(1).creditCode) },
      "no identifier in a header")
  }

  @Test("batch after batch, every good change of a thousand enterprises goes on")
  func many() {
    for _ in 0..<3 {
      let items = work((0..<1_000).map { taxMessage($0) })
      let letters = items.compactMap(\.verdict.letter)
      #expect(
        letters.isEmpty,
        "\(letters.count) letters, the first: \(letters.first.map { "\($0)" } ?? "")")
      #expect(items.allSatisfy { $0.verdict.messages.count == 1 })
    }
  }

  @Test("the same message has the same outputs with the same ids, whenever it is worked on")
  func repeatable() {
    #expect(work([taxMessage()])[0].verdict.messages == work([taxMessage()])[0].verdict.messages)
  }

  @Test("a body of many records: the good ones go on, the letter names the bad ones")
  func partly() throws {
    var bad = city.householdRow(2, of: city.person(2))
    bad = bad.replacing(city.person(2).identityNumber, with: "110103194903070021")
    let rows = [
      city.householdRow(1, of: city.person(1)), bad, city.householdRow(3, of: city.person(3)), bad,
    ]
    let verdict = work([householdMessage(rows)])[0].verdict
    #expect(verdict.messages.count == 2)
    #expect(Set(verdict.messages.map { $0.properties.messageID }).count == 2)
    let letter = try #require(verdict.letter)
    #expect(letter.code == "WRONG_CHECK_CHARACTER" && letter.stage == "core.map")
    #expect(letter.place.contains("record 2") && letter.expectation.contains("records 4"))
    #expect(
      !letter.place.contains("110103194903070021")
        && !letter.expectation.contains("110103194903070021"))
  }

  @Test("a department that speaks with another's source is refused")
  func anothersSource() {
    var message = taxMessage(1)
    message.headers = message.headers.map {
      $0.name == "cloudEvents_source"
        ? Field($0.name, .text("urn:gov:public-security:household-register")) : $0
    }
    #expect(work([message])[0].verdict.letter?.code == "SOURCE_MISMATCH")
  }

  @Test("bad messages do not stop their neighbours")
  func neighbours() {
    var broken = taxMessage(2)
    broken.body = [0x7B]
    var stranger = taxMessage(3)
    stranger.routingKey = "weather.forecast.330106"
    let items = work([taxMessage(1), broken, stranger, taxMessage(4)])
    #expect(items.map { $0.verdict.letter?.code } == [nil, "NOT_JSON", "UNKNOWN_DEPARTMENT", nil])
    #expect(items.map(\.source) == ["tax", "tax", "unknown", "tax"])
  }

  @Test(
    "the content type must say what the adapter reads; it may name the charset",
    arguments: [
      ("application/xml; charset=GB18030", nil), ("text/xml; charset=\"gb18030\"", nil),
      ("application/xml", nil), ("application/xml; charset=GBK", nil), (nil, nil),
      ("application/json; charset=UTF-8", "CONTENT_TYPE_MISMATCH"),
      ("application/xml; charset=EBCDIC", "UNKNOWN_CHARSET"),
    ] as [(String?, String?)])
  func contentType(type: String?, code: String?) {
    var message = householdMessage([city.householdRow(1, of: city.person(7))])
    message.properties.contentType = type
    #expect(work([message])[0].verdict.letter?.code == code)
  }

  @Test("a sender of ever new keys fills no memory and invents no rows in the ledger")
  func manyKeys() {
    let messages = (0..<25_000).map { number in
      Message(
        exchange: "gov.intake", routingKey: "d\(number).e.r",
        properties: Properties(messageID: "m\(number)"),
        headers: [Field("cloudEvents_source", .text("s"))], body: [])
    }
    #expect(Set(work(messages).map(\.source)) == ["unknown"])
  }
}
