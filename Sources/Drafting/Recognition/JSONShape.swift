import Records

/// Where in a JSON body the records are.
enum JSONShape {
  private static var limits: RecordLimits { RecordLimits() }

  /// One text, or one a line.
  static func kind(of text: [UInt8], isCut: Bool) throws(DraftFault) -> BodyKind {
    let fault: RecordError
    do throws(RecordError) {
      _ = try tree(of: text)
      return .json
    } catch {
      fault = error
    }
    let lines = Lines(text)
    let good = lines.all.prefix(200).filter { (try? tree(of: Array($0))) != nil }.count
    if lines.count > 1, good * 2 >= min(200, lines.count) { return .jsonLines }
    if isCut, mended(text) != nil { return .json }
    // Not the path: a member's name may be a value.
    throw DraftFault(
      "it begins like JSON and is none: line \(fault.line), byte \(fault.byte): expected \(fault.expectation)"
    )
  }

  static func find(in samples: [ReadSample]) throws(DraftFault) -> BodyShape {
    var votes: [[String]: (count: Int, records: Int)] = [:]
    var order: [[String]] = []
    for sample in samples {
      let text = sample.sample.isCut ? mended(sample.text) ?? sample.text : sample.text
      guard let tree = try? tree(of: text), let found = records(in: tree) else { continue }
      if votes[found.path] == nil { order.append(found.path) }
      votes[found.path, default: (0, 0)].count += 1
      votes[found.path, default: (0, 0)].records += found.count
    }
    let most = votes.values.map(\.count).max()
    guard let path = order.first(where: { votes[$0]?.count == most }), let vote = votes[path] else {
      throw DraftFault("there is no object in the JSON; a record is an object")
    }
    let place = path.isEmpty ? "the body" : path.joined(separator: "/")
    let isList = vote.records > vote.count
    let others = order.count > 1 ? 20 : 0
    return BodyShape(
      format: .json(JSONFormat(records: path)), label: "JSON, the records at \(place)",
      guess: Guess(
        (isList ? 95 : path.isEmpty ? 90 : 75) - others,
        [
          isList
            ? "the longest list of objects is there, with \(vote.records) of them"
            : "there is no longer list of objects"
        ] + (others > 0 ? ["\(order.count - 1) other places were found too"] : [])))
  }

  private static func tree(of text: [UInt8]) throws(RecordError) -> Tree {
    var tree = Tree()
    var fault: RecordError?
    text.withUnsafeBytes { bytes in
      do throws(RecordError) {
        try JSON.read(bytes, into: &tree, limits: limits, refusesDuplicates: false)
      } catch { fault = error }
    }
    if let fault { throw fault }
    return tree
  }

  /// The list that holds the records, or the body if it is one itself.
  private static func records(in tree: Tree) -> (path: [String], count: Int)? {
    guard tree.nodes[0].kind != .array else {
      let count = objects(in: 0, of: tree)
      return count > 0 ? ([], count) : nil
    }
    guard tree.nodes[0].kind == .object else { return nil }
    var best: (path: [String], count: Int) = ([], 1)
    var open: [(node: Int, path: [String])] = [(0, [])]
    while let (node, path) = open.popLast() {
      guard path.count < 8 else { continue }
      for child in tree.children(of: node) {
        let name = tree.string(tree.nodes[child].name)
        guard SafeName.isName(name), !name.contains("/") else { continue }
        let inner = path + [name]
        switch tree.nodes[child].kind {
        case .object: open.append((child, inner))
        case .array:
          let count = objects(in: child, of: tree)
          if count > 0, isEnvelope(of: child, tree), count > best.count || best.path.isEmpty {
            best = (inner, count)
          }
        default: break
        }
      }
    }
    return best
  }

  private static func objects(in list: Int, of tree: Tree) -> Int {
    tree.children(of: list).reduce(0) { $0 + (tree.nodes[$1].kind == .object ? 1 : 0) }
  }

  /// Whether the body is only what stands around a list: its first item has as many values as all the rest.
  private static func isEnvelope(of list: Int, _ tree: Tree) -> Bool {
    let item = tree.children(of: list).first { tree.nodes[$0].kind == .object }
    let inside = item.map { values(in: $0..<Int(tree.nodes[$0].end), tree) } ?? 0
    let around =
      values(in: 0..<list, tree) + values(in: Int(tree.nodes[list].end)..<tree.nodes.count, tree)
    return inside >= around
  }

  private static func values(in range: Range<Int>, _ tree: Tree) -> Int {
    range.reduce(0) {
      $0 + (tree.nodes[$1].kind == .object || tree.nodes[$1].kind == .array ? 0 : 1)
    }
  }

  /// A text that was cut, closed behind its last whole item; nil if there is none.
  private static func mended(_ text: [UInt8]) -> [UInt8]? {
    var (open, isString, isEscaped) = ([UInt8](), false, false)
    var whole: (end: Int, open: [UInt8])?
    for (index, byte) in text.enumerated() {
      if isString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isString = true
      case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open.popLast() == byte else { return nil }
        if open.last == UInt8(ascii: "]"), open.count <= 16 { whole = (index + 1, open) }
      default: break
      }
      if open.count > 64 { return nil }
    }
    return whole.map { Array(text[..<$0.end]) + $0.open.reversed() }
  }
}
