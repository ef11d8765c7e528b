import Events
import Lanes
import Messaging

/// The contract with the departments: what a task looks like, and what is expected of whoever does it.
///
/// Body: `{"case","flow","step","attempt","task","kind":"do"|"compensate","key","input":{…},"deadline"}`.
///
/// - `key` names the act. All attempts at it carry the same key; the department does it once and gives a repeated
///   attempt the answer that it gave before. After a refusal, only a later attempt may be decided anew.
/// - `compensate` asks for a new act that undoes the step's; it may be asked for although the department never did
///   the step's own, when no answer had come: then there is nothing to undo, and that is `accepted`. A `do` that
///   arrives after the step's compensation is `refused`.
/// - The answer goes to `gov.results` under the routing key of the task, with the headers `tongban-partition` and
///   `traceparent` and the property `correlation_id` as they came; body
///   `{"case","step","attempt","outcome":"accepted"|"refused"|"failed-transiently"|"needs-supplement","data":{…},"reason"}`.
///   A refusal may carry the department's own `code`, by which the flow may wait for a change elsewhere.
/// - Before its answer, a department may say `suspended` and `resumed` when a special procedure begins and ends, with
///   its number on the step as `procedure`, from 1.
/// - Where `user_id` is set, it is the department's code.
extension TaskOrder {
  func message(for case: Case, at now: Instant) -> Message {
    let body = Value.object([
      .init("case", .string(`case`.id)), .init("flow", .string(`case`.flow)),
      .init("step", .string(step)), .init("attempt", .int(attempt)), .init("task", .string(task)),
      .init("kind", .string(kind.rawValue)), .init("key", .string(key)), .init("input", input),
      .init("deadline", .string(deadline.description)),
    ])
    let event = Event(
      id: "\(`case`.id)/\(step)/\(attempt)/\(kind.rawValue)", source: Sync.source,
      type: "tongban.task.\(kind.rawValue).v1", time: now, dataContentType: "application/json",
      traceparent: `case`.traceparent, correlationID: `case`.id)
    return event.message(
      exchange: Sync.tasksExchange, routingKey: "\(department).\(task)", body: body.jsonBytes,
      partition: `case`.partition)
  }
}

extension Case {
  /// Where the case's messages are kept in order.
  package var partition: Partition { Partition(entity: "case:\(id)".utf8) }
}
