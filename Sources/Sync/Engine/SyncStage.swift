import Events
import Lanes
import Messaging
import Storage

/// Folds the departments' answers into their cases: a batch is grouped by case, loaded, folded and written with history
/// and outbox in the batch's transaction. Nothing is published here: the outbox's relay does, after the commit.
package struct SyncStage: Stage {
  package let name = "sync"
  private let departments: @Sendable () -> Set<String>
  private var flows = FlowLibrary()

  /// - Parameter departments: the codes of those that take part, asked for each batch. The books have a row for each; what anybody else's
  ///   routing key says stands there as `unknown`.
  package init(departments: @escaping @Sendable () -> Set<String>) {
    self.departments = departments
  }

  /// Reads each body; what cannot be read is a dead letter before the database is asked.
  package mutating func work(_ batch: inout Batch) {
    let departments = departments()
    for index in batch.items.indices {
      let department = SyncStage.department(of: batch.items[index].delivery.message)
      batch.items[index].source = departments.contains(department) ? department : "unknown"
      guard case .undecided = batch.items[index].verdict else { continue }
      do throws(ResultFault) {
        _ = try ResultBody(batch.items[index].delivery.message.body)
        batch.items[index].verdict = .outputs([])
      } catch {
        batch.items[index].verdict = .dead(error.letter)
      }
    }
  }

  package mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws
  {
    var results: [(index: Int, body: ResultBody)] = []
    for (index, item) in batch.items.enumerated() {
      guard case .outputs = item.verdict, let body = try? ResultBody(item.delivery.message.body)
      else {
        continue
      }
      results.append((index, body))
    }
    guard !results.isEmpty else { return }
    let found = try Subjects(results.map(\.body.subject), in: database)
    var docket = try Docket.load(found.ids, flows: &flows, from: database)
    for (index, body) in results {
      let item = batch.items[index]
      batch.items[index].verdict =
        switch found[body.subject] {
        case .success(let id): fold(body, of: id, from: item, into: &docket, at: now)
        case .failure(let fault): .dead(fault.letter)
        }
    }
    try docket.write(in: database, at: now)
  }

  private func fold(
    _ body: ResultBody, of id: String, from item: Batch.Item, into docket: inout Docket,
    at now: Instant
  ) -> Batch.Verdict {
    guard let (stored, flow) = docket[id] else {
      return .dead(SyncStage.absent(id, unreadable: docket.unreadable[id]))
    }
    let step = flow.index(of: body.step)
    if let step, let letter = SyncStage.forgery(item, of: flow.steps[step]) {
      return .dead(letter)
    }
    let result = body.result(attempts: step.map { stored.steps[$0].attempts } ?? 0)
    switch docket.apply(.result(result), to: id, at: now) {
    case .applied: return .outputs([])
    case .repeated: return .duplicate
    case .refused(let refusal):
      return .dead(
        DeadLetter(
          stage: "sync.fold", code: refusal.code.rawValue,
          place: "case \(id): \(refusal.event); \(refusal.state)",
          expectation: refusal.expected, rule: "flow \(flow.name), version \(flow.version)"))
    }
  }

  private static func absent(_ id: String, unreadable: String?) -> DeadLetter {
    if let unreadable {
      return DeadLetter(
        stage: "sync.load", code: "CASE_UNREADABLE", place: unreadable,
        expectation: "a case that this version can read")
    }
    return DeadLetter(
      stage: "sync.load", code: "UNKNOWN_CASE", place: "case",
      expectation: "the id of a case that is here")
  }

  /// Only the step's own department may answer for it.
  private static func forgery(_ item: Batch.Item, of step: Flow.Step) -> DeadLetter? {
    let department = step.department ?? "no department: the applicant is asked"
    func refused(_ place: String) -> DeadLetter {
      DeadLetter(
        stage: "sync.fold", code: "WRONG_SENDER", place: place,
        expectation: "\(department), whose step \(step.name) is")
    }
    let says = SyncStage.department(of: item.delivery.message)
    if says != department {
      return refused("routing key, which says \(says.prefix(60))")
    }
    if let user = item.delivery.message.properties.userID, user != department {
      return refused("property user_id, which the broker checked")
    }
    return nil
  }

  /// The first word of `<department>.<task>`.
  private static func department(of message: Message) -> String {
    String(message.routingKey.prefix { $0 != "." })
  }
}
