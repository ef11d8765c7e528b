import Events
import Foundation
import Lanes
import Messaging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Sync

/// A database of its own with the tables of Lanes and Sync, and a clock that a test moves.
final class Bench {
  let url = TestServers.makeDatabase("sync")
  let database: Database
  let cases: Cases
  let clock = Clock()
  let file: FlowFile

  final class Clock: Sendable {
    private let microseconds = Atomic<Int64>(start.microseconds)
    var now: Instant { Instant(microseconds: microseconds.load(ordering: .sequentiallyConsistent)) }
    func move(by seconds: Int64) {
      microseconds.add(seconds * 1_000_000, ordering: .sequentiallyConsistent)
    }
  }

  init() throws {
    database = Database(url, name: "sync tests")
    try database.migrate(LaneMigrations.name, LaneMigrations.all)
    try database.migrate(SyncMigrations.name, SyncMigrations.all)
    let clock = clock
    cases = Cases(database, now: { clock.now })
    file = try FlowFile(Array(diamondText.utf8), file: "diamond.json5")
  }

  deinit {
    database.close()
    TestServers.dropDatabase(url)
  }

  func submit(_ key: String) throws -> String {
    let applicant = Value.object([.init("mail", .string("a@example"))])
    return try cases.submit(file, application: application, key: key, applicant: applicant).id
  }

  /// Takes a case to where both branches are with their departments.
  func submitToBranches(_ keys: [String]) throws -> [String] {
    let ids = try keys.map(submit)
    _ = try take(ids.map { answer($0, "base", 1, .accepted, number("B-1")) })
    return ids
  }

  func answer(
    _ id: String, _ step: String, _ attempt: Int, _ outcome: Outcome, _ data: Value = .empty,
    key: String? = nil
  ) -> Message {
    let departments = ["base": "market-regulation", "left": "tax", "right": "social-security"]
    let body = Value.object([
      .init("case", .string(id)), .init("step", .string(step)), .init("attempt", .int(attempt)),
      .init("outcome", .string(outcome.rawValue)), .init("data", data),
      .init("reason", .string("because")),
    ])
    let event = Event(id: "\(id)/\(step)/\(attempt)/answer", source: "/department", type: "answer")
    return event.message(
      exchange: Sync.resultsExchange, routingKey: key ?? "\(departments[step] ?? "tax").task",
      body: body.jsonBytes)
  }

  /// One batch through the stage, in a transaction as the lane has it.
  func take(_ messages: [Message], commit: Bool = true) throws -> [Batch.Verdict] {
    var stage = SyncStage { ["market-regulation", "tax", "social-security"] }
    var batch = Batch(
      messages.enumerated().map {
        Delivery(
          tag: DeliveryTag(generation: 1, number: UInt64($0 + 1)), redelivered: false, message: $1)
      }, consumer: "sync")
    stage.work(&batch)
    try database.begin()
    try stage.prepare(&batch, in: database, at: clock.now)
    if commit { try database.commit() } else { try database.rollback() }
    return batch.items.map(\.verdict)
  }

  func state(_ id: String) throws -> Case.State { try cases.show(id).case.state }

  func outbox() throws -> Int64 { try Outbox.count(in: database) }

  func timers() throws -> TimerWorker {
    let clock = clock
    let surroundings = Surroundings(
      now: { clock.now }, random: { 0.5 }, stop: StopSignal(), log: Log(level: .silent))
    return TimerWorker(
      endpoints: Endpoints(broker: try BrokerURI(TestServers.amqpURL), database: url),
      surroundings: surroundings)
  }
}

extension Batch.Verdict {
  /// The verdict in one word: a letter's reason code, or what else became of the message.
  var word: String {
    switch self {
    case .undecided: "undecided"
    case .outputs: "applied"
    case .dead(let letter, _): letter.code
    case .duplicate: "duplicate"
    case .redelivered: "redelivered"
    }
  }
}

@Suite("cases in the database") struct EngineTests {
  @Test("the same key gives the same case, once; another content under it is refused")
  func submission() throws {
    let bench = try Bench()
    let one = try bench.cases.submit(bench.file, application: application, key: "k1")
    let other = Cases(Database(bench.url, name: "another"), now: { start })
    let again = try other.submit(bench.file, application: application, key: "k1")
    #expect(one.isNew && !again.isNew && one.id == again.id)
    #expect(try bench.outbox() == 1 && bench.cases.show(one.id).history.count == 1)
    #expect {
      try other.submit(
        bench.file, application: .object([.init("name", .string("another"))]), key: "k1")
    } throws: { error in
      "\(error)".hasPrefix("this idempotency key came before with another content")
    }
    #expect {
      try other.submit(bench.file, application: .object([]), key: "k2")
    } throws: { error in
      "\(error)" == "the application lacks what diamond needs: name"
    }
    #expect(try bench.cases.list().map(\.id) == [one.id])
  }

  @Test("a flow whose text changed under the same version begins no case")
  func changedFlow() throws {
    let bench = try Bench()
    _ = try bench.submit("k1")
    let changed = try FlowFile(
      Array(diamondText.replacing("\"60s\"", with: "\"61s\"").utf8), file: "diamond.json5")
    #expect {
      try bench.cases.submit(changed, application: application, key: "k2")
    } throws: { error in
      "\(error)".contains("expected a new version number")
    }
    #expect(try bench.cases.list().count == 1)
  }

  @Test(
    "a batch of answers for many cases, with repeats and out of order, is folded in one transaction"
  )
  func batch() throws {
    let bench = try Bench()
    let ids = try bench.submitToBranches((1...60).map { "k\($0)" })
    let before = try bench.outbox()
    #expect(before == 60 * 3)
    var messages: [Message] = []
    for (position, id) in ids.enumerated() {
      messages.append(bench.answer(id, "right", 1, .accepted))
      messages.append(bench.answer(id, "left", 1, position < 20 ? .refused : .accepted))
    }
    messages.reverse()
    messages += messages.prefix(10)
    let verdicts = try bench.take(messages).map(\.word)
    #expect(verdicts.prefix(120).allSatisfy { $0 == "applied" })
    #expect(verdicts.suffix(10).allSatisfy { $0 == "duplicate" })
    for (position, id) in ids.enumerated() {
      #expect(try bench.state(id) == (position < 20 ? .compensating : .completed))
    }
    // One compensation for each refusal; one notice a channel for each end.
    #expect(try bench.outbox() == before + 20 + 40 * 2)
    #expect(try bench.take(messages).allSatisfy { $0.word == "duplicate" })
    #expect(try bench.outbox() == before + 20 + 40 * 2)
  }

  @Test("a crash between the work and the commit leaves nothing; the redelivery does it once")
  func crash() throws {
    let bench = try Bench()
    let id = try bench.submitToBranches(["k"])[0]
    let before = try bench.cases.show(id)
    let outbox = try bench.outbox()
    let message = bench.answer(id, "left", 1, .refused)
    #expect(try bench.take([message], commit: false).map(\.word) == ["applied"])
    #expect(try bench.cases.show(id).case == before.case && bench.outbox() == outbox)
    #expect(try bench.cases.show(id).history.count == before.history.count)
    #expect(try bench.take([message]).map(\.word) == ["applied"])
    #expect(try bench.take([message]).map(\.word) == ["duplicate"])
    #expect(try bench.cases.show(id).history.count == before.history.count + 1)
  }

  @Test(
    "an answer that cannot be read, is not allowed or is forged becomes a dead letter, and its neighbours go on"
  )
  func letters() throws {
    let bench = try Bench()
    let id = try bench.submitToBranches(["k"])[0]
    func with(_ body: String) -> Message {
      var message = bench.answer(id, "left", 1, .accepted)
      message.body = Array(body.utf8)
      return message
    }
    var impostor = bench.answer(id, "left", 1, .accepted)
    impostor.properties.userID = "social-security"
    func body(case caseID: String, step: String = "left") -> Message {
      with("{\"case\":\"\(caseID)\",\"step\":\"\(step)\",\"attempt\":1,\"outcome\":\"accepted\"}")
    }
    let bad: [(Message, String)] = [
      (body(case: "\\u0000"), "MALFORMED_RESULT"),
      (body(case: id, step: "a b"), "MALFORMED_RESULT"),
      (with(""), "NOT_JSON"), (with("{\"case\":"), "NOT_JSON"), (with("[]"), "MALFORMED_RESULT"),
      (
        with("{\"case\":\"\(id)\",\"step\":\"left\",\"attempt\":0,\"outcome\":\"accepted\"}"),
        "MALFORMED_RESULT"
      ),
      (
        with("{\"case\":\"\(id)\",\"step\":\"left\",\"attempt\":1,\"outcome\":\"maybe\"}"),
        "MALFORMED_RESULT"
      ),
      (bench.answer("0123", "left", 1, .accepted), "UNKNOWN_CASE"),
      (bench.answer(id, "nosuch", 1, .accepted), "UNKNOWN_STEP"),
      (bench.answer(id, "left", 7, .accepted), "ATTEMPT_NEVER_ISSUED"),
      (bench.answer(id, "base", 1, .refused), "CONTRADICTING_RESULT"),
      (bench.answer(id, "left", 1, .accepted, key: "social-security.open"), "WRONG_SENDER"),
      (impostor, "WRONG_SENDER"),
    ]
    let good = bench.answer(id, "right", 1, .accepted)
    let verdicts = try bench.take(bad.map(\.0) + [good])
    let expected: [String] = bad.map(\.1) + ["applied"]
    #expect(verdicts.map(\.word) == expected)
    guard case .dead(let letter, _) = verdicts[10] else { return }
    #expect(letter.place.contains("the case is running, step base is done"))
    #expect(letter.expectation == "accepted, as was answered before")
    #expect(try bench.cases.show(id).case.steps.map(\.phase) == [.done, .running, .done])
  }

  @Test(
    "an answer is counted for a department that takes part, and for nobody that a sender invents")
  func sources() throws {
    let bench = try Bench()
    let id = try bench.submitToBranches(["k"])[0]
    let keys = ["tax.task", "invented.task", "ta\0x.task", "", ".task", "social-security.task"]
    var stage = SyncStage { ["tax", "social-security"] }
    var batch = Batch(
      keys.map { key in
        Delivery(
          tag: DeliveryTag(generation: 1, number: 1), redelivered: false,
          message: bench.answer(id, "left", 1, .accepted, key: key))
      }, consumer: "sync")
    stage.work(&batch)
    #expect(
      batch.items.map(\.source) == [
        "tax", "unknown", "unknown", "unknown", "unknown", "social-security",
      ])
    let verdicts = try bench.take(
      keys.dropFirst().map { bench.answer(id, "left", 1, .accepted, key: $0) })
    #expect(verdicts.allSatisfy { $0.word == "WRONG_SENDER" })
  }

  @Test("two first submissions of one version at the same moment are both taken")
  func racingVersions() async throws {
    try await onThread {
      let bench = try Bench()
      let (url, file, first) = (bench.url, bench.file, Database(bench.url, name: "first"))
      try first.begin()
      try FlowLibrary.record(file, in: first)
      let failure = Mutex<String?>(nil)
      let crew = Crew()
      crew.start("second") {
        let database = Database(url, name: "second")
        defer { database.close() }
        do { try database.transaction { try FlowLibrary.record(file, in: database) } } catch {
          failure.withLock { $0 = "\(error)" }
        }
      }
      let isWaiting = try eventually {
        try bench.database.query(
          """
          select count(*) from pg_stat_activity where application_name = 'second'
            and datname = current_database() and wait_event_type = 'Lock'
          """)[0].int(0) == 1
      }
      #expect(isWaiting)
      try first.commit()
      #expect(crew.join(within: 30))
      #expect(failure.withLock { $0 } == nil)
    }
  }

  @Test("a reason with control characters is kept in one line, and stops nobody")
  func reasons() throws {
    let bench = try Bench()
    let id = try bench.submitToBranches(["k"])[0]
    var message = bench.answer(id, "left", 1, .refused)
    message.body = Array(
      #"{"case":"\#(id)","step":"left","attempt":1,"outcome":"refused","reason":"no\u0000\nforged line"}"#
        .utf8)
    #expect(try bench.take([message]).map(\.word) == ["applied"])
    #expect(try bench.cases.show(id).case.steps[1].reason == "no  forged line")
  }

  @Test("a department whose own user sends the answer is believed")
  func sender() throws {
    let bench = try Bench()
    let id = try bench.submitToBranches(["k"])[0]
    var message = bench.answer(id, "left", 1, .accepted)
    message.properties.userID = "tax"
    #expect(try bench.take([message]).map(\.word) == ["applied"])
  }

  @Test("the history alone makes the case again")
  func replay() throws {
    let bench = try Bench()
    let id = try bench.submitToBranches(["k"])[0]
    _ = try bench.take([
      bench.answer(id, "right", 1, .accepted, number("R")),
      bench.answer(id, "left", 1, .failedTransiently),
    ])
    try bench.cases.cancel(id, reason: "withdrawn")
    _ = try bench.take([bench.answer(id, "right", 2, .accepted, number("X"))])
    let file = try bench.cases.show(id)
    #expect(file.history.map(\.number) == [1, 2, 3, 4, 5, 6])
    #expect(file.replayed == file.case)
  }

  @Test(
    "a case whose wait has ended is woken, unless another holds it, and ended cases have no timer")
  func timers() throws {
    let bench = try Bench()
    let ids = try bench.submitToBranches(["a", "b", "c"])
    _ = try bench.take(["left", "right"].map { bench.answer(ids[2], $0, 1, .accepted) })
    #expect(try bench.cases.show(ids[2]).summary.due == nil)
    let timers = try bench.timers()
    #expect(try timers.wake() == 0)
    bench.clock.move(by: 60)
    let other = Database(bench.url, name: "holder")
    try other.begin()
    try other.query("select 1 from case_record where id = $1 for update", [.text(ids[0])])
    #expect(try timers.wake() == 1)
    try other.rollback()
    #expect(try timers.wake() == 1 && timers.wake() == 0)
    for id in ids.prefix(2) {
      let file = try bench.cases.show(id)
      // The right branch has no second attempt: the case turned round, and the left is not tried again.
      #expect(file.case.state == .compensating && file.replayed == file.case)
      #expect(file.case.steps.map(\.phase) == [.done, .undoing, .undoing])
    }
  }

  @Test("operators bring a stuck case on; what they may not do is refused with both states")
  func operators() throws {
    let bench = try Bench()
    let id = try bench.submitToBranches(["k"])[0]
    #expect(throws: DecisionError.self) {
      try bench.cases.propose(.retry, id, step: "left", reason: "r", evidence: "", by: "chen")
    }
    _ = try bench.take([
      bench.answer(id, "right", 1, .accepted), bench.answer(id, "left", 1, .refused),
    ])
    _ = try bench.take([bench.answer(id, "right", 2, .refused)])
    #expect(try bench.cases.list(state: .needsOperator).map(\.id) == [id])
    let number = try bench.cases.propose(
      .done, id, step: "right", reason: "stopped by hand", evidence: "letter 7", by: "chen")
    #expect(try bench.state(id) == .needsOperator, "a proposal alone changes nothing")
    #expect {
      try bench.cases.confirm(number, by: "chen")
    } throws: { error in
      "\(error)" == "chen proposed this; expected another person to confirm it"
    }
    #expect(try bench.cases.confirm(number, by: "wang").state == "confirmed")
    #expect(try bench.state(id) == .compensating)
    #expect(
      try bench.cases.show(id).history.last?.said.first
        == "operators: done right: stopped by hand (proposed by chen, confirmed by wang; evidence: letter 7)"
    )
    #expect {
      try bench.cases.confirm(number, by: "li")
    } throws: { error in
      "\(error)" == "decision \(number) was confirmed by wang; expected an open one"
    }
    _ = try bench.take([bench.answer(id, "base", 2, .accepted)])
    #expect(try bench.state(id) == .compensated)
    #expect(throws: Refusal.self) { try bench.cases.cancel(id, reason: "too late") }
    #expect(try bench.cases.count().map(\.state) == ["compensated"])
  }

  @Test("a stored case that cannot be read holds up no other")
  func unreadable() throws {
    let bench = try Bench()
    let ids = try bench.submitToBranches(["a", "b"])
    try bench.database.query(
      "update case_record set document = '{}' where id = $1", [.text(ids[0])])
    let verdicts = try bench.take(ids.map { bench.answer($0, "left", 1, .accepted) })
    #expect(verdicts.map(\.word) == ["CASE_UNREADABLE", "applied"])
    bench.clock.move(by: 100)
    let timers = try bench.timers()
    #expect(try timers.wake() == 2 && timers.wake() == 0)
    #expect(try bench.state(ids[1]) == .compensating)
  }
}
