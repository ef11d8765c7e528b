import Foundation

/// One `up`: starts what is missing, side by side, and waits until all of it is ready.
struct Starting {
  let record: Record
  let accounts: Residence.Accounts

  private var nodes: [BrokerNode] {
    record.nodes.map { BrokerNode(record: record, node: $0, account: accounts.broker) }
  }

  private var database: DatabaseServer {
    DatabaseServer(record: record, account: accounts.database)
  }

  func run(_ parts: [PrivateServers.Part]) throws(ServersError) -> [Report.Server] {
    let begin = monotonicNow()
    var started: Set<String> = []
    if parts.contains(.database), database.isAbsent {
      try database.start()
      started.insert("database")
    }
    if parts.contains(.broker) { started.formUnion(try startBroker()) }
    var servers: [Report.Server] = []
    if parts.contains(.broker) {
      for node in nodes { servers.append(try report(node, started, since: begin)) }
    }
    if parts.contains(.database) { servers.append(try reportDatabase(started, since: begin)) }
    return servers
  }

  private func startBroker() throws(ServersError) -> Set<String> {
    var started: Set<String> = []
    let isNew = !Files.exists(nodes[0].folder)
    try PortMapper(record: record, account: accounts.broker).ensure()
    for node in nodes where node.isAbsent {
      try node.start()
      started.insert(Self.name(node))
      // The first node of a new cluster is what the others join; those of an old one wait for each other.
      if isNew, nodes.count > 1, node.node.number == 1 { try awaitReady(node) }
    }
    return started
  }

  private func awaitReady(_ node: BrokerNode) throws(ServersError) {
    let ready = try waitUntil(within: Limits.start) { () throws(ServersError) -> Bool in
      if node.isReady { return true }
      guard !node.isAbsent else { throw ended(Self.name(node), node.log) }
      return false
    }
    guard ready else { throw late(Self.name(node), node.log) }
  }

  private func report(_ node: BrokerNode, _ started: Set<String>, since begin: Double)
    throws(ServersError) -> Report.Server
  {
    try awaitReady(node)
    return Report.Server(
      name: Self.name(node), action: started.contains(Self.name(node)) ? .started : .running,
      address: "127.0.0.1:\(node.node.amqp)",
      management: "http://127.0.0.1:\(node.node.management)",
      prometheus: "http://127.0.0.1:\(node.node.prometheus)/metrics",
      pid: node.pids.last, seconds: monotonicNow() - begin)
  }

  private func reportDatabase(_ started: Set<String>, since begin: Double) throws(ServersError)
    -> Report.Server
  {
    let ready = try waitUntil(within: Limits.start) { () throws(ServersError) -> Bool in
      if try database.isReady() { return true }
      guard !database.isAbsent else { throw ended("database", database.log) }
      return false
    }
    guard ready else { throw late("database", database.log) }
    try database.ensureDatabase()
    return Report.Server(
      name: "database", action: started.contains("database") ? .started : .running,
      address: "127.0.0.1:\(record.database)", pid: database.pids.first,
      seconds: monotonicNow() - begin)
  }

  private static func name(_ node: BrokerNode) -> String { "broker \(node.node.number)" }

  private func ended(_ name: String, _ log: URL) -> ServersError {
    ServersError(
      .notReady, at: name, "it ended at its start; \(log.path) says:\n\(Files.tail(log))")
  }

  private func late(_ name: String, _ log: URL) -> ServersError {
    ServersError(
      .notReady, at: name,
      "it is not ready after \(Int(Limits.start)) s; \(log.path) says:\n\(Files.tail(log))")
  }
}
