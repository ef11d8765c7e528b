/// Draws a flow as a Mermaid flowchart.
extension Flow {
  package var mermaid: String {
    var lines = ["flowchart LR"]
    lines.append("  begin((\(Flow.label(title))))")
    for (index, step) in steps.enumerated() {
      let text = "\(step.act.title)<br/>\(step.department)"
      lines.append(
        "  s\(index)\(step.role == .pivot ? "{{" : "[")\(Flow.label(text))\(step.role == .pivot ? "}}" : "]")"
      )
    }
    for (index, step) in steps.enumerated() {
      if step.after.isEmpty { lines.append("  begin --> s\(index)") }
      for before in step.after { lines.append("  s\(before) --> s\(index)") }
      if dependents(of: index).isEmpty { lines.append("  s\(index) --> done") }
    }
    lines.append("  done((办结))")
    for (index, step) in steps.enumerated() {
      guard case .act(let undo) = step.compensation else { continue }
      lines.append("  s\(index) -.-> u\(index)([\(Flow.label(undo.title))])")
    }
    return lines.joined(separator: "\n")
  }

  private static func label(_ text: String) -> String {
    "\"" + text.replacing("\"", with: "#quot;") + "\""
  }
}
