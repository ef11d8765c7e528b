import Catalogue
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
      run: drift),
    Command(
      "topology graph", "[--format mermaid|dot]", "draw exchanges, queues and what leads where",
      run: graph),
  ]

  static func validate(_ arguments: inout Arguments) throws -> ExitCode {
    try arguments.end()
    var faults = Topology.validate(folder: folder)
    if faults.isEmpty {
      let departments = try Topology.load(folder: folder).departments
      faults = Catalogue.validate(folder: folder + "/catalogue", departments: departments)
    }
    for fault in faults { complain("\(fault)") }
    if faults.isEmpty { print("topology/ is sound") }
    return faults.isEmpty ? .done : .no
  }

  static func plan(_ arguments: inout Arguments) throws -> ExitCode {
    let allowDestroy = arguments.flag("--allow-destroy")
    return try difference(&arguments, allowDestroy: allowDestroy)
  }

  static func drift(_ arguments: inout Arguments) throws -> ExitCode {
    try difference(&arguments, allowDestroy: false)
  }

  private static func difference(
    _ arguments: inout Arguments, allowDestroy: Bool
  ) throws -> ExitCode {
    let json = arguments.flag("--json")
    try arguments.end()
    let topology = try Topology.load(folder: folder)
    let plan = topology.plan(against: try actual(), allowDestroy: allowDestroy)
    if json {
      for line in plan.lines { print(line.json) }
    } else {
      print(plan.text)
    }
    return plan.isEmpty ? .done : .no
  }

  /// What the broker holds; nothing, where `apply` would first make the virtual host.
  private static func actual() throws -> BrokerState {
    do {
      return try broker(Settings.load()).read()
    } catch let error as TopologyError where error.code == .noVirtualHost {
      return BrokerState()
    }
  }

  static func graph(_ arguments: inout Arguments) throws -> ExitCode {
    let name = try arguments.option("--format") ?? GraphFormat.mermaid.rawValue
    try arguments.end()
    guard let format = GraphFormat(rawValue: name) else {
      let known = GraphFormat.allCases.map(\.rawValue).joined(separator: " or ")
      throw UsageError("--format is \(known), not \"\(name)\"")
    }
    print(try Topology.load(folder: folder).graph(format))
    return .done
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
    return ManagementAPI(
      url: settings.servers.management,
      virtualHost: try BrokerURI(settings.servers.amqp).virtualHost)
  }

  static var folder: String { Settings.home.appending(path: "topology").path }
}
