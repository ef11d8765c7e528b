import Adapters
import Foundation
import HTTP
import Messaging
import Servers
import Storage
import Topology

/// Where the demo plays: a copy of `topology/` and `adapters/`, an edge folder for the departments, and
/// a virtual host and a database of its own. Made anew at each start, so that every run begins alike.
struct DemoPlace {
  let home: URL
  let edge: URL
  let logs: URL
  let settings: Settings
  let broker: BrokerURI
  /// All departments, by their codes.
  let adapters: [Adapter]

  private static let name = "tongban-demo"

  init(_ servers: Settings) throws {
    let root = Settings.state.appending(path: "demo")
    home = root.appending(path: "home")
    edge = root.appending(path: "edge")
    logs = root.appending(path: "log")
    try? FileManager.default.removeItem(at: root)
    for folder in [home, edge, logs] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    for folder in ["topology", "adapters"] {
      try FileManager.default.copyItem(
        at: servers.home.appending(path: folder), to: home.appending(path: folder))
    }
    adapters = try AdapterSet.load(home: home).adapters.values.sorted {
      $0.department < $1.department
    }
    var broker = try BrokerURI(servers.servers.amqp)
    broker.virtualHost = Self.name
    self.broker = broker
    let management = ManagementAPI(url: servers.servers.management, virtualHost: Self.name)
    try management.deleteVirtualHost()
    try management.ensureVirtualHost()
    settings = Settings(
      home: home,
      servers: try Self.addresses(servers, database: try Self.makeDatabase(servers)),
      log: servers.log)
  }

  /// Environment of the processes that play in the demo.
  var environment: [String: String] {
    [
      "TONGBAN_HOME": home.path, "TONGBAN_AMQP_URL": settings.servers.amqp,
      "TONGBAN_AMQP_MANAGEMENT_URL": settings.servers.management,
      "TONGBAN_DATABASE_URL": settings.servers.database, "TONGBAN_LOG": "info",
    ]
  }

  private static func addresses(_ servers: Settings, database: String) throws -> Addresses {
    guard var amqp = URLComponents(string: servers.servers.amqp) else {
      throw SettingsError("the broker's URL cannot be read")
    }
    amqp.path = "/" + name
    let url = amqp.string ?? servers.servers.amqp
    return Addresses(
      amqp: url, amqpNodes: [url], management: servers.servers.management, database: database)
  }

  private static func makeDatabase(_ servers: Settings) throws -> String {
    let database = Database(servers.servers.database, name: "tongban demo")
    defer { database.close() }
    try database.script("drop database if exists \"\(name)\" with (force)")
    try database.script("create database \"\(name)\"")
    guard var url = URLComponents(string: servers.servers.database) else {
      throw SettingsError("the database's URL cannot be read")
    }
    url.path = "/" + name
    return url.string ?? servers.servers.database
  }
}
