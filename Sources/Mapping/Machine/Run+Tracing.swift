import Records

/// Writing down what a run does. Nothing here runs without a trace.
extension Run {
  /// Called after each instruction.
  @inline(never) mutating func note(next: Int) {
    if value.state == .there { trace?.counts[here] &+= 1 }
    guard trace?.moments != nil else { return }
    var moment = Moment(
      instruction: here, hasJumped: next != here + 1, state: value.state, kind: value.kind,
      text: String(decoding: value.text, as: UTF8.self), node: Int(value.node),
      items: work.frames.map { Int($0.current - $0.start) }, faults: work.faults.count,
      warnings: work.warnings.count)
    switch code[here] {
    case .load(let path, _) where value.node < 0: moment.node = Int(find(path))
    case .jumpUnless(let test, _): look(at: test, &moment.seen)
    case .code where slot >= 0: moment.slot = Int(slot)
    case .emit where value.state == .there: moment.output = output.nodes.count - 1
    case .close: takeBack(from: output.nodes.count)
    default: break
    }
    trace?.moments?.append(moment)
  }

  /// What a condition looks at.
  private mutating func look(at test: Int32, _ seen: inout [Moment.Seen]) {
    switch program.tests.base[Int(test)] {
    case .present(let path), .equals(let path, _, _):
      seen.append(Moment.Seen(path: Int(path), node: Int(find(path))))
    case .not(let inner): look(at: inner, &seen)
    case .all(let start, let count), .any(let start, let count):
      for index in Int(start)..<Int(start + count) {
        look(at: program.operands.base[index], &seen)
      }
    }
  }

  /// A group in which nothing came from the record is gone, and its constants with it.
  private mutating func takeBack(from count: Int) {
    var index = trace?.moments?.count ?? 0
    while index > 0 {
      index -= 1
      guard let output = trace?.moments?[index].output else { continue }
      if output < count { return }
      trace?.moments?[index].output = nil
    }
  }
}
