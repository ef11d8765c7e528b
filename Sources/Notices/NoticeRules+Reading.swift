import Configuration
import Foundation
import HTTP

extension NoticeRules {
  init(_ node: ConfigurationNode, secrets: SecretSource) throws(ConfigurationError) {
    var object = try node.object()
    let language = try object.required("language").name()
    retry = try RetryPlan(object.optional("retry"))
    var channels = try object.required("channels").object()
    mail = try channels.optional("mail").map { node throws(ConfigurationError) in
      try MailChannel(node, secrets: secrets)
    }
    webhook = try channels.optional("webhook").map { node throws(ConfigurationError) in
      try WebhookChannel(node, secrets: secrets)
    }
    try channels.end()
    var templates: [String: [String: NoticeText]] = [:]
    for kind in try object.required("templates").members() {
      var languages: [String: NoticeText] = [:]
      for member in try kind.node.members() {
        languages[member.name] = try NoticeText(member.node)
      }
      guard languages[language] != nil else {
        throw kind.node.fault("there is no template in \"\(language)\", the default language")
      }
      templates[kind.name] = languages
    }
    try object.end()
    self.language = language
    self.templates = templates
  }
}

extension NoticeRules.NoticeText {
  fileprivate init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    let title = try object.required("subject")
    subject = try NoticeTemplate(title)
    guard try title.string().unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else {
      throw title.fault("a subject has one line")
    }
    let body = try object.required("text")
    text = try NoticeTemplate(lines: body)
    try object.end()
  }
}

extension NoticeTemplate {
  /// A text may be written as a list of its lines.
  fileprivate init(lines node: ConfigurationNode) throws(ConfigurationError) {
    let text = try node.strings().joined(separator: "\n")
    try self.init(
      ConfigurationNode(value: .string(text), file: node.file, line: node.line, path: node.path))
  }
}

extension RetryPlan {
  fileprivate init(_ node: ConfigurationNode?) throws(ConfigurationError) {
    self.init()
    guard let node else { return }
    var object = try node.object()
    if let value = object.optional("first") { first = try value.seconds() }
    if let value = object.optional("cap") { cap = try value.seconds() }
    if let value = object.optional("expires") { expiresAfter = try value.seconds() }
    try object.end()
    guard first > 0, first <= cap, cap <= expiresAfter else {
      throw node.fault("expected 0 < first <= cap <= expires")
    }
  }
}

extension NoticeRules.MailChannel {
  fileprivate init(
    _ node: ConfigurationNode, secrets: SecretSource
  ) throws(ConfigurationError) {
    var object = try node.object()
    let place = try object.required("url")
    url = try Setting(place, secrets: secrets)
    if case .value(let url) = url {
      do { _ = try MailSender(url) } catch {
        throw place.fault("this is not a mail server's URL: \(error.reason)")
      }
    }
    let sender = try object.required("from")
    var from = try sender.object()
    let (address, name) = (try from.required("address").name(), try from.optional("name")?.string())
    try from.end()
    do { self.from = try Mailbox(address, name: name ?? "") } catch {
      throw sender.fault(error.reason)
    }
    certificates = try object.optional("certificates").map { node throws(ConfigurationError) in
      try secrets.path(node)
    }
    try object.end()
  }
}

extension NoticeRules.WebhookChannel {
  fileprivate init(
    _ node: ConfigurationNode, secrets: SecretSource
  ) throws(ConfigurationError) {
    var object = try node.object()
    var subscribers: [String: NoticeRules.Subscriber] = [:]
    for member in try object.required("subscribers").members() {
      subscribers[member.name] = try NoticeRules.Subscriber(member.node, secrets: secrets)
    }
    self.subscribers = subscribers
    certificates = try object.optional("certificates").map { node throws(ConfigurationError) in
      try secrets.path(node)
    }
    try object.end()
  }
}

extension NoticeRules.Subscriber {
  fileprivate init(
    _ node: ConfigurationNode, secrets: SecretSource
  ) throws(ConfigurationError) {
    var object = try node.object()
    let place = try object.required("url")
    url = try Setting(place, secrets: secrets)
    if case .value(let url) = url {
      let isEncrypted = url.lowercased().hasPrefix("https://")
      guard isEncrypted || url.lowercased().hasPrefix("http://") && isThisMachine(url) else {
        throw place.fault(
          "expected a URL that begins with https:// (http:// is for this machine only)")
      }
    }
    let hidden = try object.required("secret")
    switch try Setting(hidden, secrets: secrets, isSecret: true) {
    case .missing(let what): (self.secrets, secretIsMissing) = ([], what)
    case .value(let text):
      var keys: [WebhookSecret] = []
      for word in text.split(whereSeparator: \.isWhitespace) {
        guard let key = WebhookSecret(String(word)) else {
          throw hidden.fault(
            "what the environment or file holds is not a secret: expected whsec_ and 24 to 64 bytes in base64"
          )
        }
        keys.append(key)
      }
      guard !keys.isEmpty else { throw hidden.fault("what the environment or file holds is empty") }
      (self.secrets, secretIsMissing) = (keys, nil)
    }
    try object.end()
  }
}
