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
        "case list", "[--state S] [--limit N] [--json]", "list cases, the newest first", run: list),
      Command(
        "case resolve", "ID STEP retry|skip|done --reason TEXT",
        "decide about a step that is with the operators", run: resolve),
      Command(
        "case cancel", "ID --reason TEXT", "stop a case and undo what it has done", run: cancel),
    ] + FlowCommands.all

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
    let limit = Int64(try arguments.number("--limit", default: 50, in: 1...10_000))
    let json = arguments.flag("--json")
    try arguments.end()
    let summaries = try cases(Settings.load()).list(state: state, limit: limit)
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
    try arguments.end()
    let cases = try cases(Settings.load())
    let whole = try cases.find(id)
    try cases.resolve(whole, step: step, resolution, reason: reason)
    print("\(step) of case \(whole): \(word)")
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

  private static func cases(_ settings: Settings) -> Cases {
    Cases(
      Database(settings.servers.database, name: "tongban case"),
      now: { Instant(seconds: Date().timeIntervalSince1970) })
  }

  private static func value(in path: String) throws -> Value {
    let bytes =
      try path == "-" ? StandardInput.octets() : Array(FlowCommands.read(path))
    do {
      return try Value(json: bytes)
    } catch {
      throw SettingsError("\(path == "-" ? "standard input" : path): \(error)")
    }
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
