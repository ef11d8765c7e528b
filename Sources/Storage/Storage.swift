// Storage: the door to the database, a thin safe layer over libpq (PostgreSQL 15).
//
// It promises: every statement is prepared once a connection and sent with binary parameters; a statement
// that returned took effect as far as its transaction does; a lost connection throws and the next call makes
// a new one; no wait on a dead peer is without end. How long a statement may take is the caller's affair
// (`statement_timeout`). Lanes, the hub's parts and their tests call it. It knows no table of theirs and
// must never import Messaging, HTTP, Events or anything of the hub.
//
// A `Database` belongs to one thread at a time and its calls block: use it on a `Thread` of your own, never
// on Swift's cooperative pool.

/// What this module bounds, in one place.
enum Limits {
  /// Seconds to connect to one address, with the login.
  static let connectSeconds = 10
  /// Seconds of silence before TCP asks whether the other side lives, between two questions, and how many
  /// questions may stay without answer. Both sides ask.
  static let keepAliveIdle = 15
  static let keepAliveInterval = 5
  static let keepAliveCount = 4
  /// Milliseconds that sent octets may stay without the other side's word (tcp(7), TCP_USER_TIMEOUT).
  static let userTimeoutMilliseconds = 30_000
  /// Milliseconds between a server's farewell and the end of the connection.
  static let farewellMilliseconds: Int32 = 50
  /// Prepared statements kept on one connection; the one unused for longest gives way.
  static let preparedStatements = 256
  /// A parameter buffer above this is given back after its statement, in octets.
  static let keptParameterBuffer = 4 << 20
  /// How much of a statement an error repeats, in characters.
  static let quotedStatement = 120
}
