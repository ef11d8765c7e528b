import Foundation
import Records
import Testing

@testable import Sync

@Suite("drawings of flows") struct DrawingTests {
  private func flows() throws -> [Flow] {
    try ShippedFlowTests.flows() + [joint(), pivotal(), diamond()]
  }

  /// A flow of a dozen steps with short and long ways through it.
  private func wide() throws -> Flow {
    let act =
      "department: 'tax', task: 't', timeout: '1m', compensation: { task: 'u', timeout: '1m' }"
    let after = ["", "a", "a", "b", "b, c", "e", "a, f", "c", "h", "g, d", "j, i", "a, b"]
    let steps = zip("abcdefghijkl", after).map { name, before in
      let names = before.split(separator: ", ").map { "'\($0)'" }.joined(separator: ", ")
      return "\(name): { \(act), after: [\(names)] }"
    }
    return try flow(
      """
      { name: 'wide', title: 't', version: 1, operators: { queue: 'd', remind: '1d' },
        steps: { \(steps.joined(separator: ",\n")) } }
      """)
  }

  @Test("no box lies on another, and no line runs through a box")
  func apart() throws {
    for flow in try flows() + [wide()] {
      let layout = FlowLayout(flow, measure: .init())
      let boxes = layout.nodes.filter { $0.part != .passage }
      for (index, box) in boxes.enumerated() {
        for other in boxes[(index + 1)...] {
          #expect(!box.frame.touches(other.frame), "\(flow.name): \(box.part), \(other.part)")
        }
        #expect(box.frame.left >= 0 && box.frame.right <= layout.width, "\(flow.name): \(box.part)")
        #expect(
          box.frame.top >= 0 && box.frame.bottom <= layout.height, "\(flow.name): \(box.part)")
      }
      for line in layout.lines {
        for (from, to) in zip(line.points, line.points.dropFirst()) {
          #expect(from.x == to.x || from.y == to.y, "\(flow.name): a piece is not straight")
          #expect(from.x <= to.x, "\(flow.name): a line leads back")
          let piece = Frame(
            left: from.x, right: to.x, top: min(from.y, to.y), bottom: max(from.y, to.y))
          for box in boxes {
            #expect(!piece.touches(box.frame), "\(flow.name): a line through \(box.part)")
          }
        }
      }
    }
  }

  @Test("every step stands behind all that it waits for, and is led to from each of them")
  func order() throws {
    for flow in try flows() + [wide()] {
      let layout = FlowLayout(flow, measure: .init())
      for (index, step) in flow.steps.enumerated() {
        let sources = layout.lines.filter { $0.step == index }.compactMap { line in
          line.nodes.first.map { layout.nodes[$0].part }
        }
        #expect(
          sources == (step.after.isEmpty ? [.beginning] : step.after.map { .step($0) }),
          "\(flow.name), \(step.name)")
        for before in step.after {
          #expect(layout.nodes[before + 1].column < layout.nodes[index + 1].column)
        }
      }
      let column = flow.steps.indices.map { layout.nodes[$0 + 1].column }
      #expect(layout.nodes[flow.steps.count + 1].column == (column.max() ?? 0) + 1)
    }
  }

  @Test("the picture is well-formed XML with every title, department, compensation and role")
  func picture() throws {
    for flow in try flows() + [wide()] {
      let svg = FlowDrawing(flow, departments: ["tax": "税务"]).svg
      #expect(isWellFormed(svg), "\(flow.name)")
      for step in flow.steps {
        let doer = step.department == "tax" ? "税务" : step.department ?? "申请人"
        for text in [step.title, doer, step.mark] + [step.compensation.title].compactMap(\.self) {
          #expect(svg.contains(">\(text)</text>"), "\(flow.name): \(text)")
        }
      }
    }
  }

  @Test("a dashed line leads to a step that may be left out, and a quorum is told")
  func marks() throws {
    let flow = try joint()
    let svg = FlowDrawing(flow).svg
    let dashed = svg.split(separator: "\n").filter {
      $0.hasPrefix("<polyline") && $0.contains("dasharray")
    }
    // The two included steps under a condition, and the optional gift.
    #expect(dashed.count == 3)
    #expect(
      svg.contains(">≥2/3</text>") && svg.contains("when application.employees is at least 1"))
  }

  @Test("what a title may contain does not break the picture")
  func escaping() throws {
    let text = diamondText.replacing(
      "title: \"t\"", with: "title: \"a <b> & \\\"c\\\" \\u0007\"")
    let svg = FlowDrawing(try flow(text)).svg
    #expect(isWellFormed(svg))
    #expect(svg.contains("a &lt;b&gt; &amp; &quot;c&quot;"))
  }

  private func isWellFormed(_ svg: String) -> Bool {
    var reader = RecordReader(.xml(XMLFormat()))
    var tree = Tree()
    var (records, faults) = (0, 0)
    reader.read(
      Array(svg.utf8), into: &tree, record: { _, _ in records += 1 }, fault: { _ in faults += 1 })
    return records == 1 && faults == 0
  }
}

/// What something covers.
private struct Frame {
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double

  /// Whether one covers a part of the other; edges may meet.
  func touches(_ other: Frame) -> Bool {
    left < other.right && other.left < right && top < other.bottom && other.top < bottom
  }
}

extension FlowLayout.Node {
  fileprivate var frame: Frame {
    Frame(left: x, right: x + width, top: centre - above, bottom: centre + below)
  }
}
