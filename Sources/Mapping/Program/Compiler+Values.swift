import Configuration

/// The instructions that leave a rule's value in hand.
extension Compiler {
  /// Leaves the rule's value in hand.
  mutating func value(
    _ rule: Rule, at target: String, sources: [String]? = nil, isTarget: Bool = true
  ) throws(ConfigurationError) {
    if isTarget { try check(target: target, at: rule.place) }
    let paths = sources ?? rule.paths.map(fromRecord)
    for path in rule.paths { read(path) }
    for path in rule.comparedPaths {
      try check(path, at: rule.place)
      read(path)
    }
    builder.begin(RuleNote(rule, target: target, sources: paths))
    if rule.when != nil { builder.add(.clear) }
    try conditionally(rule.when, of: target, at: rule.place) {
      compiler throws(ConfigurationError) in
      try compiler.found(rule, at: target)
      if let fallback = rule.fallback {
        let constant = compiler.builder.constant(fallback)
        compiler.builder.add(.fallback(constant))
      }
      if rule.required { compiler.builder.add(.require) }
    }
  }

  /// The source's value after the steps. A conversion that an earlier rule made too is not made again.
  private mutating func found(_ rule: Rule, at target: String) throws(ConfigurationError) {
    guard case .paths(let paths) = rule.source, paths.count == 1, let path = paths.first,
      prefix == home, !rule.steps.isEmpty
    else {
      try source(rule, at: target)
      return try steps(of: rule, at: target)
    }
    if let register = builder.register(of: path, rule.steps) {
      return builder.add(.recall(register))
    }
    try source(rule, at: target)
    try steps(of: rule, at: target)
    if depth == 0, !rule.steps.contains(where: \.isDay) {
      let register = builder.makeRegister(for: path, rule.steps)
      builder.add(.store(register))
    }
  }

  private mutating func steps(of rule: Rule, at target: String) throws(ConfigurationError) {
    for step in rule.steps {
      guard case .day(let day) = step else {
        self.step(step)
        continue
      }
      let note = builder.rules.count - 1
      let start = builder.reserve()
      try value(day.rule, at: target)
      builder.resume(note)
      builder.add(.keepDay)
      builder.fill(start, .hold(end: builder.next))
    }
  }

  private mutating func source(_ rule: Rule, at target: String) throws(ConfigurationError) {
    let note = builder.rules.count - 1
    switch rule.source {
    case .constant(let value):
      let constant = builder.constant(value)
      builder.add(.constant(constant))
    case .paths(let paths):
      var exits: [Int] = []
      for (index, path) in paths.enumerated() {
        try check(path, at: rule.place)
        let number = builder.path(path)
        builder.add(.load(path: number, trims: !rule.keepsBlanks))
        if index < paths.count - 1 { exits.append(builder.reserve()) }
      }
      leave(exits)
    case .first(let rules):
      var exits: [Int] = []
      for (index, inner) in rules.enumerated() {
        if index == 1 { depth += 1 }
        try value(inner, at: target)
        if index < rules.count - 1 { exits.append(builder.reserve()) }
      }
      if rules.count > 1 { depth -= 1 }
      leave(exits)
    case .join(let rules, let separator):
      builder.add(.beginJoin)
      for inner in rules { try piece(inner, at: target) }
      let span = builder.text(separator)
      builder.resume(note)
      builder.add(.endJoin(separator: span))
    case .lookup(let lookup):
      try value(lookup.by, at: target)
      builder.resume(note)
      let number = builder.lookup(lookup)
      let start = builder.next
      builder.add(.lookup(number))
      builder.explain(start, as: lookup.words)
    }
    builder.resume(note)
  }

  private mutating func leave(_ exits: [Int]) {
    for exit in exits { builder.fill(exit, .jumpIfThere(builder.next)) }
  }

  private mutating func piece(_ rule: Rule, at target: String) throws(ConfigurationError) {
    guard rule.isList, case .paths(let paths) = rule.source, let path = paths.first else {
      try value(rule, at: target)
      builder.add(.piece)
      return
    }
    var inner = rule
    inner.source = .paths([.itself])
    try items(path, place: rule.place) { compiler throws(ConfigurationError) in
      try compiler.value(inner, at: target, sources: [compiler.prefix])
      compiler.builder.add(.piece)
    }
  }

  /// The name beside a code is compared while the code itself is still in hand.
  private mutating func translate(_ code: CodeStep, as words: String) {
    let number = builder.code(code)
    if let named = code.named {
      let (start, path) = (builder.next, builder.path(named))
      builder.add(.named(number, path: path))
      builder.explain(start, as: "compared with \(named.text)")
    }
    let start = builder.next
    builder.add(.code(number))
    builder.explain(start, as: words)
  }

  private mutating func step(_ step: Step) {
    if case .code(let code) = step { return translate(code, as: step.words) }
    let start = builder.next
    defer { builder.explain(start, as: step.words) }
    switch step {
    case .keepBlanks, .day, .code: break
    case .absent(let texts):
      let range = builder.constants(texts.map { .text($0) })
      builder.add(.absentTexts(start: range.start, count: range.count))
    case .halfWidth: builder.add(.halfWidth)
    case .without(let characters):
      let span = builder.text(characters)
      builder.add(.without(span))
    case .upper: builder.add(.upper)
    case .lower: builder.add(.lower)
    case .replace(let replacement):
      let instruction = builder.values.add(replacement)
      builder.add(instruction)
    case .match(let match):
      let instruction = builder.values.add(match)
      builder.add(instruction)
    case .part(let number, let separator):
      let span = builder.text(separator)
      builder.add(.part(Int32(number), of: span))
    case .rest(let number, let separator):
      let span = builder.text(separator)
      builder.add(.part(-Int32(number), of: span))
    case .characters(let first, let last):
      builder.add(.characters(from: Int32(first), to: last.map { Int32($0) } ?? Int32.max))
    case .date(let date):
      let number = builder.date(date)
      builder.add(.date(number))
    case .decimal(let decimal):
      let instruction = builder.values.add(decimal)
      builder.add(instruction)
    case .locate(let locate):
      let instruction = builder.values.add(locate)
      builder.add(instruction)
    case .pad(let pad):
      let instruction = builder.values.add(pad)
      builder.add(instruction)
    case .fullWidth: builder.add(.fullWidth)
    case .check(let kind):
      switch kind {
      case .text: builder.add(.text)
      case .number: builder.add(.number(whole: false))
      case .wholeNumber: builder.add(.number(whole: true))
      case .division: builder.add(.division)
      case .identifier(let kind): builder.add(.identifier(kind))
      }
    }
  }
}

extension Rule {
  fileprivate var keepsBlanks: Bool {
    steps.contains { step in
      if case .keepBlanks = step { return true }
      return false
    }
  }
}
