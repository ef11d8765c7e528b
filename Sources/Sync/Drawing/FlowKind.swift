/// What a step is in a drawing: its role, or a question to the applicant.
enum FlowKind: CaseIterable {
  case review, question, compensable, pivot, retriable

  var legend: String {
    switch self {
    case .review: "预审 review"
    case .question: "询问申请人 question"
    case .compensable: "可撤销 compensable"
    case .pivot: "不可逆 pivot"
    case .retriable: "须办成 retriable"
    }
  }

  var fill: String {
    switch self {
    case .review: "#f1f5f9"
    case .question: "#faf5ff"
    case .compensable: "#eff6ff"
    case .pivot: "#fff7ed"
    case .retriable: "#f0fdf4"
    }
  }

  var stroke: String {
    switch self {
    case .review: "#475569"
    case .question: "#7e22ce"
    case .compensable: "#1d4ed8"
    case .pivot: "#c2410c"
    case .retriable: "#15803d"
    }
  }
}

extension Flow.Step {
  var kind: FlowKind {
    if case .question = work { return .question }
    return switch role {
    case .review: .review
    case .compensable: .compensable
    case .pivot: .pivot
    case .retriable: .retriable
    }
  }

  /// Who does it, as people call them.
  func doer(in departments: [String: String]) -> String {
    department.map { departments[$0] ?? $0 } ?? "申请人"
  }

  /// The role, and whether the step may be left out, in a few signs.
  var mark: String {
    var mark = String(kind.legend.prefix { $0 != " " })
    if isOptional { mark += "·可选" }
    if !conditions.isEmpty { mark += "·有条件" }
    return mark
  }
}

extension Flow.Condition.Test {
  var inWords: String {
    switch self {
    case .present(true): "is there"
    case .present(false): "is not there"
    case .isOneOf(let values): "is \(values.map(\.json).joined(separator: " or "))"
    case .isNoneOf(let values): "is not \(values.map(\.json).joined(separator: " or "))"
    case .atLeast(let bound): "is at least \(bound.drawn)"
    case .atMost(let bound): "is at most \(bound.drawn)"
    }
  }
}

extension Double {
  /// With a fraction only where there is one.
  var drawn: String {
    self == rounded() && magnitude < 1e15 ? String(Int64(self)) : String(self)
  }
}

extension String {
  /// About how wide the text is drawn: a Chinese character is as wide as high, any other about six tenths of it.
  func drawnWidth(_ size: Double) -> Double {
    unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? size : size * 0.6) }
  }

  /// Safe between tags and in attributes; what XML 1.0 cannot hold becomes a sign for it.
  var escaped: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}":
        text += "\u{FFFD}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
