import CCurl

/// Sends one request at a time and waits for its answer; connections stay open between requests.
///
/// A status is not an error: whoever asks decides what 404 means. Used from one thread at a time.
package final class HTTPClient {
  private let handle = CurlHandle()
  private let certificates: String?
  private let bodyLimit: Int

  /// Bytes of header lines in one answer.
  package static let headerLimit = 256 * 1024
  private static let urlLimit = 8000

  /// - Parameters:
  ///   - certificates: a PEM file with the authorities to trust instead of the system's.
  ///   - bodyLimit: the largest body of an answer, in bytes.
  package init(certificates: String? = nil, bodyLimit: Int = 16 * 1024 * 1024) {
    self.certificates = certificates
    self.bodyLimit = bodyLimit
  }

  package func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
    let place = server(of: request.url)
    try check(request, place)
    let lines = HeaderList()
    for (name, value) in request.headers {
      // libcurl wants an empty value marked, or it would leave the header out.
      lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    prepare(request, lines)
    let arrival = Arrival(bodyLimit: bodyLimit)
    // libcurl holds both only while `perform` runs, and they live until after it.
    let result = withExtendedLifetime((arrival, lines)) {
      let context = Unmanaged.passUnretained(arrival).toOpaque()
      handle.set(CURLOPT_WRITEFUNCTION, Arrival.takeBody, CURLOPT_WRITEDATA, context)
      handle.set(CURLOPT_HEADERFUNCTION, Arrival.takeHeader, CURLOPT_HEADERDATA, context)
      return handle.perform()
    }
    if arrival.isTooLarge {
      throw HTTPError(
        .tooLarge, place: place, reason: "the answer has more than \(bodyLimit) bytes of body")
    }
    guard result == CURLE_OK else { throw handle.error(result, place: place) }
    return HTTPResponse(status: handle.status, headers: arrival.headers, body: arrival.body)
  }

  private func prepare(_ request: HTTPRequest, _ lines: HeaderList) {
    handle.begin(timeout: request.timeout, certificates: certificates)
    handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
    handle.set(CURLOPT_URL, request.url)
    handle.set(CURLOPT_FOLLOWLOCATION, request.redirects > 0 ? 1 : 0)
    handle.set(CURLOPT_MAXREDIRS, max(0, request.redirects))
    // A redirect must not lead from an encrypted server to one that is not.
    let secure = request.url.lowercased().hasPrefix("https:")
    handle.set(CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https")
    handle.set(CURLOPT_HTTPAUTH, 1)  // Basic, from the user and password in the URL
    switch request.method {
    case "GET" where request.body.isEmpty: handle.set(CURLOPT_HTTPGET, 1)
    case "HEAD": handle.set(CURLOPT_NOBODY, 1)
    default:
      if !request.body.isEmpty || request.method == "POST" || request.method == "PUT" {
        handle.setBody(request.body)
        // libcurl would call any body a form and wait for leave to send it.
        if value(of: "Content-Type", in: request.headers) == nil { lines.append("Content-Type:") }
        lines.append("Expect:")
      }
      handle.set(CURLOPT_CUSTOMREQUEST, request.method)
    }
    handle.set(CURLOPT_HTTPHEADER, lines)
  }

  private func check(_ request: HTTPRequest, _ place: String) throws(HTTPError) {
    let scheme = request.url.prefix { $0 != ":" }.lowercased()
    let fault =
      if scheme != "http" && scheme != "https" {
        "the URL does not begin with http:// or https://"
      } else if !HeaderRules.isToken(request.method) {
        "the method is not a word of HTTP"
      } else if request.url.utf8.count > HTTPClient.urlLimit {
        "the URL is longer than \(HTTPClient.urlLimit) bytes"
      } else if !request.url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) {
        "the URL has a blank or a control character in it"
      } else if !request.headers.allSatisfy({ HeaderRules.isToken($0.0) }) {
        "a header's name is not a word of HTTP"
      } else if !request.headers.allSatisfy({ HeaderRules.isValue($0.1) }) {
        "a header's value has a line break or another control character in it"
      } else {
        ""
      }
    guard fault.isEmpty else { throw HTTPError(.invalidRequest, place: place, reason: fault) }
  }
}

/// The answer while it comes in.
private final class Arrival {
  var headers: [(String, String)] = []
  var body: [UInt8] = []
  var isTooLarge = false
  private var headerBytes = 0
  private let bodyLimit: Int

  init(bodyLimit: Int) {
    self.bodyLimit = bodyLimit
  }

  static let takeBody: tongban_curl_flow = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let arrival = Unmanaged<Arrival>.fromOpaque(context).takeUnretainedValue()
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    guard arrival.body.count + piece.count <= arrival.bodyLimit else {
      arrival.isTooLarge = true
      return 0
    }
    arrival.body.append(contentsOf: piece)
    return piece.count
  }

  static let takeHeader: tongban_curl_flow = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let arrival = Unmanaged<Arrival>.fromOpaque(context).takeUnretainedValue()
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    arrival.headerBytes += line.count
    guard arrival.headerBytes <= HTTPClient.headerLimit else { return 0 }
    arrival.take(String(decoding: line, as: UTF8.self))
    return line.count
  }

  private func take(_ line: String) {
    // Each status line begins an answer: an interim one or a redirect's is not the last.
    if line.hasPrefix("HTTP/") {
      headers.removeAll()
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    headers.append((String(line[..<colon]), trimmed(line[line.index(after: colon)...])))
  }

  private func trimmed(_ text: Substring) -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
    let start = text.drop(while: isBlank)
    let length = start.reversed().drop(while: isBlank).count
    return String(start.prefix(length))
  }
}
