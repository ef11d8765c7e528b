/// Writes a tree as compact JSON: UTF-8, no white space, numbers exactly as they stand in the tree.
package struct JSONWriter: Sendable {
  /// The container that is open, its end, and what closes it; reused.
  private var open: ContiguousArray<(end: Int32, bracket: UInt8)> = []

  package init() {}

  /// Appends the value at a node, with all that is inside it.
  package mutating func write(
    _ tree: borrowing Tree, root: Int = 0, into output: inout [UInt8]
  ) {
    guard root < tree.nodes.count else { return }
    let nodes = root..<Int(tree.nodes[root].end)
    // What the value takes if nothing in it needs an escape; with escapes a byte takes six at most.
    var texts = 0
    for index in nodes {
      texts &+= Int(tree.nodes[index].name.count) &+ Int(tree.nodes[index].text.count)
    }
    let plain = texts + JSONSink.perNode * nodes.count
    if !attempt(tree, nodes, into: &output, plain: plain, escapes: 32) {
      _ = attempt(tree, nodes, into: &output, plain: plain, escapes: 5 * texts)
    }
  }

  /// Writes what is `plain` long without escapes; false, with nothing appended, if escapes add more
  /// bytes than allowed.
  private mutating func attempt(
    _ tree: borrowing Tree, _ nodes: Range<Int>, into output: inout [UInt8], plain: Int,
    escapes: Int
  ) -> Bool {
    let room = plain + escapes + JSONSink.overshoot
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: room))
    var written: Int?
    var open = self.open
    self.open = []
    open.removeAll(keepingCapacity: true)
    tree.arena.withUnsafeBytes { arena in
      output.withUnsafeMutableBufferPointer { output in
        var sink = JSONSink(
          UnsafeMutableBufferPointer(rebasing: output[start...]), escapes: escapes, arena: arena)
        written = tree.nodes.withUnsafeBufferPointer { all in
          sink.write(all, nodes, &open) ? sink.count : nil
        }
      }
    }
    self.open = open
    output.removeLast(room - (written ?? 0))
    return written != nil
  }
}
