import Adapters
import Foundation
import Lanes
import Messaging

/// `tongban run`, `tongban demo`, `tongban bench`.
enum RunCommands {
  static let all = [
    Command(
      "run", "[--role R]… [--department D]… [--edge DIR]",
      "run the hub, or the roles named, until SIGTERM", run: run),
    Command("demo", "[--keep]", "play the sample city and check that all came out", run: Demo.run),
    Command(
      "bench", "[core|map|library|sagas] [--rounds N] [--json]",
      "measure the hub beside a bare relay, or its mapping beside jq and Python", run: Bench.run),
  ]

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let roles = try Role.named(try arguments.options("--role"))
    let departments = try arguments.options("--department")
    let edge = try arguments.option("--edge")
    try arguments.end()
    let settings = try Settings.load(
      defaultLevel: .info, needsDatabase: roles.contains { $0 != .agent })
    let stop = StopSignal()
    let signals = Shutdown.onSignal(stop, log: settings.log)
    defer { for signal in signals { signal.cancel() } }
    let crew = Crew()
    let hub = try Hub(settings, roles: roles.filter { $0 != .agent }, stop: stop)
    if roles.contains(where: { $0 != .agent }) { try hub.start() }
    if roles.contains(.agent) {
      try startAgents(departments, edge: edge, settings: settings, stop: stop, crew: crew)
    }
    settings.log.info("at work: \(roles.map(\.rawValue).joined(separator: ", "))")
    hub.join()
    crew.join()
    settings.log.info("stopped")
    return .done
  }

  private static func startAgents(
    _ departments: [String], edge: String?, settings: Settings, stop: StopSignal, crew: Crew
  ) throws {
    guard !departments.isEmpty else { throw UsageError("the role agent needs --department") }
    let broker = try settings.endpoints().broker
    let adapters = try AdapterSet.load(home: settings.home)
    for department in departments {
      let adapter = try adapters.adapter(of: department)
      let folder = URL(fileURLWithPath: edge ?? settings.home.appending(path: "edge").path)
        .appending(path: department)
      Agent(
        adapter, folder: folder, broker: broker, departmentBroker: try departmentBroker ?? broker,
        surroundings: Surroundings.real(stop: stop, log: settings.log)
      ).start(in: crew)
    }
  }

  /// Where the departments' own queues are, if not on the hub's broker.
  private static var departmentBroker: BrokerURI? {
    get throws {
      guard let url = ProcessInfo.processInfo.environment["TONGBAN_DEPARTMENT_AMQP_URL"],
        !url.isEmpty
      else { return nil }
      return try BrokerURI(url)
    }
  }
}
