/// Where the dead letters of each queue can end: from the queue to its dead-letter exchange, and on through the bindings.
///
/// Keys are not looked at: a binding that might carry a letter counts as carrying it.
struct DeadLetterRoutes {
  /// The queues that each queue's letters can reach.
  private let next: [String: [String]]

  init(queues: [String], bindings: [Binding], target: (String) -> String?) {
    let leading = Dictionary(grouping: bindings, by: \.source)
    var reached: [String: [String]] = [:]
    var next: [String: [String]] = [:]
    for queue in queues {
      guard let exchange = target(queue) else { continue }
      if reached[exchange] == nil {
        reached[exchange] = DeadLetterRoutes.queues(from: exchange, leading)
      }
      next[queue] = reached[exchange]
    }
    self.next = next
  }

  /// A way of letters from this queue back to itself, or nil.
  func loop(from start: String) -> [String]? {
    var cameFrom: [String: String] = [:]
    var waiting = [start]
    while let queue = waiting.popLast() {
      for successor in next[queue] ?? [] {
        if successor == start { return way(from: start, to: queue, cameFrom) + [start] }
        if cameFrom[successor] == nil {
          cameFrom[successor] = queue
          waiting.append(successor)
        }
      }
    }
    return nil
  }

  private func way(from start: String, to end: String, _ cameFrom: [String: String]) -> [String] {
    var way = [end]
    while let last = way.last, last != start, let before = cameFrom[last] { way.append(before) }
    return way.reversed()
  }

  private static func queues(from exchange: String, _ leading: [String: [Binding]]) -> [String] {
    var seen: Set<String> = [exchange]
    var waiting = [exchange]
    var queues: [String] = []
    while let source = waiting.popLast() {
      for binding in leading[source] ?? [] {
        let name = binding.destination.name
        guard seen.insert(name).inserted else { continue }
        switch binding.destination.kind {
        case .queue: queues.append(name)
        case .exchange: waiting.append(name)
        }
      }
    }
    return queues
  }
}
