import Records

/// Putting values into the output and the envelope.
extension Run {
  mutating func open(_ kind: Tree.Kind, _ name: Span) {
    work.containers.append(
      Work.Container(index: Int32(output.nodes.count), isTouched: false))
    let next = Int32(output.nodes.count) + 1
    output.nodes.append(
      Tree.Node(
        kind: kind, name: slice(name), text: .empty, end: next, source: -1, sourceCount: 0))
  }

  /// Ends an object or a list, and takes it back if nothing in it came from the record.
  mutating func close() {
    guard let container = work.containers.popLast() else { return }
    let index = Int(container.index)
    guard container.isTouched || index == 0 else {
      output.nodes.removeLast(output.nodes.count - index)
      return
    }
    output.nodes[index].end = Int32(output.nodes.count)
    if let last = work.containers.indices.last { work.containers[last].isTouched = true }
  }

  @inline(__always) mutating func emit(_ name: Span) {
    guard value.state == .there else { return }
    var source: Int32 = -1
    var sourceCount: Int32 = 0
    if value.node >= 0 {
      source = nodes[Int(value.node)].source
      sourceCount = nodes[Int(value.node)].sourceCount
      work.containers[work.containers.count - 1].isTouched = true
    }
    let next = Int32(output.nodes.count) + 1
    let text = writtenText()
    output.nodes.append(
      Tree.Node(
        kind: value.kind, name: slice(name), text: text, end: next, source: source,
        sourceCount: sourceCount))
    if output.nodes.count > Limits.outputNodes { stop() }
  }

  mutating func fill(_ slot: Slot) {
    guard value.state == .there else { return }
    switch slot {
    case .change:
      envelope.change = Change(value.text)
      if envelope.change == nil {
        refuse(.malformedValue, "created, updated, deleted or reversed")
      }
    case .id: envelope.id = writtenText()
    case .region: envelope.region = writtenText()
    case .entity: envelope.entity = writtenText()
    case .subject: envelope.subject = writtenText()
    case .time: envelope.time = writtenText()
    case .reverses: envelope.reverses = writtenText()
    case .origin: envelope.origin = writtenText()
    }
  }

  @inline(__always) private func slice(_ span: Span) -> Tree.Slice {
    Tree.Slice(offset: span.offset, count: span.count)
  }

  /// The value's text in the output's arena.
  @inline(__always) private mutating func writtenText() -> Tree.Slice {
    switch value.kind {
    case .null, .true, .false, .array, .object: return .empty
    case .number, .string: break
    }
    let count = Int32(value.text.count)
    if value.interned >= 0, Int(value.interned) < program.internedCount {
      return Tree.Slice(offset: value.interned, count: count)
    }
    let offset = output.arena.count
    guard offset + Int(count) <= Limits.outputBytes else {
      stop()
      return .empty
    }
    output.arena.append(contentsOf: value.text)
    return Tree.Slice(offset: Int32(offset), count: count)
  }

  mutating func stop() {
    refuse(
      .tooLarge, "an output of at most \(Limits.outputBytes) bytes and \(Limits.outputNodes) values"
    )
    isStopped = true
  }

  // MARK: Joining

  /// Puts the pieces since `beginJoin` together. Without one from the record there is no value.
  mutating func join(_ separator: Span) {
    guard let first = work.joins.popLast() else { return }
    let start = Int(first)
    let count = work.pieces.count
    defer { work.pieces.removeLast(count - start) }
    var size = 0
    var node: Int32 = -1
    for index in start..<count where work.pieces[index].state != .absent {
      let piece = work.pieces[index]
      guard piece.state == .there else {
        value = piece
        return
      }
      if node < 0 { node = piece.node }
      size += piece.text.count + Int(separator.count)
    }
    guard node >= 0 else {
      value = .absent
      return
    }
    guard size <= Limits.outputBytes else { return stop() }
    let room = scratch.take(size)
    var (end, isFirst) = (0, true)
    for index in start..<count where work.pieces[index].state == .there {
      // A default may be empty and still has its place.
      if !isFirst { room.append(text(separator), at: &end) }
      isFirst = false
      room.append(work.pieces[index].text, at: &end)
    }
    value = Value(
      state: .there, kind: .string, interned: -1, node: node,
      text: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[0..<end]))
  }
}

extension Change {
  fileprivate init?(_ text: UnsafeRawBufferPointer) {
    if isWord(text, "created") {
      self = .created
    } else if isWord(text, "updated") {
      self = .updated
    } else if isWord(text, "deleted") {
      self = .deleted
    } else if isWord(text, "reversed") {
      self = .reversed
    } else {
      return nil
    }
  }
}

private func isWord(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
  same(text, UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
}

extension UnsafeMutableRawBufferPointer {
  @inline(__always) func append(_ bytes: UnsafeRawBufferPointer, at end: inout Int) {
    UnsafeMutableRawBufferPointer(rebasing: self[end..<end + bytes.count]).copyMemory(from: bytes)
    end += bytes.count
  }
}
