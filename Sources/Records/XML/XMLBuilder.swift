import CXML2

/// What is wrong, at a place in the text.
struct XMLFault {
  var code: RecordError.Code
  var place: Int
  var path = ""
  var expectation: String
}

/// Builds the records' trees from libxml2's events.
///
/// A value, reached by libxml2 through a pointer that is good for one body: so an event costs neither a
/// reference count nor an exclusivity check.
struct XMLBuilder {
  let path: [XMLStep]
  let limits: RecordLimits
  private var names = MemberNames()
  private var shared = XMLNames()
  /// The parser's context that the shared names are of.
  private var context = 0

  // The body that is being read: set by `begin`, to what lives until `end`.
  private(set) var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  private var tree = Tree()
  private(set) var handout: UnsafeMutablePointer<Handout>?
  private(set) var source: UnsafeMutablePointer<NativeText>?
  /// The fault that ends the body.
  var bodyFault: XMLFault?
  var foundRecord = false
  /// How many elements have begun.
  private(set) var elements = 0

  /// Instead of records, the texts of the elements at the path.
  let findsTexts: Bool
  var texts: ContiguousArray<XMLElementText> = []
  /// The tags of the elements that the records are in, and where the reading began that goes on now.
  var ancestors: ContiguousArray<Range<Int>> = []
  var resumed = 0
  /// Where the last tag ends that libxml2 has told of.
  private(set) var lastTag = 0
  var recoveries = 0
  /// Whether the body's fault is one that nothing can be read behind.
  private(set) var isLost = false

  // Where the parser is.
  var depth = 0
  /// How many steps of the path the open elements match.
  var matched = 0
  /// The depth of the record that is open; 0 if none is.
  var recordDepth = 0
  private(set) var recordStart = 0
  private var nativeStart = 0
  /// The fault of the record that is open: the rest of it is passed over.
  var recordFault: XMLFault?
  private var open: ContiguousArray<Int> = []
  /// The text since the last tag, at the end of the arena, and where it stands in the body.
  private var text = Tree.Slice.empty
  private var textStart = 0
  /// Nodes on their way into an array; reused.
  private var scratch: ContiguousArray<Tree.Node> = []

  init(path: [XMLStep], limits: RecordLimits, findsTexts: Bool = false) {
    self.path = path
    self.limits = limits
    self.findsTexts = findsTexts
  }

  mutating func begin(
    _ bytes: UnsafeRawBufferPointer, _ tree: inout Tree, _ source: UnsafeMutablePointer<NativeText>,
    _ handout: UnsafeMutablePointer<Handout>
  ) {
    self.bytes = bytes
    swap(&self.tree, &tree)
    (self.source, self.handout) = (source, handout)
    (depth, matched, recordDepth, foundRecord, elements) = (0, 0, 0, false, 0)
    (bodyFault, recordFault) = (nil, nil)
    (resumed, lastTag, recoveries, isLost) = (0, 0, 0, false)
    ancestors.removeAll(keepingCapacity: true)
    texts.removeAll(keepingCapacity: true)
  }

  mutating func end(_ tree: inout Tree) {
    swap(&self.tree, &tree)
    (source, handout) = (nil, nil)
    bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// - Parameter context: the number of the parser's context.
  mutating func use(context: Int) {
    guard context != self.context else { return }
    shared.removeAll()
    self.context = context
  }

  /// The fault that ends the body, unless one is known already.
  ///
  /// - Parameter isFinal: whether what stands behind the record that is open cannot be read either.
  mutating func fail(
    _ code: RecordError.Code, _ place: Int, _ expectation: String, isFinal: Bool = false
  ) {
    guard bodyFault == nil else { return }
    isLost = isFinal
    // What was wrong with the record that is open came first, and is often why libxml2 gives up.
    bodyFault =
      recordFault
      ?? XMLFault(code: code, place: place, path: openPath(), expectation: expectation)
  }

  mutating func failForDocumentType(_ place: Int) {
    fail(
      .dtdRefused, tagStart(before: place),
      "a document without a document type declaration")
  }

  private func openPath() -> String {
    guard recordDepth > 0 else { return "" }
    return open.dropFirst().map { tree.label(tree.nodes[$0].name) }.joined(separator: ".")
  }

  /// The `<` of the tag that ends at a place: neither a tag nor its attributes contain another.
  ///
  /// - Parameter length: how long the tag is if it has no prefix, no attributes and no white space; most are so.
  @inline(__always) func tagStart(before place: Int, length: Int = 0) -> Int {
    var at = min(place, bytes.count) &- 1
    let likely = at &+ 1 &- length
    if length > 0, likely >= 0, bytes[likely] == 0x3C { return likely }
    while at > 0, bytes[at] != 0x3C { at &-= 1 }
    return max(at, 0)
  }

  /// The native place of a place in the text; events come in rising order, so this is quick.
  @inline(__always) private func native(_ place: Int) -> Int32 {
    Int32(truncatingIfNeeded: source?.pointee.nativePlace(of: place) ?? place)
  }
}

// MARK: Elements

/// The five pointers that libxml2 gives for each attribute: local name, prefix, namespace, the value and
/// its end.
typealias XMLAttributes = UnsafeBufferPointer<UnsafePointer<xmlChar>?>

extension XMLBuilder {
  /// - Parameter place: where the start tag ends, before its `>` or `/>`.
  mutating func startElement(
    _ local: UnsafeRawBufferPointer, _ uri: UnsafeRawBufferPointer, _ attributes: XMLAttributes,
    at place: Int
  ) {
    depth += 1
    elements &+= 1
    lastTag = place
    if recordDepth == 0 {
      guard matched == depth - 1 else { return }
      if matched < path.count {
        guard path[matched].matches(local, uri) else { return }
        matched = depth
        if matched < path.count { keepAncestor(until: place) }
      }
      guard matched == path.count else { return }
      if findsTexts { startText(at: place) } else { startRecord(attributes, at: place) }
      return
    }
    guard recordFault == nil else { return }
    let start = tagStart(before: place, length: local.count + 1)
    if let parent = open.last {
      flushText(into: parent, before: start)
      tree.nodes[parent].kind = .object
    }
    guard depth - recordDepth < limits.depth else {
      return failRecord(.tooDeep, at: start, "fewer elements inside each other")
    }
    push(shared.intern(local, in: &tree), attributes, from: start, to: place)
  }

  private mutating func startRecord(_ attributes: XMLAttributes, at place: Int) {
    tree.removeAll()
    shared.begin(&tree)
    open.removeAll(keepingCapacity: true)
    text = .empty
    foundRecord = true
    recordDepth = depth
    recordStart = tagStart(before: place)
    nativeStart = source?.pointee.beginRecord(at: recordStart) ?? recordStart
    push(.empty, attributes, from: recordStart, to: place)
    if !tree.nodes.isEmpty { tree.nodes[0].kind = .object }
  }

  /// Opens a node for an element; it is a string until something is found inside.
  private mutating func push(
    _ name: Tree.Slice, _ attributes: XMLAttributes, from start: Int, to place: Int
  ) {
    guard tree.nodes.count + attributes.count / 5 < limits.nodes else {
      return failRecord(.tooLarge, at: start, "fewer values in one record")
    }
    let element = tree.nodes.count
    open.append(element)
    tree.append(.string, name: name, source: native(start))
    if attributes.count > 0 {
      for first in stride(from: 0, to: attributes.count, by: 5) { attribute(attributes, first) }
      tree.nodes[element].kind = .object
    }
    textStart = place + 1
    text = Tree.Slice(offset: Int32(truncatingIfNeeded: tree.arena.count), count: 0)
  }

  private mutating func attribute(_ attributes: XMLAttributes, _ first: Int) {
    guard let local = attributes[first], let start = attributes[first + 3],
      let end = attributes[first + 4]
    else { return }
    let nameStart = tree.arena.count
    tree.arena.append(UInt8(ascii: "@"))
    tree.arena.append(
      contentsOf: UnsafeRawBufferPointer(start: local, count: Int(xmlStrlen(local))))
    let valueStart = tree.arena.count
    appendValue(UnsafeRawBufferPointer(start: start, count: end - start))
    tree.append(
      .string,
      name: Tree.Slice(offset: Int32(nameStart), count: Int32(valueStart - nameStart)),
      text: Tree.Slice(offset: Int32(valueStart), count: Int32(tree.arena.count - valueStart)))
  }

  /// libxml2 leaves every ampersand of an attribute as `&#38;`, and decodes the rest.
  private mutating func appendValue(_ value: UnsafeRawBufferPointer) {
    var rest = value[...]
    while let place = rest.firstIndex(of: UInt8(ascii: "&")) {
      tree.arena.append(contentsOf: rest[...place])
      rest = rest[(place + 1)...]
      if rest.starts(with: "#38;".utf8) { rest = rest.dropFirst(4) }
    }
    tree.arena.append(contentsOf: rest)
  }

  /// - Parameter place: where the end tag, or the tag of an empty element, ends.
  mutating func endElement(at place: Int) {
    lastTag = place
    if recordDepth > 0 {
      if recordFault == nil { closeElement(at: place) }
      if depth == recordDepth { endRecord(at: place) }
    } else if findsTexts, depth == path.count, matched == depth {
      endText(at: place)
    }
    depth -= 1
    matched = min(matched, depth)
  }

  /// Whether the tag that ends at a place is that of an empty element, and not an end tag.
  func isEmptyTag(before place: Int) -> Bool {
    place >= 2 && place <= bytes.count && bytes[place - 2] == UInt8(ascii: "/")
  }

  private mutating func closeElement(at place: Int) {
    guard let element = open.popLast() else { return }
    let length = Int(tree.nodes[element].name.count) + 3
    let end = isEmptyTag(before: place) ? textStart : tagStart(before: place, length: length)
    if tree.nodes[element].kind == .string {
      let first = native(textStart)
      tree.nodes[element].text = text
      tree.nodes[element].source = first
      tree.nodes[element].sourceCount = max(0, native(max(textStart, end)) - first)
    } else {
      flushText(into: element, before: end)
      tree.close(element)
      tree.nodes[element].sourceCount = native(place) - tree.nodes[element].source
      if names.firstTwin(in: tree, of: element) != nil { group(element) }
    }
    textStart = place
    text = Tree.Slice(offset: Int32(truncatingIfNeeded: tree.arena.count), count: 0)
  }

  private mutating func endRecord(at place: Int) {
    recordDepth = 0
    guard let source, let handout else { return }
    if let fault = recordFault {
      recordFault = nil
      return handout.pointee.fault(
        fault.code, at: fault.place, in: &source.pointee, path: fault.path, fault.expectation)
    }
    let nativeEnd = Int(native(place))
    handout.pointee.placedRecord(
      &tree, recordStart..<place, native: nativeStart..<nativeEnd, in: &source.pointee)
  }

  // MARK: Text

  mutating func characters(_ run: UnsafeRawBufferPointer, at place: Int) {
    guard recordDepth > 0, recordFault == nil else { return }
    if tree.arena.count - shared.bytes.count + run.count > limits.recordBytes {
      return failRecord(
        .tooLarge, at: place, "a record of at most \(limits.recordBytes) bytes")
    }
    tree.arena.append(contentsOf: run)
    text.count += Int32(truncatingIfNeeded: run.count)
  }

  /// Makes a member of the text beside elements, unless it is white space.
  private mutating func flushText(into parent: Int, before end: Int) {
    guard text.count > 0, tree.arena[text.range].contains(where: { $0 > 0x20 }) else { return }
    guard tree.nodes.count < limits.nodes else {
      return failRecord(.tooLarge, at: end, "fewer values in one record")
    }
    let first = native(textStart)
    tree.nodes[parent].kind = .object
    tree.append(
      .string, name: tree.intern("#text"), text: text, source: first,
      sourceCount: max(0, native(max(textStart, end)) - first))
    text = .empty
  }

  private mutating func failRecord(_ code: RecordError.Code, at place: Int, _ expectation: String) {
    if recordFault == nil {
      recordFault = XMLFault(code: code, place: place, path: openPath(), expectation: expectation)
    }
  }
}

// MARK: Repeated elements

extension XMLBuilder {
  /// Puts the members of one name of an element into an array, where the first of them stood.
  private mutating func group(_ element: Int) {
    scratch.removeAll(keepingCapacity: true)
    let nodes = tree.nodes
    names.groups(in: tree, of: element) { group in
      guard let first = group.first, let last = group.last else { return }
      var array: Int?
      if group.count > 1 {
        array = element + 1 + scratch.count
        var node = nodes[Int(first)]
        node.kind = .array
        node.text = .empty
        node.sourceCount = nodes[Int(last)].source + nodes[Int(last)].sourceCount - node.source
        scratch.append(node)
      }
      for member in group {
        let old = Int(member)..<Int(nodes[Int(member)].end)
        let moved = Int32(element + 1 + scratch.count - old.lowerBound)
        for index in old {
          var node = nodes[index]
          node.end += moved
          if index == old.lowerBound, array != nil { node.name = .empty }
          scratch.append(node)
        }
      }
      if let array { scratch[array - element - 1].end = Int32(element + 1 + scratch.count) }
    }
    tree.nodes.removeSubrange((element + 1)...)
    tree.nodes.append(contentsOf: scratch)
    tree.close(element)
  }
}
