import Configuration
import Foundation
import Lanes
import Messaging
import Topology

/// `tongban topology …`: the exchange as data.
enum TopologyCommands {
  static let all = [
    Command("topology validate", "", "check topology/ without a broker", run: validate),
    Command(
      "topology plan", "[--allow-destroy] [--json]",
      "say what apply would do; exit 1 if there is something", run: plan),
    Command(
      "topology apply", "[--allow-destroy]", "make the broker as topology/ says", run: apply),
    Command(
      "topology drift", "[--json]", "find what differs from topology/; exit 1 if anything",
      run: plan),
  ]

  static func validate(_ arguments: inout Arguments) throws -> ExitCode {
    try arguments.end()
    let faults = Topology.validate(folder: folder)
    for fault in faults { complain("\(fault)") }
    if faults.isEmpty { print("topology/ is sound") }
    return faults.isEmpty ? .done : .no
  }

  static func plan(_ arguments: inout Arguments) throws -> ExitCode {
    let allowDestroy = arguments.flag("--allow-destroy")
    let json = arguments.flag("--json")
    try arguments.end()
    let topology = try Topology.load(folder: folder)
    let plan = topology.plan(
      against: try broker(Settings.load()).read(), allowDestroy: allowDestroy)
    if json {
      for line in plan.lines { print(line.json) }
    } else {
      print(plan.text)
    }
    return plan.isEmpty ? .done : .no
  }

  static func apply(_ arguments: inout Arguments) throws -> ExitCode {
    let allowDestroy = arguments.flag("--allow-destroy")
    try arguments.end()
    let plan = try apply(to: Settings.load(), allowDestroy: allowDestroy)
    print(plan.text)
    return plan.refusals.isEmpty ? .done : .no
  }

  /// Makes the broker as the files say and returns what there was to do.
  static func apply(to settings: Settings, allowDestroy: Bool = false) throws -> Plan {
    let topology = try Topology.load(folder: folder)
    let management = try broker(settings)
    try management.ensureVirtualHost()
    let plan = topology.plan(against: try management.read(), allowDestroy: allowDestroy)
    try management.apply(plan)
    return plan
  }

  static func broker(_ settings: Settings) throws -> ManagementAPI {
    guard !settings.servers.management.isEmpty else {
      throw SettingsError("no management API: set TONGBAN_AMQP_MANAGEMENT_URL")
    }
    return try ManagementAPI(
      url: settings.servers.management,
      virtualHost: try BrokerURI(settings.servers.amqp).virtualHost)
  }

  static var folder: String { Settings.home.appending(path: "topology").path }
}
