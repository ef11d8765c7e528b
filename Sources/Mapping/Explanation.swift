import Records

/// How one record became its translation: for each value of the output the native field and its bytes, and
/// for each native field where it went. It holds places and rules; the values are in the trees.
package struct Explanation: Sendable {
  /// One value of the output.
  package struct Field: Sendable, Equatable {
    /// `identifiers[0].number`
    package var target: String
    /// `DOCS[1].HM`; empty for a constant.
    package var source: String
    /// The bytes of the native input; -1 and 0 where the value has no place there.
    package var byte: Int
    package var byteCount: Int
    package var rule: RuleNote
  }

  /// What became of one native field.
  package struct Native: Sendable, Equatable {
    package enum Fate: Sendable, Equatable {
      /// It became these values.
      case mapped([String])
      /// Conditions look at it, or it is an alternative that was not needed.
      case read
      /// The author leaves it behind on purpose.
      case dropped
      /// No rule speaks of it.
      case unmentioned
    }
    package var path: String
    package var fate: Fate
  }

  package var outcome: MappingOutcome
  package var faults: [MappingFault]
  package var warnings: [MappingFault]
  package var output: Tree
  package var fields: [Field]
  package var natives: [Native]

  /// The native fields that no rule speaks of: somebody should map them or drop them.
  package var unmentioned: [String] { natives.filter { $0.fate == .unmentioned }.map(\.path) }
}

extension Mapping {
  /// Maps a record and tells how. Slow, for people.
  package func explain(_ input: Tree, on machine: inout MappingMachine) -> Explanation {
    let outer = machine.trace
    var output = Tree()
    machine.trace = MappingTrace(of: self)
    let outcome = run(input, into: &output, on: &machine)
    let steps = machine.trace?.steps ?? []
    machine.trace = outer
    let fields = steps.map { step in
      let native = step.native.map { input.nodes[$0] }
      return Explanation.Field(
        target: output.path(of: step.node),
        source: step.native.map { input.path(of: $0) } ?? "",
        byte: native.map { Int($0.source) } ?? -1,
        byteCount: native.map { Int($0.sourceCount) } ?? 0, rule: rules[step.rule])
    }
    return Explanation(
      outcome: outcome, faults: machine.faults, warnings: machine.warnings, output: output,
      fields: fields, natives: natives(of: input, fields))
  }

  private func natives(of input: Tree, _ fields: [Explanation.Field]) -> [Explanation.Native] {
    var targets: [String: [String]] = [:]
    for field in fields where !field.source.isEmpty {
      targets[field.source, default: []].append(field.target)
    }
    // A list may be written without its [*], since a list of one looks like its item.
    let read = Set(program.readPaths.map(withoutItems))
    let dropped = Set(dropped.map(withoutItems))
    return input.nodes.indices.filter { isValue($0, in: input) }.map { node in
      let path = input.path(of: node)
      let plain = withoutItems(path)
      let fate: Explanation.Native.Fate
      if let targets = targets[path] {
        fate = .mapped(targets)
      } else if read.contains(plain) {
        fate = .read
      } else {
        fate = isWithin(plain, dropped) ? .dropped : .unmentioned
      }
      return Explanation.Native(path: path, fate: fate)
    }
  }

  private func isValue(_ node: Int, in tree: Tree) -> Bool {
    switch tree.nodes[node].kind {
    case .object, .array: false
    case .null, .false, .true, .number, .string: true
    }
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
