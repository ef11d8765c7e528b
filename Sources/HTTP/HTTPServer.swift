import CMicroHTTP
import Glibc

/// Serves HTTP/1.1 from threads of its own; each request is read whole, within bounds, and then handed out.
///
/// Every connection has a thread of its own, so a handler may wait for a database and holds up nobody but
/// its client; handlers run at the same time, and there are at most `limits.connections` of them. A
/// connection that does not finish an exchange within `limits.exchangeSeconds` is cut, however busy it looks.
package final class HTTPServer {
  package typealias Handler = @Sendable (Request) -> Response

  package let port: UInt16
  private let floor: ServerFloor
  private let watch: ConnectionWatch
  private var daemon: OpaquePointer?

  /// - Parameters:
  ///   - address: an IPv4 or IPv6 address to listen on; `0.0.0.0` or `::` for all.
  ///   - port: 0 for a free one, which `port` then tells.
  package init(
    address: String, port: UInt16 = 0, tls: TLS? = nil, limits: Limits = Limits(),
    handler: @escaping Handler
  ) throws(HTTPError) {
    // A client that is gone is an error of its connection and not the process's end.
    signal(SIGPIPE, SIG_IGN)
    let place = "\(tls == nil ? "http" : "https")://\(address):\(port)"
    guard var socketAddress = SocketAddress(address, port: port) else {
      throw HTTPError(
        .cannotListen, place: place,
        reason: "the address is neither IPv4 nor IPv6; use one such as 127.0.0.1")
    }
    let watch = ConnectionWatch(seconds: limits.exchangeSeconds)
    let floor = ServerFloor(limits: limits, watch: watch, tls: tls, handler: handler)
    errno = 0
    let daemon = socketAddress.withPointer { floor.start(at: $0, isIPv6: address.contains(":")) }
    guard let daemon else {
      let cause =
        errno == 0 ? "check address, certificate and key" : String(cString: strerror(errno))
      watch.stop()
      throw HTTPError(.cannotListen, place: place, reason: "cannot listen there: \(cause)")
    }
    self.floor = floor
    self.watch = watch
    self.daemon = daemon
    self.port = tongban_mhd_port(daemon)
  }

  deinit { stop() }

  /// Takes no more connections, lets exchanges under way finish (for `limits.stopSeconds` at most) and ends. Once is enough.
  package func stop() {
    guard let daemon else { return }
    self.daemon = nil
    let listener = MHD_quiesce_daemon(daemon)
    watch.awaitQuiet(within: floor.limits.stopSeconds)
    MHD_stop_daemon(daemon)
    if listener >= 0 { close(listener) }
    watch.stop()
  }
}

extension HTTPServer {
  package struct Request: Sendable {
    package var method: String
    /// As it was sent, without the query; percent-encoded still.
    package var path: String
    /// The parts of the path between slashes, decoded one by one.
    package var segments: [String]
    package var query: [(String, String)]
    package var headers: [(String, String)]
    package var body: [UInt8]

    /// The first header of this name, whatever the case of its letters.
    package func header(_ name: String) -> String? { value(of: name, in: headers) }

    /// The first query value of this name.
    package func parameter(_ name: String) -> String? { query.first { $0.0 == name }?.1 }

    package var text: String { String(decoding: body, as: UTF8.self) }
  }

  package struct Response: Sendable {
    package var status: Int
    package var headers: [(String, String)]
    package var body: [UInt8]

    package init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
      self.status = status
      self.headers = headers
      self.body = body
    }

    package init(status: Int, text: String, type: String = "text/plain; charset=utf-8") {
      self.init(status: status, headers: [("Content-Type", type)], body: Array(text.utf8))
    }
  }

  /// Certificate chain and private key, both PEM.
  package struct TLS: Sendable {
    package var certificate: String
    package var key: String

    package init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  package struct Limits: Sendable {
    /// The largest body of a request, in bytes.
    package var body = 1024 * 1024
    /// What one connection may take for request line, headers and send buffer, in bytes.
    package var head = 32 * 1024
    /// Connections, and so threads, at a time; any more are closed at once, so that clients try again later.
    package var connections = 128
    /// Seconds without a byte until a connection is closed.
    package var idleSeconds = 15
    /// Seconds from the beginning of a connection, or the end of its last exchange, to the end of the next.
    package var exchangeSeconds = 60.0
    /// Seconds that a stop waits for exchanges under way.
    package var stopSeconds = 5.0

    package init() {}
  }
}
