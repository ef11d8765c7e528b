import Events
import Lanes
import Storage

/// Standard events that concern cases: a change that a step awaits, and a change that begins a case.
///
/// It takes the events of the schemas that flows name, from the queue `case-events`. An event that concerns no case
/// is done with; one that should begin a case and cannot is a dead letter.
package struct CaseEventStage: Stage {
  package static let queue = "case-events"
  package let name = "case-events"
  private let shelf: Shelf<[FlowFile]>
  private var files: [FlowFile]
  private var version: Int
  private var flows = FlowLibrary()

  package init(_ shelf: Shelf<[FlowFile]>) {
    self.shelf = shelf
    (files, version) = shelf.current
  }

  package mutating func work(_ batch: inout Batch) {
    if shelf.version != version { (files, version) = shelf.current }
    for index in batch.items.indices {
      guard case .undecided = batch.items[index].verdict else { continue }
      batch.items[index].verdict = .outputs([])
    }
  }

  package mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws
  {
    var events: [(index: Int, event: StandardChange)] = []
    for (index, item) in batch.items.enumerated() {
      guard case .outputs = item.verdict else { continue }
      if let event = StandardChange(item) {
        events.append((index, event))
      } else {
        batch.items[index].verdict = .dead(CaseEventStage.unreadable)
      }
    }
    try tellThoseWhoWait(events.map(\.event), in: database, at: now)
    for (index, event) in events {
      for file in files where event.begins(file.flow) {
        do {
          try begin(file, by: event, in: database, at: now)
        } catch let error as CasesError {
          batch.items[index].verdict = .dead(CaseEventStage.notBegun(file.flow, error))
        }
      }
    }
  }

  private static let unreadable = DeadLetter(
    stage: "case-events.read", code: "NOT_STANDARD", place: "body",
    expectation: "a JSON object, as every standard event is")

  private static func notBegun(_ flow: Flow, _ error: CasesError) -> DeadLetter {
    DeadLetter(
      stage: "case-events.begin", code: "CASE_NOT_BEGUN", place: "\(error)",
      expectation: "an event that can begin a case of \(flow.name)",
      rule: "flow \(flow.name), version \(flow.version)")
  }

  // MARK: Awaited changes

  private mutating func tellThoseWhoWait(
    _ events: [StandardChange], in database: Database, at now: Instant
  ) throws {
    let rows = try database.query("select distinct schema, member from case_await")
    var members: [String: [String]] = [:]
    for row in rows { members[try row.text(0), default: []].append(try row.text(1)) }
    var keys: [[UInt8]: String] = [:]
    for event in events {
      for member in members[event.schema] ?? [] {
        for value in event.data.plains(at: member.words(of: ".")) {
          let key = CaseKeys.awaited(schema: event.schema, member: member, value: value)
          keys[key.bytes] = event.id
        }
      }
    }
    guard !keys.isEmpty else { return }
    let waiting = try database.query(
      "select case_id, step, key from case_await where key = any($1) order by case_id, step",
      [.byteses(Array(keys.keys))])
    guard waiting.count > 0 else { return }
    let ids = Set(try waiting.map { try $0.text(0) })
    var docket = try Docket.load(ids.sorted(), flows: &flows, from: database)
    for row in waiting {
      let id = try row.text(0)
      guard docket[id] != nil, let event = keys[try row.bytes(2)] else { continue }
      _ = docket.apply(.happened(step: try row.text(1), event: event), to: id, at: now)
    }
    try docket.write(in: database, at: now)
  }

  // MARK: Cases that an event begins

  private mutating func begin(
    _ file: FlowFile, by event: StandardChange, in database: Database, at now: Instant
  ) throws {
    guard let beginning = file.flow.beginning else { return }
    var members: [Value.Member] = []
    for part in beginning.application {
      if let value = event.data.at(part.path) { members.append(.init(part.name, value)) }
    }
    if let original = beginning.original {
      members.append(
        .init("original", try self.original(original, of: event, in: database)))
    }
    _ = try Submitting(
      file: file, application: .object(members), applicant: .null,
      key: "event/\(file.flow.name)/\(event.id)", traceparent: event.traceparent
    ).perform(in: database, at: now)
  }

  /// The newest case of that flow about the same entity, with what its steps led to.
  private mutating func original(
    _ original: Flow.Beginning.Original, of event: StandardChange, in database: Database
  ) throws -> Value {
    let keys = event.data.plains(at: original.path).map {
      CaseKeys.entity(kind: original.kind, value: $0).bytes
    }
    let rows = try database.query(
      """
      select \(Docket.columns) from case_record where flow = $2
        and id in (select case_id from case_entity where key = any($1))
      order by created_at desc limit 1
      """, [.byteses(keys), .text(original.flow)])
    guard rows.count == 1 else { throw CasesError.noOriginal(flow: original.flow) }
    let flow = try flows.flow(try rows[0].text(1), try rows[0].int(2), in: database)
    let ended = try Case(rows[0], of: flow)
    let done = zip(flow.steps, ended.steps).filter { $1.phase == .done }
    return .object([
      .init("case", .string(ended.id)), .init("state", .string(ended.state.rawValue)),
      .init("done", .object(done.map { .init($0.name, $1.data) })),
    ])
  }
}

/// A standard event as this stage reads it.
struct StandardChange {
  let id: String
  let schema: String
  let change: String
  let data: Value
  let traceparent: String?

  /// Nil if the body is no JSON object.
  init?(_ item: Batch.Item) {
    guard let data = try? Value(json: item.delivery.message.body), data.members != nil else {
      return nil
    }
    let words = item.event.type.words(of: ".")
    id = item.event.id
    change = words.last ?? ""
    schema = words.dropLast().joined(separator: ".")
    self.data = data
    traceparent = item.event.traceparent
  }

  func begins(_ flow: Flow) -> Bool {
    flow.beginning.map { $0.schema == schema && $0.change == change } ?? false
  }
}
