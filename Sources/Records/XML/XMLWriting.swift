/// Writes records as XML: the mirror of what `XMLRecords` reads.
struct XMLWriting {
  /// An element on the way to the records.
  private struct Step {
    var text: String
    var name: [UInt8]
    var namespace: [UInt8]?
  }

  private let steps: [Step]
  /// The elements around the text that the document is, if it is one.
  private let within: [Step]
  private let prolog: [UInt8]
  private static let textName = Array("#text".utf8)
  private static let namespaceName = Array("xmlns".utf8)

  init(_ format: XMLFormat, charset: Charset) {
    steps = format.record.map(Self.step)
    within = format.within.map(Self.step)
    let label = charset.isUTF16 ? "UTF-16" : charset.rawValue
    prolog = Array("<?xml version=\"1.0\" encoding=\"\(label)\"?>\n".utf8)
  }

  private static func step(_ text: String) -> Step {
    guard text.hasPrefix("{"), let brace = text.firstIndex(of: "}") else {
      return Step(text: text, name: Array(text.utf8))
    }
    return Step(
      text: text, name: Array(text[text.index(after: brace)...].utf8),
      namespace: Array(text[text.index(after: text.startIndex)..<brace].utf8))
  }

  func begin(into output: inout [UInt8]) throws(RecordError) {
    guard !steps.isEmpty else {
      throw RecordError(.notRepresentable, "a path that names the record's element")
    }
    output += prolog
    for step in within { try openNamed(step, into: &output) }
    try document(into: &output) { (output) throws(RecordError) in
      if !within.isEmpty { output += prolog }
      for step in steps.dropLast() { try openNamed(step, into: &output) }
      if let step = steps.last { try check(step) }
    }
  }

  /// Appends what the body writes: as it is, or escaped as an element's text.
  private func document(
    into output: inout [UInt8], _ body: (inout [UInt8]) throws(RecordError) -> Void
  ) throws(RecordError) {
    guard !within.isEmpty else { return try body(&output) }
    var text: [UInt8] = []
    try body(&text)
    // Nothing is in it that XML cannot express: it is XML.
    _ = text.withUnsafeBytes { XMLText.append($0, inAttribute: false, into: &output) }
  }

  private func check(_ step: Step) throws(RecordError) {
    guard step.name.withUnsafeBytes({ XMLText.isName($0) }) else {
      throw RecordError(.notRepresentable, path: step.text, "a path of element names")
    }
  }

  private func openNamed(_ step: Step, into output: inout [UInt8]) throws(RecordError) {
    try check(step)
    try open(step, into: &output)
    output.append(UInt8(ascii: ">"))
  }

  private func open(_ step: Step, into output: inout [UInt8]) throws(RecordError) {
    output.append(UInt8(ascii: "<"))
    output += step.name
    guard let namespace = step.namespace else { return }
    output += Array(" xmlns=\"".utf8)
    let isWritten = namespace.withUnsafeBytes {
      XMLText.append($0, inAttribute: true, into: &output)
    }
    guard isWritten else {
      throw RecordError(
        .notRepresentable, path: step.text, "a namespace of characters of XML")
    }
    output.append(UInt8(ascii: "\""))
  }

  func end(into output: inout [UInt8]) throws(RecordError) {
    try document(into: &output) { (output) throws(RecordError) in
      for step in steps.dropLast().reversed() { close(step.name, into: &output) }
    }
    for step in within.reversed() { close(step.name, into: &output) }
    output.append(0x0A)
  }

  private func close(_ name: [UInt8], into output: inout [UInt8]) {
    output.append(UInt8(ascii: "<"))
    output.append(UInt8(ascii: "/"))
    output += name
    output.append(UInt8(ascii: ">"))
  }

  func record(
    _ tree: borrowing Tree, _ root: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    guard let step = steps.last else { return }
    try document(into: &output) { (output) throws(RecordError) in
      try open(step, into: &output)
      if try content(tree, root, into: &output) { close(step.name, into: &output) }
    }
  }
}

// MARK: Elements

extension XMLWriting {
  /// An element of a name in the tree. Depth is bounded by the tree, whose readers bound it.
  private func element(
    _ tree: borrowing Tree, _ index: Int, _ name: Tree.Slice, into output: inout [UInt8]
  ) throws(RecordError) {
    output.append(UInt8(ascii: "<"))
    tree.withBytes(name) { output.append(contentsOf: $0) }
    guard try content(tree, index, into: &output) else { return }
    output.append(UInt8(ascii: "<"))
    output.append(UInt8(ascii: "/"))
    tree.withBytes(name) { output.append(contentsOf: $0) }
    output.append(UInt8(ascii: ">"))
  }

  /// What stands between an element's name and its end tag; false if there is nothing, and the element
  /// needs no end tag.
  private func content(
    _ tree: borrowing Tree, _ index: Int, into output: inout [UInt8]
  ) throws(RecordError) -> Bool {
    let isObject = tree.nodes[index].kind == .object
    if isObject { try attributes(tree, index, into: &output) }
    output.append(UInt8(ascii: ">"))
    let start = output.count
    if isObject {
      let end = Int(tree.nodes[index].end)
      var member = index + 1
      while member < end {
        try child(tree, member, into: &output)
        member = Int(tree.nodes[member].end)
      }
    } else {
      try text(tree, index, into: &output)
    }
    guard output.count == start else { return true }
    output[start - 1] = UInt8(ascii: "/")
    output.append(UInt8(ascii: ">"))
    return false
  }

  private func attributes(
    _ tree: borrowing Tree, _ object: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    let end = Int(tree.nodes[object].end)
    var member = object + 1
    while member < end {
      defer { member = Int(tree.nodes[member].end) }
      guard isAttribute(tree, member) else { continue }
      let name = tree.nodes[member].name
      let own = Tree.Slice(offset: name.offset + 1, count: name.count - 1)
      guard tree.withBytes(own, XMLText.isName) else { throw unnamed(tree, member) }
      guard !tree.withBytes(own, { $0.elementsEqual(Self.namespaceName) }) else {
        throw RecordError(
          .notRepresentable, path: tree.path(of: member),
          "no namespace among the attributes; the record's path says it: {namespace}name")
      }
      output.append(UInt8(ascii: " "))
      tree.withBytes(own) { output.append(contentsOf: $0) }
      output.append(UInt8(ascii: "="))
      output.append(UInt8(ascii: "\""))
      try text(tree, member, inAttribute: true, into: &output)
      output.append(UInt8(ascii: "\""))
    }
  }

  private func isAttribute(_ tree: borrowing Tree, _ member: Int) -> Bool {
    let name = tree.nodes[member].name
    return name.count > 0 && tree.arena[Int(name.offset)] == UInt8(ascii: "@")
  }

  private func child(
    _ tree: borrowing Tree, _ member: Int, into output: inout [UInt8]
  ) throws(RecordError) {
    if isAttribute(tree, member) { return }
    let name = tree.nodes[member].name
    let isText = tree.withBytes(name) { $0.elementsEqual(Self.textName) }
    guard isText || tree.withBytes(name, XMLText.isName) else { throw unnamed(tree, member) }
    guard tree.nodes[member].kind == .array else {
      return try one(tree, member, name, isText, into: &output)
    }
    guard !isText || tree.children(of: member).prefix(2).map(\.self).count < 2 else {
      throw RecordError(
        .notRepresentable, path: tree.path(of: member), "one text beside an element's elements")
    }
    for item in tree.children(of: member) {
      guard tree.nodes[item].kind != .array else {
        throw RecordError(
          .notRepresentable, path: tree.path(of: item), "a list of anything but lists")
      }
      try one(tree, item, name, isText, into: &output)
    }
  }

  private func one(
    _ tree: borrowing Tree, _ index: Int, _ name: Tree.Slice, _ isText: Bool,
    into output: inout [UInt8]
  ) throws(RecordError) {
    if isText {
      try text(tree, index, into: &output)
    } else {
      try element(tree, index, name, into: &output)
    }
  }

  private func text(
    _ tree: borrowing Tree, _ index: Int, inAttribute: Bool = false, into output: inout [UInt8]
  ) throws(RecordError) {
    let isWritten = try FlatValue.with(tree, index) { (value) throws(RecordError) in
      XMLText.append(value, inAttribute: inAttribute, into: &output)
    }
    guard isWritten else {
      throw RecordError(
        .notRepresentable, path: tree.path(of: index),
        "characters that XML 1.0 allows")
    }
  }

  private func unnamed(_ tree: borrowing Tree, _ member: Int) -> RecordError {
    RecordError(
      .notRepresentable, path: tree.path(of: member), "a name that XML allows")
  }
}
