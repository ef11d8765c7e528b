import Events
import Foundation
import Lanes
import Messaging

/// What the outcome of a case is to those outside: a notice, sent over a channel until it has arrived or its time is up.
///
/// Promises: a notice that came to the queue `notices` is entered once by its key, whatever is published twice,
/// and ends as sent or as a dead letter. It is sent at least once; after a crash between sending and recording it is
/// sent again under the same `webhook-id` or Message-ID, by which the receiver knows it. `NoticeStage` enters,
/// `NoticeSender` sends, `NoticeRules` is `topology/notices/notices.json5` read. Called by `tongban run`. Notices
/// imports Configuration, Lanes, HTTP and the doors beneath them, and no other part of the hub.
package struct Notice: Sendable, Equatable {
  package enum Channel: String, Sendable, CaseIterable {
    case mail, webhook
  }

  /// The idempotency key: the same notice has the same key, for ever.
  package var key: String
  package var caseID: String
  package var kind: String
  package var channel: Channel
  package var language: String
  /// The address on the channel: a mail address, or the name of a subscriber of webhooks.
  package var recipient: String
  package var values: [String: NoticeValue]

  package init(
    key: String, caseID: String, kind: String, channel: Channel, language: String,
    recipient: String, values: [String: NoticeValue]
  ) {
    self.key = key
    self.caseID = caseID
    self.kind = kind
    self.channel = channel
    self.language = language
    self.recipient = recipient
    self.values = values
  }
}

/// A value that a template may show.
package enum NoticeValue: Sendable, Equatable {
  case text(String)
  case whole(Int64)
  case number(Double)
  case flag(Bool)

  /// As it is shown.
  package var shown: String {
    switch self {
    case .text(let text): text
    case .whole(let number): String(number)
    case .number(let number): String(number)
    case .flag(let flag): String(flag)
    }
  }
}

extension NoticeValue: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Int64.self) {
      self = .whole(number)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .whole(let number): try container.encode(number)
    case .number(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    }
  }
}

// MARK: As a message

extension Notice {
  package static let exchange = "gov.notices"
  package static let queue = "notices"

  /// The body of a notice's message.
  private struct Body: Codable {
    let key: String
    let `case`: String
    let kind: String
    let language: String
    let recipient: String
    let values: [String: NoticeValue]
  }

  static let bodyLimit = 64 * 1024
  static let keyLimit = 200
  /// Octets of a case's id, which travels as correlation_id and stands in an index.
  static let caseLimit = 255

  /// The message that carries this notice, for those who publish one.
  package func message(_ event: Event) throws -> Message {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let body = Body(
      key: key, case: caseID, kind: kind, language: language, recipient: recipient, values: values)
    var event = event
    event.dataContentType = "application/json"
    return event.message(
      exchange: Notice.exchange, routingKey: "\(channel.rawValue).\(kind)",
      body: Array(try encoder.encode(body)))
  }

  /// Reads a message that came with the routing key `<channel>.<kind>`.
  static func read(_ message: Message) throws(NoticeFault) -> Notice {
    let words = message.routingKey.split(
      separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let channel = Channel(rawValue: String(words[0])), words.count == 2 else {
      let known = Channel.allCases.map(\.rawValue).joined(separator: ", ")
      throw NoticeFault(
        .unknownChannel, "routing key", "<channel>.<kind>, the channel being one of \(known)")
    }
    guard message.body.count <= bodyLimit else {
      throw NoticeFault(.tooLong, "body", "at most \(bodyLimit) bytes")
    }
    guard let body = try? JSONDecoder().decode(Body.self, from: Data(message.body)) else {
      throw NoticeFault(
        .unreadable, "body",
        "JSON with the texts key, case, kind, language and recipient, and with values, whose members "
          + "are texts, numbers or true and false")
    }
    guard body.kind == words[1] else {
      throw NoticeFault(.unreadable, "body: kind", "the kind that the routing key names")
    }
    guard (1...keyLimit).contains(body.key.utf8.count), body.key.utf8.allSatisfy(isKeyByte) else {
      throw NoticeFault(
        .unreadable, "body: key",
        "1 to \(keyLimit) visible ASCII characters without a full stop, which parts a signature's fields"
      )
    }
    guard body.case.utf8.count <= caseLimit, !body.case.utf8.contains(0) else {
      throw NoticeFault(
        .unreadable, "body: case", "at most \(caseLimit) bytes, and no U+0000 among them")
    }
    return Notice(
      key: body.key, caseID: body.case, kind: body.kind, channel: channel, language: body.language,
      recipient: body.recipient, values: body.values)
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: ".")
  }
}
