import CMicroHTTP

/// One request while it comes in, and its answer. It belongs to one connection and so to one thread at a time.
final class Exchange {
  private let target: String
  private let bodyLimit: Int
  private var method = ""
  private var headers: [(String, String)] = []
  private var body: [UInt8] = []
  private(set) var hasHead = false
  /// The answer that replaces the handler's, where the request cannot be taken.
  private(set) var refusal: HTTPServer.Response?

  init(target: String, bodyLimit: Int) {
    self.target = target
    self.bodyLimit = bodyLimit
  }

  func takeHead(of connection: OpaquePointer, method: String) {
    hasHead = true
    self.method = method
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = MHD_get_connection_values_n(connection, .HEADER_KIND, Exchange.takeHeader, context)
    let length = headers.filter { $0.0.lowercased() == "content-length" }
    if !length.isEmpty && value(of: "Transfer-Encoding", in: headers) != nil || length.count > 1 {
      // Two lengths are how one request is smuggled in behind another.
      refuse(400, "the length of the body is told in two ways")
    } else if let declared = length.first, (Int(declared.1) ?? Int.max) > bodyLimit {
      refuseBody()
    }
  }

  private static let takeHeader: MHD_KeyValueIteratorN = {
    context, _, name, nameLength, value, valueLength in
    guard let context else { return .NO }
    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    let text = { (start: UnsafePointer<CChar>?, count: Int) in
      String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
    exchange.headers.append((text(name, nameLength), text(value, valueLength)))
    return .YES
  }

  /// Keeps the next piece of the body; beyond the bound it is read and dropped, so that the client can read the refusal.
  func take(_ piece: UnsafeRawBufferPointer) {
    guard refusal == nil else { return }
    guard body.count + piece.count <= bodyLimit else {
      body = []
      return refuseBody()
    }
    body.append(contentsOf: piece)
  }

  private func refuseBody() {
    refuse(413, "the body has more than \(bodyLimit) bytes")
  }

  private func refuse(_ status: Int, _ words: String) {
    refusal = HTTPServer.Response(status: status, text: words + "\n")
    refusal?.headers.append(("Connection", "close"))
  }

  func answer(on connection: OpaquePointer, with handler: HTTPServer.Handler) -> MHD_Result {
    send(refusal ?? handled(by: handler), on: connection)
  }

  private func handled(by handler: HTTPServer.Handler) -> HTTPServer.Response {
    guard let parsed = RequestTarget(target) else {
      return HTTPServer.Response(
        status: 400, text: "the path or query is not percent-encoded UTF-8 text\n")
    }
    return handler(
      HTTPServer.Request(
        method: method, path: parsed.path, segments: parsed.segments, query: parsed.query,
        headers: headers, body: body))
  }

  private func send(_ response: HTTPServer.Response, on connection: OpaquePointer) -> MHD_Result {
    guard let made = Exchange.made(response) ?? Exchange.made(Exchange.unsendable) else {
      return .NO
    }
    // libmicrohttpd keeps its own reference while it sends.
    defer { MHD_destroy_response(made.raw) }
    return MHD_queue_response(connection, made.status, made.raw)
  }

  private static let unsendable = HTTPServer.Response(
    status: 500, text: "the answer had a status or header that cannot be sent\n")

  /// The answer as libmicrohttpd wants it; nil if it has a status or header that cannot be sent.
  private static func made(_ response: HTTPServer.Response) -> (raw: OpaquePointer, status: UInt32)?
  {
    guard (200...599).contains(response.status) else { return nil }
    let made = response.body.withUnsafeBytes { bytes in
      MHD_create_response_from_buffer(
        bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
    }
    guard let made else { return nil }
    for (name, value) in response.headers {
      guard HeaderRules.isToken(name), HeaderRules.isValue(value),
        MHD_add_response_header(made, name, value) == .YES
      else {
        MHD_destroy_response(made)
        return nil
      }
    }
    return (made, UInt32(response.status))
  }
}
