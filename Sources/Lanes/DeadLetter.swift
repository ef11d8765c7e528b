import Cryptography
import Messaging

/// Why a message could not be processed, for the person who must act. Never with a personal identifier in it.
package struct DeadLetter: Error, Sendable, Equatable {
  /// Where it died: `core.parse`, `core.map`, `core.check`, …
  package var stage: String
  /// The stable reason code, `SCREAMING_SNAKE`.
  package var code: String
  /// The place in the input: line, byte, path.
  package var place: String
  /// What was expected there.
  package var expectation: String
  /// The rule that refused it, where one did: file and path in it.
  package var rule: String

  package init(stage: String, code: String, place: String, expectation: String, rule: String = "") {
    self.stage = stage
    self.code = code
    self.place = place
    self.expectation = expectation
    self.rule = rule
  }

  package static let exchange = "gov.deadletters"

  /// The headers that tell a letter's story.
  package enum Header {
    package static let letter = "tongban-letter"
    package static let stage = "tongban-stage"
    package static let reason = "tongban-reason"
    package static let place = "tongban-place"
    package static let expectation = "tongban-expected"
    package static let rule = "tongban-rule"
    package static let department = "tongban-department"
    package static let exchange = "tongban-exchange"
    package static let routingKey = "tongban-routing-key"
    package static let sender = "tongban-sender"
    package static let replay = "tongban-replay"
    /// The `x-death` that a message had when a stage gave it up. In a letter of ours it travels under this name,
    /// so that a plain `x-death` in the archive always means that the broker itself dead-lettered the message.
    package static let deaths = "tongban-x-death"
    /// Says that a letter's own headers were too large to travel on.
    package static let cut = "tongban-headers-cut"

    /// All that a stage writes when it gives a message up; `replay` is the auditors'.
    package static let story: Set<String> = [
      letter, stage, reason, place, expectation, rule, department, exchange, routingKey, sender,
    ]
  }

  /// The untouched body with its properties and headers, and the letter's story beside them.
  func message(for item: Batch.Item) -> Message {
    message(
      original: item.delivery.message, department: item.source,
      id: Hasher128().key(item.key.hex, item.digest.hex).hex)
  }

  /// - Parameter id: the letter's own id; the same death of the same message has the same id.
  package func message(original: Message, department: String, id: String) -> Message {
    var message = original
    message.exchange = DeadLetter.exchange
    message.routingKey = department.utf8.count <= 100 ? department : "unknown"
    message.headers = Self.kept(original.headers)
    let story: [(String, String)] = [
      (Header.letter, id), (Header.stage, stage), (Header.reason, code), (Header.place, place),
      (Header.expectation, expectation), (Header.rule, rule), (Header.department, department),
      (Header.exchange, original.exchange), (Header.routingKey, original.routingKey),
    ]
    for (name, value) in story where !value.isEmpty {
      message.headers.append(Field(name, .text(Self.bounded(value))))
    }
    // The broker would refuse another user's name on our connection, so it moves to a header.
    if let sender = original.properties.userID {
      message.headers.append(Field(Header.sender, .text(sender)))
      message.properties.userID = nil
    }
    message.properties.expiration = nil
    message.properties.dropUnsendable()
    return message
  }

  /// The headers of the dead message, without what somebody may have written there in a stage's name.
  private static func kept(_ headers: [Field]) -> [Field] {
    let kept = headers.filter { !Header.story.contains($0.name) }.map { field in
      Field(field.name == "x-death" ? Header.deaths : field.name, field.value).sendable
    }
    guard kept.octets > Sizes.headers - storyRoom else { return kept }
    return [
      Field(
        Header.cut,
        .text("\(kept.count) headers of \(kept.octets) octets leave no room for the letter's own"))
    ] + kept.filter { $0.name == Header.replay }
  }

  /// Octets that a letter's story may take, beside the headers that came.
  private static let storyRoom = 8_000
  /// Octets that one part of the story may take.
  private static let wordRoom = 800

  private static func bounded(_ text: String) -> String {
    text.utf8.count <= wordRoom
      ? text : String(decoding: text.utf8.prefix(wordRoom), as: UTF8.self) + "…"
  }
}
