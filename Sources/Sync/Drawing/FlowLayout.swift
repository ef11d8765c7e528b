/// Where everything of a drawn flow stands: steps in columns by the longest way to them, and the lines between.
///
/// Pure geometry. A line that passes a column has a place of its own there, so that no line runs through a box.
struct FlowLayout {
  enum Part: Equatable {
    case beginning
    case step(Int)
    case end
    /// Where a line passes a column in which neither of its ends stands.
    case passage
  }

  /// One thing in a column. Lines meet it at the height of its centre.
  struct Node {
    let part: Part
    let column: Int
    let above: Double
    let below: Double
    var x = 0.0
    var centre = 0.0
    var width = 0.0
  }

  /// From one step to one that waits for it, through the passages between.
  struct Line {
    let nodes: [Int]
    /// The step that it leads to; nil where it leads to the end.
    let step: Int?
    var points: [Point] = []
  }

  struct Point: Equatable {
    let x: Double
    let y: Double
  }

  /// How large things are drawn.
  struct Measure {
    var box = 200.0
    var boxHeight = 66.0
    var round = 56.0
    /// What hangs under a step that can be undone, with the space above it.
    var compensation = 34.0
    var gap = 26.0
    var channel = 64.0
    var margin = 24.0
  }

  let measure: Measure
  private(set) var nodes: [Node] = []
  private(set) var lines: [Line] = []
  private(set) var width = 0.0
  private(set) var height = 0.0
  private var columns: [[Int]] = []

  init(_ flow: Flow, measure: Measure) {
    self.measure = measure
    place(flow)
    connect(flow)
    arrange()
    straighten()
    measureOut()
    for index in lines.indices { lines[index].points = route(lines[index].nodes) }
  }

  // MARK: Columns

  /// Begin, steps and end, each in the first column that is behind all that it waits for.
  private mutating func place(_ flow: Flow) {
    var columns: [Int: Int] = [:]
    func column(of step: Int) -> Int {
      if let known = columns[step] { return known }
      let column = 1 + (flow.steps[step].after.map(column(of:)).max() ?? 0)
      columns[step] = column
      return column
    }
    add(.beginning, 0, measure.round / 2, measure.round / 2)
    for (index, step) in flow.steps.enumerated() {
      let hanging = step.compensation.title == nil ? 0 : measure.compensation
      add(.step(index), column(of: index), measure.boxHeight / 2, measure.boxHeight / 2 + hanging)
    }
    let last = (flow.steps.indices.map(column(of:)).max() ?? 0) + 1
    add(.end, last, measure.round / 2, measure.round / 2)
  }

  @discardableResult
  private mutating func add(_ part: Part, _ column: Int, _ above: Double, _ below: Double) -> Int {
    nodes.append(Node(part: part, column: column, above: above, below: below))
    while columns.count <= column { columns.append([]) }
    columns[column].append(nodes.count - 1)
    return nodes.count - 1
  }

  private mutating func connect(_ flow: Flow) {
    let end = flow.steps.count + 1
    for (index, step) in flow.steps.enumerated() {
      if step.after.isEmpty { line(from: 0, to: index + 1, step: index) }
      for before in step.after { line(from: before + 1, to: index + 1, step: index) }
      if flow.dependents(of: index).isEmpty { line(from: index + 1, to: end, step: nil) }
    }
  }

  private mutating func line(from: Int, to: Int, step: Int?) {
    var through = [from]
    for column in (nodes[from].column + 1)..<nodes[to].column {
      through.append(add(.passage, column, 0, 0))
    }
    lines.append(Line(nodes: through + [to], step: step))
  }

  // MARK: Order and heights

  private func neighbours(_ offset: Int) -> [[Int]] {
    var found = Array(repeating: [Int](), count: nodes.count)
    for line in lines {
      for (left, right) in zip(line.nodes, line.nodes.dropFirst()) {
        if offset < 0 { found[right].append(left) } else { found[left].append(right) }
      }
    }
    return found
  }

  /// Puts each thing near the middle of what it is connected with, to and fro, so that few lines cross.
  private mutating func arrange() {
    let (before, behind) = (neighbours(-1), neighbours(1))
    for round in 0..<6 {
      var position: [Int: Int] = [:]
      for column in columns {
        for (index, node) in column.enumerated() { position[node] = index }
      }
      let isForward = round % 2 == 0
      for column in isForward ? Array(columns.indices) : columns.indices.reversed() {
        let connected = isForward ? before : behind
        let middles = columns[column].map { node -> Double in
          let others = connected[node].compactMap { position[$0] }
          guard !others.isEmpty else { return Double(position[node] ?? 0) }
          return Double(others.reduce(0, +)) / Double(others.count)
        }
        let order = columns[column].indices.sorted { (middles[$0], $0) < (middles[$1], $1) }
        columns[column] = order.map { columns[column][$0] }
        for (index, node) in columns[column].enumerated() { position[node] = index }
      }
    }
  }

  /// Moves each thing towards the height of its neighbours, as far as those in its column let it.
  private mutating func straighten() {
    let (before, behind) = (neighbours(-1), neighbours(1))
    for column in columns {
      let total = column.reduce(0) { $0 + nodes[$1].above + nodes[$1].below + measure.gap }
      var top = -total / 2
      for node in column {
        nodes[node].centre = top + nodes[node].above
        top += nodes[node].above + nodes[node].below + measure.gap
      }
    }
    for round in 0..<12 {
      for column in round % 2 == 0 ? columns : columns.reversed() {
        let wanted = column.map { node -> Double in
          let others = before[node] + behind[node]
          guard !others.isEmpty else { return nodes[node].centre }
          return others.reduce(0) { $0 + nodes[$1].centre } / Double(others.count)
        }
        for (node, centre) in zip(column, apart(column, wanted)) { nodes[node].centre = centre }
      }
    }
  }

  /// The heights next to those wanted at which nothing overlaps: the mean of pushing down and of pushing up.
  private func apart(_ column: [Int], _ wanted: [Double]) -> [Double] {
    var (down, up) = (wanted, wanted)
    func distance(_ index: Int) -> Double {
      nodes[column[index]].below + measure.gap + nodes[column[index + 1]].above
    }
    for index in column.indices.dropFirst() {
      down[index] = max(wanted[index], down[index - 1] + distance(index - 1))
    }
    for index in column.indices.dropLast().reversed() {
      up[index] = min(wanted[index], up[index + 1] - distance(index))
    }
    return zip(down, up).map { ($0 + $1) / 2 }
  }

  // MARK: Measures and lines

  private mutating func measureOut() {
    let top = nodes.map { $0.centre - $0.above }.min() ?? 0
    for node in nodes.indices {
      nodes[node].centre = (nodes[node].centre - top + measure.margin).rounded()
      nodes[node].width = nodes[node].isRound ? measure.round : measure.box
    }
    var x = measure.margin
    for column in columns {
      let isRound = column.allSatisfy { nodes[$0].isRound }
      for node in column {
        nodes[node].x = x
        if nodes[node].part == .passage {
          nodes[node].width = isRound ? measure.round : measure.box
        }
      }
      x += (isRound ? measure.round : measure.box) + measure.channel
    }
    width = x - measure.channel + measure.margin
    height = (nodes.map { $0.centre + $0.below }.max() ?? 0) + measure.margin
  }

  /// Straight pieces: out to the right, up or down in the space between two columns, in from the left. Lines that leave
  /// different boxes go up or down at different places.
  private func route(_ through: [Int]) -> [Point] {
    var points: [Point] = []
    for (left, right) in zip(through, through.dropFirst()) {
      let (from, to) = (nodes[left], nodes[right])
      points.append(Point(x: from.x + from.width, y: from.centre))
      if from.centre != to.centre {
        let column = columns[from.column]
        let slot = Double((column.firstIndex(of: left) ?? 0) + 1) / Double(column.count + 1)
        // What goes in last needs room for its arrow head.
        let x = (to.x - measure.channel + slot * (measure.channel - 14)).rounded()
        points += [Point(x: x, y: from.centre), Point(x: x, y: to.centre)]
      }
      points.append(Point(x: to.x, y: to.centre))
    }
    return points
  }
}

extension FlowLayout.Node {
  var isRound: Bool { part == .beginning || part == .end }
}
