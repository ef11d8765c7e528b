import Foundation
import HubSupport
import Messaging
import SampleCity
import TestSupport
import Testing

/// Bad input is an answer: a reason code, a place, an expectation, and the whole input kept.
@Suite struct BadInputTests {
  /// What is sent, and the letter that must come of it.
  private struct Case: Sendable {
    let name: String
    var key = "tax.registration-change.330106"
    var contentType: String? = "application/json; charset=UTF-8"
    var headers: [Field] = []
    let body: [UInt8]
    let stage: String
    let reason: String

    /// The adapter's own source, for the departments that there are.
    var source: String {
      switch key.prefix(while: { $0 != "." }) {
      case "public-security": "urn:gov:public-security:household-register"
      case "social-security": "urn:gov:social-security:core"
      default: "urn:gov:tax:registration"
      }
    }
  }

  private static func cases(_ city: SampleCity) -> [Case] {
    let good = city.taxRecord(1, of: city.enterprise(1))
    let household = "public-security.household-change.330106"
    let insurance = "social-security.insurance-change.330106"
    let xml = "application/xml; charset=GB18030"
    let lines = "text/plain; charset=GB18030"
    var torn = city.householdFile([city.householdRow(1, of: city.person(1))])
    if let end = torn.firstRange(of: Array("</XM>".utf8)) { torn.insert(0xB0, at: end.lowerBound) }
    var wrongCheck = city.insuranceLine(1, of: city.person(1), at: city.enterprise(1))
    wrongCheck[57] = wrongCheck[57] == 0x31 ? 0x32 : 0x31
    return [
      Case(
        name: "broken XML", key: household, contentType: xml,
        body: Array("<ROOT><ROW></ROOT>".utf8), stage: "core.parse", reason: "NOT_XML"),
      Case(
        name: "an entity bomb", key: household, contentType: xml,
        body: Array(
          "<!DOCTYPE r [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]><ROOT><ROW>&b;</ROW></ROOT>".utf8),
        stage: "core.parse", reason: "DTD_REFUSED"),
      Case(
        name: "an external entity", key: household, contentType: xml,
        body: Array(
          "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><ROOT><ROW>&x;</ROW></ROOT>".utf8
        ), stage: "core.parse", reason: "DTD_REFUSED"),
      Case(
        name: "bytes that are not GB18030", key: household, contentType: xml, body: torn,
        stage: "core.parse", reason: "UNDECODABLE"),
      Case(
        name: "an empty body", key: household, contentType: xml, body: [], stage: "core.parse",
        reason: "EMPTY_BODY"),
      Case(
        name: "a wrong check character", key: insurance, contentType: lines, body: wrongCheck,
        stage: "core.map", reason: "WRONG_CHECK_CHARACTER"),
      Case(
        name: "a line one octet short", key: insurance, contentType: lines,
        body: Array(wrongCheck.dropLast()), stage: "core.parse", reason: "RECORD_LENGTH"),
      Case(
        name: "an unknown department", key: "weather.forecast.330106", body: good,
        stage: "core.recognise", reason: "UNKNOWN_DEPARTMENT"),
      Case(
        name: "an unknown event", key: "tax.refund.330106", body: good, stage: "core.recognise",
        reason: "UNKNOWN_EVENT"),
      Case(
        name: "a key that is none", key: "tax", body: good, stage: "core.recognise",
        reason: "MALFORMED_ROUTING_KEY"),
      Case(
        name: "a header of the wrong type",
        headers: [Field("cloudEvents_subject", .table([Field("a", .int(1))]))], body: good,
        stage: "read", reason: "HEADER_TYPE"),
      Case(
        name: "a body that is not what its content type says", contentType: "application/xml",
        body: good, stage: "core.parse", reason: "CONTENT_TYPE_MISMATCH"),
      Case(
        name: "a charset that nobody reads", contentType: "application/json; charset=EBCDIC",
        body: good, stage: "core.parse", reason: "UNKNOWN_CHARSET"),
      Case(
        name: "half of a JSON text", body: Array(good.dropLast(9)), stage: "core.parse",
        reason: "NOT_JSON"),
      Case(
        name: "an unknown status", body: city.taxRecord(2, of: city.enterprise(1), status: "77"),
        stage: "core.map", reason: "UNMAPPED_CODE"),
      Case(
        name: "an id and nothing else", body: Array("\"x@guid@330106\"".utf8), stage: "core.parse",
        reason: "NOT_AN_OBJECT"),
    ]
  }

  @Test(
    "each bad message becomes a letter with its reason, its neighbours go on, and the books balance"
  )
  func everyReason() async throws {
    try await onThread {
      let city = try City(departments: [])
      defer { city.end() }
      let place = city.place
      let cases = Self.cases(place.city)
      var messages: [Message] = []
      for (index, item) in cases.enumerated() {
        messages.append(place.change(1_000 + index))
        messages.append(
          Message(
            exchange: "gov.intake", routingKey: item.key,
            properties: Properties(contentType: item.contentType, messageID: "bad-\(index)"),
            headers: [Field("cloudEvents_source", .text(item.source))] + item.headers,
            body: item.body))
      }
      let publisher = Publisher(place.broker, name: "test", log: { _ in })
      _ = try publisher.publish(messages, confirmWithin: 10, deadline: 60)
      let letters = try place.letters(cases.count)
      #expect(letters.count == cases.count)
      for (index, item) in cases.enumerated() {
        let letter = letters.first { $0.eventID == "bad-\(index)" }
        #expect(
          letter?.reason == item.reason, "\(item.name): \(letter.map { "\($0)" } ?? "no letter")")
        #expect(letter?.stage == item.stage, "\(item.name)")
        #expect(letter?.bodyBytes == item.body.count, "\(item.name): the body is kept whole")
        #expect(letter?.place.isEmpty == false && letter?.expected.isEmpty == false, "\(item.name)")
      }
      let held = eventually { (place.books()?.published ?? 0) == Int64(cases.count) }
      #expect(held, "\(String(describing: place.books()))")
      let balance = Tongban.run(["audit", "balance"], environment: place.environment)
      #expect(balance.status == 0, "\(balance.output)")
    }
  }

  @Test(
    "no department can use up another's ids: what a stranger sends under them does not touch the owner's"
  )
  func anothersIDs() async throws {
    try await onThread {
      let city = try City(departments: [])
      defer { city.end() }
      let own = city.place.change(1)
      var stolen = own
      stolen.routingKey = "social-security.insurance-change.330106"
      stolen.body = Array("garbage".utf8)
      let publisher = Publisher(city.place.broker, name: "test", log: { _ in })
      _ = try publisher.publish([stolen], confirmWithin: 10, deadline: 60)
      #expect(try city.place.letters(1).map(\.reason) == ["SOURCE_MISMATCH"])
      _ = try publisher.publish([own], confirmWithin: 10, deadline: 60)
      let held = eventually { city.place.books()?.published == 1 }
      #expect(held, "\(String(describing: city.place.books()))")
    }
  }

  @Test("one id with two bodies: the first goes on, the second is a letter")
  func reusedID() async throws {
    try await onThread {
      let city = try City(departments: [])
      defer { city.end() }
      var second = city.place.change(1)
      second.body = city.place.city.taxRecord(1, of: city.place.city.enterprise(1), status: "04")
      let publisher = Publisher(city.place.broker, name: "test", log: { _ in })
      _ = try publisher.publish([city.place.change(1), second], confirmWithin: 10, deadline: 60)
      let letters = try city.place.letters(1)
      #expect(letters.map(\.reason) == ["ID_REUSED"])
      #expect(city.place.books()?.published == 1)
    }
  }

  @Test("a body of fifty megabytes is answered and kept, and the hub goes on")
  func large() async throws {
    try await onThread {
      let city = try City(departments: ["public-security"])
      defer { city.end() }
      let sample = city.place.city
      var rows: [UInt8] = Array("<ROOT>".utf8)
      rows += [UInt8](repeating: UInt8(ascii: " "), count: 50 << 20)
      rows += gb18030(sample.householdRow(1, of: sample.person(1))) + Array("</ROW>".utf8)
      try city.drop("public-security", "large.xml", rows)
      let letters = try city.place.letters(1, within: 150)
      #expect(letters.map(\.reason) == ["NOT_XML"], "\(letters)")
      #expect(letters.first?.bodyBytes == rows.count)
      try city.place.publish(0..<10)
      let held = eventually { city.place.books()?.published == 10 }
      #expect(held)
    }
  }

  @Test("a letter is shown masked: no number, no name, no address")
  func masked() async throws {
    try await onThread {
      let city = try City(departments: [])
      defer { city.end() }
      let enterprise = city.place.city.enterprise(4)
      var message = city.place.change(4)
      message.body = city.place.city.taxRecord(4, of: enterprise, status: "77")
      let publisher = Publisher(city.place.broker, name: "test", log: { _ in })
      _ = try publisher.publish([message], confirmWithin: 10, deadline: 60)
      let letter = try #require(try city.place.letters(1).first)
      let page = Tongban.run(
        ["deadletter", "show", letter.id], environment: city.place.environment)
      #expect(page.status == 0 && page.output.contains("UNMAPPED_CODE"))
      for secret in [enterprise.representative.identityNumber, enterprise.representative.name] {
        #expect(!page.output.contains(secret))
        #expect(!city.hub.text.contains(secret), "not in the log either")
      }
    }
  }
}
