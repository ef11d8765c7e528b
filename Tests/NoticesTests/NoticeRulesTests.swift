import Configuration
import Events
import Foundation
import HTTP
import Messaging
import Testing

@testable import Notices

/// Rules for tests: `{{name}}` in two languages, mail and webhooks to wherever the environment says.
func testRules(
  environment: [String: String] = [:], home: URL = URL(fileURLWithPath: "/nonexistent"),
  retry: String = "{}", channels: String? = nil, templates: String? = nil
) throws -> NoticeRules {
  let text = """
    {
      language: "zh-CN", retry: \(retry),
      channels: \(channels ?? """
        {
          mail: { url: { environment: "SMTP", default: "smtp://127.0.0.1:25" },
                  from: { address: "notices@gov.example", name: "一网通办" } },
          webhook: { subscribers: { portal: {
            url: { environment: "PORTAL_URL" }, secret: { environment: "PORTAL_SECRET", file: "portal.key" } } } },
        }
        """),
      templates: \(templates ?? """
        { done: { "zh-CN": { subject: "办结：{{name}}", text: ["办件 {{case}}", "{{name}}"] },
                  en: { subject: "Done: {{ name }}", text: "Case {{case}}\\n{{name}}" } } }
        """),
    }
    """
  return try NoticeRules(
    JSON5.read(Array(text.utf8), file: "notices.json5"),
    secrets: SecretSource(home: home, environment: environment))
}

let testSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
let testEnvironment = ["PORTAL_URL": "https://portal.example/hook", "PORTAL_SECRET": testSecret]

func testNotice(
  _ key: String = "case-1/completed", kind: String = "done", channel: Notice.Channel = .webhook,
  language: String = "zh-CN", recipient: String = "portal",
  values: [String: NoticeValue] = ["name": .text("西湖某某公司")]
) -> Notice {
  Notice(
    key: key, caseID: "case-1", kind: kind, channel: channel, language: language,
    recipient: recipient, values: values)
}

func testEvent(_ id: String = "event-1") -> Event {
  Event(id: id, source: "tongban/sync", type: "tongban.notice.done.v1", correlationID: "case-1")
}

@Suite("Notice rules")
struct NoticeRulesTests {
  @Test("the file that ships reads, and its templates fill with title and reason")
  func shipped() throws {
    let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let rules = try NoticeRules.load(home: home.standardizedFileURL, environment: [:])
    // Every kind of notice that a shipped flow sends.
    #expect(
      Set(rules.kinds).isSuperset(of: [
        "case-compensated", "case-completed", "case-partly-completed", "case-not-accepted",
        "case-supplement", "case-queued", "case-needs-operator", "case-operator-reminder",
        "case-warning", "case-yellow-card", "case-red-card",
      ]))
    let told = ["case-compensated", "case-not-accepted"]
    #expect(rules.channels == [.mail, .webhook])
    for kind in rules.kinds {
      for language in ["zh-CN", "en"] {
        let notice = testNotice(
          kind: kind, language: language,
          values: [
            "title": .text("企业开办"), "reason": .text("材料不全"), "queue": .text("service-desk"),
            "step": .text("设立登记"), "department": .text("market-regulation"),
            "began": .text("2026-11-02"), "card": .text("red"),
          ])
        let (subject, text) = try rules.content(of: notice)
        #expect(subject.contains("企业开办") && subject.contains("case-1"))
        #expect(text.contains("材料不全") == told.contains(kind))
        #expect(!text.contains("{{"))
      }
    }
    #expect(throws: NoticeFault.self) { try rules.content(of: testNotice(kind: "case-completed")) }
  }

  @Test(
    "a reader gets his language, another form of it, or the default",
    arguments: [
      ("zh-CN", "办结：A"), ("en", "Done: A"), ("en-GB", "Done: A"), ("zh-Hant", "办结：A"),
      ("fr", "办结：A"),
      ("", "办结：A"),
    ])
  func languages(language: String, expected: String) throws {
    let notice = testNotice(language: language, values: ["name": .text("A")])
    #expect(try testRules().content(of: notice).subject == expected)
  }

  @Test(
    "a value that is missing is an error with the template's place, and never a text with a hole in it"
  )
  func missingValue() throws {
    let rules = try testRules()
    let fault = #expect(throws: NoticeFault.self) { try rules.content(of: testNotice(values: [:])) }
    #expect(fault?.reason == .missingValue)
    #expect(fault?.rule == "notices.json5: templates.done.zh-CN.subject")
    #expect(fault?.expectation.contains("\"name\"") == true)
  }

  @Test("values are shown as they are, and a place in a value is no place")
  func values() throws {
    let rules = try testRules()
    for (value, shown) in [
      (NoticeValue.text("{{case}}"), "{{case}}"), (.whole(-7), "-7"), (.flag(true), "true"),
      (.number(1.5), "1.5"), (.text("<b>&"), "<b>&"),
    ] {
      let (subject, text) = try rules.content(of: testNotice(values: ["name": value]))
      #expect(subject == "办结：\(shown)")
      #expect(text == "办件 case-1\n\(shown)")
    }
  }

  @Test(
    "line breaks in a value cannot begin a header: a subject keeps to one line",
    arguments: ["\r\n", "\n", "\u{85}", "\u{2028}", "\0"])
  func subjectLine(separator: String) throws {
    let notice = testNotice(values: ["name": .text("A\(separator)Bcc: x@y.example")])
    let (subject, _) = try testRules().content(of: notice)
    #expect(
      subject.unicodeScalars.allSatisfy {
        $0.value >= 0x20 && $0.value != 0x85 && $0.value != 0x2028
      })
    let message = try MailMessage(
      from: Mailbox("a@b"), to: Mailbox("c@d"), subject: subject, text: "", messageID: "1@b",
      date: 0)
    #expect(!String(decoding: try message.bytes(), as: UTF8.self).contains("\r\nBcc:"))
  }

  @Test("values that make a subject too long are told")
  func tooLong() throws {
    let notice = testNotice(values: ["name": .text(String(repeating: "长", count: 200))])
    let fault = #expect(throws: NoticeFault.self) { try testRules().content(of: notice) }
    #expect(fault?.reason == .tooLong)
  }

  @Test("each channel knows whom it leads to")
  func recipients() throws {
    let rules = try testRules(environment: testEnvironment)
    try rules.check(testNotice())
    try rules.check(testNotice(channel: .mail, recipient: "someone@firm.example"))
    for (rules, notice, reason) in [
      (rules, testNotice(recipient: "other"), NoticeReason.unknownSubscriber),
      (rules, testNotice(channel: .mail, recipient: "no address"), .malformedRecipient),
      (try testRules(), testNotice(), .notConfigured),
      (
        try testRules(environment: ["PORTAL_URL": "https://portal.example"]), testNotice(),
        .notConfigured
      ),
      (try testRules(channels: "{}"), testNotice(), .unknownChannel),
      (
        try testRules(channels: "{}"), testNotice(channel: .mail, recipient: "a@b"), .unknownChannel
      ),
    ] {
      let fault = #expect(throws: NoticeFault.self) { try rules.check(notice) }
      #expect(fault?.reason == reason)
      if reason == .malformedRecipient {
        #expect(fault?.expectation.contains("no address") == false)
      }
    }
  }

  @Test("a secret may come from a file, and the environment goes first")
  func secretFile() throws {
    let home = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    let other = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
    try Data("\(other) \(testSecret)\n".utf8).write(to: home.appending(path: "portal.key"))
    let fromFile = try testRules(environment: ["PORTAL_URL": "https://x.example"], home: home)
    #expect(fromFile.webhook?.subscribers["portal"]?.secrets.count == 2)
    let fromEnvironment = try testRules(environment: testEnvironment, home: home)
    #expect(
      fromEnvironment.webhook?.subscribers["portal"]?.secrets
        == [WebhookSecret(testSecret)].compactMap { $0 })
  }

  @Test(
    "what is wrong in the file is told with its place, and no secret is repeated",
    arguments: [
      (
        "{ mail: { url: { default: \"http://x\" }, from: { address: \"a@b\" } } }",
        "channels.mail.url"
      ),
      (
        "{ mail: { url: { default: \"smtp://x\" }, from: { address: \"nobody\" } } }",
        "channels.mail.from"
      ),
      ("{ mail: { url: {}, from: { address: \"a@b\" } } }", "channels.mail.url"),
      ("{ mial: {} }", "channels.mial"),
      (
        "{ webhook: { subscribers: { p: { url: { default: \"http://far.example\" }, secret: { file: \"x\" } } } } }",
        "channels.webhook.subscribers.p.url"
      ),
      (
        "{ webhook: { subscribers: { p: { url: { default: \"https://x\" }, secret: { default: \"whsec_visible\" } } } } }",
        "channels.webhook.subscribers.p.secret.default"
      ),
      (
        "{ webhook: { subscribers: { p: { url: { default: \"https://x\" }, secret: { environment: \"BAD\" } } } } }",
        "channels.webhook.subscribers.p.secret"
      ),
      (
        "{ webhook: { certificates: \"/nonexistent\", subscribers: {} } }",
        "channels.webhook.certificates"
      ),
    ])
  func faults(channels: String, path: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try testRules(environment: ["BAD": "hunter2"], channels: channels)
    }
    #expect(error?.path == path)
    for secret in ["hunter2", "visible"] { #expect(error?.description.contains(secret) == false) }
  }

  @Test(
    "a template with a broken place, two lines in a subject or no default language is refused",
    arguments: [
      "{ k: { \"zh-CN\": { subject: \"{{a\", text: \"\" } } }",
      "{ k: { \"zh-CN\": { subject: \"{{}}\", text: \"\" } } }",
      "{ k: { \"zh-CN\": { subject: \"{{a b}}\", text: \"\" } } }",
      "{ k: { \"zh-CN\": { subject: \"a\\nb\", text: \"\" } } }",
      "{ k: { \"zh-CN\": { subject: \"a\", text: \"{{1}}\" } } }",
      "{ k: { en: { subject: \"a\", text: \"b\" } } }",
      "{ k: { \"zh-CN\": { subject: \"a\", txt: \"b\" } } }",
    ])
  func templateFaults(templates: String) {
    #expect(throws: ConfigurationError.self) { try testRules(templates: templates) }
  }

  @Test(
    "a plan that contradicts itself is refused",
    arguments: ["{ first: \"0s\" }", "{ first: \"2h\", cap: \"1h\" }", "{ expires: \"1s\" }"])
  func planFaults(retry: String) {
    #expect(throws: ConfigurationError.self) { try testRules(retry: retry) }
  }
}

@Suite("Notices as messages")
struct NoticeMessageTests {
  @Test("a notice reads as it was written")
  func roundTrip() throws {
    let notice = testNotice(
      values: [
        "name": .text("公司\n\"a\""), "n": .whole(9_007_199_254_740_993), "x": .number(0.5),
        "b": .flag(false),
      ])
    let message = try notice.message(testEvent())
    #expect(message.exchange == "gov.notices")
    #expect(message.routingKey == "webhook.done")
    #expect(try Notice.read(message) == notice)
  }

  @Test(
    "a body that is no notice is told, and nothing of it repeated",
    arguments: [
      ("webhook.done", "", NoticeReason.unreadable), ("webhook.done", "[]", .unreadable),
      (
        "webhook.done", #"{"key":"k","case":"c","kind":"done","language":"en","recipient":"r"}"#,
        .unreadable
      ),
      (
        "webhook.done",
        #"{"key":"k","case":"c","kind":"done","language":"en","recipient":"r","values":{"a":[1]}}"#,
        .unreadable
      ),
      (
        "webhook.done",
        #"{"key":"k","case":"c","kind":"other","language":"en","recipient":"r","values":{}}"#,
        .unreadable
      ),
      (
        "webhook.done",
        #"{"key":"","case":"c","kind":"done","language":"en","recipient":"r","values":{}}"#,
        .unreadable
      ),
      (
        "webhook.done",
        #"{"key":"a.b","case":"c","kind":"done","language":"en","recipient":"r","values":{}}"#,
        .unreadable
      ),
      (
        "webhook.done",
        #"{"key":"a\r\nb","case":"c","kind":"done","language":"en","recipient":"r","values":{}}"#,
        .unreadable
      ),
      ("sms.done", "{}", .unknownChannel), ("webhook", "{}", .unknownChannel),
      ("", "{}", .unknownChannel),
      ("webhook.done", String(repeating: " ", count: 70_000) + "{}", .tooLong),
    ])
  func unreadable(routingKey: String, body: String, reason: NoticeReason) {
    let message = Message(exchange: "gov.notices", routingKey: routingKey, body: Array(body.utf8))
    let fault = #expect(throws: NoticeFault.self) { try Notice.read(message) }
    #expect(fault?.reason == reason)
  }
}
