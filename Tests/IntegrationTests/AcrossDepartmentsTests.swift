import Foundation
import HubSupport
import Messaging
import SampleCity
import TestSupport
import Testing

/// One department's native change reaches another's system, by the real command on the real servers.
@Suite struct AcrossDepartmentsTests {
  @Test(
    "a household change in GB18030 XML reaches social security as a fixed-width line and tax as JSON"
  )
  func person() async throws {
    try await onThread {
      let city = try City(departments: ["public-security", "social-security"])
      defer { city.end() }
      let person = city.place.city.person(1)
      try city.drop(
        "public-security", "one.xml",
        city.place.city.householdFile([city.place.city.householdRow(1, of: person)]))
      let line = try #require(city.delivered(to: "social-security").first)
      #expect(line.prefix(18).elementsEqual(person.identityNumber.utf8))
      #expect(
        line.dropFirst(18).starts(with: gb18030(person.name)), "the name, rare characters and all")
      #expect(line.count == 89 && line.last == UInt8(ascii: "U"))
      // Tax has no agent here: its message waits in its queue, taken by a client that is not ours.
      let body = city.take("department.tax")
      #expect(body.contains("\"SFZJHM\":\"\(person.identityNumber)\""))
      #expect(body.contains("\"XM\":\"\(person.name)\""))
    }
  }

  @Test(
    "a tax change reaches public security as XML in GB18030 with the entitled fields and no others")
  func registration() async throws {
    try await onThread {
      let city = try City(departments: ["public-security"])
      defer { city.end() }
      let enterprise = city.place.city.enterprise(3)
      // The department's own client publishes as it always did: a body, a key, nothing else.
      let publisher = Publisher(city.place.broker, name: "test", log: { _ in })
      _ = try publisher.publish(
        [
          city.place.city.taxMessage(
            1, of: enterprise, exchange: "gov.intake", routingKey: "tax.registration-change.330106")
        ],
        confirmWithin: 10, deadline: 30)
      let file = try #require(city.delivered(to: "public-security").first)
      let text = String(data: Data(file), encoding: String.Encoding(rawValue: 0x8000_0632)) ?? ""
      #expect(text.contains(enterprise.creditCode) && text.contains(enterprise.name))
      #expect(text.contains(enterprise.representative.name))
      #expect(!text.contains(enterprise.representative.identityNumber), "not entitled to it")
      #expect(!text.contains(enterprise.address), "not entitled to it")
    }
  }

  @Test("a file that is still being written is left alone until it stands still")
  func halfWritten() async throws {
    try await onThread {
      let city = try City(departments: ["social-security"])
      defer { city.end() }
      let line = city.place.city.insuranceLine(
        1, of: city.place.city.person(1), at: city.place.city.enterprise(1))
      let file = city.folder("social-security").appending(path: "out/grows.txt")
      try Data(line.prefix(100)).write(to: file)
      let writer = try FileHandle(forWritingTo: file)
      try writer.seekToEnd()
      // Longer than the agent's patience in all, but never still for so long.
      for octet in line.dropFirst(100).prefix(60) {
        try writer.write(contentsOf: Data([octet]))
        usleep(30_000)
      }
      #expect(city.place.books("core", "social-security") == nil)
      try writer.write(contentsOf: Data(line.dropFirst(160) + [0x0A]))
      try writer.close()
      let held = eventually { city.place.books("core", "social-security")?.published == 1 }
      #expect(held, "\(String(describing: city.place.books("core", "social-security")))")
    }
  }

  @Test("a file dropped twice is delivered once, and the books say duplicate")
  func droppedTwice() async throws {
    try await onThread {
      let city = try City(departments: ["public-security", "social-security"])
      defer { city.end() }
      let sample = city.place.city
      let file = sample.householdFile([sample.householdRow(9, of: sample.person(9))])
      try city.drop("public-security", "a.xml", file)
      _ = eventually { city.place.books("core", "public-security")?.published == 1 }
      try city.drop("public-security", "b.xml", file)
      let held = eventually { city.place.books("core", "public-security")?.duplicate == 1 }
      #expect(held)
      #expect(try city.delivered(to: "social-security").count == 1)
    }
  }

  @Test("the changes of one entity keep their order through partitions, lanes and delivery")
  func order() async throws {
    try await onThread {
      let place = try Place()
      let publisher = Publisher(place.broker, name: "test", log: { _ in })
      // Twenty enterprises, thirty changes each, interleaved.
      let messages = (0..<600).map { number in
        place.city.taxMessage(
          number, of: place.city.enterprise(number % 20), exchange: "gov.intake",
          routingKey: "tax.registration-change.330106", traceparent: trace(number))
      }
      _ = try publisher.publish(messages, confirmWithin: 10, deadline: 60)
      let hub = place.start(["core", "distribute"])
      let consumer = Consumer(
        place.broker, queue: "department.public-security", prefetch: 1_000, name: "test",
        log: { _ in })
      var causes: [String: [String]] = [:]
      var count = 0
      _ = try eventually(within: 180) {
        for delivery in try consumer.take(max: 1_000, wait: 0.5) {
          let body = String(decoding: delivery.message.body.filter { $0 < 0x80 }, as: UTF8.self)
          let code = body.firstMatch(of: /9133[0-9A-Z]{14}/).map { String($0.output) } ?? ""
          causes[code, default: []].append(delivery.message.header("traceparent")?.text ?? "")
          count += 1
        }
        return count >= 600
      }
      #expect(count == 600 && causes.count == 20)
      let sent = Dictionary(grouping: messages.indices) {
        place.city.enterprise($0 % 20).creditCode
      }
      for (code, numbers) in sent {
        let traces = numbers.map { messages[$0].header("traceparent")?.text ?? "" }
        #expect(causes[code] == traces, "\(code)")
      }
      #expect(hub.stop() == 0)
    }
  }
}

private func trace(_ number: Int) -> String {
  let hex = String(number + 1, radix: 16)
  return "00-\(String(repeating: "0", count: 32 - hex.count))\(hex)-00000000000000ff-01"
}
