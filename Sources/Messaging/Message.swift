/// A message, published or delivered: where it goes, what travels with it, and its octets.
package struct Message: Sendable, Equatable {
  /// The exchange; the empty name is AMQP's default exchange, which routes by queue name.
  package var exchange: String
  package var routingKey: String
  package var properties: Properties
  /// The header table, in its order on the wire.
  package var headers: [Field]
  package var body: [UInt8]

  package init(
    exchange: String, routingKey: String, properties: Properties = Properties(),
    headers: [Field] = [], body: [UInt8]
  ) {
    self.exchange = exchange
    self.routingKey = routingKey
    self.properties = properties
    self.headers = headers
    self.body = body
  }

  /// The first header of that name.
  package func header(_ name: String) -> FieldValue? {
    headers.first { $0.name == name }?.value
  }
}

/// The basic properties of a message (AMQP 0-9-1 §1.8, class basic). Texts hold at most 255 octets.
package struct Properties: Sendable, Equatable {
  package var contentType: String?
  package var contentEncoding: String?
  package var messageID: String?
  package var correlationID: String?
  package var replyTo: String?
  /// Checked by the broker against the connection's user: an authenticated sender.
  package var userID: String?
  package var appID: String?
  package var type: String?
  /// How long the message may wait in a queue, in milliseconds, as text.
  package var expiration: String?
  /// Seconds since 1970-01-01T00:00:00Z.
  package var timestamp: UInt64?
  package var priority: UInt8?
  /// Whether the broker keeps it on disk (delivery mode 2). True unless said otherwise.
  package var persistent: Bool

  package init(
    contentType: String? = nil, contentEncoding: String? = nil, messageID: String? = nil,
    correlationID: String? = nil, replyTo: String? = nil, userID: String? = nil,
    appID: String? = nil, type: String? = nil, expiration: String? = nil,
    timestamp: UInt64? = nil, priority: UInt8? = nil, persistent: Bool = true
  ) {
    self.contentType = contentType
    self.contentEncoding = contentEncoding
    self.messageID = messageID
    self.correlationID = correlationID
    self.replyTo = replyTo
    self.userID = userID
    self.appID = appID
    self.type = type
    self.expiration = expiration
    self.timestamp = timestamp
    self.priority = priority
    self.persistent = persistent
  }
}

/// Names one delivery of one connection: a tag of an earlier connection means nothing to a later one.
package struct DeliveryTag: Sendable, Hashable, Comparable {
  /// Counts the connections of one consumer.
  package let generation: UInt64
  /// The broker's number, counted from 1 in each connection.
  package let number: UInt64

  package init(generation: UInt64, number: UInt64) {
    self.generation = generation
    self.number = number
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.generation, left.number) < (right.generation, right.number)
  }
}

/// A message taken from a queue, to be acknowledged by its tag.
package struct Delivery: Sendable {
  package let tag: DeliveryTag
  /// Whether the broker may have delivered it before.
  package let redelivered: Bool
  package var message: Message

  package init(tag: DeliveryTag, redelivered: Bool, message: Message) {
    self.tag = tag
    self.redelivered = redelivered
    self.message = message
  }
}
