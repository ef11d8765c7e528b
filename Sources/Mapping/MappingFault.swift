import Standards

/// Why a record could not be mapped, or what somebody should look at: code, places, expectation, rule.
/// It never holds the value.
package struct MappingFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The stable reason codes of this module.
  package enum Code: String, Sendable, CaseIterable {
    /// A value that the standard needs is not in the record.
    case missingField = "MISSING_FIELD"
    /// A value that has not the form it should have.
    case malformedValue = "MALFORMED_VALUE"
    /// A list or an object where one value is needed.
    case notAValue = "NOT_A_VALUE"
    case notANumber = "NOT_A_NUMBER"
    /// A code that its table does not have.
    case unmappedCode = "UNMAPPED_CODE"
    /// A code and the name beside it that say different things.
    case nameDisagrees = "NAME_DISAGREES"
    case wrongCheckCharacter = "WRONG_CHECK_CHARACTER"
    /// A day or a time of day that no calendar and no clock has.
    case impossibleDate = "IMPOSSIBLE_DATE"
    case futureDate = "FUTURE_DATE"
    case unknownRegion = "UNKNOWN_REGION"
    /// An address whose names fit several divisions.
    case ambiguousRegion = "AMBIGUOUS_REGION"
    case wrongEmbeddedCode = "WRONG_EMBEDDED_CODE"
    case unusualKind = "UNUSUAL_KIND"
    /// The output is larger than a run may make it.
    case tooLarge = "TOO_LARGE"

    init(_ reason: Reason) {
      switch reason {
      case .malformedValue: self = .malformedValue
      case .wrongCheckCharacter: self = .wrongCheckCharacter
      case .impossibleDate: self = .impossibleDate
      case .futureDate: self = .futureDate
      case .unknownRegion: self = .unknownRegion
      case .wrongEmbeddedCode: self = .wrongEmbeddedCode
      case .unusualKind: self = .unusualKind
      }
    }
  }

  package var code: Code
  /// The standard field: `identifiers[0].number`, `event.region`.
  package var target: String
  /// The native field: `GMSFHM`, `DOCS[1].HM`; where several may give the value, the first of them.
  package var source: String
  /// The byte in the native input, from 0; -1 if the value has no place there.
  package var byte: Int
  package var expectation: String
  /// `file: path` of the rule.
  package var rule: String

  package init(
    code: Code, target: String, source: String, byte: Int, expectation: String, rule: String
  ) {
    self.code = code
    self.target = target
    self.source = source
    self.byte = byte
    self.expectation = expectation
    self.rule = rule
  }

  package var description: String {
    var place = source.isEmpty ? target : "\(source) → \(target)"
    if byte >= 0 { place += " (byte \(byte))" }
    return "\(code.rawValue): \(place): expected \(expectation) [\(rule)]"
  }
}
