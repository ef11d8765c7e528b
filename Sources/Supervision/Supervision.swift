// Supervision (电子监察): how much of the time that the law and a promise give an authority has passed, and which card
// follows from it.
//
// It promises: pure; the same clock, calendar and moment give the same answer. A clock counts whole days of the calendar
// from the day after it began, and leaves out the days on which it stood still. Called by Sync, which keeps the clocks.
// It must never import Storage, Messaging or anything that knows cases.

import Configuration

/// What an authority has for a case or for a step.
package struct Limits: Sendable, Equatable {
  /// How a length of time is counted.
  package enum Span: Sendable, Equatable {
    /// Days of the working calendar, as 行政许可法 82 has it.
    case workingDays(Int)
    case calendarDays(Int)
    /// Plain time, for trials and for services by the hour.
    case seconds(Double)
  }

  /// What the authority has promised; the cards go by it.
  package let promised: Span
  /// What the law gives it; beyond it a red card is a breach of the law. Nil where none is said.
  package let statutory: Span?
  /// A warning is due when this share of the promised time is left, one day at least.
  package let warning: Double

  package init(promised: Span, statutory: Span? = nil, warning: Double = 1.0 / 3) {
    self.promised = promised
    self.statutory = statutory
    self.warning = warning
  }

  /// `{ promised: "5 working days", statutory: "20 working days", warning: 0.33 }`, or the promised span alone.
  package init(_ node: ConfigurationNode) throws(ConfigurationError) {
    guard case .object = node.value else {
      self.init(promised: try Span(node))
      return
    }
    var object = try node.object()
    let promised = try Span(object.required("promised"))
    let statutory = try object.optional("statutory").map(Span.init)
    let warning = try object.optional("warning")?.double() ?? 1.0 / 3
    guard (0...1).contains(warning) else {
      throw node.fault("expected \"warning\" to be a share from 0 to 1, found \(warning)")
    }
    try object.end()
    if case .workingDays(let law)? = statutory, case .workingDays(let promise) = promised,
      law < promise
    {
      throw node.fault("promised are \(promise) working days, and the law gives \(law)")
    }
    self.init(promised: promised, statutory: statutory, warning: warning)
  }
}

extension Limits.Span {
  /// The most days that a limit may have; what is longer is a mistake.
  private static let days = 1...730

  fileprivate init(_ node: ConfigurationNode) throws(ConfigurationError) {
    if case .string = node.value {
      let words = try node.string().split(separator: " ").map(String.init)
      if let first = words.first, let count = Int(first), words.count > 1 {
        guard Self.days.contains(count) else {
          throw node.fault("expected 1 to 730 days, found \(count)")
        }
        switch words.dropFirst().joined(separator: " ") {
        case "working day", "working days":
          self = .workingDays(count)
          return
        case "day", "days":
          self = .calendarDays(count)
          return
        default:
          throw node.fault(
            "expected \"5 working days\", \"20 days\" or \"2h\", found \"\(try node.string())\"")
        }
      }
    }
    let seconds = try node.seconds()
    guard seconds > 0 else { throw node.fault("expected a length of time above 0") }
    self = .seconds(seconds)
  }
}

/// What a clock's passing leads to, the graver the later.
package enum Card: String, Sendable, CaseIterable, Comparable {
  case warning
  case yellow
  case red
  /// Red, and beyond what the law allows.
  case breach

  package static func < (left: Card, right: Card) -> Bool { left.gravity < right.gravity }

  private var gravity: Int {
    switch self {
    case .warning: 0
    case .yellow: 1
    case .red: 2
    case .breach: 3
    }
  }
}
