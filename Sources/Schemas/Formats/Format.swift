import Patterns
import Standards

/// What `format` may name: the formats of draft 2020-12, and the numbers of `Standards`.
enum Format: Sendable, Equatable {
  case date, time, dateTime, duration
  case email, idnEmail, hostname, idnHostname, ipv4, ipv6
  case uri, uriReference, iri, iriReference, uriTemplate, uuid
  case jsonPointer, relativeJSONPointer, regex
  /// Without a day for today: a check over and over again must not change its mind.
  case identifier(IdentifierKind)

  /// Nil for a name that means nothing here; the draft says that it is then no assertion.
  init?(name: String) {
    if let known = Format.named.first(where: { $0.0 == name })?.1 {
      self = known
    } else if let kind = IdentifierKind(rawValue: name) {
      self = .identifier(kind)
    } else {
      return nil
    }
  }

  private static let named: [(String, Format)] = [
    ("date", .date), ("time", .time), ("date-time", .dateTime), ("duration", .duration),
    ("email", .email), ("idn-email", .idnEmail), ("hostname", .hostname),
    ("idn-hostname", .idnHostname), ("ipv4", .ipv4), ("ipv6", .ipv6), ("uri", .uri),
    ("uri-reference", .uriReference), ("iri", .iri), ("iri-reference", .iriReference),
    ("uri-template", .uriTemplate), ("uuid", .uuid), ("json-pointer", .jsonPointer),
    ("relative-json-pointer", .relativeJSONPointer), ("regex", .regex),
  ]

  /// All names, for those who write schemas.
  static var names: [String] { named.map { $0.0 } + IdentifierKind.names }

  func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .date: return CivilDate(extended: text) != nil
    case .time: return isTime(text)
    case .dateTime: return isDateTime(text)
    case .duration: return isDuration(text)
    case .email: return isEmail(text, international: false)
    case .idnEmail: return isEmail(text, international: true)
    case .hostname: return isHostname(text)
    case .idnHostname: return isInternationalHostname(text)
    case .ipv4: return isIPv4(text)
    case .ipv6: return isIPv6(text)
    case .uri: return isURI(text, international: false, absolute: true)
    case .uriReference: return isURI(text, international: false, absolute: false)
    case .iri: return isURI(text, international: true, absolute: true)
    case .iriReference: return isURI(text, international: true, absolute: false)
    case .uriTemplate: return isURITemplate(text)
    case .uuid: return isUUID(text)
    case .jsonPointer: return isJSONPointer(text)
    case .relativeJSONPointer: return isRelativeJSONPointer(text)
    case .regex: return (try? Pattern(String(decoding: text, as: UTF8.self))) != nil
    case .identifier(let kind): return kind.check(text).isAccepted
    }
  }

  /// What was expected; for the numbers of `Standards`, what exactly is wrong.
  func expectation(_ text: UnsafeRawBufferPointer) -> String {
    if case .identifier(let kind) = self {
      let words = kind.check(text).finding?.expectation.description ?? ""
      return "a \(kind.rawValue) number: \(words)"
    }
    let name = Format.named.first { $0.1 == self }?.0 ?? ""
    return "the format \(name)"
  }
}
