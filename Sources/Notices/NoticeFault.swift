import Lanes

/// Why a notice cannot be entered or was given up: the reason codes of this module.
package enum NoticeReason: String, Sendable, CaseIterable {
  /// The body is not that of a notice.
  case unreadable = "NOTICE_UNREADABLE"
  case unknownChannel = "UNKNOWN_CHANNEL"
  /// No template for this kind.
  case unknownKind = "UNKNOWN_KIND"
  /// A template shows a value that the notice does not have.
  case missingValue = "MISSING_VALUE"
  /// The address is not one of the channel's.
  case malformedRecipient = "MALFORMED_RECIPIENT"
  case unknownSubscriber = "UNKNOWN_SUBSCRIBER"
  /// The environment does not say where the channel leads.
  case notConfigured = "CHANNEL_NOT_CONFIGURED"
  case tooLong = "NOTICE_TOO_LONG"
  /// The key came before with another content.
  case keyReused = "NOTICE_KEY_REUSED"
  /// The receiver refused it for good, or never took it before its time was up.
  case undeliverable = "NOTICE_UNDELIVERABLE"
}

/// A fault in one notice: reason, place and expectation, never the recipient or a value.
struct NoticeFault: Error, Equatable {
  let reason: NoticeReason
  let place: String
  let expectation: String
  let rule: String

  init(_ reason: NoticeReason, _ place: String, _ expectation: String, rule: String = "") {
    self.reason = reason
    self.place = place
    self.expectation = expectation
    self.rule = rule
  }

  func letter(stage: String) -> DeadLetter {
    DeadLetter(
      stage: stage, code: reason.rawValue, place: place, expectation: expectation, rule: rule)
  }
}
