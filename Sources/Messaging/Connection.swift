import CRabbitMQ
import Glibc

/// One AMQP connection with one open channel, owned by one thread. It ends at the first error: the
/// owner drops it and dials again.
final class Connection {
  /// The one channel in use.
  static let channel: amqp_channel_t = 1

  let authority: String
  let arena = Arena()
  /// Owned here and nowhere else: made in `init`, destroyed in `deinit`.
  private let state: amqp_connection_state_t
  /// Whether a polite close still makes sense.
  var isUsable = false
  /// What is to be written past librabbitmq; nil under TLS, where only the library can write.
  private(set) var output: FrameBuffer?
  /// The broker's reason while it asks publishers to wait (connection.blocked).
  private(set) var blockedReason: String?

  /// Connects, logs in and opens the channel, within `uri.connectionTimeout` for each of the two
  /// first steps. Name resolution is the C library's and is not bounded by us.
  init(_ uri: BrokerURI, name: String) throws(MessagingError) {
    precondition(sigpipeIsIgnored)
    authority = uri.authority
    guard let state = amqp_new_connection() else {
      throw MessagingError(.unreachable, at: uri.authority, "memory for a connection is lacking")
    }
    self.state = state
    try openSocket(uri)
    boundWrites(uri)
    try logIn(uri, name: name)
    isUsable = true
    if uri.tls == nil { output = FrameBuffer(frameMax: Int(amqp_get_frame_max(state))) }
    var timeout = interval(Limits.callTimeout)
    try check(amqp_set_rpc_timeout(state, &timeout))
    _ = amqp_channel_open(state, Self.channel)
    try checkReply()
  }

  deinit {
    // The status only says that the socket was already gone.
    _ = amqp_destroy_connection(state)
  }

  /// Says goodbye to the broker if that is still possible, within two seconds.
  func close() {
    guard isUsable else { return }
    isUsable = false
    var timeout = interval(2)
    guard amqp_set_rpc_timeout(state, &timeout) == AMQP_STATUS_OK.rawValue else { return }
    _ = amqp_connection_close(state, 200)
  }

  /// Runs a librabbitmq call that answers with a status.
  func send(_ call: (amqp_connection_state_t) -> Int32) throws(MessagingError) {
    try check(call(state))
  }

  /// Runs a synchronous AMQP method and checks what the broker replied.
  @discardableResult
  func call<Answer>(
    at place: String? = nil, _ method: (amqp_connection_state_t) -> Answer
  ) throws(MessagingError) -> Answer {
    let answer = method(state)
    try checkReply(at: place)
    return answer
  }

  /// basic.get with automatic acknowledgement: what announces the message, or nil for an empty queue.
  func get(_ queue: amqp_bytes_t, at place: String) throws(MessagingError) -> amqp_basic_get_ok_t? {
    let reply = amqp_basic_get(state, Self.channel, queue, 1)
    if let error = failure(reply, at: "\(place) at \(authority)") { throw error }
    guard reply.reply.id == TONGBAN_BASIC_GET_OK.rawValue else { return nil }
    return decoded(reply.reply, as: amqp_basic_get_ok_t.self)
  }

  /// The next frame of the channel, or nil when none came in time or a notice for the whole
  /// connection was dealt with. Serves heartbeats. Its memory lives until `releaseBuffers()`.
  func nextFrame(within seconds: Double) throws(MessagingError) -> amqp_frame_t? {
    var frame = amqp_frame_t()
    var wait = interval(seconds)
    let status = amqp_simple_wait_frame_noblock(state, &frame, &wait)
    if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
    try check(status)
    guard frame.frame_type == AMQP_FRAME_METHOD else { return frame }
    switch frame.payload.method.id {
    case TONGBAN_CONNECTION_CLOSE.rawValue, TONGBAN_CHANNEL_CLOSE.rawValue:
      throw farewell(frame.payload.method, at: authority)
    case TONGBAN_CONNECTION_BLOCKED.rawValue:
      blockedReason = decoded(frame.payload.method, as: amqp_connection_blocked_t.self)
        .map { text($0.reason) }
      return nil
    case TONGBAN_CONNECTION_UNBLOCKED.rawValue:
      blockedReason = nil
      return nil
    default: return frame
    }
  }

  var socket: Int32 { amqp_get_sockfd(state) }

  /// Whether a frame can be had without waiting for the network.
  var hasFrameAtHand: Bool { amqp_frames_enqueued(state) != 0 || amqp_data_in_buffer(state) != 0 }

  /// Lets librabbitmq reuse the memory of the frames read so far, unless it still needs it.
  func releaseBuffers() { amqp_maybe_release_buffers_on_channel(state, Self.channel) }

  /// The decoded arguments of a method frame.
  func decoded<Arguments>(_ method: amqp_method_t, as: Arguments.Type) -> Arguments? {
    method.decoded?.assumingMemoryBound(to: Arguments.self).pointee
  }

  // MARK: opening

  private func openSocket(_ uri: BrokerURI) throws(MessagingError) {
    let socket = uri.tls == nil ? amqp_tcp_socket_new(state) : amqp_ssl_socket_new(state)
    guard let socket else {
      throw MessagingError(.unreachable, at: authority, "memory for a socket is lacking")
    }
    if let tls = uri.tls { try configure(socket, tls) }
    var timeout = interval(uri.connectionTimeout)
    let status = amqp_socket_open_noblock(socket, uri.host, Int32(uri.port), &timeout)
    guard status == AMQP_STATUS_OK.rawValue else {
      throw MessagingError.connecting(status, at: authority)
    }
  }

  private func configure(
    _ socket: OpaquePointer, _ tls: BrokerURI.TLS
  ) throws(MessagingError) {
    func set(_ status: Int32, _ what: String) throws(MessagingError) {
      guard status == AMQP_STATUS_OK.rawValue else {
        throw MessagingError(.unreadableURI, at: authority, what)
      }
    }
    try set(
      amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST),
      "TLS 1.2 and later could not be required")
    amqp_ssl_socket_set_verify_peer(socket, tls.verifiesPeer ? 1 : 0)
    amqp_ssl_socket_set_verify_hostname(socket, tls.verifiesPeer ? 1 : 0)
    if tls.verifiesPeer {
      // librabbitmq 0.11 cannot name OpenSSL's default store, so Debian's bundle stands in.
      let authorities = tls.authorities ?? "/etc/ssl/certs/ca-certificates.crt"
      try set(
        amqp_ssl_socket_set_cacert(socket, authorities),
        "the authorities in \(authorities) (cacertfile) could not be read as PEM")
    }
    if let certificate = tls.certificate, let key = tls.key {
      try set(
        amqp_ssl_socket_set_key(socket, certificate, key),
        "\(certificate) and \(key) (certfile, keyfile) could not be read as a PEM pair")
    }
  }

  /// A peer that takes nothing any more ends the connection instead of holding a send for ever: the
  /// kernel gives up on unacknowledged octets, zero windows included (tcp(7), TCP_USER_TIMEOUT).
  private func boundWrites(_ uri: BrokerURI) {
    var milliseconds = Int32(max(20, uri.heartbeat) * 1_000)
    let size = socklen_t(MemoryLayout<Int32>.size)
    // Without it the heartbeat still bounds a send; so a refusal is no error.
    _ = setsockopt(
      amqp_get_sockfd(state), Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, size)
  }

  private func logIn(_ uri: BrokerURI, name: String) throws(MessagingError) {
    var timeout = interval(uri.connectionTimeout)
    try check(amqp_set_handshake_timeout(state, &timeout))
    defer { arena.reset() }
    var properties = try arena.table([
      Field("product", .text("tongban")),
      Field("connection_name", .text(name)),
      Field(
        "capabilities",
        .table([
          Field("consumer_cancel_notify", .bool(true)),
          Field("connection.blocked", .bool(true)),
          Field("publisher_confirms", .bool(true)),
          Field("basic.nack", .bool(true)),
          Field("authentication_failure_close", .bool(true)),
        ])),
    ])
    let reply =
      uri.usesExternalLogin
      ? tongban_login_external(
        state, uri.virtualHost, 0, Limits.frameMax, Int32(uri.heartbeat), &properties, uri.user)
      : tongban_login_plain(
        state, uri.virtualHost, 0, Limits.frameMax, Int32(uri.heartbeat), &properties, uri.user,
        uri.password)
    if let error = failure(reply, at: authority) { throw error }
  }

  // MARK: replies

  private func check(_ status: Int32) throws(MessagingError) {
    guard status != AMQP_STATUS_OK.rawValue else { return }
    isUsable = false
    throw MessagingError.library(status, at: authority)
  }

  private func checkReply(at place: String? = nil) throws(MessagingError) {
    let place = place.map { "\($0) at \(authority)" } ?? authority
    if let error = failure(amqp_get_rpc_reply(state), at: place) { throw error }
  }

  private func failure(_ reply: amqp_rpc_reply_t, at place: String) -> MessagingError? {
    switch reply.reply_type {
    case AMQP_RESPONSE_NORMAL: return nil
    case AMQP_RESPONSE_SERVER_EXCEPTION: return farewell(reply.reply, at: place)
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
      isUsable = false
      return MessagingError.library(reply.library_error, at: place)
    default:
      isUsable = false
      return MessagingError(.connectionLost, at: place, "the broker closed the connection")
    }
  }

  /// Answers the broker's close of channel or connection and says why it closed.
  private func farewell(_ method: amqp_method_t, at place: String) -> MessagingError {
    if method.id == TONGBAN_CONNECTION_CLOSE.rawValue {
      isUsable = false
      var answer = amqp_connection_close_ok_t()
      _ = amqp_send_method(state, 0, TONGBAN_CONNECTION_CLOSE_OK.rawValue, &answer)
      if let close = decoded(method, as: amqp_connection_close_t.self) {
        return MessagingError(
          MessagingError.code(reply: close.reply_code), at: place, text(close.reply_text))
      }
    } else if method.id == TONGBAN_CHANNEL_CLOSE.rawValue {
      var answer = amqp_channel_close_ok_t()
      _ = amqp_send_method(state, Self.channel, TONGBAN_CHANNEL_CLOSE_OK.rawValue, &answer)
      if let close = decoded(method, as: amqp_channel_close_t.self) {
        return MessagingError(
          MessagingError.code(reply: close.reply_code), at: place, text(close.reply_text))
      }
    }
    return MessagingError(.protocolViolation, at: place, "the broker replied with another method")
  }

  func text(_ bytes: amqp_bytes_t) -> String {
    String(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
  }
}
