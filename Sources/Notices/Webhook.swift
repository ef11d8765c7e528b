import Cryptography
import Events
import Foundation
import HTTP

/// A secret shared with a subscriber, as Standard Webhooks writes it: `whsec_` and base64.
struct WebhookSecret: Sendable, Equatable {
  private let bytes: [UInt8]

  init?(_ text: String) {
    guard text.hasPrefix("whsec_"), let data = Data(base64Encoded: String(text.dropFirst(6))),
      (24...64).contains(data.count)
    else { return nil }
    bytes = Array(data)
  }

  /// `v1,` and the HMAC-SHA-256 of id, timestamp and body with full stops between them.
  func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
    let code = hmacSHA256(key: bytes, message: Array("\(id).\(timestamp).".utf8) + body)
    return "v1," + Data(code).base64EncodedString()
  }
}

/// A notice as a webhook (https://www.standardwebhooks.com): JSON with type, timestamp and data, signed in headers.
///
/// The body is the same at every attempt; only the headers' timestamp says when it was sent.
struct Webhook {
  let notice: PendingNotice
  let subscriber: NoticeRules.Subscriber

  /// Seconds that the subscriber has for its answer.
  static let timeout = 15.0

  private struct Body: Encodable {
    let type: String
    let timestamp: String
    let data: Content
  }

  private struct Content: Encodable {
    let key: String
    let `case`: String
    let language: String
    let subject: String
    let text: String
    let values: [String: NoticeValue]
  }

  func request(to url: String, at now: Instant) throws -> HTTPRequest {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let content = Content(
      key: notice.key, case: notice.caseID, language: notice.language, subject: notice.subject,
      text: notice.text, values: notice.values)
    let body = Array(
      try encoder.encode(
        Body(type: notice.kind, timestamp: notice.enteredAt.description, data: content)))
    let timestamp = Int64(now.seconds)
    let signatures = subscriber.secrets.map {
      $0.signature(id: notice.key, timestamp: timestamp, body: body)
    }
    return HTTPRequest(
      method: "POST", url: url,
      headers: [
        ("Content-Type", "application/json"), ("User-Agent", "tongban"), ("webhook-id", notice.key),
        ("webhook-timestamp", String(timestamp)),
        ("webhook-signature", signatures.joined(separator: " ")),
      ], body: body, timeout: Webhook.timeout)
  }

  /// What the subscriber's answer means.
  static func outcome(of response: HTTPResponse) -> Attempt {
    let told = "it answered \(response.status)"
    switch response.status {
    case 200...299: return .arrived
    case 408, 409, 425, 429: break
    case 400...499: return .refused(told)
    default: break
    }
    return .failed(
      told, after: response.header("Retry-After").flatMap(Double.init).map { max(0, $0) })
  }
}
