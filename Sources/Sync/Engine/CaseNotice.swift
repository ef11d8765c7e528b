import Events
import Messaging

/// What leaves about a case, one message for each way that the flow names for this kind of notice.
///
/// Body, as the notification lane reads it: `{"key","case","kind","language","recipient","values":{…}}`.
/// `key` is the same for the same notice, for ever. The values are `title`, `flow`, `state`, `at`, and
/// `reason` where the case did not go its way (that none was stated, if none was), `queue` where operators must act; never what the
/// departments or the applicant said of persons.
struct CaseNotice {
  private let kind: NoticeKind
  private let `case`: Case
  private let flow: Flow
  private let now: Instant
  /// What of the case the notice is about, where the case's own events do not say it.
  private let subject: Subject?

  /// A card of the supervision: the key that it has for ever, and values for its words.
  struct Subject {
    let key: String
    let values: [Value.Member]
  }

  init(
    _ kind: NoticeKind, _ case: Case, _ flow: Flow, at now: Instant, about subject: Subject? = nil
  ) {
    self.kind = kind
    self.case = `case`
    self.flow = flow
    self.now = now
    self.subject = subject
  }

  var messages: [Message] {
    routes.enumerated().compactMap { number, route in
      recipient(of: route).map { message(number, over: route.channel, to: $0) }
    }
  }

  /// Whoever was warned hears of the graver card too.
  private var routes: [Flow.NoticeRoute] {
    let kinds: [NoticeKind] =
      switch kind {
      case .redCard: [.redCard, .yellowCard, .warning]
      case .yellowCard: [.yellowCard, .warning]
      default: [kind]
      }
    var routes: [Flow.NoticeRoute] = []
    for route in kinds.flatMap({ flow.notices[$0] ?? [] }) where !routes.contains(route) {
      routes.append(route)
    }
    return routes
  }

  private func recipient(of route: Flow.NoticeRoute) -> String? {
    switch route.recipient {
    case .fixed(let address): address
    case .applicant(let path): self.case.applicant.at(path)?.text
    }
  }

  private func message(_ number: Int, over channel: String, to recipient: String) -> Message {
    let word = "case-\(kind.rawValue)"
    let key = "\(self.case.id)/\(subject?.key ?? String(self.case.events))/\(word)/\(number)"
    let event = Event(
      id: key, source: Sync.source, type: "tongban.notice.\(word).v1", time: now,
      dataContentType: "application/json", traceparent: self.case.traceparent,
      correlationID: self.case.id)
    let body = Value.object([
      .init("key", .string(key)), .init("case", .string(self.case.id)),
      .init("kind", .string(word)),
      .init("language", .string(self.case.applicant.at(["language"])?.text ?? "zh-CN")),
      .init("recipient", .string(recipient)), .init("values", values),
    ])
    return event.message(
      exchange: Sync.noticesExchange, routingKey: "\(channel).\(word)", body: body.jsonBytes,
      partition: self.case.partition)
  }

  private var values: Value {
    var members: [Value.Member] = [
      .init("title", .string(flow.title)), .init("flow", .string(flow.name)),
      .init("state", .string(self.case.state.rawValue)), .init("at", .string(now.description)),
    ]
    if kind == .compensated || kind == .notAccepted || !self.case.reason.isEmpty {
      let reason = self.case.reason.isEmpty ? "未说明 (not stated)" : self.case.reason
      members.append(.init("reason", .string(reason)))
    }
    if kind == .needsOperator || kind == .operatorReminder {
      members.append(.init("queue", .string(flow.operators.queue)))
    }
    return .object(members + (subject?.values ?? []))
  }
}
