import Records

/// How one record became its translation: for each field of the output the native field, its bytes and every
/// rule on the way, or why it is not there; and for each native field where it went.
package struct Explanation: Sendable {
  /// One field of the output or of the envelope.
  package struct Field: Sendable, Equatable {
    /// `identifiers[0].number`, `event.id`; `[*]` stands for the items of a list that is not there.
    package var target: String
    package var result: Result
    package var rule: RuleNote
    /// The native fields that its value is made of; none for a constant.
    package var natives: [Place]
    /// The conditions of the groups and lists that it stands in, as far as they were asked.
    package var conditions: [Move]
    /// What was done, one after the other.
    package var moves: [Move]
  }

  package enum Result: Sendable, Equatable {
    /// Text, number, true or false.
    case value(String, Tree.Kind)
    /// Why there is no value.
    case absent(String)
    case refused(MappingFault)
  }

  /// Where a native value stands.
  package struct Place: Sendable, Equatable {
    /// `DOCS[1].HM`
    package var path: String
    /// In bytes of the native input; -1 and 0 where the value has no place there.
    package var byte: Int
    package var byteCount: Int
  }

  /// What became of one native field.
  package struct Native: Sendable, Equatable {
    package enum Fate: Sendable, Equatable {
      /// It became these fields.
      case mapped([String])
      /// These fields were refused for it.
      case refused([String])
      /// These fields looked at it: conditions, or an alternative that was not needed or gave nothing.
      case read([String])
      /// Rules for these fields would take it, and were not asked; none where it is conditions alone.
      case unasked([String])
      /// The author leaves it behind on purpose.
      case dropped
      /// No rule speaks of it.
      case unmentioned
    }
    package var place: Place
    package var text: String
    package var fate: Fate
    package var path: String { place.path }
  }

  package var outcome: MappingOutcome
  package var faults: [MappingFault]
  package var warnings: [MappingFault]
  package var output: Tree
  /// In the order in which they were made; those that are not there too.
  package var fields: [Field]
  package var natives: [Native]

  /// The native fields that no rule speaks of: somebody should map them or drop them.
  package var unmentioned: [String] { natives.filter { $0.fate == .unmentioned }.map(\.path) }
}

extension Mapping {
  /// Maps a record, or an item of it that becomes one, and tells how. Slow, for people.
  package func explain(
    _ input: Tree, item: RecordItem? = nil, on machine: inout MappingMachine
  ) -> Explanation {
    let outer = machine.trace
    var output = Tree()
    machine.trace = MappingTrace(of: self, keepsMoments: true)
    let outcome = run(input, item: item, into: &output, on: &machine)
    var explainer = Explainer(
      self, input, faults: machine.faults, warnings: machine.warnings)
    explainer.tell(machine.trace?.moments ?? [])
    machine.trace = outer
    return Explanation(
      outcome: outcome, faults: machine.faults, warnings: machine.warnings, output: output,
      fields: explainer.fields, natives: natives(of: input, explainer.fields))
  }

  /// The native fields of a record that no rule speaks of, with `[*]` for items.
  package func unmentioned(in input: Tree) -> [String] {
    natives(of: input, []).filter { $0.fate == .unmentioned }.map { generalised($0.path) }
  }

  private func natives(
    of input: Tree, _ fields: [Explanation.Field]
  ) -> [Explanation.Native] {
    let targets = NativeTargets(fields)
    // A list may be written without its [*], since a list of one looks like its item.
    let read = Set(program.readPaths.map(withoutItems))
    let dropped = Set(dropped.map(withoutItems))
    return input.nodes.indices.filter { Explanation.Place.isValue($0, in: input) }.map { node in
      let place = Explanation.Place(of: node, in: input)
      let plain = withoutItems(place.path)
      let fate: Explanation.Native.Fate
      if let told = targets.fate(of: place.path) {
        fate = told
      } else if read.contains(plain) {
        fate = .unasked(takers(of: plain))
      } else {
        fate = isWithin(plain, dropped) ? .dropped : .unmentioned
      }
      return Explanation.Native(place: place, text: input.shownText(of: node), fate: fate)
    }
  }

  private func takers(of path: String) -> [String] {
    var targets: [String] = []
    for rule in rules where rule.sources.contains(where: { withoutItems($0) == path }) {
      if !targets.contains(rule.target) { targets.append(rule.target) }
    }
    return targets
  }

  private func withoutItems(_ path: String) -> String {
    generalised(path).replacing("[*]", with: "")
  }

  /// Whether the path or one that it lies in is among these.
  private func isWithin(_ path: String, _ paths: Set<String>) -> Bool {
    var path = Substring(path)
    while !paths.contains(String(path)) {
      guard let end = path.lastIndex(of: ".") else { return false }
      path = path[..<end]
    }
    return true
  }
}

/// Which fields each native value had to do with.
private struct NativeTargets {
  private var mapped: [String: [String]] = [:]
  private var refused: [String: [String]] = [:]
  private var read: [String: [String]] = [:]

  init(_ fields: [Explanation.Field]) {
    for field in fields {
      let own = Set(field.natives.map(\.path))
      for path in own {
        if case .value = field.result { add(field.target, to: &mapped[path, default: []]) }
        if case .refused = field.result { add(field.target, to: &refused[path, default: []]) }
      }
      for move in field.conditions + field.moves {
        for path in [move.native?.path].compactMap({ $0 }) + move.seen.map(\.path)
        where !own.contains(path) { add(field.target, to: &read[path, default: []]) }
      }
    }
  }

  private func add(_ target: String, to targets: inout [String]) {
    if !targets.contains(target) { targets.append(target) }
  }

  func fate(of path: String) -> Explanation.Native.Fate? {
    refused[path].map { .refused($0) } ?? mapped[path].map { .mapped($0) }
      ?? read[path].map { .read($0) }
  }
}

extension Explanation.Place {
  /// Where each value of a record stands.
  package static func values(of tree: Tree) -> [Explanation.Place] {
    tree.nodes.indices.filter { isValue($0, in: tree) }.map { Explanation.Place(of: $0, in: tree) }
  }

  fileprivate static func isValue(_ node: Int, in tree: Tree) -> Bool {
    switch tree.nodes[node].kind {
    case .object, .array: false
    case .null, .false, .true, .number, .string: true
    }
  }

  init(of node: Int, in tree: Tree) {
    let native = tree.nodes[node]
    self.init(
      path: tree.path(of: node), byte: Int(native.source), byteCount: Int(native.sourceCount))
  }
}

extension Tree {
  /// A value as people read it.
  func shownText(of node: Int) -> String {
    switch nodes[node].kind {
    case .null: "null"
    case .true: "true"
    case .false: "false"
    case .number, .string: string(nodes[node].text)
    case .object: "an object"
    case .array: "a list"
    }
  }
}
