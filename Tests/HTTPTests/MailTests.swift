import Foundation
import TestSupport
import Testing

@testable import HTTP

@Suite("Mail")
struct MailTests {
  static let subject = "您的企业设立事项已办结：杭州西湖区某某科技有限公司的营业执照、税务登记与社会保险登记均已完成"

  static func message(
    subject: String = MailTests.subject, text: String = "第一行\n.\n第三行\r\n", id: String = "n1@tongban"
  ) throws -> MailMessage {
    MailMessage(
      from: try Mailbox("notices@gov.example", name: "一网通办"),
      to: try Mailbox("someone@firm.example"),
      subject: subject, text: text, messageID: id, date: 1_795_495_229)
  }

  /// Reads a mail as Python's own library does, which shares nothing with ours.
  func read(_ mail: String) -> [String: String] {
    let script = """
      import sys, json, email, email.policy
      m = email.message_from_string(sys.stdin.read(), policy=email.policy.default)
      print(json.dumps({"subject": m["subject"], "from": str(m["from"]), "to": str(m["to"]), "id": m["message-id"],
        "date": m["date"].datetime.isoformat(), "text": m.get_content().replace("\\r", ""), "defects": str(m.defects),
        "type": m.get_content_type(), "lines": str(max(len(l) for l in m.as_string().split("\\n")))}))
      """
    let output = TestServers.run("/usr/bin/python3", ["-c", script], input: mail)
    return (try? JSONDecoder().decode([String: String].self, from: Data(output.utf8))) ?? [:]
  }

  @Test("a mail arrives at a real server and reads as it was written")
  func arrival() throws {
    let sink = try MailSink()
    let sender = try MailSender("smtp://127.0.0.1:\(sink.port)")
    try sender.send(try MailTests.message())
    try sender.send(try MailTests.message(subject: "Plain words", text: "", id: "n2@tongban"))
    let mails = try sink.mails().map(read).sorted { $0["id"] ?? "" < $1["id"] ?? "" }
    #expect(mails.count == 2)
    #expect(mails.first?["subject"] == MailTests.subject)
    #expect(mails.first?["from"] == "一网通办 <notices@gov.example>")
    #expect(mails.first?["to"] == "someone@firm.example")
    #expect(mails.first?["id"] == "<n1@tongban>")
    #expect(mails.first?["date"] == "2026-11-24T04:40:29+00:00")
    #expect(mails.first?["text"] == "第一行\n.\n第三行\n")
    #expect(mails.first?["defects"] == "[]")
    #expect(mails.last?["subject"] == "Plain words")
  }

  @Test("no header line of a mail is longer than mail allows, and no letter is cut")
  func folding() throws {
    for subject in [
      "a", String(repeating: "汉", count: 130), String(repeating: "x", count: 300), "=?UTF-8?B?x?=",
      "👨‍👩‍👧 \"a\", <b>; c",
    ] {
      let bytes = try MailTests.message(subject: subject).bytes()
      let mail = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
      #expect(mail.split(separator: "\n").allSatisfy { $0.utf8.count <= 78 || !$0.hasPrefix(" ") })
      #expect(read(mail)["subject"] == subject)
    }
  }

  @Test("a mail without encryption goes to this machine only")
  func thisMachine() {
    for place in ["smtp://127.0.0.1:25", "smtp://localhost", "smtp://[::1]:25", "smtp://127.1.2.3"]
    {
      #expect(isThisMachine(place))
    }
    for place in [
      "smtp://mail.example:25", "smtp://127.0.0.1.example", "smtp://10.0.0.1",
      "smtp://localhost.example",
    ] {
      #expect(!isThisMachine(place))
    }
  }

  @Test("STARTTLS is used where offered, and an unknown authority refused")
  func startTLS() throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let sink = try MailSink(
      options: [
        "--tlscert", authority.path("server.pem"), "--tlskey", authority.path("server.key"),
      ])
    let url = "smtp://localhost:\(sink.port)"
    try MailSender(url, certificates: authority.path("ca.pem")).send(try MailTests.message())
    #expect(try sink.mails().count == 1)
    let error = #expect(throws: HTTPError.self) {
      try MailSender(url).send(try MailTests.message())
    }
    #expect(error?.code == .tlsRefused)
    #expect(try sink.mails().count == 1)
  }

  @Test("a refusal tells whether trying again may help, and not to whom the mail was")
  func refusal() throws {
    let sink = try MailSink(options: ["-s", "10"])
    let permanent = #expect(throws: HTTPError.self) {
      try MailSender("smtp://127.0.0.1:\(sink.port)").send(try MailTests.message())
    }
    #expect(permanent?.code == .mailRefused)
    #expect(permanent?.status == 552)
    #expect(permanent?.isTransient == false)
    #expect(permanent?.description.contains("someone") == false)
  }

  @Test(
    "a server that refuses us and not the mail leaves hope",
    arguments: [("421 too busy\r\n", HTTPError.Code.broken), ("554 not you\r\n", .broken)])
  func refusedAtTheDoor(greeting: String, code: HTTPError.Code) throws {
    let server = PlainServer(answers: [greeting])
    defer { server.stop() }
    let error = #expect(throws: HTTPError.self) {
      try MailSender("smtp://127.0.0.1:\(server.port)").send(try MailTests.message())
    }
    #expect(error?.code == code)
    #expect(error?.isTransient == true)
  }

  @Test("credentials that the server does not take are not the mail's fault")
  func login() throws {
    let server = PlainServer(
      answers: [
        "220 here ESMTP\r\n", "250-here\r\n250 AUTH PLAIN\r\n", "334 \r\n", "535 no\r\n",
        "221 bye\r\n",
      ])
    defer { server.stop() }
    let error = #expect(throws: HTTPError.self) {
      try MailSender("smtp://user:secret@127.0.0.1:\(server.port)").send(try MailTests.message())
    }
    #expect(error?.code == .loginRefused)
    #expect(error?.isTransient == true)
    #expect(error?.description.contains("secret") == false)
  }

  @Test(
    "one refused recipient is told with the server's status",
    arguments: [(450, true), (550, false)])
  func recipientRefused(status: Int, isTransient: Bool) throws {
    let server = PlainServer(
      answers: [
        "220 here ESMTP\r\n", "250 here\r\n", "250 ok\r\n", "\(status) no\r\n", "221 bye\r\n",
      ])
    defer { server.stop() }
    let error = #expect(throws: HTTPError.self) {
      try MailSender("smtp://127.0.0.1:\(server.port)").send(try MailTests.message())
    }
    #expect(error?.code == .mailRefused)
    #expect(error?.status == status)
    #expect(error?.isTransient == isTransient)
  }

  @Test("a server elsewhere that offers no encryption gets no mail")
  func encryptionRequired() throws {
    // The machine's own address is not of the loopback, so it counts as elsewhere.
    let address = TestServers.run("/bin/hostname", ["-I"]).split(separator: " ").first ?? ""
    guard !address.isEmpty, !address.hasPrefix("127."), !address.contains(":") else { return }
    let server = PlainServer(
      answers: ["220 here ESMTP\r\n", "250 here\r\n", "221 bye\r\n"], isOnLoopback: false)
    defer { server.stop() }
    let error = #expect(throws: HTTPError.self) {
      try MailSender("smtp://\(address):\(server.port)").send(try MailTests.message())
    }
    #expect(error?.code == .tlsRefused)
    #expect(!server.requests.contains { $0.contains("MAIL FROM") })
  }

  @Test("nobody listening, and a server that says nothing, are transient")
  func absent() throws {
    let (socket, port) = freeListener()
    close(socket)
    let silent = PlainServer(answer: "", keepsOpen: true)
    defer { silent.stop() }
    for (port, code) in [(port, HTTPError.Code.unreachable), (silent.port, .timedOut)] {
      let error = #expect(throws: HTTPError.self) {
        try MailSender("smtp://127.0.0.1:\(port)", timeout: 0.5).send(try MailTests.message())
      }
      #expect(error?.code == code)
      #expect(error?.isTransient == true)
    }
  }

  @Test(
    "an address that is none is refused and not repeated",
    arguments: [
      "", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "a@b>", "a..b@c",
      ".a@b",
      "王@b.example", "a@b,c@d", "\"a\"@b", "a@[1.2.3.4]", String(repeating: "a", count: 65) + "@b",
    ])
  func addresses(address: String) {
    let error = #expect(throws: HTTPError.self) { try Mailbox(address) }
    #expect(error?.code == .invalidRequest)
    if address.count > 1 { #expect(error?.description.contains(address) == false) }
  }

  @Test("nothing in subject, name or id can begin a header of its own")
  func injection() throws {
    for subject in ["a\r\nBcc: x@y", "a\nb", "a\0b", String(repeating: "a", count: 401)] {
      #expect(throws: HTTPError.self) { try MailTests.message(subject: subject).bytes() }
    }
    for id in ["a@b>\r\nBcc: x@y", "a", "<a@b>"] {
      #expect(throws: HTTPError.self) { try MailTests.message(id: id).bytes() }
    }
    #expect(throws: HTTPError.self) { try Mailbox("a@b", name: "x\r\nBcc: y@z") }
    #expect(throws: HTTPError.self) {
      try MailTests.message(text: String(repeating: "a", count: MailMessage.textLimit + 1)).bytes()
    }
  }

  @Test(
    "dates read as RFC 5322 has them",
    arguments: [
      (Int64(0), "Thu, 1 Jan 1970 00:00:00 +0000"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
      (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 +0000"),
      (1_795_495_229, "Tue, 24 Nov 2026 04:40:29 +0000"),
      (4_107_542_400, "Mon, 1 Mar 2100 00:00:00 +0000"),
    ])
  func dates(seconds: Int64, expected: String) {
    #expect(MailEncoding.date(seconds) == expected)
  }
}
