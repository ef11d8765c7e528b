import Cryptography
import Events
import Foundation
import HTTP
import Testing

@testable import Notices

/// A notice as the sender has it in hand.
func testPending(
  _ key: String = "case-1/completed", channel: Notice.Channel = .webhook, attempts: Int64 = 1
) -> PendingNotice {
  PendingNotice(
    key: key, channel: channel, kind: "done", caseID: "case-1", language: "zh-CN",
    recipient: "portal",
    subject: "办结：A", text: "办件 case-1\nA", values: ["name": .text("A")],
    enteredAt: Instant(microseconds: 1_795_495_229_125_000),
    expiresAt: Instant(seconds: 1_795_581_629),
    attempts: attempts, replay: 0)
}

@Suite("Carrying a notice")
struct CarrierTests {
  @Test("a signature is that of the Standard Webhooks reference")
  func referenceVector() throws {
    let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    let signature = secret.signature(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330,
      body: Array(#"{"test": 2432232314}"#.utf8))
    #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test(
    "a secret is whsec_ and 24 to 64 bytes of base64",
    arguments: [
      "", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_???",
      "whsec_" + Data(repeating: 1, count: 65).base64EncodedString(),
    ])
  func badSecret(text: String) {
    #expect(WebhookSecret(text) == nil)
  }

  @Test("a webhook has the same body at every attempt, and one signature for each secret")
  func webhook() throws {
    let other = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
    let rules = try testRules(
      environment: ["PORTAL_URL": "https://x.example", "PORTAL_SECRET": "\(testSecret) \(other)"])
    let subscriber = try #require(rules.webhook?.subscribers["portal"])
    let hook = Webhook(notice: testPending(), subscriber: subscriber)
    let first = try hook.request(to: "https://x.example", at: Instant(seconds: 1_795_495_300.9))
    let second = try hook.request(to: "https://x.example", at: Instant(seconds: 1_795_499_999))
    #expect(first.body == second.body)
    #expect(
      String(decoding: first.body, as: UTF8.self)
        == #"{"data":{"case":"case-1","key":"case-1/completed","language":"zh-CN","subject":"办结：A","#
        + #""text":"办件 case-1\nA","values":{"name":"A"}},"timestamp":"2026-11-24T04:40:29.125Z","type":"done"}"#
    )
    let headers = Dictionary(uniqueKeysWithValues: first.headers)
    #expect(headers["webhook-id"] == "case-1/completed")
    #expect(headers["webhook-timestamp"] == "1795495300")
    let signed = Array("case-1/completed.1795495300.".utf8) + first.body
    let expected = [testSecret, other].map { secret in
      let key = Array(Data(base64Encoded: String(secret.dropFirst(6))) ?? Data())
      return "v1," + Data(hmacSHA256(key: key, message: signed)).base64EncodedString()
    }
    #expect(headers["webhook-signature"] == expected.joined(separator: " "))
  }

  @Test("what an answer means: taken, later perhaps, or never")
  func outcomes() {
    for status in [200, 201, 202, 204] {
      #expect(Webhook.outcome(of: HTTPResponse(status: status)) == .arrived)
    }
    for status in [301, 302, 408, 409, 425, 429, 500, 502, 503, 504] {
      #expect(
        Webhook.outcome(of: HTTPResponse(status: status))
          == .failed("it answered \(status)", after: nil))
    }
    for status in [400, 401, 403, 404, 405, 410, 413, 422, 451] {
      #expect(
        Webhook.outcome(of: HTTPResponse(status: status)) == .refused("it answered \(status)"))
    }
    let busy = HTTPResponse(status: 429, headers: [("retry-after", "17")])
    #expect(Webhook.outcome(of: busy) == .failed("it answered 429", after: 17))
    let dated = HTTPResponse(
      status: 503, headers: [("Retry-After", "Tue, 24 Nov 2026 04:40:29 GMT")])
    #expect(Webhook.outcome(of: dated) == .failed("it answered 503", after: nil))
  }

  @Test("the mail of a notice has an id made from its key, and is the same at every attempt")
  func mail() throws {
    let from = try Mailbox("notices@gov.example", name: "一网通办")
    let to = try Mailbox("someone@firm.example")
    func bytes(_ notice: PendingNotice) throws -> [UInt8] {
      try NoticeCarrier.message(notice, from: from, to: to).bytes()
    }
    let first = try bytes(testPending(channel: .mail, attempts: 1))
    #expect(first == (try bytes(testPending(channel: .mail, attempts: 9))))
    let id = NoticeCarrier.message(testPending(), from: from, to: to).messageID
    #expect(id == Hasher128().key("notice", "case-1/completed").hex + "@gov.example")
    #expect(
      id != NoticeCarrier.message(testPending("case-2/completed"), from: from, to: to).messageID)
    #expect(
      String(decoding: first, as: UTF8.self).contains("Date: Tue, 24 Nov 2026 04:40:29 +0000\r\n"))
  }

  @Test("waits double from the first to the cap, with jitter in their upper half")
  func plan() {
    let plan = RetryPlan(first: 4, cap: 60, expiresAfter: 1000)
    for (attempts, ceiling) in [
      (Int64(1), 4.0), (2, 8), (3, 16), (4, 32), (5, 60), (6, 60), (1000, 60),
    ] {
      for random in [0.0, 0.25, 0.999] {
        let expected = ceiling / 2 + ceiling / 2 * random
        #expect(plan.step(attempts: attempts, left: 500, random: random) == .again(in: expected))
      }
    }
  }

  @Test("the last attempt falls on the end of a notice's time, and after it there is none")
  func expiry() {
    let plan = RetryPlan(first: 4, cap: 60, expiresAfter: 1000)
    #expect(plan.step(attempts: 9, left: 10, random: 0.5) == .again(in: 10))
    #expect(plan.step(attempts: 9, left: 0, random: 0.5) == .giveUp)
    #expect(plan.step(attempts: 1, left: -1, random: 0.5) == .giveUp)
  }

  @Test("a receiver may ask for a longer wait, up to the cap")
  func asked() {
    let plan = RetryPlan(first: 4, cap: 60, expiresAfter: 1000)
    #expect(plan.step(attempts: 1, left: 500, asked: 30, random: 0) == .again(in: 30))
    #expect(plan.step(attempts: 1, left: 500, asked: 1, random: 0) == .again(in: 2))
    #expect(plan.step(attempts: 1, left: 500, asked: 1e9, random: 0) == .again(in: 60))
  }
}
