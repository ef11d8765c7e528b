import Configuration
import Foundation
import Storage
import Sync
import Topology

/// `tongban case states` and `tongban case followed`: the states of cases in the departments' own systems, and where
/// those cases stand.
enum FollowedCaseCommands {
  static let all = [
    Command(
      "case states", "[VOCABULARY] [--json]",
      "show the states of cases and what may follow; with a name, a real system's words for them",
      run: states),
    Command(
      "case followed", "[NUMBER] [--limit N] [--json]",
      "list the cases that departments handle in their own systems; with a number, all that was told of it",
      run: followed),
  ]

  // MARK: States

  static func states(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    let name = arguments.next()
    try arguments.end()
    let topology = try Topology.load(folder: TopologyCommands.folder)
    let states = try CaseStates.load(home: Settings.home, departments: topology.departments)
    guard let name else {
      try show(states, json: json)
      return .done
    }
    guard let vocabulary = states.vocabulary(name) else {
      let known = states.vocabularies.map(\.name)
      let hint =
        nearestName(to: name, in: known).map { "did you mean \"\($0)\"?" }
        ?? "there are \(known.joined(separator: ", "))"
      throw UsageError("no vocabulary \"\(name)\"; \(hint)")
    }
    try show(vocabulary, json: json)
    return .done
  }

  private static func show(_ states: CaseStates, json: Bool) throws {
    if json {
      for state in states.states { try printJSON(StateLine(state)) }
      return
    }
    var table = Table([
      ("STATE", .left), ("中文", .left), ("ENGLISH", .left), ("KIND", .left), ("THEN", .left),
    ])
    for state in states.states {
      let then =
        state.becomes == state.name ? state.moves.joined(separator: ", ") : "is \(state.becomes)"
      let kind = state.isTerminal ? "end" : state.begins ? "beginning" : ""
      table.add([state.name, state.zh, state.en, kind, then])
    }
    print(table.text)
    var vocabularies = Table([
      ("VOCABULARY", .left), ("TITLE", .left), ("CODES", .right), ("SYSTEMS", .left),
    ])
    for vocabulary in states.vocabularies {
      let systems = states.systems.filter { $0.vocabulary == vocabulary.name }.map(\.department)
      vocabularies.add([
        vocabulary.name, vocabulary.title, String(vocabulary.codes.count),
        systems.joined(separator: ", "),
      ])
    }
    print("\n\(vocabularies.text)")
  }

  private static func show(_ vocabulary: CaseStates.Vocabulary, json: Bool) throws {
    if json {
      for code in vocabulary.codes { try printJSON(CodeLine(code, of: vocabulary)) }
      return
    }
    var table = Table([
      ("FIELD", .left), ("CODE", .left), ("WORDS", .left), ("STATE", .left), ("NOTE", .left),
    ])
    for code in vocabulary.codes {
      let states = code.states.isEmpty ? "none" : code.states.joined(separator: " | ")
      table.add([code.field, code.value, code.words, states, code.note])
    }
    print("\(vocabulary.title)\nfrom: \(vocabulary.source)\n\n\(table.text)")
  }

  // MARK: Cases

  static func followed(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    let limit = Int64(try arguments.number("--limit", default: 50, in: 1...10_000))
    let number = arguments.next()
    try arguments.end()
    let database = Database(try Settings.load().servers.database, name: "tongban case followed")
    defer { database.close() }
    let store = FollowedCases(database)
    let found = try store.list(number: number, limit: limit)
    guard number != nil else {
      if json {
        for summary in found { try printJSON(FollowedLine(summary, nil)) }
      } else {
        print(table(found))
      }
      return .done
    }
    for summary in found {
      let history = try store.history(of: summary.key)
      if json {
        try printJSON(FollowedLine(summary, history))
      } else {
        print("\(table([summary]))\n\n\(table(history))\n")
      }
    }
    if found.isEmpty { complain("no case of that number has been told of") }
    return found.isEmpty ? .no : .done
  }

  private static func table(_ found: [FollowedCases.Summary]) -> String {
    var table = Table([
      ("NUMBER", .left), ("SYSTEM", .left), ("STATE", .left), ("SINCE", .left), ("ITEM", .left),
    ])
    for summary in found {
      table.add([
        summary.key.number, summary.key.system, summary.state ?? "none",
        summary.since?.description ?? "", summary.item,
      ])
    }
    return table.text
  }

  private static func table(_ history: [FollowedCases.Entry]) -> String {
    var table = Table([
      ("AT", .left), ("TOLD", .left), ("BEFORE", .left), ("OUTCOME", .left), ("HEARD", .left),
    ])
    for entry in history {
      table.add([
        entry.at.description, entry.state, entry.before ?? "", entry.disposition,
        entry.heardAt.description,
      ])
    }
    return table.text
  }
}

private struct StateLine: Encodable {
  let state, zh, en, becomes: String
  let begins, terminal: Bool
  let moves: [String]

  init(_ state: CaseStates.State) {
    self.state = state.name
    zh = state.zh
    en = state.en
    becomes = state.becomes
    begins = state.begins
    terminal = state.isTerminal
    moves = state.moves
  }
}

private struct CodeLine: Encodable {
  let vocabulary, field, code, words, note: String
  let states: [String]

  init(_ code: CaseStates.Code, of vocabulary: CaseStates.Vocabulary) {
    self.vocabulary = vocabulary.name
    field = code.field
    self.code = code.value
    words = code.words
    note = code.note
    states = code.states
  }
}

private struct FollowedLine: Encodable {
  struct Entry: Encodable {
    let at, told, outcome, act, heard: String
    let before: String?
  }

  let number, system, department, item, changed: String
  let state, since: String?
  let history: [Entry]?

  init(_ summary: FollowedCases.Summary, _ history: [FollowedCases.Entry]?) {
    number = summary.key.number
    system = summary.key.system
    department = summary.department
    item = summary.item
    changed = summary.changedAt.description
    state = summary.state
    since = summary.since?.description
    self.history = history?.map {
      Entry(
        at: $0.at.description, told: $0.state, outcome: $0.disposition, act: $0.act,
        heard: $0.heardAt.description, before: $0.before)
    }
  }
}
