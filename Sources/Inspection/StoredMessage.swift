import Foundation
import Messaging

/// A header with its AMQP type, so that a replay sends exactly what came.
struct StoredField: Codable {
  let name: String
  let value: StoredValue

  static func json(_ headers: [Field]) -> String {
    encoded(headers.map { StoredField(name: $0.name, value: StoredValue($0.value)) })
  }

  static func headers(json: String) throws -> [Field] {
    try JSONDecoder().decode([StoredField].self, from: Data(json.utf8)).map {
      Field($0.name, $0.value.fieldValue)
    }
  }
}

indirect enum StoredValue: Codable {
  case text(String)
  case bytes(Data)
  case int(Int64)
  case double(Double)
  case bool(Bool)
  case timestamp(UInt64)
  case decimal(places: UInt8, unscaled: UInt32)
  case table([StoredField])
  case array([StoredValue])
  case void

  init(_ value: FieldValue) {
    switch value {
    case .text(let text): self = .text(text)
    case .bytes(let bytes): self = .bytes(Data(bytes))
    case .int(let number): self = .int(number)
    case .double(let number): self = .double(number)
    case .bool(let flag): self = .bool(flag)
    case .timestamp(let seconds): self = .timestamp(seconds)
    case .decimal(let places, let unscaled): self = .decimal(places: places, unscaled: unscaled)
    case .table(let fields):
      self = .table(fields.map { StoredField(name: $0.name, value: StoredValue($0.value)) })
    case .array(let items): self = .array(items.map(StoredValue.init))
    case .void, .tooDeep: self = .void
    }
  }

  var fieldValue: FieldValue {
    switch self {
    case .text(let text): .text(text)
    case .bytes(let data): .bytes(Array(data))
    case .int(let number): .int(number)
    case .double(let number): .double(number)
    case .bool(let flag): .bool(flag)
    case .timestamp(let seconds): .timestamp(seconds: seconds)
    case .decimal(let places, let unscaled): .decimal(places: places, unscaled: unscaled)
    case .table(let fields): .table(fields.map { Field($0.name, $0.value.fieldValue) })
    case .array(let items): .array(items.map(\.fieldValue))
    case .void: .void
    }
  }
}

/// The AMQP properties that a replay sends again. The sender's name is kept apart: only the sender may use it.
struct StoredProperties: Codable {
  let contentType: String?
  let contentEncoding: String?
  let messageID: String?
  let correlationID: String?
  let replyTo: String?
  let type: String?
  let appID: String?
  let timestamp: UInt64?
  let priority: UInt8?

  init(_ properties: Properties) {
    contentType = properties.contentType
    contentEncoding = properties.contentEncoding
    messageID = properties.messageID
    correlationID = properties.correlationID
    replyTo = properties.replyTo
    type = properties.type
    appID = properties.appID
    timestamp = properties.timestamp
    priority = properties.priority
  }

  var json: String { encoded(self) }

  init(json: String) throws {
    self = try JSONDecoder().decode(StoredProperties.self, from: Data(json.utf8))
  }

  var properties: Properties {
    var properties = Properties()
    properties.contentType = contentType
    properties.contentEncoding = contentEncoding
    properties.messageID = messageID
    properties.correlationID = correlationID
    properties.replyTo = replyTo
    properties.type = type
    properties.appID = appID
    properties.timestamp = timestamp
    properties.priority = priority
    properties.persistent = true
    return properties
  }
}

private func encoded(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  // Strings, numbers and lists of them: with the strategy above nothing is left that JSON cannot say.
  guard let data = try? encoder.encode(value) else { return "null" }
  return String(decoding: data, as: UTF8.self)
}
