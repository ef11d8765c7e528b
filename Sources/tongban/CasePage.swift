import Sync

/// One case on a screen: its steps and what has happened. The application and the departments' data are not in it.
struct CasePage {
  private let file: Cases.File

  init(_ file: Cases.File) {
    self.file = file
  }

  var text: String { "\(head)\n\n\(steps)\n\n\(history)" }

  private var head: String {
    let lines: [(String, String)] = [
      ("case", file.case.id), ("flow", "\(file.flow.title) \(file.flow.name) \(file.flow.version)"),
      ("state", file.case.state.rawValue), ("reason", file.case.reason),
      ("began", file.summary.createdAt.description),
      ("changed", file.summary.changedAt.description),
      ("due", file.case.due?.description ?? ""),
      ("operators", file.case.state == .needsOperator ? file.flow.operators.queue : ""),
    ]
    return lines.filter { !$0.1.isEmpty }
      .map { "\(($0.0 + ":").padding(to: 12))\($0.1)" }.joined(separator: "\n")
  }

  private var steps: String {
    var table = Table([
      ("STEP", .left), ("ACT", .left), ("DEPARTMENT", .left), ("PHASE", .left),
      ("ATTEMPTS", .right),
      ("DUE", .left), ("REASON", .left),
    ])
    for (step, progress) in zip(file.flow.steps, file.case.steps) {
      table.add([
        step.name, step.title, step.doer, progress.phase.rawValue,
        String(progress.attempts), progress.due?.description ?? "", progress.reason,
      ])
    }
    return table.text
  }

  private var history: String {
    var table = Table([("", .right), ("AT", .left), ("WHAT", .left)])
    for entry in file.history {
      for (index, sentence) in entry.said.enumerated() {
        table.add([
          index == 0 ? String(entry.number) : "", index == 0 ? entry.at.description : "", sentence,
        ])
      }
    }
    return table.text
  }
}

/// A case as a program reads it.
struct CaseLine: Encodable {
  struct Step: Encodable {
    let name, doer, title, phase, reason: String
    let task: String?
    let attempts: Int
    let due: String?
  }

  struct Entry: Encodable {
    let number: Int
    let at: String
    let said: [String]
  }

  let id, flow, state, reason, began, changed: String
  let version: Int
  let due: String?
  let steps: [Step]
  let history: [Entry]

  init(_ file: Cases.File) {
    id = file.case.id
    flow = file.flow.name
    version = file.flow.version
    state = file.case.state.rawValue
    reason = file.case.reason
    began = file.summary.createdAt.description
    changed = file.summary.changedAt.description
    due = file.case.due?.description
    steps = zip(file.flow.steps, file.case.steps).map { step, progress in
      Step(
        name: step.name, doer: step.doer, title: step.title, phase: progress.phase.rawValue,
        reason: progress.reason, task: step.act?.task, attempts: progress.attempts,
        due: progress.due?.description)
    }
    history = file.history.map { Entry(number: $0.number, at: $0.at.description, said: $0.said) }
  }
}
