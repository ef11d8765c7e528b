/// One address of mail, with the name shown beside it.
package struct Mailbox: Sendable, Equatable {
  package let address: String
  package let name: String

  /// - Throws: `HTTPError` if the address is not one that SMTP can carry. The error does not repeat it: it may be a person's.
  package init(_ address: String, name: String = "") throws(HTTPError) {
    let sides = address.split(separator: "@", omittingEmptySubsequences: false)
    guard sides.count == 2, address.utf8.count <= 254, Mailbox.isDotAtom(sides[0]),
      sides[0].utf8.count <= 64, Mailbox.isDotAtom(sides[1])
    else {
      throw HTTPError(
        .invalidRequest, place: "mail",
        reason:
          "the address is not of the form name@host in letters, digits and .!#$%&'*+-/=?^_`{|}~")
    }
    guard HeaderRules.isValue(name) else {
      throw HTTPError(
        .invalidRequest, place: "mail",
        reason: "the name beside the address has a control character in it")
    }
    self.address = address
    self.name = name
  }

  /// RFC 5322, 3.2.3: words of letters, digits and a few signs, with single dots between them.
  private static func isDotAtom(_ text: Substring) -> Bool {
    let signs = "!#$%&'*+-/=?^_`{|}~".utf8
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
      !word.isEmpty
        && word.utf8.allSatisfy { HeaderRules.isAlphanumeric($0) || signs.contains($0) }
    }
  }

  var header: String {
    name.isEmpty ? address : "\(MailEncoding.phrase(name)) <\(address)>"
  }
}

/// A plain text mail as RFC 5322 has it: UTF-8 throughout, encoded so that every relay can carry it.
package struct MailMessage: Sendable {
  package var from: Mailbox
  package var to: Mailbox
  package var subject: String
  package var text: String
  /// `left@right`, without the angle brackets; the same mail sent again has the same id.
  package var messageID: String
  /// Seconds since 1970-01-01T00:00:00Z.
  package var date: Int64

  package init(
    from: Mailbox, to: Mailbox, subject: String, text: String, messageID: String, date: Int64
  ) {
    self.from = from
    self.to = to
    self.subject = subject
    self.text = text
    self.messageID = messageID
    self.date = date
  }

  package static let textLimit = 256 * 1024
  package static let subjectLimit = 400

  /// The mail as it goes over the wire, lines ending in CR LF.
  ///
  /// - Throws: `HTTPError` if the subject or the id could break out of its header.
  package func bytes() throws(HTTPError) -> [UInt8] {
    let isID = (try? Mailbox(messageID)) != nil
    let fault =
      if !HeaderRules.isValue(subject) {
        "the subject has a line break or another control character in it"
      } else if subject.utf8.count > MailMessage.subjectLimit {
        "the subject is longer than \(MailMessage.subjectLimit) bytes"
      } else if text.utf8.count > MailMessage.textLimit {
        "the text is longer than \(MailMessage.textLimit) bytes"
      } else if !isID {
        "the message id is not of the form left@right"
      } else {
        ""
      }
    guard fault.isEmpty else { throw HTTPError(.invalidRequest, place: "mail", reason: fault) }
    let lines = [
      "Date: \(MailEncoding.date(date))", "From: \(from.header)", "To: \(to.header)",
      "Subject: \(MailEncoding.phrase(subject))", "Message-ID: <\(messageID)>", "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
      // RFC 3834: no holiday answers to a program.
      "Auto-Submitted: auto-generated", "",
    ]
    return Array((lines.joined(separator: "\r\n") + "\r\n").utf8) + MailEncoding.body(text)
  }
}
