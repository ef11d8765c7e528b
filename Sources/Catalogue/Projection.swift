import Glibc
import Records

/// Entitled paths as a flat tree of names, walked beside the record.
///
/// What it does not name is never copied: a field that a later version of the schema adds stays inside.
struct Projection: Sendable {
  /// A name that is looked for among an object's members.
  private struct Step {
    var name: Range<Int>
    var isList: Bool
    /// Whether all that is below it is entitled.
    var isWhole: Bool
    var children: Range<Int>
  }

  private var steps: ContiguousArray<Step> = []
  private var names: ContiguousArray<UInt8> = []

  /// - Parameter paths: nil for everything.
  init(_ paths: [FieldPath]?) {
    steps.append(Step(name: 0..<0, isList: false, isWhole: paths == nil, children: 0..<0))
    add((paths ?? []).map { $0.segments[...] }, under: 0)
  }

  private mutating func add(_ paths: [ArraySlice<FieldPath.Segment>], under parent: Int) {
    var order: [FieldPath.Segment] = []
    var rests: [FieldPath.Segment: [ArraySlice<FieldPath.Segment>]] = [:]
    for path in paths {
      guard let first = path.first else { continue }
      if rests[first] == nil { order.append(first) }
      rests[first, default: []].append(path.dropFirst())
    }
    let start = steps.count
    for segment in order {
      let name = names.count
      names.append(contentsOf: segment.name.utf8)
      let isWhole = rests[segment]?.contains { $0.isEmpty } ?? false
      steps.append(
        Step(
          name: name..<names.count, isList: segment.isList, isWhole: isWhole, children: 0..<0))
    }
    steps[parent].children = start..<steps.count
    for (offset, segment) in order.enumerated() where !steps[start + offset].isWhole {
      add(rests[segment] ?? [], under: start + offset)
    }
  }

  func run(_ record: borrowing Tree, into output: inout Tree) {
    output.removeAll()
    record.nodes.withUnsafeBufferPointer { nodes in
      record.arena.withUnsafeBytes { bytes in
        let source = Source(nodes: nodes, bytes: bytes)
        guard let root = nodes.first else { return }
        if steps[0].isWhole {
          source.copy(0, into: &output)
        } else if root.kind == .object {
          select(of: 0, by: 0, source, into: &output)
        } else {
          // No record at all: what is no object has no entitled fields.
          output.close(output.open(.object))
        }
      }
    }
  }

  /// Copies an object with those of its members that are entitled.
  private func select(of object: Int, by step: Int, _ source: Source, into output: inout Tree) {
    let container = source.open(object, in: &output)
    var index = object + 1
    let end = Int(source.nodes[object].end)
    while index < end {
      if let child = child(of: step, named: source.name(of: index)) {
        take(index, by: child, source, into: &output)
      }
      index = Int(source.nodes[index].end)
    }
    output.close(container)
  }

  private func take(_ index: Int, by step: Int, _ source: Source, into output: inout Tree) {
    let kind = source.nodes[index].kind
    guard !steps[step].isList else {
      if kind == .array { takeItems(of: index, by: step, source, into: &output) }
      return
    }
    if steps[step].isWhole {
      source.copy(index, into: &output)
    } else if kind == .object {
      takeObject(index, by: step, source, into: &output)
    }
  }

  /// An object of which nothing is entitled leaves no trace; one that is empty is shown empty.
  private func takeObject(_ index: Int, by step: Int, _ source: Source, into output: inout Tree) {
    let mark = (nodes: output.nodes.count, bytes: output.arena.count)
    select(of: index, by: step, source, into: &output)
    if output.nodes.count == mark.nodes + 1, !source.isEmpty(index) { output.cut(to: mark) }
  }

  private func takeItems(of list: Int, by step: Int, _ source: Source, into output: inout Tree) {
    let mark = (nodes: output.nodes.count, bytes: output.arena.count)
    let container = source.open(list, in: &output)
    var index = list + 1
    let end = Int(source.nodes[list].end)
    while index < end {
      if steps[step].isWhole {
        source.copy(index, into: &output)
      } else if source.nodes[index].kind == .object {
        takeObject(index, by: step, source, into: &output)
      }
      index = Int(source.nodes[index].end)
    }
    output.close(container)
    if output.nodes.count == mark.nodes + 1, !source.isEmpty(list) { output.cut(to: mark) }
  }

  private func child(of step: Int, named name: UnsafeRawBufferPointer) -> Int? {
    names.withUnsafeBytes { names in
      for index in steps[step].children {
        let range = steps[index].name
        if range.count == name.count, isSame(name, names, from: range.lowerBound) { return index }
      }
      return nil
    }
  }

  private func isSame(
    _ name: UnsafeRawBufferPointer, _ names: UnsafeRawBufferPointer, from start: Int
  ) -> Bool {
    guard let mine = name.baseAddress, let theirs = names.baseAddress else { return name.isEmpty }
    return memcmp(mine, theirs + start, name.count) == 0
  }
}

/// The record's memory, lent for the length of one projection.
private struct Source {
  let nodes: UnsafeBufferPointer<Tree.Node>
  let bytes: UnsafeRawBufferPointer

  func isEmpty(_ index: Int) -> Bool { Int(nodes[index].end) == index + 1 }

  func name(of index: Int) -> UnsafeRawBufferPointer { text(nodes[index].name) }

  private func text(_ slice: Tree.Slice) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      rebasing: bytes[Int(slice.offset)..<Int(slice.offset) + Int(slice.count)])
  }

  func open(_ index: Int, in output: inout Tree) -> Int {
    let node = nodes[index]
    let name = output.intern(text(node.name))
    return output.open(node.kind, name: name, source: node.source, sourceCount: node.sourceCount)
  }

  /// Copies a value and all that is below it.
  func copy(_ index: Int, into output: inout Tree) {
    let shift = Int32(output.nodes.count - index)
    for position in index..<Int(nodes[index].end) {
      var node = nodes[position]
      node.name = output.intern(text(node.name))
      node.text = output.intern(text(node.text))
      node.end += shift
      output.nodes.append(node)
    }
  }
}

extension Tree {
  /// Forgets what was appended after the mark.
  fileprivate mutating func cut(to mark: (nodes: Int, bytes: Int)) {
    nodes.removeLast(nodes.count - mark.nodes)
    arena.removeLast(arena.count - mark.bytes)
  }
}
