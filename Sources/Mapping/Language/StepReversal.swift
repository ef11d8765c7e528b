import Standards

/// The steps of one rule undone.
struct StepReversal {
  /// What to do to the standard value.
  private(set) var steps: [Step] = []
  /// The value is this part of the native text.
  private(set) var part: (number: Int, separator: String)?
  /// Blanks, letters and widths do not come back; what they stand for does.
  private(set) var likeness = Reversal.Likeness.exact

  /// Why a step cannot be undone.
  struct Obstacle: Error {
    /// Said of the path that the value stands at.
    var reason: @Sendable (String) -> String
  }

  init(of rule: Rule, chosen: [String: String]) throws(Obstacle) {
    for step in rule.steps.reversed() {
      switch step {
      case .keepBlanks: steps.append(.keepBlanks)
      case .absent: likeness = .mayBeGone
      case .halfWidth, .without, .upper, .lower: likeness = min(likeness, .sameMeaning)
      case .part(let number, let separator): part = (number, separator)
      case .date(let date):
        steps.append(.date(try Self.undone(date)))
        // One moment may be written in several ways.
        if date.shapes.count > 1 { likeness = min(likeness, .sameMeaning) }
      case .code(let code):
        let back = try Self.undone(code, chosen)
        steps.append(.code(back))
        if back.entries.count < code.entries.count { likeness = min(likeness, .sameMeaning) }
      case .check(let kind): try check(kind)
      default: throw Obstacle { _ in "\(step.words) cannot be undone" }
      }
    }
    guard let fallback = rule.fallback else { return }
    // A default that no native value means: nothing was there.
    for case .code(let code) in steps
    where !code.entries.contains(where: { $0.code == fallback.text }) {
      steps.insert(.absent([fallback.text]), at: 0)
    }
  }

  private mutating func check(_ kind: CheckedKind) throws(Obstacle) {
    switch kind {
    case .identifier(.gb11643):
      throw Obstacle {
        "15 digits became 18; such as { from: \"\($0)\", as: \"identity-number\" } if the department takes 18"
      }
    case .division:
      throw Obstacle {
        "a longer code was cut to six digits; such as { from: \"\($0)\" } if the department takes six"
      }
    case .text, .number, .wholeNumber, .identifier: likeness = min(likeness, .sameMeaning)
    }
  }

  private static func undone(_ code: CodeStep, _ chosen: [String: String]) throws(Obstacle)
    -> CodeStep
  {
    var meanings: [String: [String]] = [:]
    for entry in code.entries { meanings[entry.value.text, default: []].append(entry.code) }
    var back = code
    back.origin?.isReversed.toggle()
    back.entries = []
    var ambiguous: [String] = []
    for entry in code.entries where back.entries.last(where: { $0.code == entry.value.text }) == nil
    {
      let codes = meanings[entry.value.text] ?? []
      let choice = chosen[entry.value.text] ?? (codes.count == 1 ? codes[0] : nil)
      guard let choice, codes.contains(choice) else {
        ambiguous.append(
          "\(codes.map { "\"\($0)\"" }.joined(separator: ", ")) all mean \"\(entry.value.text)\"")
        continue
      }
      back.entries.append(.init(code: entry.value.text, value: .text(choice)))
    }
    guard ambiguous.isEmpty else {
      let all = Array(Set(ambiguous)).sorted().joined(separator: "; ")
      throw Obstacle { _ in "the codes \(all): choose one of them under reverse.codes" }
    }
    switch code.unknown {
    case .policy(.keep): back.unknown = .policy(.keep)
    case .policy: back.unknown = .policy(.refuse)
    case .constant(let value):
      guard meanings[value.text] != nil else {
        throw Obstacle { _ in "codes that nobody knows became \"\(value.text)\"" }
      }
      back.unknown = .policy(.refuse)
    }
    return back
  }

  /// The first shape that says as much as the standard has.
  private static func undone(_ date: DateStep) throws(Obstacle) -> DateStep {
    guard let shape = date.shapes.first(where: { $0.says(whatIsIn: date.into) }) else {
      throw Obstacle { _ in
        "the native date does not say as much as the standard one, or more than it"
      }
    }
    return DateStep(
      shapes: [date.into], into: shape, open: date.open == .keep ? .keep : nil, zeros: .refuse,
      century: nil, day: nil)
  }
}

extension DateShape {
  /// Whether both say the same of a moment: neither is more exact, and no century is left out.
  fileprivate func says(whatIsIn other: DateShape) -> Bool {
    !hasShortYear && !other.hasShortYear && parts == other.parts
  }

  private var parts: [Bool] {
    [
      hasMonth, hasDay, hasHour,
      pieces.contains(.minute) || pieces.contains(.minuteOrDigit),
      pieces.contains(.second) || pieces.contains(.secondOrDigit),
    ]
  }
}
