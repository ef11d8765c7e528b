import Foundation
import HubSupport
import Lanes
import Messaging
import SampleCity
import Storage
import TestSupport
import Testing

/// What a real consumer in this field got wrong (an id instead of a change, sleeping for a commit,
/// acknowledging what failed, skipping what it does not know, placeholders, new randomness at a retry):
/// each is tried here.
@Suite struct AntiPatternTests {
  @Test("a message that is only an id is refused: a change travels with its state")
  func onlyAnID() async throws {
    try await onThread {
      let city = try City(departments: [])
      defer { city.end() }
      try publish(city.place, [message(city.place, "id-only", Array("x@guid@330106".utf8))])
      #expect(try city.place.letters(1).map(\.reason) == ["NOT_JSON"])
    }
  }

  @Test("whoever sees a task finds its case: nothing is published before it is committed")
  func afterTheCommit() async throws {
    try await onThread {
      let place = try Place()
      let hub = place.start(["sync"])
      let isAtWork = eventually { hub.text.contains("at work") }
      try #require(isAtWork, "\(hub.text)")
      let database = Database(place.database, name: "anti-pattern test")
      let consumer = Consumer(
        place.broker, queue: "tasks.market-regulation", prefetch: 100, name: "test", log: { _ in })
      defer {
        consumer.close()
        database.close()
      }
      let submitting = Thread {
        for number in 0..<10 {
          _ = Tongban.run(
            ["case", "submit", "enterprise-startup", "-", "--key", "a\(number)"],
            environment: place.environment,
            input: Array(
              #"{"name":"n\#(number)","legalRepresentative":"r","address":"a","division":"330106"}"#
                .utf8))
        }
      }
      submitting.start()
      var seen = 0
      _ = try eventually(within: 180) {
        for delivery in try consumer.take(max: 10, wait: 0.2) {
          let id = delivery.message.properties.correlationID ?? ""
          let rows = try database.query("select state from case_record where id = $1", [.text(id)])
          #expect(rows.count == 1, "the case of a published task is not there")
          seen += 1
        }
        return seen >= 10
      }
      #expect(seen == 10)
      #expect(hub.stop() == 0, "\(hub.text)")
    }
  }

  @Test(
    "what fails is not acknowledged: while the database refuses, messages wait and nothing dies")
  func notAcknowledged() async throws {
    try await onThread {
      let city = try City(departments: [])
      defer { city.end() }
      let place = city.place
      let name = URLComponents(string: place.database)?.path.dropFirst() ?? ""
      TestServers.run(
        "/usr/bin/psql",
        [
          TestServers.databaseURL, "-qc", "alter database \(name) allow_connections false", "-c",
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = '\(name)'",
        ])
      try place.publish(0..<50)
      let isTold = eventually {
        city.hub.text.contains("next try") || city.hub.text.contains("next attempt")
      }
      #expect(isTold, "\(city.hub.text)")
      TestServers.run(
        "/usr/bin/psql",
        [TestServers.databaseURL, "-qc", "alter database \(name) allow_connections true"])
      let held = eventually(within: 180) { place.books()?.published == 50 }
      #expect(held, "\(String(describing: place.books())) \(city.hub.text)")
      #expect(place.books()?.dead == 0)
    }
  }

  @Test("an unknown state is never skipped: it is a letter that names the field and the table")
  func unknownState() async throws {
    try await onThread {
      let city = try City(departments: [])
      defer { city.end() }
      let sample = city.place.city
      try publish(
        city.place,
        [
          message(
            city.place, "unknown", sample.taxRecord(1, of: sample.enterprise(1), status: "88"))
        ])
      let letter = try #require(try city.place.letters(1).first)
      #expect(letter.reason == "UNMAPPED_CODE" && letter.place.contains("NSRZT_DM"))
      #expect(letter.expected.contains("taxpayer-status"))
      #expect(city.place.books()?.accepted == 1)
    }
  }

  @Test("a missing number is never replaced by a placeholder")
  func placeholder() async throws {
    try await onThread {
      let city = try City(departments: [])
      defer { city.end() }
      let sample = city.place.city
      let record = String(decoding: sample.taxRecord(1, of: sample.enterprise(1)), as: UTF8.self)
      let without = record.replacing(/"NSRMC":"[^"]*",/, with: "")
      try publish(city.place, [message(city.place, "nameless", Array(without.utf8))])
      let letter = try #require(try city.place.letters(1).first)
      #expect(letter.reason == "MISSING_FIELD" && letter.place.contains("NSRMC"))
    }
  }

  @Test(
    "the same change published again by a retrying sender leads to the same id and no second event")
  func sameRandomness() async throws {
    try await onThread {
      let city = try City(departments: [])
      defer { city.end() }
      let change = city.place.change(1)
      try publish(city.place, [change])
      let first = eventually { city.place.books()?.published == 1 }
      try publish(city.place, [change, change])
      let held = eventually { city.place.books()?.duplicate == 2 }
      #expect(first && held, "\(String(describing: city.place.books()))")
      let (copies, _) = try city.place.published(expecting: 1)
      #expect(copies.count == 1 && copies.values.allSatisfy { $0 == 1 })
    }
  }

  private func message(_ place: Place, _ id: String, _ body: [UInt8]) -> Message {
    Message(
      exchange: "gov.intake", routingKey: "tax.registration-change.330106",
      properties: Properties(contentType: "application/json; charset=UTF-8", messageID: id),
      headers: [Field("cloudEvents_source", .text("urn:gov:tax:registration"))], body: body)
  }

  private func publish(_ place: Place, _ messages: [Message]) throws {
    let publisher = Publisher(place.broker, name: "anti-pattern test", log: { _ in })
    defer { publisher.close() }
    _ = try publisher.publish(messages, confirmWithin: 10, deadline: 60)
  }
}
