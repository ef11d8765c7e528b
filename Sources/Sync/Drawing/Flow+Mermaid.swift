/// Draws a flow as a Mermaid flowchart.
extension Flow {
  package var mermaid: String {
    var lines = ["flowchart LR"]
    lines.append("  begin((\(Flow.label(title))))")
    for (index, step) in steps.enumerated() {
      let (left, right) = Flow.brackets(step)
      lines.append("  s\(index)\(left)\(Flow.label("\(step.title)<br/>\(step.doer)"))\(right)")
    }
    for (index, step) in steps.enumerated() {
      if step.after.isEmpty { lines.append("  begin --> s\(index)") }
      let arrow = step.isOptional || !step.conditions.isEmpty ? "-.->" : "-->"
      for before in step.after {
        lines.append("  s\(before) \(arrow)\(Flow.label(step.join)) s\(index)")
      }
      if dependents(of: index).isEmpty { lines.append("  s\(index) --> done") }
    }
    lines.append("  done((办结))")
    for (index, step) in steps.enumerated() {
      guard let title = step.compensation.title else { continue }
      lines.append("  s\(index) -.-> u\(index)([\(Flow.label(title))])")
    }
    return lines.joined(separator: "\n")
  }

  private static func brackets(_ step: Step) -> (String, String) {
    switch (step.work, step.role) {
    case (.question, _): ("[/", "/]")
    case (_, .pivot): ("{{", "}}")
    case (_, .review): (">", "]")
    default: ("[", "]")
    }
  }

  private static func label(_ join: Join) -> String {
    switch join {
    case .all: ""
    case .quorum(let count): "|\(count)|"
    }
  }

  private static func label(_ text: String) -> String {
    "\"" + text.replacing("\"", with: "#quot;") + "\""
  }
}

extension Flow.Compensation {
  /// What undoes the step, in words; nil if nothing does.
  var title: String? {
    switch self {
    case .act(let undo): undo.title
    case .byHand(let title): title
    case .needless, .absent: nil
    }
  }
}
