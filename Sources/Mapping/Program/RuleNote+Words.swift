extension RuleNote {
  init(_ rule: Rule, target: String, sources: [String]) {
    self.init(
      target: target, sources: sources, steps: RuleNote.words(of: rule),
      isRequired: rule.required, file: rule.place.file, line: rule.place.line,
      path: rule.place.path)
  }

  /// `file: path`, as faults name a rule.
  package var name: String { path.isEmpty ? file : "\(file): \(path)" }

  private static func words(of rule: Rule) -> [String] {
    var words: [String] = []
    switch rule.source {
    case .constant(let value): words.append("constant \(value.quoted)")
    case .paths(let paths): if paths.count > 1 { words.append("the first that is there") }
    case .first(let rules): if rules.count > 1 { words.append("the first that gives a value") }
    case .join(_, let separator):
      words.append(separator.isEmpty ? "joined" : "joined with \"\(separator)\"")
    case .lookup(let lookup):
      words.append(lookup.words)
    }
    if let when = rule.when { words.append("when \(when.words)") }
    for step in rule.steps {
      if case .code(let code) = step, let named = code.named {
        words.append("compared with \(named.text)")
      }
      words.append(step.words)
    }
    if let fallback = rule.fallback { words.append("else \(fallback.quoted)") }
    return words
  }
}

extension Lookup {
  var words: String { "\(field) of the \(kind.rawValue) with this \(number)" }
}

extension Constant {
  fileprivate var quoted: String {
    if case .text(let text) = self { return "\"\(text)\"" }
    return text
  }
}

extension Condition {
  var words: String {
    switch self {
    case .present(let path): "\(path.text) is there"
    case .equals(let path, let values):
      values.count == 1
        ? "\(path.text) is \(values[0].quoted)"
        : "\(path.text) is one of \(values.map(\.quoted).joined(separator: ", "))"
    case .not(let inner): "not (\(inner.words))"
    case .all(let parts): parts.map(\.words).joined(separator: " and ")
    case .any(let parts): "(" + parts.map(\.words).joined(separator: " or ") + ")"
    }
  }
}

extension Step {
  var words: String {
    switch self {
    case .keepBlanks: "blanks kept"
    case .absent(let texts): "absent if " + texts.map { "\"\($0)\"" }.joined(separator: " or ")
    case .halfWidth: "to half width"
    case .without(let characters): "without \"\(characters)\""
    case .upper: "to upper case"
    case .lower: "to lower case"
    case .replace(let step): step.words
    case .match(let step): step.words
    case .part(let number, let separator): "part \(number) between \"\(separator)\""
    case .rest(let number, let separator):
      "part \(number) between \"\(separator)\" and all behind it"
    case .characters(let first, let last):
      last.map { "characters \(first) to \($0)" } ?? "characters from \(first)"
    case .date(let step):
      "date \(step.words) into \(step.into.text)\(step.policies)"
    case .day(let day): "the day of \(day.words)"
    case .code(let step): step.words + step.unknown.words
    case .check(let kind): kind.words
    case .decimal(let step): step.words
    case .locate(let step): step.words
    case .pad(let step): step.words
    case .fullWidth: "to full width"
    }
  }
}

extension DateStep {
  /// What is said of open ends and of `00`, where it is.
  fileprivate var policies: String {
    (open.map { ", open ends \($0.rawValue)" } ?? "")
      + (zeros == .refuse ? "" : ", zeros \(zeros.rawValue)")
  }

  /// The shapes as they are written: `any` stands for many.
  fileprivate var words: String {
    guard shapes.count >= DateShape.any.count,
      Array(shapes.suffix(DateShape.any.count)) == DateShape.any
    else { return shapes.map(\.text).joined(separator: " or ") }
    let own = shapes.dropLast(DateShape.any.count).map(\.text)
    return (own + ["any"]).joined(separator: " or ")
  }
}

extension CodeStep.Unknown {
  fileprivate var words: String {
    switch self {
    case .policy(.refuse): ""
    case .policy(let policy): ", unknown codes \(policy.rawValue)"
    case .constant(let value): ", unknown codes \(value.quoted)"
    }
  }
}

extension CheckedKind {
  fileprivate var words: String {
    switch self {
    case .text: "as text"
    case .number: "as number"
    case .wholeNumber: "as whole-number"
    case .division: "as division"
    case .identifier(.gb11643): "as identity-number"
    case .identifier(.gb32100): "as credit-code"
    case .identifier(.gb11714): "as organisation-code"
    case .identifier(let kind): "as \(kind.rawValue)"
    }
  }
}
