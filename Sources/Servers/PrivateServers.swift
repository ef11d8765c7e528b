import Foundation

/// The private servers of one state folder.
package struct PrivateServers: Sendable {
  package enum Part: String, Sendable, CaseIterable {
    case broker, database
  }

  package let state: URL

  package init(state: URL) {
    self.state = state.absoluteURL.standardizedFileURL
  }

  /// Where the servers are, or nil if this state has none. They need not be running.
  package func addresses() throws(ServersError) -> Addresses? {
    try Record.load(from: state)?.addresses
  }

  /// Makes all servers run, with the data and on the ports that they had before.
  /// - Parameter nodes: how many nodes the broker has; decided by the first `up`.
  package func up(nodes: Int? = nil) throws(ServersError) -> Report {
    try start(Part.allCases, nodes: nodes)
  }

  /// Stops what `up` started: politely, then by force. With `erasing` by force at once, since the data
  /// and the secrets go too.
  package func down(only parts: [Part] = Part.allCases, erasing: Bool = false) throws(ServersError)
    -> Report
  {
    precondition(!erasing || parts == Part.allCases, "only a whole state is erased")
    guard Files.exists(state), let known = try Record.load(from: state) else {
      return Report(state: state.path, data: state.path, notes: ["there is nothing to stop"])
    }
    let lock = try Lock(state)
    let record = try Record.load(from: state) ?? known
    let accounts = try Residence.accounts()
    var report = Report(state: state.path, data: record.data)
    if parts.contains(.broker) { report.servers += try stopBroker(record, accounts, erasing) }
    if parts.contains(.database) {
      report.servers.append(try stopDatabase(record, accounts, erasing))
    }
    if erasing {
      try Residence.erase(record, state: state)
      report.erased = true
    }
    _ = consume lock
    return report
  }

  /// Stops the broker and starts it again, on its ports and with its data.
  @discardableResult
  package func restartBroker() throws(ServersError) -> Report { try restart(.broker) }

  /// Stops the database and starts it again, on its port and with its data.
  @discardableResult
  package func restartDatabase() throws(ServersError) -> Report { try restart(.database) }

  /// The processes of a part, for tests that kill or stop them.
  package func pids(of part: Part) throws(ServersError) -> [Int32] {
    guard let record = try Record.load(from: state) else { return [] }
    switch part {
    case .broker:
      return record.nodes.flatMap { BrokerNode(record: record, node: $0, account: nil).pids }
    case .database: return DatabaseServer(record: record, account: nil).pids
    }
  }

  /// Runs `rabbitmqctl` against the first node, for tests that bring it into a certain state.
  @discardableResult
  package func control(_ words: String...) throws(ServersError) -> String {
    guard let record = try Record.load(from: state) else {
      throw ServersError(
        .stateUnusable, at: state.path, "there is no private broker: run `tongban up`")
    }
    let account = try Residence.accounts().broker
    return try BrokerNode(record: record, node: record.nodes[0], account: account).control(words)
  }

  private func restart(_ part: Part) throws(ServersError) -> Report {
    _ = try down(only: [part])
    return try start([part], nodes: nil)
  }

  // MARK: starting

  private func start(_ parts: [Part], nodes: Int?) throws(ServersError) -> Report {
    precondition(nodes.map { [1, 3].contains($0) } ?? true, "a broker has one node or three")
    try Files.folder(state, mode: Residence.stateMode)
    let lock = try Lock(state)
    let accounts = try Residence.accounts()
    var record =
      if let known = try Record.load(from: state) { known } else {
        try Residence.settle(state, nodes: nodes ?? 1, accounts)
      }
    if let nodes, nodes != record.nodes.count {
      throw ServersError(
        .nodesDecided, at: state.path,
        "its broker has \(record.nodes.count) node(s), not \(nodes): `tongban down --erase` first")
    }
    var report = Report(state: state.path, data: record.data)
    if record.data != state.path {
      report.notes.append(
        "data in \(record.data), since the servers cannot live in \(state.path) (their users must reach it, "
          + "and its path must be of plain letters)")
    }
    report.notes += try record.leaveTakenPorts(accounts)
    // Before anything runs: what runs must be found again after a crash of ours.
    try record.save(to: state)
    try Files.folder(URL(fileURLWithPath: record.data), mode: Residence.stateMode)
    report.servers = try Starting(record: record, accounts: accounts).run(parts)
    _ = consume lock
    return report
  }

  // MARK: stopping

  private func stopBroker(
    _ record: Record, _ accounts: Residence.Accounts, _ atOnce: Bool
  ) throws(ServersError) -> [Report.Server] {
    let nodes = record.nodes.map { BrokerNode(record: record, node: $0, account: accounts.broker) }
    let begin = monotonicNow()
    let before = nodes.map(\.pids.first)
    // All at once: a node that is left alone would wait for its peers.
    let killed = try ProcessTable.end(
      { words in nodes.contains { $0.owns(words) } },
      takesSignals: { words in nodes.contains { $0.isNode(words) } },
      by: (atOnce ? [] : [(SIGTERM, Limits.stop)]) + [(SIGKILL, 10)], what: "the broker")
    try PortMapper(record: record, account: accounts.broker).stop()
    return zip(nodes, before).map { node, pid in
      Report.Server(
        name: "broker \(node.node.number)", action: Self.action(pid, killed),
        address: "127.0.0.1:\(node.node.amqp)", seconds: monotonicNow() - begin)
    }
  }

  private func stopDatabase(
    _ record: Record, _ accounts: Residence.Accounts, _ atOnce: Bool
  ) throws(ServersError) -> Report.Server {
    let server = DatabaseServer(record: record, account: accounts.database)
    let begin = monotonicNow()
    let before = server.pids.first
    // PostgreSQL's "fast" shutdown, then "immediate", which the log makes good at the next start.
    let killed = try ProcessTable.end(
      server.owns, by: (atOnce ? [] : [(SIGINT, Limits.stop)]) + [(SIGQUIT, 10), (SIGKILL, 10)],
      what: "the database")
    return Report.Server(
      name: "database", action: Self.action(before, killed),
      address: "127.0.0.1:\(record.database)", seconds: monotonicNow() - begin)
  }

  private static func action(_ pid: Int32?, _ killed: Bool) -> Report.Action {
    pid == nil ? .absent : killed ? .killed : .stopped
  }
}
