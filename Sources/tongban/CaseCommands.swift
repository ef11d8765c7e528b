import Configuration
import Events
import Foundation
import Storage
import Sync

/// `tongban case …`: submit an application, follow it, and decide about what is stuck.
enum CaseCommands {
  static let all =
    [
      Command(
        "case submit", "FLOW FILE [--key K] [--applicant FILE] [--json]",
        "begin a case with the application in FILE (- for standard input)", run: submit),
      Command(
        "case show", "ID [--json]", "show a case: its steps, its history, its deadline", run: show),
      Command(
        "case list", "[--state S] [--about KIND=NUMBER] [--limit N] [--json]",
        "list cases, the newest first", run: list),
      Command(
        "case resolve", "ID STEP retry|skip|done --reason TEXT --by NAME [--evidence TEXT]",
        "propose what to do about a step that is with the operators", run: resolve),
      Command(
        "case confirm", "NUMBER --by NAME", "confirm another person's proposal, and do it",
        run: confirm),
      Command("case reject", "NUMBER --by NAME", "turn a proposal down", run: reject),
      Command(
        "case decisions", "[--all] [--json]", "list what is proposed and not decided",
        run: decisions),
      Command(
        "case supplement", "ID STEP FILE",
        "bring what the applicant was asked for (- for standard input)", run: supplement),
      Command(
        "case cancel", "ID --reason TEXT", "stop a case and undo what it has done", run: cancel),
    ] + FollowedCaseCommands.all + FlowCommands.all

  static func submit(_ arguments: inout Arguments) throws -> ExitCode {
    let name = try arguments.required("the flow's name")
    let path = try arguments.required("the application's file")
    let key = try arguments.option("--key") ?? UUID().uuidString
    let applicant = try arguments.option("--applicant")
    let json = arguments.flag("--json")
    try arguments.end()
    let file = try FlowCommands.flow(name)
    if let fault = file.flow.check(departments: try FlowCommands.departments()).first {
      throw fault
    }
    let submission = try cases(Settings.load()).submit(
      file, application: try value(in: path), key: key,
      applicant: try applicant.map(value) ?? .null)
    if json {
      try printJSON(SubmissionLine(case: submission.id, isNew: submission.isNew, key: key))
    } else {
      print("\(submission.id)\(submission.isNew ? "" : "  (submitted before under this key)")")
    }
    return .done
  }

  static func list(_ arguments: inout Arguments) throws -> ExitCode {
    var state: Case.State?
    if let name = try arguments.option("--state") {
      state = Case.State(rawValue: name)
      guard state != nil else {
        let words = Case.State.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError("--state is one of \(words)")
      }
    }
    let about = try arguments.option("--about").map { text throws(UsageError) in
      let words = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard words.count == 2 else {
        throw UsageError("--about is KIND=NUMBER, such as credit-code=91330106…")
      }
      return (kind: words[0], value: words[1])
    }
    let limit = Int64(try arguments.number("--limit", default: 50, in: 1...10_000))
    let json = arguments.flag("--json")
    try arguments.end()
    let summaries = try cases(Settings.load()).list(state: state, about: about, limit: limit)
    if json {
      for summary in summaries { try printJSON(SummaryLine(summary)) }
      return .done
    }
    var table = Table([
      ("ID", .left), ("FLOW", .left), ("STATE", .left), ("BEGAN", .left), ("CHANGED", .left),
      ("DUE", .left),
    ])
    for summary in summaries {
      table.add([
        String(summary.id.prefix(12)), "\(summary.flow) \(summary.version)", summary.state,
        summary.createdAt.description, summary.changedAt.description,
        summary.due?.description ?? "",
      ])
    }
    print(table.text)
    return .done
  }

  static func show(_ arguments: inout Arguments) throws -> ExitCode {
    let id = try arguments.required("the case's id")
    let json = arguments.flag("--json")
    try arguments.end()
    let file = try cases(Settings.load()).show(id)
    if json {
      try printJSON(CaseLine(file))
    } else {
      print(CasePage(file).text)
    }
    return .done
  }

  static func resolve(_ arguments: inout Arguments) throws -> ExitCode {
    let id = try arguments.required("the case's id")
    let step = try arguments.required("the step's name")
    let word = try arguments.required("retry, skip or done")
    guard let resolution = Resolution(rawValue: word) else {
      throw UsageError("\"\(word)\" is no decision: expected retry, skip or done")
    }
    let reason = try self.reason(&arguments)
    let evidence = try arguments.option("--evidence") ?? ""
    let person = try person(&arguments)
    try arguments.end()
    let number = try cases(Settings.load()).propose(
      resolution, id, step: step, reason: reason, evidence: evidence, by: person)
    print(
      "decision \(number): \(word) \(step); another person confirms it with `tongban case confirm \(number)`"
    )
    return .done
  }

  static func confirm(_ arguments: inout Arguments) throws -> ExitCode {
    let number = try self.number(&arguments)
    let person = try person(&arguments)
    try arguments.end()
    let decision = try cases(Settings.load()).confirm(number, by: person)
    print("\(decision.step) of case \(decision.caseID): \(decision.resolution.rawValue)")
    return .done
  }

  static func reject(_ arguments: inout Arguments) throws -> ExitCode {
    let number = try self.number(&arguments)
    let person = try person(&arguments)
    try arguments.end()
    _ = try cases(Settings.load()).reject(number, by: person)
    print("decision \(number) is rejected")
    return .done
  }

  static func decisions(_ arguments: inout Arguments) throws -> ExitCode {
    let all = arguments.flag("--all")
    let json = arguments.flag("--json")
    try arguments.end()
    let decisions = try cases(Settings.load()).decisions(onlyOpen: !all)
    if json {
      for decision in decisions { try printJSON(DecisionLine(decision)) }
      return .done
    }
    var table = Table([
      ("NUMBER", .right), ("CASE", .left), ("STEP", .left), ("WHAT", .left), ("STATE", .left),
      ("PROPOSED BY", .left), ("DECIDED BY", .left), ("REASON", .left),
    ])
    for decision in decisions {
      table.add([
        String(decision.number), String(decision.caseID.prefix(12)), decision.step,
        decision.resolution.rawValue, decision.state, decision.proposedBy,
        decision.decidedBy ?? "", decision.reason,
      ])
    }
    print(table.text)
    return .done
  }

  static func supplement(_ arguments: inout Arguments) throws -> ExitCode {
    let id = try arguments.required("the case's id")
    let step = try arguments.required("the step's name")
    let path = try arguments.required("the supplement's file")
    try arguments.end()
    let cases = try cases(Settings.load())
    let whole = try cases.find(id)
    try cases.supplement(whole, step: step, data: try value(in: path))
    print("\(step) of case \(whole) has its supplement")
    return .done
  }

  static func cancel(_ arguments: inout Arguments) throws -> ExitCode {
    let id = try arguments.required("the case's id")
    let reason = try self.reason(&arguments)
    try arguments.end()
    let cases = try cases(Settings.load())
    let whole = try cases.find(id)
    try cases.cancel(whole, reason: reason)
    print("case \(whole) is being undone")
    return .done
  }

  private static func reason(_ arguments: inout Arguments) throws(UsageError) -> String {
    guard let reason = try arguments.option("--reason"), !reason.isEmpty else {
      throw UsageError("--reason is missing: the history must say why")
    }
    return reason
  }

  private static func person(_ arguments: inout Arguments) throws(UsageError) -> String {
    guard let person = try arguments.option("--by"), !person.isEmpty else {
      throw UsageError("--by is missing: the history must say who")
    }
    return person
  }

  private static func number(_ arguments: inout Arguments) throws(UsageError) -> Int64 {
    let word = try arguments.required("the decision's number")
    guard let number = Int64(word) else { throw UsageError("\"\(word)\" is no decision's number") }
    return number
  }

  private static func cases(_ settings: Settings) -> Cases {
    Cases(
      Database(settings.servers.database, name: "tongban case"),
      now: { Instant(seconds: Date().timeIntervalSince1970) })
  }

  private static func value(in path: String) throws -> Value {
    let bytes =
      try path == "-" ? StandardInput.octets() : octets(of: path)
    do {
      return try Value(json: bytes)
    } catch {
      throw SettingsError("\(path == "-" ? "standard input" : path): \(error)")
    }
  }
}

extension CaseCommands {
  private static func octets(of path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SettingsError("\(path): cannot be read")
    }
    return Array(data)
  }
}

private struct DecisionLine: Encodable {
  let number: Int64
  let `case`, step, resolution, state, reason, evidence, proposedBy: String
  let decidedBy: String?

  init(_ decision: Cases.Decision) {
    number = decision.number
    `case` = decision.caseID
    step = decision.step
    resolution = decision.resolution.rawValue
    state = decision.state
    reason = decision.reason
    evidence = decision.evidence
    proposedBy = decision.proposedBy
    decidedBy = decision.decidedBy
  }
}

private struct SubmissionLine: Encodable {
  let `case`: String
  let isNew: Bool
  let key: String
}

private struct SummaryLine: Encodable {
  let id, flow, state, began, changed: String
  let version: Int64
  let due: String?

  init(_ summary: Cases.Summary) {
    id = summary.id
    flow = summary.flow
    version = summary.version
    state = summary.state
    began = summary.createdAt.description
    changed = summary.changedAt.description
    due = summary.due?.description
  }
}
