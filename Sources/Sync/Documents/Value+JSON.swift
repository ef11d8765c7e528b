import Records

extension Value {
  /// Reads a JSON text with the message path's reader and its limits.
  package init(json bytes: [UInt8]) throws(RecordError) {
    var tree = Tree()
    try bytes.withUnsafeBufferPointer { (buffer) throws(RecordError) in
      try JSON.read(UnsafeRawBufferPointer(buffer), into: &tree)
    }
    self.init(tree, at: 0)
  }

  package init(json text: String) throws(RecordError) {
    try self.init(json: Array(text.utf8))
  }

  /// The reader bounds the depth, and so this recursion.
  private init(_ tree: borrowing Tree, at index: Int) {
    let node = tree.nodes[index]
    switch node.kind {
    case .null: self = .null
    case .false: self = .bool(false)
    case .true: self = .bool(true)
    case .number: self = .number(tree.string(node.text))
    case .string: self = .string(tree.string(node.text))
    case .array, .object:
      var items: [Value] = []
      var members: [Member] = []
      var child = index + 1
      while child < Int(node.end) {
        let value = Value(tree, at: child)
        if node.kind == .array {
          items.append(value)
        } else {
          members.append(Member(tree.string(tree.nodes[child].name), value))
        }
        child = Int(tree.nodes[child].end)
      }
      self = node.kind == .array ? .array(items) : .object(members)
    }
  }
}

/// A stored document that cannot be read: written by a later version, or changed by hand.
package struct DocumentError: Error, CustomStringConvertible {
  let what: String
  let path: String

  package var description: String {
    "\(what): \(path) is missing or not what this version writes; was it written by a later one?"
  }
}

/// Reads a stored document's members, with an error that names the path.
struct DocumentReader {
  let value: Value
  let what: String
  var path = ""

  func fault(_ name: String) -> DocumentError { DocumentError(what: what, path: path + name) }

  func text(_ name: String) throws(DocumentError) -> String {
    guard let text = value.member(name)?.text else { throw fault(name) }
    return text
  }

  func int(_ name: String) throws(DocumentError) -> Int {
    guard let number = optionalInt(name) else { throw fault(name) }
    return number
  }

  func optionalInt(_ name: String) -> Int? { value.member(name)?.int64.map(Int.init) }

  func word<Word: RawRepresentable>(_ name: String) throws(DocumentError) -> Word
  where Word.RawValue == String {
    guard let word = Word(rawValue: try text(name)) else { throw fault(name) }
    return word
  }

  func object(_ name: String) throws(DocumentError) -> DocumentReader {
    guard let inner = value.member(name), inner.members != nil else { throw fault(name) }
    return DocumentReader(value: inner, what: what, path: "\(path)\(name).")
  }
}
