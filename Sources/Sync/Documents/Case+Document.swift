import Events

/// The changing part of a case as it is stored. What never changes has columns of its own.
extension Case {
  func document(of flow: Flow) -> Value {
    var members: [Value.Member] = [
      .init("undoing", .bool(isUndoing)), .init("events", .int(events)),
    ]
    if !reason.isEmpty { members.append(.init("reason", .string(reason))) }
    if isNotAccepted { members.append(.init("notAccepted", .bool(true))) }
    if let queueDue { members.append(.init("queueDue", .number(String(queueDue.microseconds)))) }
    if amendments != .empty { members.append(.init("amendments", amendments)) }
    let progress = zip(flow.steps, steps).map { Value.Member($0.name, $1.document) }
    members.append(.init("steps", .object(progress)))
    return .object(members)
  }

  /// Takes up what `document` wrote.
  mutating func restore(_ document: Value, state: State, of flow: Flow) throws(DocumentError) {
    let reader = DocumentReader(value: document, what: "case \(id)")
    self.state = state
    isUndoing = document.member("undoing") == .bool(true)
    events = try reader.int("events")
    reason = document.member("reason")?.text ?? ""
    isNotAccepted = document.member("notAccepted") == .bool(true)
    queueDue = document.instant("queueDue")
    amendments = document.member("amendments") ?? .empty
    let stored = try reader.object("steps")
    var steps: [StepProgress] = []
    for step in flow.steps { steps.append(try StepProgress(stored.object(step.name))) }
    self.steps = steps
  }
}

extension StepProgress {
  fileprivate var document: Value {
    var members: [Value.Member] = [.init("phase", .string(phase.rawValue))]
    guard attempts > 0 || phase != .waiting else { return .object(members) }
    members.append(.init("attempts", .int(attempts)))
    members.append(.init("tries", .int(tries)))
    if let undoFrom { members.append(.init("undoFrom", .int(undoFrom))) }
    members.append(
      .init("answers", .array(answers.map { $0.map { .string($0.rawValue) } ?? .null })))
    if let due { members.append(.init("due", .number(String(due.microseconds)))) }
    if let until { members.append(.init("until", .number(String(until.microseconds)))) }
    if let awaited { members.append(.init("awaited", .string(awaited))) }
    if suspensions > 0 {
      members.append(.init("suspensions", .int(suspensions)))
      members.append(.init("resumptions", .int(resumptions)))
    }
    if data != .empty { members.append(.init("data", data)) }
    if undoData != .empty { members.append(.init("undoData", undoData)) }
    if !reason.isEmpty { members.append(.init("reason", .string(reason))) }
    return .object(members)
  }

  fileprivate init(_ reader: DocumentReader) throws(DocumentError) {
    self.init()
    phase = try reader.word("phase")
    attempts = reader.optionalInt("attempts") ?? 0
    tries = reader.optionalInt("tries") ?? 0
    undoFrom = reader.optionalInt("undoFrom")
    due = reader.value.instant("due")
    until = reader.value.instant("until")
    awaited = reader.value.member("awaited")?.text
    suspensions = reader.optionalInt("suspensions") ?? 0
    resumptions = reader.optionalInt("resumptions") ?? 0
    guard (due != nil) == phase.isWaiting else { throw reader.fault("due") }
    data = reader.value.member("data") ?? .empty
    undoData = reader.value.member("undoData") ?? .empty
    reason = reader.value.member("reason")?.text ?? ""
    for answer in reader.value.member("answers")?.items ?? [] {
      guard answer != .null else {
        answers.append(nil)
        continue
      }
      guard let outcome = answer.text.flatMap(Outcome.init) else { throw reader.fault("answers") }
      answers.append(outcome)
    }
    guard answers.count == attempts else { throw reader.fault("answers") }
  }
}

extension Value {
  fileprivate func instant(_ name: String) -> Instant? {
    member(name)?.int64.map { Instant(microseconds: $0) }
  }
}
