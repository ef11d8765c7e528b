import Adapters
import BaseLibrary
import Catalogue
import Foundation
import Lanes
import Messaging
import Testing

@testable import Routing

@Suite struct DistributeStageTests {
  private let shelf: Shelf<AdapterSet>
  private let catalogue: Shelf<Catalogue>
  private let rules: Shelf<Rules>
  private let takers: Shelf<Set<String>>

  init() throws {
    shelf = try AdapterSet.shelf(home: home, log: quiet)
    let folder = home.appending(path: "topology/catalogue")
    catalogue = try Shelf(watching: [folder], log: quiet) { try projectCatalogue() }
    rules = try Shelf(watching: [], log: quiet) { Rules() }
    takers = try Shelf(watching: [], log: quiet) { [] }
  }

  private func distribute(_ message: Message) -> Batch.Item {
    var core = CoreStage(shelf, now: { now })
    var batch = Batch([delivery(message)], consumer: "core")
    core.work(&batch)
    guard let standard = batch.items[0].verdict.messages.first else { return batch.items[0] }
    return distributeStandard(standard)
  }

  private func distributeStandard(_ message: Message) -> Batch.Item {
    var stage = DistributeStage(
      .init(adapters: shelf, catalogue: catalogue, rules: rules, takers: takers), now: { now })
    var batch = Batch([delivery(message)], consumer: "distribute")
    stage.work(&batch)
    return batch.items[0]
  }

  @Test(
    "a person's change goes to those entitled to it, in their own formats, and not back to its source"
  )
  func person() throws {
    let person = city.person(5)
    let item = distribute(householdMessage([city.householdRow(5, of: person)]))
    let keys = item.verdict.messages.map(\.routingKey).sorted()
    let entitled = catalogue.current.value.subscribers(of: "std.person.v1").map(\.department)
    #expect(entitled.count > 1 && !entitled.contains("public-security"))
    #expect(keys == entitled.map { "\($0).std.person.v1" }.sorted())
    #expect(item.source == "public-security")
    let line = item.verdict.messages.first { $0.routingKey.hasPrefix("social") }
    #expect(line?.properties.contentType == "text/plain; charset=GB18030")
    #expect(line.map { Array($0.body.prefix(18)) } == Array(person.identityNumber.utf8))
    let json = text(item.verdict.messages.first { $0.routingKey.hasPrefix("tax") })
    #expect(json.contains("\"XM\":\"\(person.name)\"") && !json.contains(person.address))
  }

  @Test("fields that a department is not entitled to are not in what it gets")
  func entitlement() {
    let enterprise = city.enterprise(6)
    let item = distribute(taxMessage(6))
    let entitled = catalogue.current.value.subscribers(of: "std.tax-registration.v1")
    #expect(item.verdict.messages.count == entitled.count)
    for message in item.verdict.messages {
      let body =
        String(data: Data(message.body), encoding: String.Encoding(rawValue: 0x8000_0632)) ?? ""
      #expect(body.contains(enterprise.creditCode))
      #expect(
        !body.contains(enterprise.representative.identityNumber)
          && !body.contains(enterprise.address))
    }
  }

  @Test("a reversal reaches departments as one: the record says that it is no longer so")
  func reversal() {
    let row = city.householdRow(5, of: city.person(5)).replacing(
      "<CXBZ>0</CXBZ>", with: "<CXBZ>1</CXBZ>")
    let item = distribute(householdMessage([row]))
    let line = item.verdict.messages.first { $0.routingKey.hasPrefix("social") }
    #expect(line?.body.count == 89 + 1 && line?.body[88] == UInt8(ascii: "D"))
    let json = text(item.verdict.messages.first { $0.routingKey.hasPrefix("tax") })
    #expect(json.contains("\"CD_OPERATION\":\"D\""))
  }

  @Test("ids are derived from the event and the department: a repeat is the same message")
  func repeatable() {
    let (first, second) = (distribute(taxMessage(6)), distribute(taxMessage(6)))
    #expect(first.verdict.messages == second.verdict.messages)
    #expect(
      Set(first.verdict.messages.map(\.properties.messageID)).count == first.verdict.messages.count)
  }

  @Test("a standard event without a schema, or that is not JSON, is a letter")
  func bad() {
    let none = Message(
      exchange: "gov.standard", routingKey: "a.b.c", properties: Properties(messageID: "1"),
      headers: [Field("cloudEvents_source", .text("s"))], body: Array("{}".utf8))
    #expect(distributeStandard(none).verdict.letter?.code == "MISSING_ATTRIBUTE")
    var torn = none
    torn.headers.append(Field("cloudEvents_dataschema", .text("std.person.v1")))
    torn.body = Array("{".utf8)
    #expect(distributeStandard(torn).verdict.letter?.code == "NOT_JSON")
  }
}
