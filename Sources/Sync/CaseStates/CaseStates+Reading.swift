import Configuration
import Foundation

extension CaseStates {
  /// Below the home of topology and adapters.
  package static let path = "topology/cases/states.json5"

  /// - Parameter departments: the codes of those that take part in the exchange.
  /// - Throws: the first thing that is wrong with the file, alone or as a whole.
  package static func load(
    home: URL, departments: [String]
  ) throws(ConfigurationError) -> CaseStates {
    let file = home.appending(path: path).path
    guard let data = FileManager.default.contents(atPath: file) else {
      throw ConfigurationError(
        file: file, line: 0, path: "",
        message: "cannot be read; expected the states of cases and the vocabularies for them")
    }
    return try read(Array(data), file: file, departments: departments)
  }

  package static func read(
    _ bytes: [UInt8], file: String, departments: [String]
  ) throws(ConfigurationError) -> CaseStates {
    var reader = CaseStatesReader(try JSON5.read(bytes, file: file), departments: departments)
    return try reader.read()
  }
}

/// Reads the file; every name that it uses must be one that it declares.
private struct CaseStatesReader {
  private let node: ConfigurationNode
  private let departments: [String]
  private var names: [String] = []

  init(_ node: ConfigurationNode, departments: [String]) {
    self.node = node
    self.departments = departments
  }

  mutating func read() throws(ConfigurationError) -> CaseStates {
    var object = try node.object()
    let stateNodes = try object.required("states")
    let members = try stateNodes.members()
    names = members.map(\.name)
    let anywhere = try states(object.optional("anywhere"))
    var states: [CaseStates.State] = []
    for member in members {
      states.append(try state(member.name, member.node, anywhere: anywhere))
    }
    let deleted = try stateName(object.required("deleted"))
    var vocabularies: [CaseStates.Vocabulary] = []
    for member in try object.required("vocabularies").members() {
      vocabularies.append(try vocabulary(member.name, member.node))
    }
    var systems: [CaseStates.System] = []
    for member in try object.optional("systems")?.members() ?? [] {
      systems.append(try system(member.name, member.node, vocabularies.map(\.name)))
    }
    try object.end()
    let read = CaseStates(
      states: states, vocabularies: vocabularies, systems: systems, deleted: deleted,
      file: node.file)
    if let fault = read.fault(at: stateNodes) { throw fault }
    return read
  }

  // MARK: States

  private func state(
    _ name: String, _ node: ConfigurationNode, anywhere: [String]
  ) throws(ConfigurationError) -> CaseStates.State {
    var object = try node.object()
    let zh = try object.required("zh").name()
    let en = try object.required("en").name()
    let begins = try object.optional("begins")?.bool() ?? false
    let isTerminal = try object.optional("terminal")?.bool() ?? false
    let movesNode = object.optional("moves")
    let undoneNode = object.optional("undone")
    let becomesNode = object.optional("becomes")
    try object.end()
    var moves = try states(movesNode)
    if isTerminal {
      if let movesNode {
        throw movesNode.fault("nothing leaves an end; expected \"undone\" for what takes it back")
      }
      moves = try states(undoneNode)
    } else {
      if let undoneNode { throw undoneNode.fault("only an end is undone; expected \"moves\"") }
      moves += anywhere.filter { !moves.contains($0) }
    }
    let becomes = try becomesNode.map { node throws(ConfigurationError) in try stateName(node) }
    if let becomesNode, movesNode != nil || isTerminal {
      throw becomesNode.fault("a state that becomes another has no moves and is no end")
    }
    return CaseStates.State(
      name: name, zh: zh, en: en, begins: begins, isTerminal: isTerminal, moves: moves,
      becomes: becomes ?? name, line: node.line)
  }

  private func states(_ node: ConfigurationNode?) throws(ConfigurationError) -> [String] {
    var found: [String] = []
    for item in node?.list() ?? [] { found.append(try stateName(item)) }
    return found
  }

  private func stateName(_ node: ConfigurationNode) throws(ConfigurationError) -> String {
    let name = try node.name()
    guard names.contains(name) else { throw node.unknown("state", name, known: names) }
    return name
  }

  // MARK: Vocabularies

  private func vocabulary(
    _ name: String, _ node: ConfigurationNode
  ) throws(ConfigurationError) -> CaseStates.Vocabulary {
    var object = try node.object()
    let title = try object.required("title").name()
    let source = try object.required("source").name()
    let passes = try states(object.optional("passes"))
    var codes: [CaseStates.Code] = []
    for field in try object.required("fields").members() {
      for value in try field.node.members() {
        codes.append(try code(field.name, value.name, value.node))
      }
    }
    try object.end()
    guard codes.contains(where: { !$0.states.isEmpty }) else {
      throw node.fault("no code of it tells a state")
    }
    return CaseStates.Vocabulary(
      name: name, title: title, source: source, passes: passes, codes: codes)
  }

  private func code(
    _ field: String, _ value: String, _ node: ConfigurationNode
  ) throws(ConfigurationError) -> CaseStates.Code {
    let parts = try node.array()
    guard (2...3).contains(parts.count) else {
      throw node.fault(
        "expected [state, words] or [state, words, note], found \(parts.count) parts")
    }
    var told: [String] = []
    if case .null = parts[0].value {} else { told = try states(parts[0]) }
    let note = try parts.count == 3 ? parts[2].name() : ""
    if told.count != 1, note.isEmpty {
      throw node.fault(
        told.isEmpty
          ? "a code that tells no state needs a note that says why"
          : "a code that tells one of several states needs a note that says what tells which")
    }
    return CaseStates.Code(
      field: field, value: value, words: try parts[1].name(), states: told, note: note)
  }

  private func system(
    _ source: String, _ node: ConfigurationNode, _ vocabularies: [String]
  ) throws(ConfigurationError) -> CaseStates.System {
    var object = try node.object()
    let departmentNode = try object.required("department")
    let vocabularyNode = try object.required("vocabulary")
    try object.end()
    let (department, vocabulary) = (try departmentNode.name(), try vocabularyNode.name())
    guard departments.contains(department) else {
      throw departmentNode.unknown("department", department, known: departments)
    }
    guard vocabularies.contains(vocabulary) else {
      throw vocabularyNode.unknown("vocabulary", vocabulary, known: vocabularies)
    }
    return CaseStates.System(source: source, department: department, vocabulary: vocabulary)
  }
}

// MARK: The whole

extension CaseStates {
  /// What is wrong with the states as a whole: one that no case can come to, or that none can leave and is no end.
  fileprivate func fault(at node: ConfigurationNode) -> ConfigurationError? {
    let reached = self.reached
    func fault(_ state: State, _ message: String) -> ConfigurationError {
      ConfigurationError(
        file: file, line: state.line, path: "\(node.path).\(state.name)", message: message)
    }
    for state in states {
      if !reached.contains(state.name) {
        return fault(
          state, "no case can come to it; expected it among the moves of a state, or begins: true")
      }
      if state.becomes != state.name {
        guard let target = self[state.becomes], target.becomes == target.name else {
          return fault(state, "it becomes \(state.becomes), which becomes another itself")
        }
      } else if !state.isTerminal, !endings.contains(state.name) {
        return fault(state, "no end can be reached from it; expected moves that lead to one")
      }
    }
    return states.contains(where: \.begins) ? nil : node.fault("no state has begins: true")
  }

  private var reached: Set<String> {
    var reached: Set<String> = []
    var open = next(after: nil)
    while let name = open.popLast() {
      guard reached.insert(name).inserted, let state = self[name] else { continue }
      open += state.moves + [state.becomes]
    }
    return reached
  }

  /// States from which an end can be reached.
  private var endings: Set<String> {
    var endings = Set(states.filter(\.isTerminal).map(\.name))
    while true {
      let more = states.filter { state in
        !endings.contains(state.name)
          && (state.moves + [state.becomes]).contains(where: endings.contains)
      }
      guard !more.isEmpty else { return endings }
      endings.formUnion(more.map(\.name))
    }
  }
}
