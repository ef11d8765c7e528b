import Adapters
import Foundation
import Lanes
import Messaging
import Routing
import SampleCity
import Storage
import Synchronization

/// The rows `relay` and `core`, round by round in turn: between the same two queues, with the same messages.
struct CoreBench {
  let place: BenchPlace
  let plan: CorePlan
  let log: Log

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let plan = CorePlan(
      messages: try arguments.number("--messages", default: 60_000, in: 1_000...10_000_000),
      rounds: try arguments.number("--rounds", default: 3, in: 1...20),
      paced: try arguments.number("--paced", default: 2_500, in: 0...1_000_000))
    let json = arguments.flag("--json")
    try arguments.end()
    let settings = try Settings.loadOrStart()
    let place = try BenchPlace(settings)
    defer { place.remove() }
    let rows = try CoreBench(place: place, plan: plan, log: settings.log).run()
    if json {
      for row in rows { try printJSON(row) }
    } else {
      print(CoreRow.table(rows))
    }
    return .done
  }

  private struct Round {
    let seconds: Double
    let clock: ProcessClock
  }

  func run() throws -> [CoreRow] {
    var (relay, core): ([Round], [Round]) = ([], [])
    for round in 0..<plan.rounds {
      relay.append(try relayRound(round * 2))
      core.append(try coreRound(round * 2 + 1))
    }
    let relayLatency = try PacedRun(place: place, count: plan.paced).run { try $0.relay() }
    let coreLatency = try PacedRun(place: place, count: plan.paced).run { try $0.core(shelf()) }
    let base = rate(relay)
    return [
      row("relay", relay, latency: relayLatency, base: base),
      row("core", core, latency: coreLatency, base: base),
    ]
  }

  private func row(_ name: String, _ rounds: [Round], latency: Latency, base: Double) -> CoreRow {
    func microseconds(_ part: (ProcessClock) -> Double) -> Double {
      median(rounds.map { part($0.clock) }) / Double(plan.messages) * 1e6
    }
    return CoreRow(
      name: name, messagesPerSecond: rate(rounds), ratio: rate(rounds) / base,
      latencyP50: latency.milliseconds(at: 0.5), latencyP99: latency.milliseconds(at: 0.99),
      hubCPU: microseconds(\.hub), brokerCPU: microseconds(\.broker),
      databaseCPU: microseconds(\.database))
  }

  private func rate(_ rounds: [Round]) -> Double {
    Double(plan.messages) / median(rounds.map(\.seconds))
  }

  // MARK: rounds

  private func relayRound(_ number: Int) throws -> Round {
    try fill(number)
    var relay = try BareRelay(place.endpoints.broker, queue: BenchPlace.intake)
    defer { relay.close() }
    return try timed {
      try relay.relay(
        plan.messages, to: "gov.standard", routingKey: "std.tax-registration.v1.updated.330106")
    }
  }

  private func coreRound(_ number: Int) throws -> Round {
    try fill(number)
    let runner = LaneRunner(place: place, shelf: try shelf(), expected: plan.messages, log: log)
    let round = timed { runner.run() }
    try check()
    return round
  }

  /// Every message must have come out as a standard event: a core that dead-letters is fast and wrong.
  private func check() throws {
    let administration = try Administration(place.endpoints.broker, name: "tongban bench check")
    defer { administration.close() }
    let dead = try administration.inspectQueue("deadletters").messages
    guard dead == 0 else {
      throw SettingsError("\(dead) messages of the bench became dead letters")
    }
  }

  private func fill(_ number: Int) throws {
    let administration = try Administration(place.endpoints.broker, name: "tongban bench fill")
    defer { administration.close() }
    try administration.purgeQueue(BenchPlace.out)
    let publisher = Publisher(place.endpoints.broker, name: "tongban bench fill", log: { _ in })
    defer { publisher.close() }
    var first = 0
    while first < plan.messages {
      let last = min(first + 2_000, plan.messages)
      let batch = (first..<last).map { BenchMessages.message(number * plan.messages + $0) }
      _ = try publisher.publish(batch, confirmWithin: 30, deadline: 120)
      first = last
    }
  }

  private func timed(_ body: () throws -> Void) rethrows -> Round {
    let before = place.clock()
    let start = ContinuousClock.now
    try body()
    let duration = ContinuousClock.now - start
    return Round(seconds: duration / .seconds(1), clock: place.clock() - before)
  }

  private func shelf() throws -> Shelf<AdapterSet> {
    try AdapterSet.shelf(home: Settings.home, log: log)
  }
}

/// The tax registrations that the bench sends, about 600 octets each.
enum BenchMessages {
  private static let city = SampleCity()

  static func message(_ number: Int, traceparent: String? = nil) -> Message {
    city.taxMessage(
      number, of: city.enterprise(number % 10_000), exchange: "gov.intake",
      routingKey: "tax.registration-change.330106", traceparent: traceparent)
  }
}
