/// Takes a broker's URI apart (RFC 3986 as far as `amqp` uses it).
struct URIParser {
  private let text: Substring

  init(_ text: String) { self.text = text[...] }

  mutating func parse() throws(MessagingError) -> BrokerURI {
    var rest = text
    let tls: BrokerURI.TLS?
    if let after = Self.dropping("amqp://", rest) {
      (rest, tls) = (after, nil)
    } else if let after = Self.dropping("amqps://", rest) {
      (rest, tls) = (after, .init())
    } else {
      throw Self.unreadable("it must begin with amqp:// or amqps://")
    }
    guard !rest.contains("#") else { throw Self.unreadable("it must not have a fragment (#)") }
    let (beforeQuery, query) = Self.split(rest, at: "?")
    let (authority, path) = Self.split(beforeQuery, at: "/")
    var uri = BrokerURI(host: "localhost", port: tls == nil ? 5672 : 5671, tls: tls)
    try readAuthority(authority, into: &uri)
    if let path, !path.isEmpty {
      guard !path.contains("/") else {
        throw Self.unreadable("a slash inside the virtual host must be written %2F")
      }
      uri.virtualHost = try Self.decode(path, "virtual host")
    }
    if let query { try readQuery(query, into: &uri) }
    return uri
  }

  private func readAuthority(
    _ authority: Substring, into uri: inout BrokerURI
  ) throws(MessagingError) {
    var place = authority
    if let at = authority.lastIndex(of: "@") {
      let (user, password) = Self.split(authority[..<at], at: ":")
      uri.user = try Self.decode(user, "user")
      if let password { uri.password = try Self.decode(password, "password") }
      place = authority[authority.index(after: at)...]
    }
    var port: Substring?
    if place.first == "[" {
      guard let close = place.firstIndex(of: "]") else {
        throw Self.unreadable("an IPv6 address must end with ]")
      }
      uri.host = String(place[place.index(after: place.startIndex)..<close])
      let tail = place[place.index(after: close)...]
      guard tail.isEmpty || tail.first == ":" else {
        throw Self.unreadable("after ] only a port may follow")
      }
      port = tail.isEmpty ? nil : tail.dropFirst()
    } else {
      let (host, after) = Self.split(place, at: ":")
      if !host.isEmpty { uri.host = try Self.decode(host, "host") }
      port = after
    }
    if let port, !port.isEmpty {
      guard let number = UInt16(port), number > 0 else {
        throw Self.unreadable("the port must be a number from 1 to 65535")
      }
      uri.port = Int(number)
    }
  }

  private func readQuery(_ query: Substring, into uri: inout BrokerURI) throws(MessagingError) {
    for pair in query.split(separator: "&") {
      let (name, raw) = Self.split(pair, at: "=")
      let value = try Self.decode(raw ?? "", "parameter")
      switch name {
      case "heartbeat":
        guard let seconds = UInt16(value) else {
          throw Self.unreadable("heartbeat must be whole seconds from 0 to 65535")
        }
        uri.heartbeat = Int(seconds)
      case "connection_timeout":
        guard let milliseconds = UInt32(value), milliseconds > 0 else {
          throw Self.unreadable("connection_timeout must be whole milliseconds above 0")
        }
        uri.connectionTimeout = Double(milliseconds) / 1_000
      case "auth_mechanism":
        guard value == "plain" || value == "external" else {
          throw Self.unreadable("auth_mechanism must be plain or external")
        }
        uri.usesExternalLogin = value == "external"
      case "cacertfile", "certfile", "keyfile", "verify":
        try readTLS(name, value, into: &uri)
      default:
        throw Self.unreadable(
          "a parameter is not one of heartbeat, connection_timeout, auth_mechanism, cacertfile, "
            + "certfile, keyfile, verify")
      }
    }
    if let tls = uri.tls, (tls.certificate == nil) != (tls.key == nil) {
      throw Self.unreadable("certfile and keyfile belong together")
    }
  }

  private func readTLS(
    _ name: Substring, _ value: String, into uri: inout BrokerURI
  ) throws(MessagingError) {
    guard uri.tls != nil else { throw Self.unreadable("\(name) needs amqps://") }
    guard !value.isEmpty else { throw Self.unreadable("\(name) must have a value") }
    switch name {
    case "cacertfile": uri.tls?.authorities = value
    case "certfile": uri.tls?.certificate = value
    case "keyfile": uri.tls?.key = value
    default:
      guard value == "verify_peer" || value == "verify_none" else {
        throw Self.unreadable("verify must be verify_peer or verify_none")
      }
      uri.tls?.verifiesPeer = value == "verify_peer"
    }
  }

  private static func dropping(_ prefix: String, _ text: Substring) -> Substring? {
    text.prefix(prefix.count).lowercased() == prefix ? text.dropFirst(prefix.count) : nil
  }

  private static func split(_ text: Substring, at mark: Character) -> (Substring, Substring?) {
    guard let index = text.firstIndex(of: mark) else { return (text, nil) }
    return (text[..<index], text[text.index(after: index)...])
  }

  private static func decode(_ text: Substring, _ part: String) throws(MessagingError) -> String {
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = iterator.next().flatMap(hexadecimal),
        let low = iterator.next().flatMap(hexadecimal)
      else { throw unreadable("in its \(part), % must be followed by two hexadecimal digits") }
      bytes.append(high << 4 | low)
    }
    // C strings carry all of these onwards: a zero octet would silently cut one short.
    guard !bytes.contains(0) else { throw unreadable("its \(part) must not hold %00") }
    guard let decoded = String(validating: bytes, as: UTF8.self) else {
      throw unreadable("its \(part) must be UTF-8")
    }
    return decoded
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  private static func unreadable(_ reason: String) -> MessagingError {
    MessagingError(.unreadableURI, at: "broker URI", reason)
  }
}
