import Configuration
import Events
import Foundation

@testable import Sync

let departments = ["market-regulation", "public-security", "tax", "social-security"]
let start = Instant(microseconds: 1_764_000_000_000_000)

func flow(_ text: String) throws -> Flow {
  try Flow.read(Array(text.utf8), file: "flow.json5")
}

/// The flow that the exchange ships.
func enterpriseStartup() throws -> Flow {
  let file = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "topology/flows/enterprise-startup.json5")
  return try Flow.read(Array(Data(contentsOf: file)), file: file.path)
}

/// Two branches after one beginning: enough for every rule, short enough to read.
@Sendable func diamond() throws -> Flow { try flow(diamondText) }

let diamondText = """
  { name: "diamond", title: "t", version: 1, operators: { queue: "desk", remind: "1d" },
    notices: {
      completed: [{ channel: "webhook", recipient: "portal" }, { channel: "mail", to: "applicant.mail" }],
      compensated: [{ channel: "mail", to: "applicant.mail" }],
      "needs-operator": { channel: "mail", recipient: "desk@example" },
    },
    steps: {
      base: { department: "market-regulation", task: "register", input: { name: "application.name" },
        timeout: "60s", retry: { attempts: 2, backoff: "10s" },
        compensation: { task: "revoke", input: { number: "base.number?" }, timeout: "60s",
          retry: { attempts: 2, backoff: "10s" } } },
      left: { department: "tax", task: "open", after: ["base"], input: { base: "base.number" },
        timeout: "60s", retry: { attempts: 2, backoff: "10s" },
        compensation: { task: "close", timeout: "60s", retry: { attempts: 2, backoff: "10s" } } },
      right: { department: "social-security", task: "insure", after: ["base"], timeout: "60s",
        compensation: { task: "stop", timeout: "60s" } },
    } }
  """

/// One step that can be undone, then the pivot, then two that are only tried again.
@Sendable func pivotal() throws -> Flow {
  try flow(
    """
    { name: "pivotal", title: "t", version: 1, operators: { queue: "desk", remind: "1d" },
      steps: {
        check: { department: "tax", task: "check", timeout: "60s",
          compensation: { needless: "it only reads" } },
        reserve: { department: "tax", task: "reserve", timeout: "60s", retry: { attempts: 2, backoff: "5s" },
          compensation: { task: "release", timeout: "60s", retry: { attempts: 3, backoff: "5s" } } },
        decide: { department: "tax", task: "decide", after: ["check", "reserve"], role: "pivot",
          timeout: "60s", retry: { attempts: 2, backoff: "5s" } },
        pay: { department: "social-security", task: "pay", after: "decide", role: "retriable",
          timeout: "60s", retry: { attempts: 2, backoff: "5s" } },
        inform: { department: "public-security", task: "inform", after: "decide", role: "retriable",
          timeout: "60s", retry: { attempts: 3, backoff: "5s" } },
      } }
    """)
}

/// Everything that a flow may have: a review, a question, a quorum of opinions, an optional and a conditional step, a
/// refusal that waits for a change elsewhere, supplements, special procedures, an included flow, and a lock.
@Sendable func joint() throws -> Flow {
  try Flow.read(Array(jointText.utf8), file: "joint.json5") { name in
    name == "account" ? Array(accountText.utf8) : nil
  }
}

let jointText = """
  { name: "joint", title: "t", version: 1, operators: { queue: "desk", remind: "1d" },
    entities: [{ kind: "enterprise-name", value: "application.name", lock: true },
      { kind: "register-number", value: "register.number" }],
    conflict: { wait: "10d" },
    steps: {
      look: { department: "market-regulation", task: "look", role: "review", timeout: "60s" },
      consent: { after: "look", question: { title: "consent of the owner", needs: ["consent"], within: "5d" } },
      fire: { department: "public-security", task: "opine", after: "look", timeout: "60s", suspension: "10d",
        compensation: { needless: "an opinion" } },
      health: { department: "social-security", task: "opine", after: "look", timeout: "60s",
        compensation: { needless: "an opinion" } },
      traffic: { department: "tax", task: "opine", after: "look", timeout: "60s",
        compensation: { needless: "an opinion" } },
      joined: { department: "market-regulation", task: "join", after: ["fire", "health", "traffic"],
        join: { quorum: 2 }, timeout: "60s", supplement: "15d", compensation: { task: "part", timeout: "60s" } },
      register: { department: "market-regulation", task: "register", after: ["joined", "consent"],
        input: { consent: "consent.consent", name: "application.name" }, timeout: "60s", supplement: "15d",
        retry: { attempts: 2, backoff: "5s" }, awaits: [{ code: "HELD_ELSEWHERE", event: "std.enterprise.v1",
          member: "creditCode", key: "application.name", within: "30d", again: "2d" }],
        compensation: { task: "revoke", timeout: "60s", retry: { attempts: 3, backoff: "5s" } } },
      insure: { flow: "account", after: "register", when: { path: "application.employees", atLeast: 1 },
        input: { number: "register.number", name: "application.name" } },
      gift: { department: "tax", task: "gift", after: "register", optional: true, timeout: "60s",
        compensation: { byHand: "get the gift back" } },
      last: { department: "market-regulation", task: "close", after: ["insure", "gift"], timeout: "60s",
        input: { account: "insure-open.number?" }, compensation: { needless: "a note" } },
    } }
  """

let accountText = """
  { name: "account", title: "t", version: 1, operators: { queue: "desk", remind: "1d" },
    steps: {
      open: { department: "social-security", task: "open", input: { number: "application.number" }, timeout: "60s",
        compensation: { task: "close", input: { number: "open.number?" }, timeout: "60s",
          retry: { attempts: 2, backoff: "5s" } } },
      insure: { department: "social-security", task: "insure", after: "open",
        input: { name: "application.name", account: "open.number" }, timeout: "60s",
        compensation: { task: "stop", timeout: "60s" } },
    } }
  """

let application = Value.object([.init("name", .string("an enterprise"))])

/// A case that is driven event by event, with what each event caused.
struct Drive {
  let flow: Flow
  var `case`: Case
  var now = start
  var effects: [Effect] = []
  var disposition = Disposition.applied

  init(_ flow: Flow, application: Value = application) {
    self.flow = flow
    self.case = Case(id: "c1", flow: flow, application: application)
  }

  mutating func take(_ event: CaseEvent, after seconds: Double = 1) {
    now = now.adding(seconds: seconds)
    let transition = Machine(flow).apply(event, to: self.case, at: now)
    self.case = transition.case
    effects = transition.effects
    disposition = transition.disposition
  }

  mutating func answer(
    _ step: String, _ attempt: Int, _ outcome: Outcome, _ data: Value = .empty,
    after seconds: Double = 1
  ) {
    let reason = outcome == .accepted ? "" : "because"
    take(
      .result(
        StepResult(step: step, attempt: attempt, outcome: outcome, data: data, reason: reason)),
      after: seconds)
  }

  /// Takes the case to where `base` is done and both branches are with their departments.
  mutating func toBranches() {
    take(.submitted)
    answer("base", 1, .accepted, number("B-1"))
  }

  var tasks: [TaskOrder] {
    effects.compactMap { if case .task(let order) = $0 { order } else { nil } }
  }

  /// `department.task#attempt`, in order.
  var asked: [String] { tasks.map { "\($0.department).\($0.task)#\($0.attempt)" } }

  var clocks: [ClockChange] {
    effects.compactMap { if case .clock(let change) = $0 { change } else { nil } }
  }

  var refusal: Refusal? {
    if case .refused(let refusal) = disposition { refusal } else { nil }
  }

  var notices: [NoticeKind] {
    effects.compactMap { if case .notice(let kind) = $0 { kind } else { nil } }
  }

  func phase(_ step: String) -> StepProgress.Phase? {
    flow.index(of: step).map { self.case.steps[$0].phase }
  }
}

func number(_ text: String) -> Value { .object([.init("number", .string(text))]) }
