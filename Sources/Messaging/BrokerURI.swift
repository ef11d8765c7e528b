/// Where the broker is and how to log in: an `amqp://` or `amqps://` URI.
///
/// Source: RabbitMQ's URI specification and its URI query parameters. The virtual host is the
/// percent-decoded path without its first slash; with no path, or only a slash, it is `/`.
package struct BrokerURI: Sendable {
  /// How TLS identifies both sides.
  package struct TLS: Sendable, Equatable {
    /// `cacertfile`: the authorities that may vouch for the broker (PEM); nil is the system's.
    package var authorities: String?
    /// `certfile` and `keyfile`: our own certificate and key (PEM).
    package var certificate: String?
    package var key: String?
    /// `verify=verify_peer` (the default) or `verify_none`: check certificate and host name.
    package var verifiesPeer = true
  }

  package var host: String
  package var port: Int
  package var user: String
  package var password: String
  package var virtualHost: String
  /// Nil for `amqp://`.
  package var tls: TLS?
  /// Seconds between heartbeats that we propose; 0 is none.
  package var heartbeat: Int
  /// How long one attempt to connect may take, in seconds.
  package var connectionTimeout: Double
  /// `auth_mechanism=external`: the client certificate is the identity.
  package var usesExternalLogin: Bool

  /// Reads a URI. Throws `UNREADABLE_URI` with what was expected; the text itself is not repeated,
  /// since it may hold a password.
  package init(_ text: String) throws(MessagingError) {
    var parser = URIParser(text)
    self = try parser.parse()
  }

  init(host: String, port: Int, tls: TLS?) {
    self.host = host
    self.port = port
    self.tls = tls
    user = "guest"
    password = "guest"
    virtualHost = "/"
    heartbeat = Limits.heartbeat
    connectionTimeout = Limits.connectionTimeout
    usesExternalLogin = false
  }

  /// Host and port, as errors and logs name the broker.
  package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// The URI with `***` for the password and no query.
  package var masked: String {
    let scheme = tls == nil ? "amqp" : "amqps"
    return "\(scheme)://\(encoded(user)):***@\(authority)/\(encoded(virtualHost))"
  }

  private func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        result += hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
      }
    }
    return result
  }
}
