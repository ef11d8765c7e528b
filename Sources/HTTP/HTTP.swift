/// HTTP in both directions, and mail: a client and a mail sender over libcurl, a server over libmicrohttpd.
///
/// It promises bounds: every request has a time-out and a largest answer, every connection to the server
/// a deadline and a largest body, and certificates are always verified. Called by whoever speaks to a
/// management API, a webhook, a mail server or a browser. It imports no module of ours and knows nothing
/// of what the bodies mean.
package struct HTTPRequest: Sendable {
  package var method: String
  package var url: String
  package var headers: [(String, String)]
  package var body: [UInt8]
  /// Seconds for the whole exchange, from the look-up of the name to the last byte of the answer.
  package var timeout: Double
  /// How many redirects to follow; none unless asked.
  package var redirects: Int

  package init(
    method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8] = [],
    timeout: Double = 30, redirects: Int = 0
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.redirects = redirects
  }
}

package struct HTTPResponse: Sendable {
  package var status: Int
  package var headers: [(String, String)]
  package var body: [UInt8]

  package init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of this name, whatever the case of its letters.
  package func header(_ name: String) -> String? { value(of: name, in: headers) }

  package var text: String { String(decoding: body, as: UTF8.self) }
}

func value(of name: String, in headers: [(String, String)]) -> String? {
  let wanted = name.lowercased()
  return headers.first { $0.0.lowercased() == wanted }?.1
}

/// What may stand in a header, so that no value can end its line and begin another.
enum HeaderRules {
  /// A token of RFC 9110.
  static func isToken(_ text: String) -> Bool {
    let others = "!#$%&'*+-.^_`|~".utf8
    return !text.isEmpty && text.utf8.allSatisfy { isAlphanumeric($0) || others.contains($0) }
  }

  /// No control character but the tab.
  static func isValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
