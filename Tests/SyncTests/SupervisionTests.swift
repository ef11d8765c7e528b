import Configuration
import Events
import Foundation
import Lanes
import Messaging
import Standards
import Storage
import Supervision
import TestSupport
import Testing

@testable import Sync

private let watchedText = """
  { name: "watched", title: "watched", version: 1, operators: { queue: "desk", remind: "1d" },
    limits: { promised: "5 working days", statutory: "20 working days" },
    notices: { warning: [{ channel: "mail", recipient: "chief@example" }],
      "red-card": [{ channel: "mail", recipient: "mayor@example" }] },
    steps: {
      look: { department: "market-regulation", task: "look", role: "review", timeout: "90d", limits: "2 working days" },
      decide: { department: "tax", task: "decide", after: "look", timeout: "90d", supplement: "90d",
        limits: "3 working days", compensation: { needless: "r" } },
    } }
  """

extension Bench {
  fileprivate func watched() throws -> FlowFile {
    try FlowFile(Array(watchedText.utf8), file: "watched.json5")
  }

  fileprivate func supervision() throws -> SupervisionWorker {
    let clock = clock
    let surroundings = Surroundings(
      now: { clock.now }, random: { 0.5 }, stop: StopSignal(), log: Log(level: .silent))
    let calendar = try Shelf(watching: [], log: Log(level: .silent)) {
      try WorkCalendar(
        CodeTable(
          name: "days", version: "1", source: "test", columns: ["code", "label", "kind"],
          rows: [["2026-12-31", "a year's end", "work"]]))
    }
    return SupervisionWorker(
      endpoints: Endpoints(broker: try BrokerURI(TestServers.amqpURL), database: url),
      surroundings: surroundings, calendar: calendar)
  }

  fileprivate var supervisors: Supervisors {
    let clock = clock
    return Supervisors(database, now: { clock.now })
  }

  fileprivate func says(
    _ id: String, _ step: String, _ department: String, _ outcome: String, _ attempt: Int = 1
  ) throws {
    let body = Value.object([
      .init("case", .string(id)), .init("step", .string(step)), .init("attempt", .int(attempt)),
      .init("outcome", .string(outcome)), .init("reason", .string("because")),
    ])
    let event = Event(
      id: "\(id)/\(step)/\(attempt)/\(outcome)", source: "/department", type: "answer")
    _ = try take([
      event.message(
        exchange: Sync.resultsExchange, routingKey: "\(department).task", body: body.jsonBytes)
    ])
  }

  /// Moves the clock day by day and lets the worker look; returns the cards issued so far, oldest first.
  fileprivate func pass(_ days: Int, _ worker: SupervisionWorker) throws -> [String] {
    for _ in 0..<days {
      clock.move(by: 86_400)
      while try worker.look() > 0 {}
    }
    return try supervisors.cards().reversed().map {
      "\($0.part.isEmpty ? "case" : $0.part) \($0.card.rawValue)"
    }
  }
}

@Suite("supervision in the database") struct SupervisionTests {
  @Test(
    "a case and a step that take too long get their cards in turn, and those whom the flow names hear of it"
  )
  func cards() throws {
    let bench = try Bench()
    let worker = try bench.supervision()
    let id = try bench.cases.submit(bench.watched(), application: .empty, key: "k").id
    #expect(try bench.pass(2, worker).contains("look yellow"))
    try bench.says(id, "look", "market-regulation", "accepted")
    let cards = try bench.pass(12, worker)
    #expect(
      cards.filter { $0.hasPrefix("decide") } == ["decide yellow", "decide red"], "\(cards)")
    #expect(
      cards.filter { $0.hasPrefix("case") } == ["case warning", "case yellow", "case red"],
      "\(cards)")
    #expect(!cards.contains("look red"), "it had ended in time")
    let messages = try bench.database.query("select routing_key from outbox order by id")
    let keys = try messages.map { try $0.text(0) }
    #expect(
      keys.filter { $0 == "mail.case-red-card" }.count == 4,
      "two red cards, two recipients: \(keys)")
    #expect(try bench.pass(30, worker).last == "case breach")
  }

  @Test("no card is issued while the applicant is asked, and the days of that are given back")
  func paused() throws {
    let bench = try Bench()
    let worker = try bench.supervision()
    let id = try bench.cases.submit(bench.watched(), application: .empty, key: "k").id
    try bench.says(id, "look", "market-regulation", "accepted")
    try bench.says(id, "decide", "tax", "needs-supplement")
    #expect(try bench.pass(40, worker).isEmpty)
    try bench.cases.supplement(id, step: "decide", data: .empty)
    #expect(try bench.pass(1, worker).allSatisfy { !$0.hasSuffix("red") })
    try bench.says(id, "decide", "tax", "accepted", 2)
    #expect(try bench.state(id) == .completed)
    let cards = try bench.pass(40, worker)
    #expect(cards.allSatisfy { !$0.hasSuffix("red") }, "\(cards)")
    let left = try bench.database.query(
      "select count(*) from supervised_clock where due is not null")
    #expect(try left[0].int(0) == 0, "an ended clock is looked at no more")
  }

  @Test(
    "the league tells who was late; a card that is taken back no longer counts, and says who took it back"
  )
  func league() throws {
    let bench = try Bench()
    let worker = try bench.supervision()
    let id = try bench.cases.submit(bench.watched(), application: .empty, key: "k").id
    try bench.says(id, "look", "market-regulation", "accepted")
    _ = try bench.pass(10, worker)
    try bench.says(id, "decide", "tax", "accepted")
    _ = try bench.pass(1, worker)
    var league = try bench.supervisors.league(since: start)
    #expect(league.map(\.department) == ["market-regulation", "tax"])
    #expect(league.map(\.late) == [0, 1] && league.map(\.open) == [0, 0])
    #expect((league[1].averageUse ?? 0) > 1)
    for card in try bench.supervisors.cards(department: "tax") where card.card >= .red {
      let revoked = try bench.supervisors.revoke(card.number, reason: "a flood", by: "li")
      #expect(revoked.revokedBy == "li")
      #expect(throws: SupervisionError.self) {
        try bench.supervisors.revoke(card.number, reason: "again", by: "li")
      }
    }
    league = try bench.supervisors.league(since: start)
    #expect(league.map(\.late) == [0, 0])
    #expect(try bench.supervisors.cards(isRevoked: true).map(\.reason) == ["a flood"])
  }

  @Test("a limit is extended once, by no more than the law allows")
  func extended() throws {
    let bench = try Bench()
    let worker = try bench.supervision()
    let id = try bench.cases.submit(bench.watched(), application: .empty, key: "k").id
    try bench.says(id, "look", "market-regulation", "accepted")
    #expect(throws: SupervisionError.self) {
      try bench.supervisors.extend(id, step: "decide", days: 11, reason: "r", by: "li")
    }
    try bench.supervisors.extend(
      id, step: "decide", days: 10, reason: "an expert is abroad", by: "li")
    #expect(throws: SupervisionError.self) {
      try bench.supervisors.extend(id, step: "decide", days: 1, reason: "r", by: "li")
    }
    let cards = try bench.pass(8, worker)
    #expect(!cards.contains("decide red") && cards.contains("case red"), "\(cards)")
  }

  @Test("a clock that cannot be read is set aside and holds up no other")
  func unreadable() throws {
    let bench = try Bench()
    let worker = try bench.supervision()
    let ids = try ["a", "b"].map {
      try bench.cases.submit(bench.watched(), application: .empty, key: $0).id
    }
    try bench.database.query(
      "update supervised_clock set part = 'unknown' where case_id = $1", [.text(ids[0])])
    let cards = try bench.pass(4, worker)
    #expect(cards.filter { $0 == "look red" }.count == 1, "\(cards)")
    #expect(try bench.supervisors.cards().allSatisfy { $0.caseID == ids[1] })
  }

  @Test("a case that somebody is at is looked at later, and nobody waits for another in a circle")
  func locked() throws {
    let bench = try Bench()
    let worker = try bench.supervision()
    let id = try bench.cases.submit(bench.watched(), application: .empty, key: "k").id
    let other = Database(bench.url, name: "holder")
    defer { other.close() }
    try other.begin()
    try other.query("select 1 from case_record where id = $1 for update", [.text(id)])
    bench.clock.move(by: 3 * 86_400)
    #expect(try worker.look() == 0)
    try other.rollback()
    #expect(try worker.look() == 1)
    #expect(try bench.supervisors.cards().map(\.card) == [.red])
  }

  @Test("a changed calendar is taken up for clocks that run")
  func calendar() throws {
    let bench = try Bench()
    let folder = FileManager.default.temporaryDirectory.appending(path: "days-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "days.csv")
    func write(_ version: String, _ rows: String) throws {
      try Data(
        "# name: d\n# title: t\n# version: \(version)\n# source: s\ncode,label,kind\n\(rows)".utf8
      )
      .write(to: file)
    }
    try write("1", "2026-12-31,x,work\n")
    let shelf = try Shelf(watching: [folder], log: Log(level: .silent)) {
      try WorkCalendar(CodeTable.read(Array(Data(contentsOf: file)), file: "days.csv"))
    }
    let clock = bench.clock
    let worker = SupervisionWorker(
      endpoints: Endpoints(broker: try BrokerURI(TestServers.amqpURL), database: bench.url),
      surroundings: Surroundings(
        now: { clock.now }, random: { 0.5 }, stop: StopSignal(), log: Log(level: .silent)),
      calendar: shelf)
    _ = try bench.cases.submit(bench.watched(), application: .empty, key: "k")
    #expect(try worker.look() == 1)
    func due() throws -> Int64 {
      try bench.database.query("select due from supervised_clock")[0].timestamp(0)
    }
    let before = try due()
    // The whole week after the beginning, 2025-11-25, is declared off.
    let off =
      (25...30).map { "2025-11-\($0),x,off\n" }.joined() + "2025-12-01,x,off\n2026-12-31,x,work\n"
    try write("2", off)
    shelf.reload()
    while try worker.look() > 0 {}
    let moved = try due()
    #expect(moved > before)
    // Corrected under the same version while no hub is running.
    try write("2", "2026-12-31,x,work\n")
    shelf.reload()
    let next = SupervisionWorker(
      endpoints: Endpoints(broker: try BrokerURI(TestServers.amqpURL), database: bench.url),
      surroundings: Surroundings(
        now: { clock.now }, random: { 0.5 }, stop: StopSignal(), log: Log(level: .silent)),
      calendar: shelf)
    while try next.look() > 0 {}
    #expect(try due() == before)
  }
}
