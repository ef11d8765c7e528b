/// An event as the history keeps it, whole, so that a case can be folded again from its history alone.
extension CaseEvent {
  var document: Value {
    switch self {
    case .submitted: .event("submitted")
    case .due: .event("due")
    case .queued: .event("queued")
    case .admitted: .event("admitted")
    case .supplemented(let step, let data):
      .event("supplemented", [.init("step", .string(step)), .init("data", data)])
    case .happened(let step, let event):
      .event("happened", [.init("step", .string(step)), .init("id", .string(event))])
    case .cancelled(let reason): .event("cancelled", [.init("reason", .string(reason))])
    case .resolved(let step, let resolution, let reason):
      .event(
        "resolved",
        [
          .init("step", .string(step)), .init("resolution", .string(resolution.rawValue)),
          .init("reason", .string(reason)),
        ])
    case .result(let result): .event("result", result.members)
    }
  }

  init(document: Value) throws(DocumentError) {
    let reader = DocumentReader(value: document, what: "a history entry")
    switch try reader.text("event") {
    case "submitted": self = .submitted
    case "due": self = .due
    case "queued": self = .queued
    case "admitted": self = .admitted
    case "supplemented":
      self = .supplemented(
        step: try reader.text("step"), data: document.member("data") ?? .empty)
    case "happened":
      self = .happened(step: try reader.text("step"), event: try reader.text("id"))
    case "cancelled": self = .cancelled(reason: try reader.text("reason"))
    case "resolved":
      self = .resolved(
        step: try reader.text("step"), try reader.word("resolution"),
        reason: try reader.text("reason"))
    case "result":
      self = .result(
        StepResult(
          step: try reader.text("step"), attempt: try reader.int("attempt"),
          outcome: try reader.word("outcome"), data: document.member("data") ?? .empty,
          reason: document.member("reason")?.text ?? "",
          code: document.member("code")?.text ?? "",
          procedure: reader.optionalInt("procedure") ?? 1))
    default: throw reader.fault("event")
    }
  }
}

extension StepResult {
  fileprivate var members: [Value.Member] {
    var members: [Value.Member] = [
      .init("step", .string(step)), .init("attempt", .int(attempt)),
      .init("outcome", .string(outcome.rawValue)),
    ]
    if data != .empty { members.append(.init("data", data)) }
    if !reason.isEmpty { members.append(.init("reason", .string(reason))) }
    if !code.isEmpty { members.append(.init("code", .string(code))) }
    if procedure != 1 { members.append(.init("procedure", .int(procedure))) }
    return members
  }
}

extension Value {
  fileprivate static func event(_ name: String, _ members: [Member] = []) -> Value {
    .object([Member("event", .string(name))] + members)
  }
}
