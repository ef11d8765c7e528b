import Foundation
import HubSupport
import Messaging
import SampleCity
import Storage
import TestSupport
import Testing

/// Versions, reversals, echoes, identities and disagreements, by the real command on the real servers.
@Suite struct LibraryTests {
  @Test("an older version than the one known is written down and reaches nobody")
  func stale() async throws {
    try await onThread {
      let scene = try Scene()
      let person = scene.person(1)
      try scene.register([scene.row(5, person), scene.row(4, person), scene.row(5, person)])
      #expect(try scene.deliveries(to: "tax", of: 3).count == 1)
      #expect(try scene.notes() == ["repeated public-security 5 5", "stale public-security 4 5"])
      let report = scene.ask(["quality", "report", "--source", "public-security"])
      #expect(report.output.contains("std.person.v1") && report.status == 0, "\(report)")
      let lines = scene.ask(["quality", "report", "--json"]).output
      #expect(
        lines.contains(#""count":1,"dataset":"std.person.v1","measure":"outcome","name":"stale""#))
      #expect(lines.contains(#""measure":"missing","name":"formerName""#), "\(lines)")
    }
  }

  @Test(
    "a reversal is one reversed event that names its original, as a new act or as the old row made void",
    arguments: [true, false])
  func reversal(isNewAct: Bool) async throws {
    try await onThread {
      let scene = try Scene()
      let person = scene.person(2)
      let second = scene.row(8, person).replacing("<XM>\(person.name)<", with: "<XM>王错<")
      try scene.register([scene.row(4, person), second])
      let number = isNewAct ? 9 : 8
      let void = second.replacing("<HJYWID>\(padded(8))<", with: "<HJYWID>\(padded(number))<")
        .replacing(
          "<CXBZ>0</CXBZ><CXHJYWID/>",
          with: "<CXBZ>1</CXBZ>"
            + (isNewAct ? "<CXHJYWID>\(padded(8))</CXHJYWID>" : "<CXHJYWID>0</CXHJYWID>"))
      // Twice, under two ids of the message.
      try scene.register([void, void])
      let delivered = try scene.deliveries(to: "tax", of: 4)
      #expect(delivered.count == 3)
      let last = try #require(delivered.last)
      #expect(String(decoding: last.body, as: UTF8.self).contains(#""CD_OPERATION":"D""#))
      #expect(last.header("tongban-reverses")?.text == delivered[1].properties.messageID)
      #expect(scene.field("name", of: person)?.value == "\"\(person.name)\"")
    }
  }

  @Test("a reversal of an act that never came goes on, and the owner is told")
  func unknownOriginal() async throws {
    try await onThread {
      let scene = try Scene()
      let row = scene.row(9, scene.person(3)).replacing(
        "<CXBZ>0</CXBZ><CXHJYWID/>",
        with: "<CXBZ>1</CXBZ><CXHJYWID>\(padded(7))</CXHJYWID>")
      try scene.register([row])
      #expect(try scene.deliveries(to: "tax", of: 1).count == 1)
      let told = try #require(try scene.deliveries(to: "public-security", of: 1).first)
      let text = String(decoding: told.body, as: UTF8.self)
      #expect(told.routingKey == "public-security.discrepancy")
      #expect(text.contains(#""what":"unknown-original""#) && text.contains(padded(7)), "\(text)")
      // The original that comes late did not happen.
      try scene.register([scene.row(7, scene.person(3))])
      #expect(try scene.deliveries(to: "tax", of: 2).isEmpty)
      #expect(try scene.notes().contains("taken-back public-security 7 "))
    }
  }

  @Test(
    "a department's echo of what it was delivered goes no further, by its content or by the hub's mark"
  )
  func echo() async throws {
    try await onThread {
      let scene = try Scene()
      let person = scene.person(4)
      try scene.register([scene.row(4, person)])
      let delivered = try #require(try scene.deliveries(to: "tax", of: 1).first)
      #expect(try scene.deliveries(to: "social-security", of: 1).count == 1)
      // The same record, under an id and in a message of its own.
      try scene.tax([delivered.body])
      #expect(try scene.deliveries(to: "social-security", of: 1, by: "tax").isEmpty)
      // Something else, but with the headers of the delivery.
      let other = String(decoding: delivered.body, as: UTF8.self).replacing(person.name, with: "王二")
      try scene.tax([Array(other.utf8)], headers: [Field("tongban-origin", .text("hub"))])
      #expect(try scene.deliveries(to: "social-security", of: 2, by: "tax").isEmpty)
      #expect(
        try scene.notes() == ["echo tax 2026-11-02 09:00:04 ", "echo tax 2026-11-02 09:00:04 "])
      // What is no echo goes on.
      try scene.tax([Array(other.utf8)])
      #expect(try scene.deliveries(to: "social-security", of: 3, by: "tax").count == 1)
    }
  }

  @Test("what cleansing changed of a number stands in the quality report, under its field")
  func cleansed() async throws {
    try await onThread {
      let scene = try Scene()
      let (person, other) = (scene.person(7), scene.person(8))
      let number = person.identityNumber
      let wide = String(
        number.unicodeScalars.map { scalar in
          Character(Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar)
        })
      try scene.register([
        scene.row(1, person).replacing("<GMSFHM>\(number)", with: "<GMSFHM>\(wide)"),
        scene.row(2, other),
      ])
      #expect(try scene.deliveries(to: "tax", of: 2).count == 2)
      #expect(scene.show(number).status == 0)
      let report = scene.ask(["quality", "report", "--json"]).output.split(separator: "\n")
      let lines = report.filter { $0.contains(#""measure":"cleansed""#) }
      #expect(lines.count == 1, "\(report)")
      #expect(lines.first?.contains(#""count":1"#) == true, "\(lines)")
      #expect(
        lines.first?.contains(#""name":"CANONICAL_FORM identifiers[].number""#) == true, "\(lines)")
    }
  }

  @Test("an identity number changes, and the former one still leads to the person")
  func identity() async throws {
    try await onThread {
      let scene = try Scene()
      let (person, number) = (scene.person(5), scene.person(6).identityNumber)
      let changed = scene.row(8, person).replacing(person.identityNumber, with: number)
      try scene.register([scene.row(4, person)])
      #expect(try scene.deliveries(to: "tax", of: 1).count == 1)
      try scene.register([changed])
      #expect(try scene.deliveries(to: "tax", of: 2).count == 1)
      let (old, new) = (scene.show(person.identityNumber), scene.show(number))
      #expect(old.status == 0 && old.output == new.output, "\(old) \(new)")
      #expect(old.output.contains(#""isFormer":true,"kind":"resident-id""#), "\(old.output)")
      #expect(!old.output.contains(person.identityNumber), "masked")
      // What social security says under the former number is still of this person.
      try scene.insure(1, person)
      #expect(try scene.deliveries(to: "tax", of: 1, by: "social-security").count == 1)
      #expect(scene.show(number).output.contains("std.social-insurance.v1"))
    }
  }

  @Test(
    "departments that disagree on a field: its owner is told once, with the rule, and masked what is not its to see"
  )
  func disagreement() async throws {
    try await onThread {
      let scene = try Scene()
      let person = scene.person(7)
      try scene.register([scene.row(4, person).replacing("<XM>\(person.name)<", with: "<XM>王大宁<")])
      #expect(try scene.deliveries(to: "tax", of: 1).count == 1)
      try scene.insure(1, person)
      try scene.insure(2, person)
      _ = try scene.deliveries(to: "tax", of: 2, by: "social-security")
      let told = try scene.deliveries(to: "public-security", of: 2, by: "social-security")
      #expect(told.count == 1)
      let text = String(decoding: told.first?.body ?? [], as: UTF8.self)
      #expect(text.contains(#""field":"name","rule":"owner""#), "\(text)")
      #expect(text.contains(#""value":"王大宁""#), "its own word")
      #expect(
        text.contains("\"\(person.name.prefix(1))*") && !text.contains(person.name), "\(text)")
      #expect(scene.field("name", of: person)?.source == "public-security")
      #expect(scene.field("name", of: person)?.rule == "owner")
      #expect(
        try scene.notes() == ["disagreement social-security 1 4"])
    }
  }

  @Test(
    "kill -9 between any two effects of the distribute lane: each delivery has one id, and the library one act",
    arguments: ["admitted", "sent", "confirmed", "committed", "acknowledged"])
  func crash(_ point: String) async throws {
    try await onThread {
      let scene = try Scene(failpoint: "distribute.\(point)")
      let person = scene.person(8)
      try scene.register([scene.row(4, person)])
      #expect(scene.hub.status() != 0, "it died there")
      scene.restart()
      try scene.register([scene.row(8, person)])
      let ids = try scene.deliveries(to: "tax", of: 2).map(\.properties.messageID)
      #expect(Set(ids).count == 2 && ids.count <= 3)
      #expect(scene.show(person.identityNumber).output.contains(#""acts":2"#))
      let counted = try scene.rows("select sum(count) from quality where measure = 'outcome'")
      #expect(counted == ["2"])
    }
  }
}

private func padded(_ number: Int, _ width: Int = 19) -> String {
  String(repeating: "0", count: width - String(number).count) + String(number)
}

/// A hub whose tax office also tells of persons, in the words in which it is told of them.
private final class Scene {
  let place: Place
  private(set) var hub: Tongban
  private let home: URL
  private let publisher: Publisher
  private var messages = 0

  init(failpoint: String? = nil) throws {
    home = try Self.home()
    place = try Place(home: home)
    publisher = Publisher(place.broker, name: "library test", log: { _ in })
    hub = place.start(["core", "distribute", "archive"], failpoint: failpoint)
  }

  deinit {
    publisher.close()
    if hub.isRunning { #expect(hub.stop() == 0, "\(hub.text)") }
    try? FileManager.default.removeItem(at: home)
  }

  func restart() { hub = place.start(["core", "distribute", "archive"]) }

  private static func home() throws -> URL {
    let home = FileManager.default.temporaryDirectory.appending(path: "home-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    for folder in ["topology", "adapters"] {
      try FileManager.default.copyItem(
        at: Tongban.project.appending(path: folder), to: home.appending(path: folder))
    }
    let adapter = home.appending(path: "adapters/tax/adapter.json5")
    try String(contentsOf: adapter, encoding: .utf8).replacing(
      "events: {", with: #"events: { person: { format: { kind: "json" }, mapping: "person" },"#
    ).write(to: adapter, atomically: true, encoding: .utf8)
    try """
    {
      from: "person", to: "std.person.v1", drop: ["CD_OPERATION"],
      event: {
        id: "XGRQ", change: { constant: "updated" }, region: { constant: "330106" },
        entity: { person: "SFZJHM" },
      },
      fields: {
        identifiers: [{ kind: { constant: "resident-id" }, number: "SFZJHM" }],
        name: "XM", sex: { from: "XB_DM", table: "sex" }, birthDate: "CSRQ",
        status: { from: "SWBZ", table: { Y: "deceased", N: "alive" } },
        "record.id": "SFZJHM", "record.version": "XGRQ",
        changedAt: { from: "XGRQ", time: "yyyy-MM-dd HH:mm:ss" },
      },
    }
    """.write(
      to: home.appending(path: "adapters/tax/mappings/person.json5"), atomically: true,
      encoding: .utf8)
    return home
  }

  func person(_ number: Int) -> SampleCity.Person { place.city.person(number) }

  func row(_ number: Int, _ person: SampleCity.Person) -> String {
    place.city.householdRow(number, of: person)
  }

  // MARK: departments speak

  /// Each row in a message of its own, in their order.
  func register(_ rows: [String]) throws {
    try publish(
      rows.map { row in
        (
          "public-security.household-change.330106", "application/xml; charset=GB18030",
          "urn:gov:public-security:household-register", place.city.householdFile([row]), []
        )
      })
  }

  func insure(_ number: Int, _ person: SampleCity.Person) throws {
    let line = place.city.insuranceLine(number, of: person, at: place.city.enterprise(1))
    try publish([
      (
        "social-security.insurance-change.330106", "text/plain; charset=GB18030",
        "urn:gov:social-security:core", line + [0x0A], []
      )
    ])
  }

  func tax(_ bodies: [[UInt8]], headers: [Field] = []) throws {
    try publish(
      bodies.map {
        (
          "tax.person.330106", "application/json; charset=UTF-8", "urn:gov:tax:registration", $0,
          headers
        )
      })
  }

  private func publish(
    _ bodies: [(key: String, type: String, source: String, body: [UInt8], headers: [Field])]
  ) throws {
    let all = bodies.map { one -> Message in
      messages += 1
      return Message(
        exchange: "gov.intake", routingKey: one.key,
        properties: Properties(contentType: one.type, messageID: "m-\(messages)"),
        headers: [
          Field("cloudEvents_specversion", .text("1.0")),
          Field("cloudEvents_id", .text("m-\(messages)")),
          Field("cloudEvents_source", .text(one.source)),
          Field("cloudEvents_type", .text("change")), Field("tongban-partition", .text("7")),
        ] + one.headers, body: one.body)
    }
    _ = try publisher.publish(all, confirmWithin: 10, deadline: 60)
  }

  // MARK: what came of it

  /// What lies in a department's queue when the distribute lane's books show so many events of the source.
  func deliveries(
    to department: String, of count: Int64, by source: String = "public-security"
  ) throws -> [Message] {
    let held = eventually(within: 180) {
      place.books("distribute", source).map { $0.accepted >= count } ?? false
    }
    #expect(held, "\(String(describing: place.books("distribute", source))) \(hub.text)")
    let consumer = Consumer(
      place.broker, queue: "department.\(department)", prefetch: 100, name: "library test",
      log: { _ in })
    defer { consumer.close() }
    var messages: [Message] = []
    while true {
      let taken = try consumer.take(max: 100, wait: 0.7)
      guard let last = taken.last else { return messages }
      messages += taken.map(\.message)
      consumer.acknowledge(through: last.tag)
    }
  }

  func ask(_ words: [String]) -> Tongban.Answer {
    Tongban.run(words, environment: place.environment)
  }

  func show(_ number: String, _ options: [String] = []) -> Tongban.Answer {
    ask(["library", "show", "resident-id", number, "--json"] + options)
  }

  struct Page: Decodable {
    struct Field: Decodable { let field, value, source, rule: String }
    let fields: [Field]
  }

  func field(_ name: String, of person: SampleCity.Person) -> Page.Field? {
    let answer = show(person.identityNumber, ["--plain"])
    let page = try? JSONDecoder().decode(Page.self, from: Data(answer.output.utf8))
    return page?.fields.first { $0.field == name }
  }

  /// `outcome source version believed-version`, sorted.
  func notes() throws -> [String] {
    try rows(
      """
      select concat_ws(' ', outcome, source, ltrim(version, '0'), ltrim(believed_version, '0'))
      from library_note order by 1
      """)
  }

  func rows(_ sql: String) throws -> [String] {
    let database = Database(place.database, name: "library test")
    defer { database.close() }
    return try database.query("select x::text from (\(sql)) as t(x)").map { try $0.text(0) }
  }
}
