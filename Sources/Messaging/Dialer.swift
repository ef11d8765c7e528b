/// Opens connections for one owner, again and again, with capped jittered back-off between attempts.
struct Dialer {
  let uri: BrokerURI
  let name: String
  private let log: @Sendable (String) -> Void
  private var backoff = Backoff()
  private var random = SystemRandomNumberGenerator()
  private var nextAttempt = 0.0
  private var connectedAt = 0.0
  /// Counts the connections made.
  private(set) var generation: UInt64 = 0
  /// Why there is no connection, if there is none.
  private(set) var lastError: MessagingError?

  init(_ uri: BrokerURI, name: String, log: @escaping @Sendable (String) -> Void) {
    self.uri = uri
    self.name = name
    self.log = log
  }

  /// Connects and prepares the channel; nil once `deadline` has passed without. An error that
  /// waiting cannot mend (wrong password, foreign certificate) is thrown while there never was a
  /// connection; later it is waited out like the others, since then the configuration once worked.
  mutating func dial(
    by deadline: Double, prepare: (Connection) throws(MessagingError) -> Void
  ) throws(MessagingError) -> Connection? {
    while true {
      let now = monotonicNow()
      if nextAttempt > now {
        pause(min(nextAttempt, deadline) - now)
        if nextAttempt >= deadline { return nil }
      }
      do throws(MessagingError) {
        let connection = try Connection(uri, name: name)
        do throws(MessagingError) { try prepare(connection) } catch {
          connection.close()
          throw error
        }
        generation += 1
        connectedAt = monotonicNow()
        if lastError != nil { log("\(name): connected to \(uri.authority) again") }
        lastError = nil
        return connection
      } catch {
        failed(error, "cannot connect")
        if generation == 0, !error.isTransient, error.code != .notFound { throw error }
      }
      if monotonicNow() >= deadline { return nil }
    }
  }

  /// Notes that a connection was lost; the next attempt waits a little.
  mutating func lost(_ error: MessagingError) {
    // A connection that held for a while was a good one: its end begins a new count.
    if monotonicNow() - connectedAt > backoff.cap { backoff.reset() }
    failed(error, "connection given up")
  }

  /// Notes that the connection does its work.
  mutating func worked() { backoff.reset() }

  private mutating func failed(_ error: MessagingError, _ what: String) {
    let delay = backoff.next(using: &random)
    nextAttempt = monotonicNow() + delay
    lastError = error
    log("\(name): \(what), next attempt in \(Int(delay * 1_000)) ms: \(error)")
  }
}
