/// A value in a header table or in the arguments of a declaration, as RabbitMQ types them
/// (AMQP 0-9-1 §4.2.5.5 with RabbitMQ's errata).
package enum FieldValue: Sendable, Equatable {
  /// `S` that is valid UTF-8.
  case text(String)
  /// `x`, or an `S` that is not UTF-8.
  case bytes([UInt8])
  /// `b B s u I i l`; sent as `l` (signed 64-bit).
  case int(Int64)
  /// `f d`; sent as `d`.
  case double(Double)
  /// `t`
  case bool(Bool)
  /// `T`
  case timestamp(seconds: UInt64)
  /// `D`: the value is `unscaled / 10^places`.
  case decimal(places: UInt8, unscaled: UInt32)
  /// `F`
  case table([Field])
  /// `A`
  case array([FieldValue])
  /// `V`
  case void
  /// What stood deeper than 16 tables or arrays and was not read. Cannot be sent.
  case tooDeep

  /// The text, if it is one.
  package var text: String? {
    if case .text(let value) = self { value } else { nil }
  }

  /// The number, if it is a whole one.
  package var int: Int64? {
    if case .int(let value) = self { value } else { nil }
  }
}

/// A named value of a header table.
package struct Field: Sendable, Equatable {
  package var name: String
  package var value: FieldValue

  package init(_ name: String, _ value: FieldValue) {
    self.name = name
    self.value = value
  }
}
