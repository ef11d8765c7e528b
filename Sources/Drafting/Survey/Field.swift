import Records

/// A native field over all records.
package struct Field: Sendable {
  package let path: NativePath
  /// One a record; empty where there is none.
  let values: [String]
  let kinds: Set<Tree.Kind>
  /// The values that are there.
  let filled: [String]
  /// The values without repeats, in the order of their first; those beyond the bound are not kept.
  let distinct: [String]
  /// Words in it that mean that there is no value; they count as none.
  let absent: [String]
  /// In characters, without the blanks around.
  package let lengths: ClosedRange<Int>

  init(path: NativePath, values: [String], kinds: Set<Tree.Kind>) {
    let words = Set(values).intersection(Self.nothing)
    let values = words.isEmpty ? values : values.map { words.contains($0) ? "" : $0 }
    (self.path, self.values, self.kinds, absent) = (path, values, kinds, words.sorted())
    filled = values.filter { !$0.isEmpty }
    var seen: Set<String> = []
    distinct = filled.filter { seen.insert($0).inserted }
    let counts = filled.map(\.unicodeScalars.count)
    lengths = (counts.min() ?? 0)...(counts.max() ?? 0)
  }

  /// What exports of databases write for null.
  private static let nothing: Set<String> = [
    "\\n", "\\N", "NULL", "null", "(null)", "N/A", "-", "--", "<null>",
  ]

  package var name: String { path.names.last ?? "" }
  package var distinctCount: Int { distinct.count }

  /// In percent; 1 at least where there is any, 99 at most where one is missing.
  package var filledShare: Int {
    if filled.isEmpty || filled.count == values.count { return filled.isEmpty ? 0 : 100 }
    return min(99, max(1, filled.count * 100 / values.count))
  }

  /// Whether no two records have the same value, where there are several records.
  var isUnique: Bool {
    filled.count == values.count && distinct.count == values.count && values.count > 1
  }

  var isBoolean: Bool { !kinds.isEmpty && kinds.isSubset(of: [.true, .false]) }

  /// Of a hundred values, how many hold; 0 where there is no value.
  func share(_ holds: (String) -> Bool) -> Int {
    filled.isEmpty ? 0 : filled.reduce(0) { $0 + (holds($1) ? 1 : 0) } * 100 / filled.count
  }
}

// MARK: Shape

extension Field {
  /// The commonest shapes: `9{18}`, `9{4}-9{2}-9{2}`, `A{4}`, `汉{2,4}`.
  package var shape: String {
    guard !filled.isEmpty else { return "empty" }
    var (counts, order) = ([String: Int](), [String]())
    for value in distinct.prefix(500) {
      let shape = Shape.of(value)
      if counts[shape] == nil { order.append(shape) }
      counts[shape, default: 0] += 1
    }
    let sorted = order.sorted { (counts[$0] ?? 0) > (counts[$1] ?? 0) }
    guard let first = sorted.first, sorted.count <= 3 else {
      return "varied, \(lengths.lowerBound) to \(lengths.upperBound) characters"
    }
    return sorted.count == 1 ? first : sorted.joined(separator: " or ")
  }
}

enum Shape {
  private static let longest = 40

  /// What kind of characters a value has, not which.
  static func of(_ value: String) -> String {
    var (shape, last, run) = ("", Character(" "), 0)
    func flush() {
      guard run > 0 else { return }
      shape +=
        "9A汉".contains(last) && run > 1 ? "\(last){\(run)}" : String(repeating: last, count: run)
    }
    for scalar in value.unicodeScalars {
      let kind = kind(of: scalar)
      if kind == last, run > 0 {
        run += 1
      } else {
        flush()
        (last, run) = (kind, 1)
      }
      if shape.unicodeScalars.count > longest { return shape + "…" }
    }
    flush()
    return shape
  }

  private static func kind(of scalar: Unicode.Scalar) -> Character {
    switch scalar {
    case "0"..."9", "０"..."９": "9"
    case "a"..."z", "A"..."Z", "Ａ"..."Ｚ": "A"
    case "-", "/", ".", ":", ",", "(", ")", "_", "+", "%", "#", " ": Character(scalar)
    default: scalar.value < 0x80 ? "*" : "汉"
    }
  }
}
