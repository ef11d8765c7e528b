/// What went wrong at the door to the database: a stable code, the place, and a sentence for the person who
/// must act. Two errors are equal when code and SQLSTATE are. Never holds a password or a value that was
/// stored or to be stored, since those may be somebody's data.
package struct StorageError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The stable reason codes of this module.
  package enum Code: String, Sendable, CaseIterable {
    /// The database's URL cannot be understood.
    case unreadableURL = "UNREADABLE_URL"
    /// No connection: unknown host, refused, timed out, still starting.
    case unreachable = "UNREACHABLE"
    /// Wrong password, unknown role or database, no permission.
    case accessRefused = "ACCESS_REFUSED"
    /// The server's certificate is not acceptable.
    case notTrusted = "NOT_TRUSTED"
    /// The connection ended; whether a statement under way took effect is not known.
    case connectionLost = "CONNECTION_LOST"
    /// A unique, check, foreign-key, exclusion or not-null constraint refused a row (class 23).
    case constraint = "CONSTRAINT"
    /// A value that its type cannot hold or read (class 22), or that is too large for an index or a row (class 54).
    case invalidValue = "INVALID_VALUE"
    /// Two transactions were in each other's way: do it again (class 40, a lock that was not to be had).
    case conflict = "CONFLICT"
    /// The server lacks memory, disk or connections (class 53), or fails inside (class 58).
    case serverTrouble = "SERVER_TROUBLE"
    /// A timeout or somebody stopped the statement (57014).
    case cancelled = "CANCELLED"
    /// Any other refusal of a statement: syntax, unknown table, unknown column, ….
    case refused = "STATEMENT_REFUSED"
    /// A commit, but there is no transaction that could be committed.
    case noTransaction = "NO_TRANSACTION"
    /// A column that is not of the type asked for, or null where a value is expected.
    case wrongType = "WRONG_TYPE"
    /// Used after `close()`.
    case closed = "CLOSED"
  }

  package let code: Code
  /// Where: the server, the beginning of the statement, or the column.
  package let place: String
  /// What happened and what was expected, in one sentence.
  package let reason: String
  /// The five characters of the SQL standard, where the server gave some.
  package let sqlState: String?
  /// The constraint that refused a row, where one did.
  package let constraint: String?
  /// Whether waiting and trying again, with nothing else changed, may help.
  package let isTransient: Bool

  init(
    _ code: Code, at place: String, _ reason: String, sqlState: String? = nil,
    constraint: String? = nil
  ) {
    self.code = code
    self.place = place
    self.reason = reason
    self.sqlState = sqlState
    self.constraint = constraint
    isTransient = Self.isTransient(code, sqlState)
  }

  package var description: String {
    "\(code.rawValue)\(sqlState.map { " (SQLSTATE \($0))" } ?? ""): \(place): \(reason)"
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.code == right.code && left.sqlState == right.sqlState
  }
}

// MARK: SQLSTATE

extension StorageError {
  /// The code for an SQLSTATE (PostgreSQL documentation, appendix A).
  static func code(sqlState: String) -> Code {
    switch sqlState {
    case "57P01", "57P02", "57P05", "25P03": return .connectionLost
    case "57P03": return .unreachable
    case "57014": return .cancelled
    case "55P03", "55006": return .conflict
    case "42501", "3D000": return .accessRefused
    default: break
    }
    switch sqlState.prefix(2) {
    case "08": return .connectionLost
    case "22", "54": return .invalidValue
    case "23": return .constraint
    case "28": return .accessRefused
    case "40": return .conflict
    case "53", "58": return .serverTrouble
    default: return .refused
    }
  }

  /// States that belong to a prepared statement which the next attempt prepares anew: the statement is gone,
  /// or a table it reads has changed since.
  static let stalePreparation: Set<String> = ["26000", "0A000"]

  private static func isTransient(_ code: Code, _ sqlState: String?) -> Bool {
    switch code {
    case .unreachable, .connectionLost, .conflict, .serverTrouble, .cancelled: true
    case .refused: sqlState == "26000"
    case .unreadableURL, .accessRefused, .notTrusted, .constraint, .invalidValue, .noTransaction,
      .wrongType, .closed:
      false
    }
  }

  /// A server's words without what may be a value: for values that a type refuses, all in quotation marks and
  /// all behind the colon.
  static func withoutValues(_ message: String, _ code: Code) -> String {
    guard code == .invalidValue else { return message }
    let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
    let unquoted = parts.enumerated().map { $0.offset.isMultiple(of: 2) ? $0.element : "…" }
      .joined(separator: "\"")
    guard let colon = unquoted.firstRange(of: ": ") else { return unquoted }
    return unquoted[..<colon.lowerBound] + " (the value is not repeated here)"
  }
}
