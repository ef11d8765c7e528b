import CMicroHTTP

/// What libmicrohttpd calls from its threads: connections come and go, requests begin, grow and end.
///
/// libmicrohttpd holds an unretained pointer to it from start to stop, and `HTTPServer` keeps it longer than that.
final class ServerFloor: Sendable {
  let limits: HTTPServer.Limits
  private let watch: ConnectionWatch
  private let tls: HTTPServer.TLS?
  private let handler: HTTPServer.Handler

  init(
    limits: HTTPServer.Limits, watch: ConnectionWatch, tls: HTTPServer.TLS?,
    handler: @escaping HTTPServer.Handler
  ) {
    self.limits = limits
    self.watch = watch
    self.tls = tls
    self.handler = handler
  }

  /// - Parameter address: a socket address, read before this returns.
  func start(at address: UnsafeMutableRawPointer, isIPv6: Bool) -> OpaquePointer? {
    let context = Unmanaged.passUnretained(self).toOpaque()
    var options = [
      item(.SOCK_ADDR, pointer: address),
      item(.CONNECTION_LIMIT, limits.connections),
      item(.CONNECTION_TIMEOUT, limits.idleSeconds),
      item(.CONNECTION_MEMORY_LIMIT, limits.head),
      item(.STRICT_FOR_CLIENT, 1),
      item(
        .NOTIFY_CONNECTION, tongban_mhd_connection_value(ServerFloor.connectionChanged),
        pointer: context),
      item(
        .URI_LOG_CALLBACK, tongban_mhd_uri_value(ServerFloor.requestBegan), pointer: context),
      item(
        .NOTIFY_COMPLETED, tongban_mhd_completed_value(ServerFloor.requestEnded),
        pointer: context),
    ]
    var flags = MHD_USE_THREAD_PER_CONNECTION.rawValue | MHD_USE_POLL_INTERNAL_THREAD.rawValue
    flags |= MHD_USE_ITC.rawValue
    if isIPv6 { flags |= MHD_USE_IPv6.rawValue }
    guard let tls else { return start(flags, context, &options) }
    flags |= MHD_USE_TLS.rawValue
    // libmicrohttpd reads certificate, key and priorities during the start and not again.
    return withCString(tls.certificate) { certificate in
      withCString(tls.key) { key in
        withCString("NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2") { priorities in
          options.append(item(.HTTPS_MEM_CERT, pointer: certificate))
          options.append(item(.HTTPS_MEM_KEY, pointer: key))
          options.append(item(.HTTPS_PRIORITIES, pointer: priorities))
          return start(flags, context, &options)
        }
      }
    }
  }

  private func start(
    _ flags: UInt32, _ context: UnsafeMutableRawPointer, _ options: inout [MHD_OptionItem]
  ) -> OpaquePointer? {
    options.append(item(.END))
    return tongban_mhd_start(flags, ServerFloor.requestGrew, context, &options)
  }

  private func item(
    _ option: MHD_OPTION, _ value: Int = 0, pointer: UnsafeMutableRawPointer? = nil
  ) -> MHD_OptionItem {
    MHD_OptionItem(option: option, value: value, ptr_value: pointer)
  }

  private func withCString<Result>(
    _ text: String, _ body: (UnsafeMutableRawPointer) -> Result
  ) -> Result {
    text.withCString { body(UnsafeMutableRawPointer(mutating: $0)) }
  }
}

// MARK: What libmicrohttpd calls

extension ServerFloor {
  private static func floor(_ context: UnsafeMutableRawPointer?) -> ServerFloor? {
    context.map { Unmanaged<ServerFloor>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let connectionChanged: MHD_NotifyConnectionCallback = {
    context, connection, _, change in
    guard let floor = floor(context), let connection else { return }
    if change == .CONNECTION_NOTIFY_STARTED {
      floor.watch.opened(connection, socket: tongban_mhd_socket(connection))
    } else {
      // Called before the socket is closed, so the watch never cuts another connection's socket.
      floor.watch.closed(connection)
    }
  }

  /// The request line is there: makes the exchange, which `requestEnded` releases.
  private static let requestBegan: tongban_mhd_uri_callback = { context, target, connection in
    guard let floor = floor(context), let target, let connection else { return nil }
    floor.watch.began(connection)
    let exchange = Exchange(target: String(cString: target), bodyLimit: floor.limits.body)
    return Unmanaged.passRetained(exchange).toOpaque()
  }

  /// Called once when the headers are there, then for each piece of the body, then once when all is there.
  private static let requestGrew: MHD_AccessHandlerCallback = {
    context, connection, _, method, version, piece, size, slot in
    guard let floor = floor(context), let connection, let method, let size, let slot,
      let held = slot.pointee
    else { return .NO }
    let exchange = Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue()
    if !exchange.hasHead {
      exchange.takeHead(of: connection, method: String(cString: method))
    } else if size.pointee > 0 {
      exchange.take(UnsafeRawBufferPointer(start: piece, count: size.pointee))
      size.pointee = 0
      return .YES
    } else {
      return exchange.answer(on: connection, with: floor.handler)
    }
    return exchange.refusal == nil ? .YES : exchange.answer(on: connection, with: floor.handler)
  }

  private static let requestEnded: MHD_RequestCompletedCallback = {
    context, connection, slot, _ in
    if let floor = floor(context), let connection { floor.watch.ended(connection) }
    guard let slot, let held = slot.pointee else { return }
    Unmanaged<Exchange>.fromOpaque(held).release()
    slot.pointee = nil
  }
}
