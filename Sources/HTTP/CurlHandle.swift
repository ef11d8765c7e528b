import CCurl
import Glibc

/// Owns one easy handle of libcurl with its connections; the raw pointer never leaves it. Used from one thread at a time.
final class CurlHandle {
  private let raw: UnsafeMutableRawPointer
  /// Where libcurl writes what went wrong, as long as the handle lives.
  private let words: UnsafeMutablePointer<CChar>

  /// libcurl set up once for the process, and writes to a closed connection made errors instead of the process's end.
  private static let library: Bool = {
    signal(SIGPIPE, SIG_IGN)
    return tongban_curl_start() == CURLE_OK
  }()

  init() {
    precondition(CurlHandle.library, "libcurl cannot start: check the installed libcurl")
    guard let handle = curl_easy_init() else {
      preconditionFailure("no memory for a libcurl handle")
    }
    raw = handle
    words = .allocate(capacity: Int(TONGBAN_CURL_ERROR_SIZE))
    words.initialize(repeating: 0, count: Int(TONGBAN_CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(raw)
    words.deallocate()
  }

  /// Forgets all options but keeps the open connections, and sets what every exchange has.
  func begin(timeout: Double, certificates: String?) {
    curl_easy_reset(raw)
    words[0] = 0
    check(tongban_curl_set_pointer(raw, CURLOPT_ERRORBUFFER, words))
    set(CURLOPT_NOSIGNAL, 1)
    let milliseconds = Int(max(0.001, min(timeout, 86_400)) * 1000)
    set(CURLOPT_TIMEOUT_MS, milliseconds)
    set(CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, 10_000))
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, tongban_curl_tls12)
    if let certificates { set(CURLOPT_CAINFO, certificates) }
    // The environment's proxies are not asked: where messages of the government go is the configuration's to say.
    set(CURLOPT_PROXY, "")
  }

  // An option fails only if it is unknown or memory is short, and no exchange may go on without one.
  func set(_ option: CURLoption, _ value: Int) { check(tongban_curl_set_long(raw, option, value)) }

  func set(_ option: CURLoption, _ value: String) {
    check(tongban_curl_set_text(raw, option, value))
  }

  /// - Parameter list: must live until the exchange is over.
  func set(_ option: CURLoption, _ list: HeaderList) {
    check(tongban_curl_set_pointer(raw, option, list.raw))
  }

  /// - Parameter context: must live until the exchange is over.
  func set(
    _ option: CURLoption, _ flow: @escaping tongban_curl_flow,
    _ contextOption: CURLoption, _ context: UnsafeMutableRawPointer
  ) {
    check(tongban_curl_set_flow(raw, option, flow))
    check(tongban_curl_set_pointer(raw, contextOption, context))
  }

  /// Has libcurl copy the body of the request.
  func setBody(_ body: [UInt8]) {
    check(tongban_curl_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
    body.withUnsafeBytes { bytes in
      let start = bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) }
      if let start { check(tongban_curl_set_pointer(raw, CURLOPT_COPYPOSTFIELDS, start)) }
    }
    if body.isEmpty { set(CURLOPT_COPYPOSTFIELDS, "") }
  }

  private func check(_ result: CURLcode) {
    precondition(result == CURLE_OK, "libcurl refused an option with code \(result.rawValue)")
  }

  func perform() -> CURLcode { curl_easy_perform(raw) }

  var status: Int { tongban_curl_status(raw) }

  /// What libcurl says about the failure.
  func reason(_ result: CURLcode) -> String {
    if words[0] != 0 { return String(cString: words) }
    return String(cString: curl_easy_strerror(result))
  }

  func error(_ result: CURLcode, place: String) -> HTTPError {
    HTTPError(CurlHandle.code(result), place: place, reason: reason(result))
  }

  private static func code(_ result: CURLcode) -> HTTPError.Code {
    switch result {
    case CURLE_URL_MALFORMAT: .invalidRequest
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: .unreachable
    case CURLE_OPERATION_TIMEDOUT: .timedOut
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
      .tlsRefused
    default: .broken
    }
  }
}

/// Owns a list of lines for libcurl: headers or recipients.
final class HeaderList {
  fileprivate(set) var raw: UnsafeMutablePointer<curl_slist>?

  deinit { curl_slist_free_all(raw) }

  func append(_ line: String) {
    let longer = curl_slist_append(raw, line)
    precondition(longer != nil, "no memory for a header")
    raw = longer
  }
}
