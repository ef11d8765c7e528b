import CRabbitMQ

/// Publishes messages and waits until the broker has confirmed each of them, over a connection of
/// its own (so that an alarm that blocks publishing never stops acknowledgements).
///
/// Trouble that may pass (a lost connection, a confirm that does not come, a nack) is met by
/// reconnecting and publishing what is unconfirmed again, in order and unchanged, so a message may
/// arrive twice under its one id, and is never lost. Belongs to one thread at a time; its calls
/// block, always for a bounded time.
package final class Publisher {
  /// What became of one message.
  package enum Outcome: Sendable, Equatable {
    /// It is safe: every queue it was routed to has it.
    case confirmed
    /// No queue wanted it (basic.return), with the broker's reply code (312) and text.
    case returned(code: Int, text: String)
  }

  private var dialer: Dialer
  private let log: @Sendable (String) -> Void
  private var connection: Connection?
  private var content = IncomingContent()
  private var window = ConfirmWindow()
  /// The messages of the window, by index.
  private var messages: [Message] = []
  /// Everything before this index has been written to the present connection.
  private var cursor = 0
  private var lastProgress = 0.0
  private var refusals = Backoff()
  private var random = SystemRandomNumberGenerator()
  private var wasBlocked = false
  private var isClosed = false

  /// Makes a publisher; it connects at the first `send`.
  /// - Parameter name: the client-provided connection name, as the broker's console shows it.
  package init(_ uri: BrokerURI, name: String, log: @escaping @Sendable (String) -> Void) {
    dialer = Dialer(uri, name: name, log: log)
    self.log = log
  }

  /// Whether there is a connection, as far as the last call saw.
  package var isConnected: Bool { connection != nil }
  /// Whether the broker asks publishers to wait, as far as the last call saw.
  package var isBlocked: Bool { connection?.blockedReason != nil }
  /// Why there is no connection; nil while there is one.
  package var lastError: MessagingError? { dialer.lastError }
  /// Messages sent and not yet reported by `awaitConfirms`.
  package var outstanding: Int { messages.count }

  /// Publishes all messages, in order, with the mandatory flag, and waits for every confirm; gives
  /// one outcome for each, in their order.
  /// - Parameters:
  ///   - confirmWithin: seconds without any confirm after which the connection is given up and
  ///     the unconfirmed are published again on a new one.
  ///   - deadline: seconds after which to give up altogether.
  ///
  /// Throws once `deadline` has passed: `CONFIRM_TIMEOUT`, `CONNECTION_LOST`, `UNREACHABLE`,
  /// `NOT_CONFIRMED` or `BLOCKED`; at once for what repeating does not mend (`NOT_FOUND`: no such
  /// exchange, `ACCESS_REFUSED`, `PRECONDITION_FAILED`, `UNSENDABLE`, …). After a throw each of the
  /// messages may or may not have arrived: publish them again under the same ids.
  package func publish(
    _ messages: [Message], confirmWithin: Double, deadline: Double
  ) throws(MessagingError) -> [Outcome] {
    precondition(outstanding == 0, "await what was sent before publishing more")
    let end = monotonicNow() + deadline
    try send(messages, deadline: deadline)
    return try awaitConfirms(within: confirmWithin, deadline: end - monotonicNow())
  }

  /// The first half of `publish`: writes the messages and returns without waiting for confirms,
  /// so that other work can go on meanwhile. May be called several times before `awaitConfirms`.
  /// Throws as `publish` does; the messages of all sends since the last `awaitConfirms` are then
  /// no longer in its care.
  package func send(_ added: [Message], deadline: Double = 30) throws(MessagingError) {
    guard !isClosed else {
      throw MessagingError(.closed, at: dialer.uri.authority, "the publisher is closed")
    }
    if messages.isEmpty { messages = added } else { messages.append(contentsOf: added) }
    window.append(added.count)
    let end = monotonicNow() + deadline
    try persist(until: end, goal: window.count) { connection throws(MessagingError) in
      try self.write(to: connection, until: end)
    }
  }

  /// The second half of `publish`: waits for the confirms of what was sent and gives their outcomes, in
  /// the order of sending. Throws as `publish` does.
  /// - Parameter first: how many of the messages not awaited yet; all of them unless told. The others stay
  ///   under way, so that the broker is never without work.
  package func awaitConfirms(
    first: Int? = nil, within patience: Double, deadline: Double
  ) throws(MessagingError) -> [Outcome] {
    let end = monotonicNow() + deadline
    let goal = first ?? window.count
    try persist(until: end, goal: goal) { connection throws(MessagingError) in
      try self.settle(goal, on: connection, patience: patience, until: end)
    }
    let outcomes = window.states.prefix(goal).map { state -> Outcome in
      if case .undeliverable(let code, let text) = state {
        return .returned(code: Int(code), text: text)
      }
      return .confirmed
    }
    window.dropFirst(goal)
    messages.removeFirst(goal)
    cursor = max(0, cursor - goal)
    return outcomes
  }

  /// Serves heartbeats and takes notices without waiting: call it now and then while idle, more
  /// often than the heartbeat interval, or the broker ends the connection.
  package func serve() {
    guard let connection else { return }
    do throws(MessagingError) { try drain(connection) } catch { drop(error) }
  }

  /// Waits a moment (two seconds at most) for the confirms of what was sent, since the broker forgets
  /// the last messages of a connection that ends at once; then ends the connection. What is not
  /// confirmed by then is no longer in this publisher's care. May be called again.
  package func close() {
    if connection != nil, window.awaited > 0 {
      // An error says what the caller gave up to know when it closed without awaiting.
      _ = try? awaitConfirms(within: Limits.farewell, deadline: Limits.farewell)
    }
    isClosed = true
    connection?.close()
    connection = nil
    forget()
  }

  // MARK: going on after trouble

  /// Runs `work` on a connection until it succeeds, on a new connection each time one is lost; not at
  /// all if so many messages are settled already.
  private func persist(
    until end: Double, goal: Int, _ work: (Connection) throws(MessagingError) -> Void
  ) throws(MessagingError) {
    do throws(MessagingError) {
      while !window.isSettled(first: goal) {
        guard let connection = try connected(by: end) else {
          throw dialer.lastError
            ?? MessagingError(.connectionLost, at: dialer.uri.authority, "no connection in time")
        }
        do throws(MessagingError) {
          try work(connection)
          return
        } catch {
          drop(error)
          if !error.isTransient || monotonicNow() >= end { throw error }
        }
      }
    } catch {
      forget()
      throw error
    }
  }

  private func connected(by end: Double) throws(MessagingError) -> Connection? {
    if let connection { return connection }
    let made = try dialer.dial(by: end) { link throws(MessagingError) in
      _ = try link.call { amqp_confirm_select($0, Connection.channel) }
    }
    content = IncomingContent()
    connection = made
    lastProgress = monotonicNow()
    return made
  }

  private func drop(_ error: MessagingError) {
    connection?.close()
    connection = nil
    window.restart()
    cursor = 0
    if window.count > window.settled {
      log("\(dialer.name): \(window.count - window.settled) unconfirmed, to be published again")
    }
    dialer.lost(error)
  }

  /// Lets go of what was sent and not awaited: the caller gives that batch up and may send it anew
  /// under the same ids. A connection with confirms still to come is of no more use and is closed.
  package func forget() {
    if window.awaited > 0 {
      connection?.close()
      connection = nil
      window.restart()
    }
    window.abandon()
    messages = []
    cursor = 0
  }

  // MARK: writing

  private func write(to connection: Connection, until end: Double) throws(MessagingError) {
    try drain(connection)
    var written = 0
    // A local reference, so that a message is looked at in its place instead of being copied out.
    let messages = messages
    while let index = window.nextToSend(from: cursor) {
      try waitWhileBlocked(connection, until: end)
      try connection.publish(messages[index], until: end)
      window.markSent(index)
      cursor = index + 1
      written += 1
      // Confirms are taken in between, so that neither side waits for the other to read.
      if written % Limits.sendsBetweenDrains == 0 {
        try connection.flush(until: end)
        try drain(connection)
      }
    }
    try connection.flush(until: end)
    if written > 0 { lastProgress = monotonicNow() }
  }

  private func waitWhileBlocked(
    _ connection: Connection, until end: Double
  ) throws(MessagingError) {
    while let reason = connection.blockedReason {
      let left = end - monotonicNow()
      guard left > 0 else {
        throw MessagingError(
          .blocked, at: connection.authority, "the broker asks publishers to wait: \(reason)")
      }
      try take(from: connection, within: left)
    }
  }

  // MARK: confirms

  private func settle(
    _ goal: Int, on connection: Connection, patience: Double, until end: Double
  ) throws(MessagingError) {
    while !window.isSettled(first: goal) {
      try write(to: connection, until: end)
      // Writing looks at what has come meanwhile, and that may have been the last confirm.
      if window.isSettled(first: goal) { break }
      let now = monotonicNow()
      guard now < end else {
        throw MessagingError(
          isBlocked ? .blocked : .confirmTimeout, at: connection.authority,
          "\(window.count - window.settled) of \(window.count) messages were not confirmed in time")
      }
      if window.awaited == 0 {
        try pauseAfterRefusal(connection, until: end)
      } else if now - lastProgress < patience || isBlocked {
        let wait = isBlocked ? end - now : min(end - now, lastProgress + patience - now)
        try take(from: connection, within: wait)
      } else {
        throw MessagingError(
          .confirmTimeout, at: connection.authority, "no confirm came for \(patience) seconds")
      }
    }
    refusals.reset()
  }

  /// The broker refused messages (basic.nack: a full queue, a failing leader) and has spoken about
  /// all others: what it refused is sent again after a while.
  private func pauseAfterRefusal(
    _ connection: Connection, until end: Double
  ) throws(MessagingError) {
    let delay = refusals.next(using: &random)
    log("\(dialer.name): \(window.refused) messages refused by the broker, sent again shortly")
    guard monotonicNow() + delay < end else {
      throw MessagingError(
        .notConfirmed, at: connection.authority,
        "the broker refused \(window.refused) messages (a queue may be full)")
    }
    try take(from: connection, within: delay)
    cursor = 0
  }

  private func drain(_ connection: Connection) throws(MessagingError) {
    repeat { try take(from: connection, within: 0) } while connection.hasFrameAtHand
  }

  /// Takes one frame, if one comes in time.
  private func take(
    from connection: Connection, within seconds: Double
  ) throws(MessagingError) {
    if let frame = try connection.nextFrame(within: seconds) {
      try handle(frame, of: connection)
      connection.releaseBuffers()
    }
    if isBlocked != wasBlocked {
      wasBlocked = isBlocked
      lastProgress = monotonicNow()
      log("\(dialer.name): \(connection.blockedReason.map { "blocked: \($0)" } ?? "unblocked")")
    }
  }

  private func handle(_ frame: amqp_frame_t, of connection: Connection) throws(MessagingError) {
    guard frame.frame_type == AMQP_FRAME_METHOD else {
      if let complete = try content.accept(frame, at: connection.authority) { note(complete) }
      return
    }
    let method = frame.payload.method
    do throws(ConfirmWindow.Violation) {
      switch method.id {
      case TONGBAN_BASIC_ACK.rawValue:
        guard let ack = connection.decoded(method, as: amqp_basic_ack_t.self) else { return }
        try window.acknowledge(ack.delivery_tag, multiple: ack.multiple != 0)
        lastProgress = monotonicNow()
        dialer.worked()
      case TONGBAN_BASIC_NACK.rawValue:
        guard let nack = connection.decoded(method, as: amqp_basic_nack_t.self) else { return }
        try window.refuse(nack.delivery_tag, multiple: nack.multiple != 0)
        lastProgress = monotonicNow()
      case TONGBAN_BASIC_RETURN.rawValue:
        guard let back = connection.decoded(method, as: amqp_basic_return_t.self) else { return }
        content.begin(
          .returned(code: back.reply_code, text: connection.text(back.reply_text)),
          exchange: back.exchange, routingKey: back.routing_key)
      default: break
      }
    } catch {
      throw MessagingError(
        .protocolViolation, at: connection.authority, "it confirmed a number we never sent")
    }
  }

  /// A return names no number: it is the earliest message under way with the same address, id and
  /// octets. Two that agree in all of these are equally unroutable.
  private func note(_ complete: IncomingContent.Complete) {
    guard case .returned(let code, let text) = complete.announcement else { return }
    let back = complete.message
    let messages = messages
    window.giveBack(code: code, text: text) { index in
      let sent = messages[index]
      return sent.routingKey == back.routingKey && sent.exchange == back.exchange
        && sent.properties.messageID == back.properties.messageID && sent.body == back.body
    }
  }
}
