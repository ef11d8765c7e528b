/// What the national standards say about numbers, dates and codes, as checks over bytes.
///
/// Promises: every check is total, allocates nothing, and its finding never repeats the number that
/// was checked. Mappings call it for every record, the schema validator for its formats, and the
/// command for `standards check`. It imports nothing at all: no clock (today comes in with `Reference`),
/// no file (a code table is read from bytes), no other module.
package enum Outcome: Sendable, Equatable {
  case valid
  /// The number is accepted, and somebody should look at it.
  case warning(Finding)
  case invalid(Finding)

  /// Valid, with or without a warning.
  package var isAccepted: Bool {
    if case .invalid = self { return false }
    return true
  }

  package var finding: Finding? {
    switch self {
    case .valid: nil
    case .warning(let finding), .invalid(let finding): finding
    }
  }

  static func invalid(_ reason: Reason, _ expectation: StaticString) -> Outcome {
    .invalid(Finding(reason, expectation))
  }

  static func warning(_ reason: Reason, _ expectation: StaticString) -> Outcome {
    .warning(Finding(reason, expectation))
  }
}

/// Why a number was not simply accepted. The expectation is text known when the program was written,
/// so no number can slip into it.
package struct Finding: Sendable, Equatable {
  package let reason: Reason
  package let expectation: StaticString

  package init(_ reason: Reason, _ expectation: StaticString) {
    self.reason = reason
    self.expectation = expectation
  }

  package static func == (left: Finding, right: Finding) -> Bool {
    left.reason == right.reason && left.expectation.description == right.expectation.description
  }
}

/// The reason codes of this module: stable names that auditors and dead letters show.
package enum Reason: String, Sendable, CaseIterable {
  /// Wrong length, a character that never occurs there, or a part out of its range.
  case malformedValue = "MALFORMED_VALUE"
  case wrongCheckCharacter = "WRONG_CHECK_CHARACTER"
  /// A day that no calendar has.
  case impossibleDate = "IMPOSSIBLE_DATE"
  case futureDate = "FUTURE_DATE"
  /// A well-formed division code that no table knows. Tables are never complete: a warning.
  case unknownRegion = "UNKNOWN_REGION"
  /// The outer check character is right, that of the organisation code inside is not: a warning.
  case wrongEmbeddedCode = "WRONG_EMBEDDED_CODE"
  /// A number that may only be somebody else's kind of document: a warning.
  case unusualKind = "UNUSUAL_KIND"
}

/// What the checks may know beyond the number itself. Each part may be missing; then its check is left out.
package struct Reference: Sendable {
  package var today: CivilDate?
  package var divisions: Divisions?

  package init(today: CivilDate? = nil, divisions: Divisions? = nil) {
    self.today = today
    self.divisions = divisions
  }
}
