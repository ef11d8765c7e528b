/// How many exchanges lie between each exchange and its farthest queue.
///
/// Bound in the order of heights, a message that takes the newest way finds all the ways after it open.
struct Heights {
  private var heights: [String: Int] = [:]

  init(_ bindings: [Binding]) {
    let leading = Dictionary(
      grouping: bindings.filter { $0.destination.kind == .exchange }, by: \.source)
    var ways: Set<String> = []
    for source in leading.keys.sorted() { measure(source, leading, &ways) }
  }

  /// - Parameter ways: the exchanges on the way here, since bindings may go in circles.
  @discardableResult
  private mutating func measure(
    _ exchange: String, _ leading: [String: [Binding]], _ ways: inout Set<String>
  ) -> Int {
    if let known = heights[exchange] { return known }
    guard ways.insert(exchange).inserted else { return 0 }
    var height = 0
    for binding in leading[exchange] ?? [] {
      height = max(height, 1 + measure(binding.destination.name, leading, &ways))
    }
    ways.remove(exchange)
    heights[exchange] = height
    return height
  }

  private func height(_ binding: Binding) -> Int {
    binding.destination.kind == .queue ? 0 : 1 + (heights[binding.destination.name] ?? 0)
  }

  /// Bindings to queues first, then those to the exchanges before them; equal ones keep their order.
  func downstreamFirst(_ bindings: [Binding]) -> [Binding] {
    bindings.enumerated()
      .map { (height: height($0.element), index: $0.offset, binding: $0.element) }
      .sorted { ($0.height, $0.index) < ($1.height, $1.index) }
      .map(\.binding)
  }
}
