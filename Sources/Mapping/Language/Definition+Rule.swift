extension Rule {
  init(source: Source, required: Bool = false, place: Place) {
    self.init(
      source: source, when: nil, steps: [], fallback: nil, required: required, place: place)
  }

  init(path: FieldPath, place: Place) {
    self.init(source: .paths([path]), place: place)
  }

  init(constant: Constant, place: Place) {
    self.init(source: .constant(constant), place: place)
  }

  /// Whether it gives a list of values: its path has a wildcard.
  var isList: Bool {
    guard case .paths(let paths) = source else { return false }
    return paths.contains(where: \.isList)
  }

  /// The native fields that it takes its value from.
  var paths: [FieldPath] {
    switch source {
    case .paths(let paths): paths
    case .constant: []
    case .first(let rules), .join(let rules, _): rules.flatMap(\.paths)
    case .lookup(let lookup): lookup.by.paths
    }
  }

  /// The native fields that its value is compared with.
  var comparedPaths: [FieldPath] {
    steps.compactMap { step in
      if case .code(let code) = step { code.named } else { nil }
    }
  }

  /// The texts that are written in the mapping and may become its value.
  var possibleTexts: [String] {
    var texts: [String] = []
    if let fallback { texts.append(fallback.text) }
    for case .code(let step) in steps {
      texts.append(contentsOf: step.entries.map(\.value.text))
      if case .constant(let value) = step.unknown { texts.append(value.text) }
      return texts
    }
    switch source {
    case .constant(let value): texts.append(value.text)
    case .first(let rules): texts.append(contentsOf: rules.flatMap(\.possibleTexts))
    case .paths, .join, .lookup: break
    }
    return texts
  }
}

extension Condition {
  /// The native fields that it looks at.
  var paths: [FieldPath] {
    switch self {
    case .equals(let path, _), .present(let path): [path]
    case .not(let inner): inner.paths
    case .all(let parts), .any(let parts): parts.flatMap(\.paths)
    }
  }
}

extension Constant {
  var text: String {
    switch self {
    case .text(let text), .number(let text): text
    case .bool(let flag): flag ? "true" : "false"
    }
  }
}
