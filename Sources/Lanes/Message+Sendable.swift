import Messaging

/// Why a message cannot be published: AMQP 0-9-1 carries short strings of 255 octets, and properties and headers
/// that fit one frame.
struct Unsendable {
  let place: String
  let expectation: String
}

extension Message {
  /// Nil if AMQP can carry it. Looked at only after the door refused something of a batch, to find out what.
  var unsendable: Unsendable? {
    let short: [(String, String?)] =
      [("exchange", exchange), ("routing key", routingKey)]
      + Properties.texts.map { ($0.name, properties[keyPath: $0.path]) }
    for (name, text) in short where (text?.utf8.count ?? 0) > Sizes.shortString {
      return Unsendable(
        place: name,
        expectation: "at most \(Sizes.shortString) octets, not \(text?.utf8.count ?? 0)")
    }
    for field in headers where !field.isSendable(depth: 1) {
      return Unsendable(
        place: "header \(field.name.prefix(80))",
        expectation:
          "a name of at most \(Sizes.shortString) octets, finite numbers, nested less than \(Sizes.depth) deep"
      )
    }
    guard headers.octets <= Sizes.headers else {
      return Unsendable(
        place: "headers",
        expectation: "at most \(Sizes.headers) octets together, not \(headers.octets)")
    }
    return nil
  }
}

extension Properties {
  /// The short strings among the properties.
  fileprivate static var texts: [(name: String, path: WritableKeyPath<Properties, String?>)] {
    [
      ("content type", \.contentType), ("content encoding", \.contentEncoding),
      ("message id", \.messageID), ("correlation id", \.correlationID), ("reply to", \.replyTo),
      ("user id", \.userID), ("app id", \.appID), ("type", \.type), ("expiration", \.expiration),
    ]
  }

  /// What a dead letter cannot carry on is left out of it.
  mutating func dropUnsendable() {
    for (_, path) in Self.texts where (self[keyPath: path]?.utf8.count ?? 0) > Sizes.shortString {
      self[keyPath: path] = nil
    }
  }
}

enum Sizes {
  static let shortString = 255
  static let depth = 16
  /// A frame has 131,072 octets; the rest of it is for the properties.
  static let headers = 126_000
}

extension [Field] {
  /// What the header table takes on the wire, or a little more.
  var octets: Int { reduce(0) { $0 + $1.name.utf8.count + 1 + $1.value.octets } }
}

extension Field {
  /// A header that cannot be sent leaves its name, so that it is seen.
  var sendable: Field {
    if isSendable(depth: 1) { return self }
    let name = name.utf8.count <= Sizes.shortString ? name : String(name.prefix(60)) + "…"
    return Field(
      name,
      value.isSendable(depth: 1)
        ? value : .text("(cannot be sent: nested too deeply, or no number)"))
  }

  fileprivate func isSendable(depth: Int) -> Bool {
    name.utf8.count <= Sizes.shortString && value.isSendable(depth: depth)
  }
}

extension FieldValue {
  fileprivate var octets: Int {
    switch self {
    case .text(let text): 5 + text.utf8.count
    case .bytes(let bytes): 5 + bytes.count
    case .table(let fields): 5 + fields.octets
    case .array(let items): 5 + items.reduce(0) { $0 + $1.octets }
    case .int, .double, .bool, .timestamp, .decimal, .void, .tooDeep: 9
    }
  }

  fileprivate func isSendable(depth: Int) -> Bool {
    switch self {
    case .tooDeep: false
    // RabbitMQ ends the connection over a number that is none.
    case .double(let number): number.isFinite
    case .table(let fields):
      depth < Sizes.depth && fields.allSatisfy { $0.isSendable(depth: depth + 1) }
    case .array(let items):
      depth < Sizes.depth && items.allSatisfy { $0.isSendable(depth: depth + 1) }
    default: true
    }
  }
}
