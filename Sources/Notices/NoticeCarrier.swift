import Cryptography
import Events
import HTTP

/// Carries one notice over its channel and tells what became of it. It knows nothing of the table.
struct NoticeCarrier {
  private let rules: NoticeRules
  private let client: HTTPClient?
  private let sender: MailSender?

  init(rules: NoticeRules) {
    self.rules = rules
    client = rules.webhook.map {
      HTTPClient(certificates: $0.certificates, bodyLimit: NoticeCarrier.answerLimit)
    }
    // The URL was found good when the rules were read.
    sender = rules.mail.flatMap { mail in
      guard case .value(let url) = mail.url else { return nil }
      return try? MailSender(url, certificates: mail.certificates)
    }
  }

  /// Bytes of a subscriber's answer; what it says besides the status is not looked at.
  private static let answerLimit = 1024 * 1024

  func send(_ notice: PendingNotice, at now: Instant) -> Attempt {
    do {
      switch notice.channel {
      case .mail: return try mail(notice)
      case .webhook: return try webhook(notice, at: now)
      }
    } catch let error as HTTPError {
      // An answer that is too long came from a receiver that has the notice, or not: only another try can tell.
      let isHopeful = error.isTransient || error.code == .tooLarge
      return isHopeful ? .failed("\(error)", after: nil) : .refused("\(error)")
    } catch {
      return .refused("it cannot be written as JSON: \(error)")
    }
  }

  private func mail(_ notice: PendingNotice) throws -> Attempt {
    guard let channel = rules.mail, let sender else { return NoticeCarrier.notConfigured }
    try sender.send(
      NoticeCarrier.message(notice, from: channel.from, to: Mailbox(notice.recipient)))
    return .arrived
  }

  private func webhook(_ notice: PendingNotice, at now: Instant) throws -> Attempt {
    guard let client, let subscriber = rules.webhook?.subscribers[notice.recipient],
      case .value(let url) = subscriber.url, !subscriber.secrets.isEmpty
    else { return NoticeCarrier.notConfigured }
    let request = try Webhook(notice: notice, subscriber: subscriber).request(to: url, at: now)
    return Webhook.outcome(of: try client.send(request))
  }

  /// The notice was entered while the channel was set up, so this is a fault of the set-up, which may be mended.
  private static let notConfigured = Attempt.failed("the channel is not set up here", after: nil)

  /// The mail of a notice: the same at every attempt, its id made from the notice's key.
  static func message(_ notice: PendingNotice, from: Mailbox, to: Mailbox) -> MailMessage {
    let host = from.address.split(separator: "@").last ?? "localhost"
    let id = Hasher128().key("notice", notice.key).hex
    return MailMessage(
      from: from, to: to, subject: notice.subject, text: notice.text, messageID: "\(id)@\(host)",
      date: Int64(notice.enteredAt.seconds))
  }
}
