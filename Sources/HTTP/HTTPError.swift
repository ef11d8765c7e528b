/// Why an exchange did not come about. It names the server, never the credentials, path or address in the URL.
package struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: String, Sendable, CaseIterable {
    /// The request itself cannot be sent: a malformed URL, header or mail address.
    case invalidRequest = "INVALID_REQUEST"
    /// No connection: unknown host, refused, no route.
    case unreachable = "UNREACHABLE"
    case timedOut = "TIMED_OUT"
    /// The certificate does not prove the server's name, or there is no common way to encrypt.
    case tlsRefused = "TLS_REFUSED"
    /// The answer is larger than allowed.
    case tooLarge = "TOO_LARGE"
    /// The connection broke, or what came was not the protocol.
    case broken = "BROKEN"
    /// A mail server said no; `status` tells how.
    case mailRefused = "MAIL_REFUSED"
    /// The server does not accept our user and password, or wants some; the mails themselves are not at fault.
    case loginRefused = "LOGIN_REFUSED"
    /// A server of ours cannot start.
    case cannotListen = "CANNOT_LISTEN"
  }

  package let code: Code
  /// The server: scheme, host and port.
  package let place: String
  package let reason: String
  /// The status that a mail server gave; 0 where there was none.
  package let status: Int

  package init(_ code: Code, place: String, reason: String, status: Int = 0) {
    self.code = code
    self.place = place
    self.reason = reason
    self.status = status
  }

  /// Whether the same request may succeed later.
  package var isTransient: Bool {
    switch code {
    case .unreachable, .timedOut, .tlsRefused, .broken, .loginRefused: true
    case .mailRefused: status < 500
    case .invalidRequest, .tooLarge, .cannotListen: false
    }
  }

  package var description: String {
    "\(place): \(code.rawValue): \(reason)" + (status == 0 ? "" : " (status \(status))")
  }
}

/// Scheme, host and port of a URL, to name it in an error without what must not be told.
func server(of url: String) -> String {
  guard let separator = url.firstRange(of: "://") else { return "(a URL without a scheme)" }
  let rest = url[separator.upperBound...]
  let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
  let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
  let isPlain = host.utf8.allSatisfy {
    HeaderRules.isAlphanumeric($0) || "-._:[]%".utf8.contains($0)
  }
  // What stands where a port should be may be a password with a slash in it.
  let port = host.last == "]" ? "" : host.split(separator: ":").dropFirst().last ?? ""
  guard isPlain, !host.isEmpty, port.allSatisfy(\.isNumber) else {
    return "(a URL with a malformed host)"
  }
  return "\(url[..<separator.lowerBound].prefix(16))://\(host.prefix(255))"
}

/// Whether the server that a URL names is this machine, so that what is sent there needs no encryption.
package func isThisMachine(_ url: String) -> Bool {
  let host = server(of: url).drop { $0 != "/" }.dropFirst(2)
  let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } : host.prefix { $0 != ":" }
  return name == "localhost" || name == "[::1"
    || name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." }
}
