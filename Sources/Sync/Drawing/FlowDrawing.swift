/// Draws a flow as SVG, for people who approve it: who does what after what, and how it is undone.
///
/// Valid XML without scripts, fonts or links of its own. A dashed line leads to a step that may be left out; a box in
/// dashes under a step is the act that undoes it. What does not fit into a box, such as a condition, is in its tooltip.
package struct FlowDrawing {
  private let flow: Flow
  private let departments: [String: String]
  private let layout: FlowLayout

  /// - Parameter departments: the departments' names by their codes; a code that is not here stands for itself.
  package init(_ flow: Flow, departments: [String: String] = [:]) {
    self.flow = flow
    self.departments = departments
    var measure = FlowLayout.Measure()
    let widths = flow.steps.map { step in
      max(
        step.title.drawnWidth(15) + 24,
        step.doer(in: departments).drawnWidth(12) + step.mark.drawnWidth(11) + 52,
        (step.compensation.title ?? "").drawnWidth(12) + 56)
    }
    measure.box = max(150, widths.max() ?? 0).rounded(.up)
    layout = FlowLayout(flow, measure: measure)
  }

  package var svg: String {
    let legend = self.legend
    let width = max(layout.width, legend.width)
    let (top, bottom) = (44.0, 40.0)
    let height = top + layout.height + bottom
    var text = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 \(width.drawn) \(height.drawn)\" "
        + "width=\"\(width.drawn)\" height=\"\(height.drawn)\" font-family=\"\(Self.fonts)\">",
      "<title>\(heading.escaped)</title>",
      "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
        + "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#475569\"/></marker></defs>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      label(heading, x: layout.measure.margin, y: 32, size: 18, weight: "bold"),
      "<g transform=\"translate(0 \(top.drawn))\">",
    ]
    text += layout.lines.map(draw)
    text += layout.nodes.compactMap(draw)
    text += ["</g>", "<g transform=\"translate(0 \((top + layout.height).drawn))\">"]
    text += legend.text
    text += ["</g>", "</svg>"]
    return text.joined(separator: "\n") + "\n"
  }

  private static let fonts =
    "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif"

  private var heading: String { "\(flow.title) \(flow.name) v\(flow.version)" }

  // MARK: Lines

  private func draw(_ line: FlowLayout.Line) -> String {
    let step = line.step.map { flow.steps[$0] }
    let mayBeOmitted = step.map { $0.isOptional || !$0.conditions.isEmpty } ?? false
    let points = line.points.map { "\($0.x.drawn),\($0.y.drawn)" }.joined(separator: " ")
    let dashes = mayBeOmitted ? " stroke-dasharray=\"6 4\"" : ""
    return "<polyline points=\"\(points)\" fill=\"none\" stroke=\"#475569\" stroke-width=\"1.4\" "
      + "stroke-linejoin=\"round\"\(dashes) marker-end=\"url(#arrow)\"/>"
  }

  // MARK: Boxes

  private func draw(_ node: FlowLayout.Node) -> String? {
    switch node.part {
    case .beginning: circle(node, flow.beginning == nil ? "申请" : "事件")
    case .end: circle(node, "办结")
    case .step(let index): box(node, flow.steps[index])
    case .passage: nil
    }
  }

  private func circle(_ node: FlowLayout.Node, _ text: String) -> String {
    let x = node.x + node.width / 2
    return
      "<circle cx=\"\(x.drawn)\" cy=\"\(node.centre.drawn)\" r=\"\((node.width / 2).drawn)\" fill=\"#f1f5f9\" "
      + "stroke=\"#475569\"/>"
      + label(text, x: x, y: node.centre + 5, size: 14, anchor: "middle")
  }

  private func box(_ node: FlowLayout.Node, _ step: Flow.Step) -> String {
    let top = node.centre - node.above
    let dashes = step.isOptional || !step.conditions.isEmpty ? " stroke-dasharray=\"6 4\"" : ""
    let right = node.x + node.width - 10
    var text = "<g><title>\(tooltip(step).escaped)</title>"
    if let undo = step.compensation.title { text += undoing(node, step, undo) }
    text +=
      "<rect x=\"\(node.x.drawn)\" y=\"\(top.drawn)\" width=\"\(node.width.drawn)\" "
      + "height=\"\((node.above * 2).drawn)\" rx=\"6\" fill=\"\(step.kind.fill)\" stroke=\"\(step.kind.stroke)\" "
      + "stroke-width=\"\(step.role == .pivot ? "3" : "1.4")\"\(dashes)/>"
    text += label(step.title, x: node.x + 12, y: top + 27, size: 15, weight: "bold")
    text += label(
      step.doer(in: departments), x: node.x + 12, y: top + 50, size: 12, colour: "#475569")
    text += label(
      step.mark, x: right, y: top + 50, size: 11, colour: step.kind.stroke, anchor: "end")
    if case .quorum(let count) = step.join {
      text += label(
        "≥\(count)/\(step.after.count)", x: node.x - 8, y: node.centre - 8, size: 11, anchor: "end")
    }
    return text + "</g>"
  }

  private func undoing(_ node: FlowLayout.Node, _ step: Flow.Step, _ undo: String) -> String {
    let (x, y) = (node.x + 18, node.centre + node.above + 8)
    let width = node.width - 36
    return "<path d=\"M\((x + width / 2).drawn) \((y - 8).drawn)v8\" stroke=\"#94a3b8\"/>"
      + "<rect x=\"\(x.drawn)\" y=\"\(y.drawn)\" width=\"\(width.drawn)\" height=\"26\" rx=\"13\" fill=\"#ffffff\" "
      + "stroke=\"#94a3b8\" stroke-dasharray=\"3 3\"/>"
      + label(undo, x: x + width / 2, y: y + 17, size: 12, colour: "#475569", anchor: "middle")
  }

  private func tooltip(_ step: Flow.Step) -> String {
    var lines = ["\(step.name): \(step.doer)"]
    if let act = step.act { lines[0] += ".\(act.task)" }
    for condition in step.conditions {
      lines.append("when \(condition.source.path(in: flow)) \(condition.test.inWords)")
    }
    if case .needless(let reason) = step.compensation { lines.append("nothing to undo: \(reason)") }
    return lines.joined(separator: "\n")
  }

  // MARK: The legend

  private var legend: (text: [String], width: Double) {
    var x = layout.measure.margin
    var text: [String] = []
    for kind in FlowKind.allCases where flow.steps.contains(where: { $0.kind == kind }) {
      text.append(
        "<rect x=\"\(x.drawn)\" y=\"8\" width=\"16\" height=\"16\" rx=\"3\" fill=\"\(kind.fill)\" "
          + "stroke=\"\(kind.stroke)\" stroke-width=\"\(kind == .pivot ? "3" : "1.4")\"/>")
      text.append(label(kind.legend, x: x + 24, y: 21, size: 12, colour: "#475569"))
      x += kind.legend.drawnWidth(12) + 48
    }
    let dashed = "可省略 may be left out"
    text.append(
      "<path d=\"M\(x.drawn) 16h24\" stroke=\"#475569\" stroke-width=\"1.4\" stroke-dasharray=\"6 4\"/>"
    )
    text.append(label(dashed, x: x + 32, y: 21, size: 12, colour: "#475569"))
    return (text, x + 32 + dashed.drawnWidth(12) + layout.measure.margin)
  }

  private func label(
    _ text: String, x: Double, y: Double, size: Int, colour: String = "#0f172a",
    anchor: String = "start", weight: String = "normal"
  ) -> String {
    "<text x=\"\(x.drawn)\" y=\"\(y.drawn)\" font-size=\"\(size)\" font-weight=\"\(weight)\" "
      + "text-anchor=\"\(anchor)\" fill=\"\(colour)\">\(text.escaped)</text>"
  }
}
