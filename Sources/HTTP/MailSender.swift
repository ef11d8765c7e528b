import CCurl

/// Hands mails to an SMTP server, one at a time; the connection stays open between them. Used from one thread at a time.
///
/// Mail to another machine goes encrypted or not at all: STARTTLS is required unless the server is this
/// machine itself, where it is used if offered.
package final class MailSender {
  private let handle = CurlHandle()
  private let url: String
  private let certificates: String?
  private let timeout: Double

  /// - Parameters:
  ///   - url: `smtp://user:password@host:port` or `smtps://…`.
  ///   - certificates: a PEM file with the authorities to trust instead of the system's.
  ///   - timeout: seconds for one mail, the connection included.
  package init(_ url: String, certificates: String? = nil, timeout: Double = 30) throws(HTTPError) {
    guard url.hasPrefix("smtp://") || url.hasPrefix("smtps://"),
      url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), url.utf8.count <= 2000
    else {
      throw HTTPError(
        .invalidRequest, place: server(of: url),
        reason: "the mail server's URL must begin with smtp:// or smtps:// and have no blank in it")
    }
    self.url = url
    self.certificates = certificates
    self.timeout = timeout
  }

  package func send(_ message: MailMessage) throws(HTTPError) {
    let departure = Departure(try message.bytes())
    let recipients = HeaderList()
    recipients.append("<\(message.to.address)>")
    let place = server(of: url)
    handle.begin(timeout: timeout, certificates: certificates)
    handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    handle.set(CURLOPT_URL, url)
    handle.set(
      CURLOPT_USE_SSL,
      isThisMachine(url) ? tongban_curl_tls_when_offered : tongban_curl_tls_required)
    handle.set(CURLOPT_MAIL_FROM, "<\(message.from.address)>")
    handle.set(CURLOPT_MAIL_RCPT, recipients)
    handle.set(CURLOPT_UPLOAD, 1)
    handle.set(CURLOPT_INFILESIZE, departure.count)
    // libcurl holds both only while `perform` runs, and they live until after it.
    let result = withExtendedLifetime((departure, recipients)) {
      let context = Unmanaged.passUnretained(departure).toOpaque()
      handle.set(CURLOPT_READFUNCTION, Departure.give, CURLOPT_READDATA, context)
      // What an SMTP server says is of no use as a body, and must not go to standard output.
      handle.set(
        CURLOPT_WRITEFUNCTION, { _, size, count, _ in size * count }, CURLOPT_WRITEDATA, context)
      return handle.perform()
    }
    guard result != CURLE_OK else { return }
    throw refusal(result, status: handle.status, place)
  }

  private func refusal(_ result: CURLcode, status: Int, _ place: String) -> HTTPError {
    if result == CURLE_LOGIN_DENIED || MailSender.loginStatuses.contains(status) {
      return HTTPError(
        .loginRefused, place: place, reason: "the mail server wants other credentials",
        status: status)
    }
    // A server that refuses us at the door says nothing about the mail.
    if (400...599).contains(status), result != CURLE_WEIRD_SERVER_REPLY {
      return HTTPError(
        .mailRefused, place: place, reason: "the mail server refused the mail", status: status)
    }
    return handle.error(result, place: place)
  }

  /// RFC 4954, section 6.
  private static let loginStatuses: Set<Int> = [530, 534, 535, 538]
}

/// A mail while it goes out.
private final class Departure {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var count: Int { bytes.count }

  static let give: tongban_curl_flow = { space, size, count, context in
    guard let space, let context else { return 0 }
    let departure = Unmanaged<Departure>.fromOpaque(context).takeUnretainedValue()
    let piece = departure.bytes[departure.position...].prefix(size * count)
    piece.withUnsafeBytes { from in
      UnsafeMutableRawBufferPointer(start: space, count: size * count).copyMemory(from: from)
    }
    departure.position += piece.count
    return piece.count
  }
}
