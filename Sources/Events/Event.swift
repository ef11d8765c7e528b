/// The attributes of an event as CloudEvents 1.0 names them; the data travels beside it, untouched.
///
/// Pure: it knows nothing of AMQP. How the attributes become headers is the business of Lanes.
package struct Event: Sendable, Equatable {
  /// With `source` the identity of the event: two messages with the same pair are the same event.
  package var id: String
  package var source: String
  package var type: String
  package var time: Instant?
  package var subject: String?
  package var dataContentType: String?
  package var dataSchema: String?
  /// W3C Trace Context, carried through every hop.
  package var traceparent: String?
  /// The case that the event belongs to, if any.
  package var correlationID: String?

  package init(
    id: String, source: String, type: String, time: Instant? = nil, subject: String? = nil,
    dataContentType: String? = nil, dataSchema: String? = nil, traceparent: String? = nil,
    correlationID: String? = nil
  ) {
    self.id = id
    self.source = source
    self.type = type
    self.time = time
    self.subject = subject
    self.dataContentType = dataContentType
    self.dataSchema = dataSchema
    self.traceparent = traceparent
    self.correlationID = correlationID
  }

  /// The prefix of attribute headers in the CloudEvents AMQP binding.
  package static let headerPrefix = "cloudEvents_"
  /// The older prefix, accepted too.
  package static let olderHeaderPrefix = "cloudEvents:"
  package static let specVersion = "1.0"
}

/// Where an entity's events are kept in order: one of 4,096 places, so that the value tells nobody whose record it is.
package struct Partition: Sendable, Equatable {
  package static let count: UInt64 = 4096
  package let number: UInt64

  /// - Parameter entity: the kind and key of the person, enterprise or case, such as `person:…`.
  package init<Bytes: Sequence<UInt8>>(entity: Bytes) {
    // FNV-1a, 64 bits: the same in every process and for ever, which a seeded hash is not.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in entity { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    number = (hash ^ (hash >> 32)) % Partition.count
  }

  /// The message header that the consistent-hash exchanges look at.
  package static let header = "tongban-partition"
}
