import Records

/// All records of the samples as columns.
struct Survey {
  let records: Int
  let fields: [Field]
  let remarks: [String]

  static func read(_ recognition: Recognition, limits: DraftLimits) throws(DraftFault) -> Survey {
    var collector = FieldCollector(limits: limits)
    var (faults, firstFault) = (0, "")
    // Without a charset the reader looks at each body's own byte order mark and declaration.
    let isUTF16 = recognition.charset == .utf16
    var reader = RecordReader(recognition.format, charset: isUTF16 ? .utf16 : recognition.charset)
    var tree = Tree()
    for sample in recognition.samples {
      reader.read(sample.bytes, into: &tree) { tree, _ in
        collector.add(tree)
      } fault: { error in
        if sample.isCut, collector.records > 0, error.record == 0 { return }
        faults += 1
        if firstFault.isEmpty { firstFault = "\(sample.name): \(error.code.rawValue)" }
      }
    }
    guard collector.records > 0 else {
      throw DraftFault(
        "the samples look like \(recognition.label), and no record of them could be read (\(firstFault))"
      )
    }
    let fields = collector.fields
    guard !fields.isEmpty else {
      throw DraftFault("the records have no values: give a sample with some that are filled")
    }
    guard fields.contains(where: { !$0.path.isList }) else {
      throw DraftFault(
        "the records have nothing but lists in them, so no value of theirs can number a change: give samples of "
          + "one record each, or such in which something stands beside the lists"
      )
    }
    var remarks = collector.remarks
    if faults > 0 {
      remarks.append(
        "\(faults) records or bodies could not be read and were left out, the first is \(firstFault)"
      )
    }
    return Survey(records: collector.records, fields: fields, remarks: remarks)
  }
}

/// Gathers the values of each path; a path through a list is `DOCS[*].HM`.
private struct FieldCollector {
  private let limits: DraftLimits
  private(set) var records = 0
  private var passed = 0
  private var order: [NativePath] = []
  private var columns: [NativePath: Column] = [:]
  private var hasUnsafeNames = false
  private var hasTooMany = false

  private struct Column {
    var values: [String]
    var kinds: Set<Tree.Kind> = []
  }

  init(limits: DraftLimits) { self.limits = limits }

  mutating func add(_ tree: borrowing Tree) {
    guard records < limits.records else {
      passed += 1
      return
    }
    records += 1
    visit(tree, 0, NativePath())
  }

  private mutating func visit(_ tree: borrowing Tree, _ node: Int, _ path: NativePath) {
    switch tree.nodes[node].kind {
    case .object:
      guard path.steps.count < 8 else { return }
      var child = node + 1
      while child < Int(tree.nodes[node].end) {
        let name = tree.string(tree.nodes[child].name)
        if let inner = path.member(name) {
          visit(tree, child, inner)
        } else {
          hasUnsafeNames = true
        }
        child = Int(tree.nodes[child].end)
      }
    case .array:
      var child = node + 1
      while child < Int(tree.nodes[node].end) {
        visit(tree, child, path.every)
        child = Int(tree.nodes[child].end)
      }
    default: take(tree, node, path)
    }
  }

  private mutating func take(_ tree: borrowing Tree, _ node: Int, _ path: NativePath) {
    guard !path.steps.isEmpty else { return }
    if columns[path] == nil {
      guard columns.count < limits.fields else {
        hasTooMany = true
        return
      }
      order.append(path)
      columns[path] = Column(values: [])
    }
    let kind = tree.nodes[node].kind
    let text =
      switch kind {
      case .true: "true"
      case .false: "false"
      case .string, .number: trimmed(tree.string(tree.nodes[node].text))
      case .null, .array, .object: ""
      }
    if kind != .null { columns[path]?.kinds.insert(kind) }
    let missing = records - 1 - (columns[path]?.values.count ?? 0)
    // Of a list, the first value stands for the record.
    if missing < 0 { return }
    columns[path]?.values.append(contentsOf: repeatElement("", count: missing))
    columns[path]?.values.append(text)
  }

  private func trimmed(_ text: String) -> String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar == " " || scalar == "\t" || scalar == "\u{3000}" || scalar == "\n" || scalar == "\r"
    }
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(scalars)
  }

  var fields: [Field] {
    order.compactMap { path in
      guard let column = columns[path], !isShadowed(path) else { return nil }
      let values = column.values + Array(repeating: "", count: records - column.values.count)
      return Field(path: path, values: values, kinds: column.kinds)
    }
  }

  /// What is a list in one record and a single value in another is a list.
  private func isShadowed(_ path: NativePath) -> Bool {
    !path.isList && columns.keys.contains { $0.isList && $0.names == path.names }
  }

  var remarks: [String] {
    var remarks: [String] = []
    if passed > 0 { remarks.append("\(passed) more records were not looked at") }
    if hasTooMany { remarks.append("only the first \(limits.fields) fields were looked at") }
    if hasUnsafeNames {
      remarks.append(
        "members whose names look like values were left out, and their names are not shown")
    }
    return remarks
  }
}

/// The way to a value, as mappings write it.
package struct NativePath: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    case member(String)
    case every
  }

  private(set) var steps: [Step] = []

  /// Nil for a name that may not be repeated.
  func member(_ name: String) -> NativePath? {
    guard SafeName.isName(name), !name.contains("'") else { return nil }
    var path = self
    path.steps.append(.member(name))
    return path
  }

  var every: NativePath {
    var path = self
    path.steps.append(.every)
    return path
  }

  package var isList: Bool { steps.contains(.every) }

  var names: [String] {
    steps.compactMap { if case .member(let name) = $0 { name } else { nil } }
  }

  /// `FRDB.ZJHM`, `DOCS[*].HM`, `['odd.name']`.
  package var text: String {
    var text = ""
    for step in steps {
      switch step {
      case .every: text += "[*]"
      case .member(let name):
        let isPlain = !name.contains { ".[]$\"".contains($0) } && !Self.words.contains(name)
        text += isPlain ? (text.isEmpty ? name : ".\(name)") : "['\(name)']"
      }
    }
    return text
  }

  /// Words that mean something else where a path may stand.
  private static let words: Set<String> = ["any", "all", "not", "present"]
}
