import Cryptography
import Messaging

/// Why a message could not be processed, for the person who must act. Never with a personal identifier in it.
package struct DeadLetter: Sendable, Equatable {
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

  /// The headers that tell a letter's story. The broker's own are in `x-death`.
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
    message.routingKey = department
    message.headers = original.headers.filter { !Header.story.contains($0.name) }.map(\.sendable)
    let story: [(String, String)] = [
      (Header.letter, id), (Header.stage, stage), (Header.reason, code), (Header.place, place),
      (Header.expectation, expectation), (Header.rule, rule), (Header.department, department),
      (Header.exchange, original.exchange), (Header.routingKey, original.routingKey),
    ]
    for (name, value) in story where !value.isEmpty {
      message.headers.append(Field(name, .text(value)))
    }
    // The broker would refuse another user's name on our connection, so it moves to a header.
    if let sender = original.properties.userID {
      message.headers.append(Field(Header.sender, .text(sender)))
      message.properties.userID = nil
    }
    message.properties.expiration = nil
    return message
  }
}

extension Field {
  /// A header nested too deeply to be read cannot be sent either; its name stays, so that it is seen.
  fileprivate var sendable: Field { Field(name, value.sendable) }
}

extension FieldValue {
  fileprivate var sendable: FieldValue {
    switch self {
    case .tooDeep: .text("(nested too deeply)")
    case .table(let fields): .table(fields.map(\.sendable))
    case .array(let items): .array(items.map(\.sendable))
    default: self
    }
  }
}
