import Configuration
import Foundation
import HTTP

/// `topology/notices/notices.json5`: where channels lead, what kinds of notices say, how long they are tried.
package struct NoticeRules: Sendable {
  /// The language of those who read none of the others.
  package let language: String
  package let retry: RetryPlan
  let mail: MailChannel?
  let webhook: WebhookChannel?
  /// By kind, then by language.
  let templates: [String: [String: NoticeText]]

  struct NoticeText: Sendable {
    let subject: NoticeTemplate
    let text: NoticeTemplate
  }

  struct MailChannel: Sendable {
    let url: Setting
    let from: Mailbox
    /// A PEM file with the authorities to trust instead of the system's.
    let certificates: String?
  }

  struct WebhookChannel: Sendable {
    let subscribers: [String: Subscriber]
    let certificates: String?
  }

  struct Subscriber: Sendable {
    let url: Setting
    /// One secret, or several while one replaces another: each makes a signature.
    let secrets: [WebhookSecret]
    /// What the environment lacks, if it lacks the secret.
    let secretIsMissing: String?
  }

  package var kinds: [String] { templates.keys.sorted() }
  package var channels: [Notice.Channel] {
    (mail == nil ? [] : [.mail]) + (webhook == nil ? [] : [.webhook])
  }

  package static let file = "topology/notices/notices.json5"

  /// Reads the file in the folder that holds `topology/`.
  package static func load(
    home: URL, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ConfigurationError) -> NoticeRules {
    let place = home.appending(path: file)
    guard let data = FileManager.default.contents(atPath: place.path) else {
      throw ConfigurationError(
        file: file, line: 0, path: "", message: "there is no such file in \(home.path)")
    }
    return try NoticeRules(
      JSON5.read(Array(data), file: file),
      secrets: SecretSource(home: home, environment: environment))
  }
}

/// What to say in a language, and in which one is said what nobody has translated.
extension NoticeRules {
  /// The subject and text of a notice, with all values in place.
  func content(of notice: Notice) throws(NoticeFault) -> (subject: String, text: String) {
    guard let languages = templates[notice.kind] else {
      throw NoticeFault(
        .unknownKind, "routing key", "one of the kinds \(kinds.joined(separator: ", "))",
        rule: NoticeRules.file)
    }
    guard let text = text(for: notice.language, of: languages) else {
      throw NoticeFault(
        .unknownKind, "body: language", "a language with a template", rule: NoticeRules.file)
    }
    var values = notice.values
    values["case"] = values["case"] ?? .text(notice.caseID)
    let subject = try text.subject.filled(values, singleLine: true)
    let body = try text.text.filled(values)
    guard subject.utf8.count <= MailMessage.subjectLimit, body.utf8.count <= MailMessage.textLimit
    else {
      throw NoticeFault(
        .tooLong, "body: values",
        "values with which the subject has at most \(MailMessage.subjectLimit) bytes and the text at most "
          + "\(MailMessage.textLimit)", rule: text.subject.rule)
    }
    return (subject, body)
  }

  /// The language itself, else another form of it (`en` for `en-GB`), else the default.
  private func text(for language: String, of languages: [String: NoticeText]) -> NoticeText? {
    func primary(_ tag: String) -> String { tag.prefix { $0 != "-" }.lowercased() }
    let near = languages.keys.sorted().first { primary($0) == primary(language) }
    return languages[language] ?? near.flatMap { languages[$0] } ?? languages[self.language]
  }

  /// Whether the channel knows the recipient and the environment says where it leads.
  func check(_ notice: Notice) throws(NoticeFault) {
    let unknown = NoticeFault(
      .unknownChannel, "routing key", "a channel that is set up", rule: NoticeRules.file)
    switch notice.channel {
    case .mail:
      guard let mail else { throw unknown }
      do { _ = try Mailbox(notice.recipient) } catch {
        throw NoticeFault(
          .malformedRecipient, "body: recipient", "an address of the form name@host")
      }
      try present(mail.url)
    case .webhook:
      guard let webhook else { throw unknown }
      guard let subscriber = webhook.subscribers[notice.recipient] else {
        throw NoticeFault(
          .unknownSubscriber, "body: recipient", "the name of a subscriber of webhooks",
          rule: "\(NoticeRules.file): channels.webhook.subscribers")
      }
      try present(subscriber.url)
      if let missing = subscriber.secretIsMissing { try present(.missing(missing)) }
    }
  }

  private func present(_ setting: Setting) throws(NoticeFault) {
    guard case .missing(let what) = setting else { return }
    throw NoticeFault(.notConfigured, "environment", what, rule: NoticeRules.file)
  }
}
