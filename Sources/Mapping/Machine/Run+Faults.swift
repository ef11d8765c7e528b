import Records

/// Telling what is wrong, and where. Nothing here runs for a good record.
extension Run {
  /// Refuses the value in hand: the record as a whole is refused, and the run goes on to find the rest.
  @inline(never) mutating func refuse(_ code: MappingFault.Code, _ expectation: String) {
    value.state = .refused
    guard work.faults.count < Limits.faults, isFirst(code) else { return }
    work.faults.append(fault(code, expectation))
  }

  @inline(never) mutating func warn(_ code: MappingFault.Code, _ expectation: String) {
    guard work.warnings.count < Limits.faults else { return }
    let warning = fault(code, expectation)
    let isKnown = work.warnings.contains {
      $0.code == code && $0.source == warning.source && $0.byte == warning.byte
    }
    if !isKnown { work.warnings.append(warning) }
  }

  /// Whether this native value has not been refused for this reason by another rule before.
  private mutating func isFirst(_ code: MappingFault.Code) -> Bool {
    guard value.node >= 0 else { return true }
    guard !work.faulty.contains(value.node) else { return false }
    work.faulty.append(value.node)
    return true
  }

  private mutating func fault(_ code: MappingFault.Code, _ expectation: String) -> MappingFault {
    let note = program.rules[Int(program.ruleOf.base[here])]
    let node = value.node >= 0 ? nodes[Int(value.node)] : nil
    return MappingFault(
      code: code, target: place(note.target),
      source: value.node >= 0 ? path(to: value.node) : note.sources.first ?? "",
      byte: node.map { Int($0.source) } ?? -1, expectation: expectation, rule: note.name)
  }

  /// The target with the number of each item that the run is in.
  private func place(_ target: String) -> String {
    var frames = work.frames.makeIterator()
    var result = ""
    var rest = Substring(target)
    while let star = rest.firstIndex(of: "*") {
      result += rest[..<star]
      result += frames.next().map { String($0.current - $0.start) } ?? "*"
      rest = rest[rest.index(after: star)...]
    }
    return result + rest
  }

  /// The names and numbers on the way from the record to a node.
  private mutating func path(to node: Int32) -> String {
    var parts: [String] = []
    var index = node
    while index != root, index >= 0 {
      let parent = work.parents[Int(index)]
      guard parent >= 0 else { break }
      if nodes[Int(parent)].kind == .array {
        parts.append("[\(position(of: index, in: parent))]")
      } else {
        let name = nodes[Int(index)].name
        let bytes = UnsafeRawBufferPointer(
          start: arena + Int(name.offset), count: Int(name.count))
        parts.append("." + String(decoding: bytes, as: UTF8.self))
      }
      index = parent
    }
    let path = parts.reversed().joined()
    return path.hasPrefix(".") ? String(path.dropFirst()) : path
  }

  /// Counts on from the item that was asked for before: a record of many bad items is told in one pass.
  private mutating func position(of node: Int32, in list: Int32) -> Int {
    var (index, count) = (list + 1, 0)
    if let known = work.counted, known.list == list, known.node <= node {
      (index, count) = (known.node, known.position)
    }
    while index < node {
      index = nodes[Int(index)].end
      count += 1
    }
    work.counted = (list, node, count)
    return count
  }
}
