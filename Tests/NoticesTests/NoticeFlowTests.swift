import Events
import Foundation
import HTTP
import Lanes
import Messaging
import Storage
import TestSupport
import Testing

@testable import Notices

@Suite("Notices, from the queue to the receiver")
struct NoticeFlowTests {
  /// Quick rules that lead to these places.
  static func rules(
    portal: String = "http://127.0.0.1:1", smtp: String = "smtp://127.0.0.1:1",
    retry: String = #"{ first: "200ms", cap: "1s", expires: "1h" }"#
  ) throws -> NoticeRules {
    try testRules(
      environment: ["PORTAL_URL": portal, "PORTAL_SECRET": testSecret, "SMTP": smtp], retry: retry)
  }

  static func mail(_ key: String = "case-1/mail") -> Notice {
    testNotice(key, channel: .mail, recipient: "someone@firm.example")
  }

  @Test(
    "a webhook and a mail arrive once each, however often their messages are published, with several senders"
  )
  func once() async throws {
    try await onThread {
      let (hall, subscriber, sink) = (try Hall(), Subscriber(), try MailSink())
      let server = try subscriber.serve()
      hall.start(
        try Self.rules(
          portal: "http://127.0.0.1:\(server.port)/hook", smtp: "smtp://127.0.0.1:\(sink.port)"),
        senders: 3)
      // The same event again, and the same notice as another event.
      let hooks = try (0..<20).flatMap { number in
        try ["a", "a", "b"].map {
          try testNotice("case-\(number)/done").message(testEvent("hook-\(number)-\($0)"))
        }
      }
      let mails = try ["a", "a", "b"].map { try Self.mail().message(testEvent("mail-\($0)")) }
      try hall.publish(hooks + mails)
      let entry = try hall.entered(63)
      #expect(entry.source == "hub")
      #expect(entry.isBalanced)
      #expect(entry.published == 21)
      #expect(entry.duplicate == 42)
      #expect(try hall.await("sent", 21))
      #expect(Set(subscriber.all.map(\.id)) == Set((0..<20).map { "case-\($0)/done" }))
      #expect(subscriber.all.count == 20)
      #expect(try sink.mails().count == 1)
      server.stop()
    }
  }

  @Test("what arrives is signed and complete, and the table then holds nothing personal")
  func content() async throws {
    try await onThread {
      let (hall, subscriber, sink) = (try Hall(), Subscriber(), try MailSink())
      let server = try subscriber.serve()
      hall.start(
        try Self.rules(
          portal: "http://127.0.0.1:\(server.port)/", smtp: "smtp://127.0.0.1:\(sink.port)"))
      try hall.publish([testNotice().message(testEvent("1")), Self.mail().message(testEvent("2"))])
      #expect(try hall.await("sent", 2))
      let delivery = try #require(subscriber.all.first)
      let secret = try #require(WebhookSecret(testSecret))
      #expect(
        delivery.signature
          == secret.signature(id: delivery.id, timestamp: delivery.timestamp, body: delivery.body))
      #expect(abs(Double(delivery.timestamp) - Date().timeIntervalSince1970) < 120)
      #expect(String(decoding: delivery.body, as: UTF8.self).contains("西湖某某公司"))
      let mail = try #require(try sink.mails().first)
      #expect(mail.contains("To: someone@firm.example\n"))
      let text = Data("办件 case-1\r\n西湖某某公司".utf8).base64EncodedString()
      #expect(mail.contains(text))
      let rows = try hall.database().query("select n::text from notice n")
      for row in rows {
        let shown = try row.text(0)
        #expect(!shown.contains("someone") && !shown.contains("西湖"))
      }
      server.stop()
    }
  }

  @Test("a webhook goes over TLS, to a receiver whose authority the rules name and to no other")
  func encrypted() async throws {
    try await onThread {
      let (hall, subscriber) = (try Hall(), Subscriber())
      let home = FileManager.default.temporaryDirectory.appending(
        path: "tongban-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: home) }
      let server = try subscriber.serve(tls: try Self.ownCertificate(in: home))
      func rules(_ member: String) throws -> NoticeRules {
        try testRules(
          environment: [
            "PORTAL_URL": "https://localhost:\(server.port)", "PORTAL_SECRET": testSecret,
          ], home: home,
          channels: """
            { webhook: { \(member) subscribers: { portal: {
              url: { environment: "PORTAL_URL" }, secret: { environment: "PORTAL_SECRET" } } } } }
            """)
      }
      let untrusting = NoticeCarrier(rules: try rules("")).send(testPending(), at: hall.clock.now)
      guard case .failed(let reason, _) = untrusting else {
        Issue.record("sent to a receiver that nobody vouches for")
        return
      }
      #expect(reason.contains("TLS_REFUSED"))
      hall.start(try rules("certificates: \"own.pem\","))
      try hall.publish([testNotice().message(testEvent())])
      #expect(try hall.await("sent", 1))
      #expect(subscriber.all.count == 1)
      server.stop()
    }
  }

  /// A certificate for `localhost` that vouches for itself, as `own.pem`.
  static func ownCertificate(in folder: URL) throws -> HTTPServer.TLS {
    let (key, certificate) = (folder.appending(path: "key.pem"), folder.appending(path: "own.pem"))
    TestServers.run(
      "/bin/sh",
      [
        "-c",
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
          + "-addext subjectAltName=DNS:localhost -keyout \(key.path) -out \(certificate.path) 2>/dev/null",
      ])
    return HTTPServer.TLS(
      certificate: try String(contentsOf: certificate, encoding: .utf8),
      key: try String(contentsOf: key, encoding: .utf8))
  }

  @Test(
    "a receiver that is down gets its notices when it comes up",
    arguments: [Notice.Channel.webhook, .mail])
  func downAtFirst(channel: Notice.Channel) async throws {
    try await onThread {
      let (hall, subscriber, port) = (try Hall(), Subscriber(), freePort())
      hall.start(
        try Self.rules(portal: "http://127.0.0.1:\(port)", smtp: "smtp://127.0.0.1:\(port)"))
      let notice = channel == .webhook ? testNotice() : Self.mail()
      try hall.publish([notice.message(testEvent())])
      let database = hall.database()
      #expect(
        try eventually(within: 60) {
          let rows = try database.query(
            "select attempts from notice where last_error like '%UNREACHABLE%'")
          return try !rows.isEmpty && rows[0].int(0) >= 2
        })
      #expect(try NoticeTable.counts(in: database) == ["pending": 1])
      if channel == .webhook {
        let server = try subscriber.serve(port: port)
        #expect(try hall.await("sent", 1))
        #expect(subscriber.all.map(\.id) == ["case-1/completed"])
        server.stop()
      } else {
        let sink = try MailSink(port: port)
        #expect(try hall.await("sent", 1))
        #expect(try sink.mails().count == 1)
      }
    }
  }

  @Test("a receiver that is busy is asked again, under the same id and with the same body")
  func busy() async throws {
    try await onThread {
      let (hall, subscriber) = (try Hall(), Subscriber())
      subscriber.status.withLock { $0 = 503 }
      let server = try subscriber.serve()
      hall.start(try Self.rules(portal: "http://127.0.0.1:\(server.port)"))
      try hall.publish([testNotice().message(testEvent())])
      #expect(eventually(within: 60) { subscriber.all.count >= 3 })
      subscriber.status.withLock { $0 = 200 }
      #expect(try hall.await("sent", 1))
      #expect(Set(subscriber.all.map(\.id)) == ["case-1/completed"])
      #expect(Set(subscriber.all.map(\.body)).count == 1)
      server.stop()
    }
  }

  @Test("a refusal for good becomes a dead letter, and a replay of it is sent anew")
  func refused() async throws {
    try await onThread {
      let (hall, subscriber) = (try Hall(), Subscriber())
      subscriber.status.withLock { $0 = 410 }
      let server = try subscriber.serve()
      hall.start(try Self.rules(portal: "http://127.0.0.1:\(server.port)"))
      let original = try testNotice().message(testEvent())
      try hall.publish([original])
      let letter = try hall.letter()
      #expect(subscriber.all.count == 1)
      #expect(letter.text(DeadLetter.Header.reason) == "NOTICE_UNDELIVERABLE")
      #expect(letter.text(DeadLetter.Header.stage) == "notices.send")
      #expect(letter.text(DeadLetter.Header.expectation)?.contains("410") == true)
      #expect(letter.text(DeadLetter.Header.routingKey) == "webhook.done")
      #expect(letter.properties.correlationID == "case-1")
      #expect(letter.body == original.body)
      #expect(try hall.await("dead", 1))

      // The same notice by itself is not sent again, since it had its time.
      try hall.publish([testNotice().message(testEvent("another"))])
      #expect(try hall.entered(2).duplicate == 1)

      subscriber.status.withLock { $0 = 200 }
      try hall.publish([Self.replay(letter, 1), Self.replay(letter, 1)])
      #expect(try hall.await("sent", 1))
      #expect(try hall.entered(4).duplicate == 2)
      #expect(subscriber.all.count == 2)
      server.stop()
    }
  }

  /// What the archive publishes when an auditor replays a letter.
  static func replay(_ letter: Message, _ number: Int64) -> Message {
    var message = letter
    message.exchange = Notice.exchange
    message.routingKey = letter.text(DeadLetter.Header.routingKey) ?? ""
    message.headers.removeAll {
      DeadLetter.Header.story.contains($0.name) || $0.name == DeadLetter.Header.replay
    }
    message.headers.append(Field(DeadLetter.Header.replay, .int(number)))
    return message
  }

  @Test(
    "a notice whose time is up becomes a dead letter, and so does its replay, under the same letter id"
  )
  func expired() async throws {
    try await onThread {
      let hall = try Hall()
      hall.start(
        try Self.rules(
          portal: "http://127.0.0.1:\(freePort())",
          retry: #"{ first: "100ms", cap: "200ms", expires: "1s" }"#))
      try hall.publish([testNotice().message(testEvent())])
      let first = try hall.letter()
      #expect(first.text(DeadLetter.Header.reason) == "NOTICE_UNDELIVERABLE")
      #expect(first.text(DeadLetter.Header.expectation)?.contains("UNREACHABLE") == true)
      try hall.publish([Self.replay(first, 1)])
      let second = try hall.letter()
      #expect(second.text(DeadLetter.Header.letter) == first.text(DeadLetter.Header.letter))
      #expect(second.properties.messageID != first.properties.messageID)
      #expect(second.header(DeadLetter.Header.replay) == .int(1))
      #expect(try hall.entered(2).isBalanced)
    }
  }

  @Test(
    "what cannot be entered becomes a dead letter with its reason",
    arguments: [
      (testNotice(kind: "nameless"), "UNKNOWN_KIND"),
      (testNotice(recipient: "stranger"), "UNKNOWN_SUBSCRIBER"),
      (testNotice(values: [:]), "MISSING_VALUE"),
      (testNotice(channel: .mail, recipient: "not an address"), "MALFORMED_RECIPIENT"),
    ])
  func unreadable(notice: Notice, reason: String) async throws {
    try await onThread {
      let hall = try Hall()
      hall.start(try Self.rules())
      try hall.publish([notice.message(testEvent())])
      let letter = try hall.letter()
      #expect(letter.text(DeadLetter.Header.reason) == reason)
      #expect(letter.text(DeadLetter.Header.department) == "hub")
      #expect(try NoticeTable.counts(in: hall.database()).isEmpty)
      #expect(try hall.entered(1).dead == 1)
    }
  }

  @Test("a key that comes again with another content is a dead letter")
  func keyReused() async throws {
    try await onThread {
      let hall = try Hall()
      hall.start(try Self.rules())
      try hall.publish([
        testNotice().message(testEvent("1")),
        testNotice(values: ["name": .text("other")]).message(testEvent("2")),
      ])
      #expect(try hall.letter().text(DeadLetter.Header.reason) == "NOTICE_KEY_REUSED")
      #expect(try hall.entered(2).published == 1)
    }
  }

  @Test(
    "a sender that dies between sending and recording leads to a second arrival under the same id, never to none"
  )
  func crash() async throws {
    try await onThread {
      let (hall, subscriber) = (try Hall(), Subscriber())
      let server = try subscriber.serve()
      let rules = try Self.rules(portal: "http://127.0.0.1:\(server.port)")
      hall.start(rules, senders: 0)
      try hall.publish([testNotice().message(testEvent())])
      #expect(try hall.await("pending", 1))
      // What a sender does until it dies: it claims and sends.
      let database = hall.database()
      let now = hall.surroundings.now()
      let claimed = try #require(
        try NoticeTable.claim(lease: NoticeSender.lease, at: now, in: database))
      #expect(NoticeCarrier(rules: rules).send(claimed, at: now) == .arrived)
      #expect(try NoticeTable.claim(lease: NoticeSender.lease, at: now, in: database) == nil)
      hall.clock.advance(by: NoticeSender.lease + 1)
      hall.start(rules)
      #expect(try hall.await("sent", 1))
      #expect(subscriber.all.map(\.id) == ["case-1/completed", "case-1/completed"])
      #expect(subscriber.all[0].body == subscriber.all[1].body)
      server.stop()
    }
  }
}
