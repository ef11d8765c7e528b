import Foundation
import HTTP
import Lanes
import Storage
import TestSupport
import Testing

@testable import Notices

@Suite("Receivers that keep others waiting") struct RestsTests {
  @Test("a subscriber that never answers does not hold up its neighbours")
  func deadSubscriber() async throws {
    try await onThread {
      let (hall, subscriber, gate) = (try Hall(), Subscriber(), DispatchSemaphore(value: 0))
      let server = try subscriber.serve()
      let dead = try HTTPServer(address: "127.0.0.1", port: 0, tls: nil) { _ in
        gate.wait()
        return HTTPServer.Response(status: 503)
      }
      let rules = try testRules(
        environment: [
          "PORTAL_URL": "http://127.0.0.1:\(server.port)", "PORTAL_SECRET": testSecret,
          "DEAD_URL": "http://127.0.0.1:\(dead.port)",
        ], retry: #"{ first: "200ms", cap: "1s", expires: "1h" }"#,
        channels: """
          { webhook: { subscribers: {
              portal: { url: { environment: "PORTAL_URL" }, secret: { environment: "PORTAL_SECRET" } },
              dead: { url: { environment: "DEAD_URL" }, secret: { environment: "PORTAL_SECRET" } },
          } } }
          """)
      hall.start(rules, senders: 0)
      try hall.publish(
        try (0..<5).map {
          try testNotice("dead-\($0)", recipient: "dead").message(testEvent("dead-\($0)"))
        })
      #expect(try hall.await("pending", 5))
      try hall.publish(
        try (0..<5).map { try testNotice("alive-\($0)").message(testEvent("alive-\($0)")) })
      #expect(try hall.await("pending", 10))
      let begin = ContinuousClock.now
      hall.start(rules)
      #expect(try hall.await("sent", 5))
      // One time-out of the dead one, not five.
      #expect(ContinuousClock.now - begin < .seconds(2 * Webhook.timeout))
      #expect(Set(subscriber.all.map(\.id)) == Set((0..<5).map { "alive-\($0)" }))
      let attempts = try hall.database().query(
        "select sum(attempts)::bigint from notice where state = 'pending'")
      #expect(try attempts[0].int(0) == 1)
      hall.stop.set()
      for _ in 0..<10 { gate.signal() }
      dead.stop()
      server.stop()
    }
  }

  @Test("what has expired is given up although its receiver rests")
  func expired() async throws {
    try await onThread {
      let hall = try Hall()
      let rules = try NoticeFlowTests.rules()
      hall.start(rules, senders: 0)
      try hall.publish([testNotice().message(testEvent())])
      #expect(try hall.await("pending", 1))
      let (database, now) = (hall.database(), hall.surroundings.now())
      let pending = try #require(try NoticeTable.claim(lease: 0, at: now, in: database))
      let resting = [Receiver(of: pending)]
      #expect(try NoticeTable.claim(lease: 0, sparing: resting, at: now, in: database) == nil)
      #expect(
        try NoticeTable.claim(
          lease: 0, sparing: resting, at: pending.expiresAt, in: database)?.key == pending.key)
    }
  }

  @Test("a failure that came at once makes nobody rest; a long one does, ten times as long")
  func table() {
    var rests = Rests()
    let (now, receiver) = (ContinuousClock.now, Receiver(of: testPending()))
    let quick = rests.note(receiver, took: .milliseconds(900), at: now)
    let atFirst = rests.receivers(at: now)
    #expect(!quick && atFirst.isEmpty)
    let long = rests.note(receiver, took: .seconds(15), at: now)
    let (within, after) = (
      rests.receivers(at: now + .seconds(149)), rests.receivers(at: now + .seconds(150))
    )
    #expect(long && within == [receiver] && after.isEmpty)
  }

  @Test("a case's id that no index holds is a dead letter")
  func longCase() async throws {
    try await onThread {
      let hall = try Hall()
      hall.start(try NoticeFlowTests.rules())
      var notice = testNotice()
      notice.caseID = String(repeating: "c", count: 9_000)
      try hall.publish([notice.message(testEvent("1")), testNotice("k2").message(testEvent("2"))])
      let letter = try hall.letter()
      #expect(letter.text(DeadLetter.Header.reason) == "NOTICE_UNREADABLE")
      #expect(letter.text(DeadLetter.Header.place) == "body: case")
      #expect(try hall.entered(2).published == 1)
    }
  }
}
