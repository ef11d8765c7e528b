import Adapters
import Foundation
import Inspection
import Lanes
import Messaging
import Servers
import Storage

/// `tongban demo`: two minutes of a city, by the real hub on the real broker and database.
enum Demo {
  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let keep = arguments.flag("--keep")
    try arguments.end()
    let start = Date()
    say("starting a private RabbitMQ and PostgreSQL under \(Settings.state.path)")
    let servers = try Settings.loadOrStart()
    let place = try DemoPlace(servers)
    let outside = try DemoOutside(place)
    var players: [Player] = []
    defer {
      if !keep { for player in players.reversed() { player.stop() } }
      if !keep { outside.end() }
    }
    try prepare(place)
    players = try startHub(place, outside)
    outside.start(place)
    let report = try play(place, outside, players)
    print(report.text)
    let faults = report.faults
    for fault in faults { complain(fault) }
    say(
      "\(faults.isEmpty ? "everything expected happened" : "NOT everything expected happened"), in \(Int(Date().timeIntervalSince(start))) s"
    )
    if keep { try waitForLook(place, outside, players) }
    return faults.isEmpty ? .done : .no
  }

  // MARK: acts

  private static func prepare(_ place: DemoPlace) throws {
    let plan = try TopologyCommands.apply(to: place.settings)
    say("topology applied: \(plan.steps.count) objects on the broker")
    let administration = try Administration(place.broker, name: "tongban demo")
    defer { administration.close() }
    // Departments' own queues are their own affair, not the topology's.
    for edge in place.adapters.map(\.edge) {
      for case .queue(let queue)? in edge.collections.map(\.place) + [edge.delivery] {
        try administration.declareQueue(queue, arguments: [Field("x-queue-type", .text("quorum"))])
      }
    }
  }

  private static func startHub(_ place: DemoPlace, _ outside: DemoOutside) throws -> [Player] {
    let environment = place.environment.merging(outside.environment) { own, _ in own }
    var players = [
      try Player(
        "hub", ["run"], environment: environment, log: place.logs.appending(path: "hub.log"))
    ]
    for department in place.adapters.map(\.department) {
      players.append(
        try Player(
          "agent \(department)",
          ["run", "--role", "agent", "--department", department, "--edge", place.edge.path],
          environment: environment, log: place.logs.appending(path: "agent-\(department).log")))
    }
    say("hub and \(place.adapters.count) department agents started, each a process of its own")
    return players
  }

  private static func play(
    _ place: DemoPlace, _ outside: DemoOutside, _ players: [Player]
  ) throws -> DemoReport {
    try awaitStart(place, players)
    let samples = DemoSamples(place: place)
    say("\(samples.departments.count) departments send their adapters' samples, hostile ones too")
    try samples.send()
    try waitFor(place, outside, "samples", players) { state in
      // A death among the samples begins a case of itself.
      try samples.isOver(state) && state.cases.keys.allSatisfy(\.isTerminal)
    }
    let before = try DemoState.read(place, outside)
    let traffic = DemoTraffic(edge: place.edge, broker: place.broker)
    say(
      "three departments send their changes: XML in GB18030, fixed-width lines, JSON; some bad, some repeated"
    )
    let cases = DemoCases(place: place)
    say(
      "an employer reports 员工录用; the recruit is still insured elsewhere, so the case waits for the change"
    )
    try cases.beginRecruit(traffic.city.person(10_000))
    _ = try Progress().wait(
      "the recruit waits", within: 30, show: { "" }, until: { try cases.isRecruitWaiting() })
    try traffic.sendAroundAgents()
    try traffic.send()
    say(
      "\(DemoCases.startups) applicants ask for 企业开办; tax will refuse \(DemoCases.refused), one lacks a paper, for one a department is slow"
    )
    try cases.submit()
    _ = try Progress().wait(
      "an applicant is asked for a supplement", within: 30, show: { "" },
      until: { try cases.supplement() > 0 })
    try waitFor(place, outside, "first act", players) { state in
      DemoTraffic.expected.allSatisfy { state.book("core", $0.key) == $0.value }
        && (state.cases[.completed] ?? 0) == DemoCases.completed + (before.cases[.completed] ?? 0)
        && (state.cases[.compensated] ?? 0)
          == DemoCases.refused + (before.cases[.compensated] ?? 0)
    }
    try mend(place)
    try waitFor(place, outside, "last act", players) {
      DemoReport(state: $0, before: before).faults.isEmpty
    }
    return DemoReport(state: try DemoState.read(place, outside), before: before)
  }

  /// The hub makes its tables at its start.
  private static func awaitStart(_ place: DemoPlace, _ players: [Player]) throws {
    let database = Database(place.settings.servers.database, name: "tongban demo")
    defer { database.close() }
    let isThere = Progress().wait(
      "the hub starts", within: 60, show: { "" },
      until: {
        guard players.allSatisfy(\.isRunning) else { return true }
        return (try? database.query("select to_regclass('notice') is not null")[0].bool(0)) ?? false
      })
    guard isThere, players.allSatisfy(\.isRunning) else {
      throw DemoFailure("the hub did not start; see \(place.logs.path)")
    }
  }

  private static func waitFor(
    _ place: DemoPlace, _ outside: DemoOutside, _ act: String, _ players: [Player],
    _ isOver: (DemoState) throws -> Bool
  ) throws {
    var state = try DemoState.read(place, outside)
    // Not a failure yet: the report at the end says what is missing.
    _ = try Progress().wait(
      act, within: 120, show: { line(state) },
      until: {
        state = try DemoState.read(place, outside)
        return try isOver(state) || !players.allSatisfy(\.isRunning)
      })
    if let fallen = players.first(where: { !$0.isRunning }) {
      throw DemoFailure("\(fallen.name) ended; see \(place.logs.path)")
    }
  }

  private static func line(_ state: DemoState) -> String {
    let core = state.books.filter { $0.stage == "core" }
    let (accepted, outputs) = (
      core.reduce(0) { $0 + $1.accepted }, core.reduce(0) { $0 + $1.outputs }
    )
    return
      "\(accepted) accepted · \(outputs) published · \(state.delivered.values.reduce(0, +)) delivered"
      + " · \(state.cases.values.reduce(0, +)) cases · \(state.mails + max(0, state.webhooks)) notices"
  }

  /// Shows a dead letter, mends its cause, and replays it and its like.
  private static func mend(_ place: DemoPlace) throws {
    let database = Database(place.settings.servers.database, name: "tongban demo")
    let publisher = Publisher(place.broker, name: "tongban demo", log: { _ in })
    defer {
      database.close()
      publisher.close()
    }
    let archive = Archive(database)
    var filter = Archive.Filter()
    filter.reason = "UNMAPPED_CODE"
    filter.department = "tax"
    let letters = try archive.list(filter)
    guard letters.count == DemoTraffic.unknownStatusCount, let first = letters.first else {
      throw DemoFailure(
        "expected \(DemoTraffic.unknownStatusCount) letters UNMAPPED_CODE, found \(letters.count)")
    }
    say(
      "one of \(letters.count) dead letters with an unknown code, as `tongban deadletter show` has it:"
    )
    print(LetterPage(first).text)
    say("the tax code table learns the status; the hub reads it anew; the letters are replayed")
    let table = place.home.appending(path: "adapters/tax/codes/taxpayer-status.json5")
    let text = try String(contentsOf: table, encoding: .utf8)
    try text.replacing(
      "\"03\":", with: "\"\(DemoTraffic.unknownStatus)\": [\"normal\", \"正常（新码）\"],\n    \"03\":"
    ).write(to: table, atomically: true, encoding: .utf8)
    let log = place.logs.appending(path: "hub.log")
    _ = try Progress().wait(
      "the hub reads the table", within: 20, show: { "" },
      until: {
        try String(contentsOf: log, encoding: .utf8)
          .contains("read adapters, schemas, codes anew: version 2")
      })
    for letter in letters { try archive.replay(letter, through: publisher) }
  }

  private static func waitForLook(
    _ place: DemoPlace, _ outside: DemoOutside, _ players: [Player]
  ) throws {
    let stop = StopSignal()
    let signals = Shutdown.onSignal(stop, log: place.settings.log)
    say("left running; Ctrl-C ends it. To look around:")
    let shown = [
      "TONGBAN_HOME", "TONGBAN_AMQP_URL", "TONGBAN_AMQP_MANAGEMENT_URL", "TONGBAN_DATABASE_URL",
    ]
    for name in shown { print("  export \(name)='\(place.environment[name] ?? "")'") }
    print("  departments' folders: \(place.edge.path); logs: \(place.logs.path)")
    while !stop.isSet { stop.wait(seconds: 1) }
    for signal in signals { signal.cancel() }
    for player in players.reversed() { player.stop() }
    outside.end()
  }

  private static func say(_ text: String) { print("▸ \(text)") }
}
