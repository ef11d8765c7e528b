import Foundation
import HTTP
import Lanes
import Messaging
import Servers
import Storage
import Topology

/// A virtual host and a database of its own for one run, both removed at the end.
struct BenchPlace {
  let endpoints: Endpoints
  private let servers = PrivateServers(state: Settings.state)
  private let settings: Settings
  private let name = "bench-\(getpid())"

  static let intake = "bench.intake"
  static let out = "bench.out"

  init(_ settings: Settings) throws {
    self.settings = settings
    let broker = try BrokerURI(settings.servers.amqp)
    try ManagementAPI(url: settings.servers.management, virtualHost: name).ensureVirtualHost()
    let database = try Self.makeDatabase(name, settings)
    var own = broker
    own.virtualHost = name
    endpoints = Endpoints(broker: own, database: database)
    try declare()
    let tables = Database(database, name: "tongban bench")
    defer { tables.close() }
    try Migrations.apply(to: tables)
  }

  /// The same two quorum queues for every row: what comes in, and what has gone out.
  private func declare() throws {
    let administration = try Administration(endpoints.broker, name: "tongban bench")
    defer { administration.close() }
    let quorum = [Field("x-queue-type", .text("quorum"))]
    for exchange in ["gov.intake", "gov.standard", DeadLetter.exchange] {
      try administration.declareExchange(exchange, type: "topic")
    }
    for queue in [Self.intake, Self.out, "deadletters"] {
      try administration.declareQueue(queue, arguments: quorum)
    }
    try administration.bindQueue(Self.intake, to: "gov.intake", routingKey: "#")
    try administration.bindQueue(Self.out, to: "gov.standard", routingKey: "#")
    try administration.bindQueue("deadletters", to: DeadLetter.exchange, routingKey: "#")
  }

  func clock() -> ProcessClock {
    // Servers that are not private ones are not ours to look into: their columns then show nothing.
    let brokers = (try? servers.pids(of: .broker)) ?? []
    let database = (try? servers.pids(of: .database)) ?? []
    return ProcessClock.read(brokers: brokers, database: database.first)
  }

  /// Nothing of the run stays; what cannot be removed is named like the run and can be removed by hand.
  func remove() {
    try? ManagementAPI(url: settings.servers.management, virtualHost: name).deleteVirtualHost()
    let database = Database(settings.servers.database, name: "tongban bench")
    for name in [name, peerName] {
      try? database.script("drop database if exists \"\(name)\" with (force)")
    }
    database.close()
  }

  private var peerName: String { "\(name)-peer" }

  /// An empty database on the same server, for a peer's own tables; its address.
  func makePeerDatabase() throws -> String { try Self.makeDatabase(peerName, settings) }

  private static func makeDatabase(_ name: String, _ settings: Settings) throws -> String {
    let database = Database(settings.servers.database, name: "tongban bench")
    defer { database.close() }
    try database.script("create database \"\(name)\"")
    guard var url = URLComponents(string: settings.servers.database) else {
      throw SettingsError("the database's URL cannot be read")
    }
    url.path = "/" + name
    return url.string ?? settings.servers.database
  }
}
