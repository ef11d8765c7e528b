import Foundation

/// Where the servers live and as whom: an ordinary user's servers are his own; root's run as unprivileged users.
enum Residence {
  struct Accounts {
    /// Nil: as ourselves.
    var database: Account?
    var broker: Account?
  }

  static func accounts() throws(ServersError) -> Accounts {
    guard Account.isRoot else { return Accounts() }
    return Accounts(
      database: try Account.first(of: ["postgres"]),
      broker: try Account.first(of: ["rabbitmq", "postgres"]))
  }

  /// The servers' users must pass through the folder, so root's lets others through but shows them nothing.
  static var stateMode: mode_t { Account.isRoot ? 0o711 : 0o700 }

  /// A new record, with its data in the state folder or, where the servers cannot live there, elsewhere.
  static func settle(_ state: URL, nodes: Int, _ accounts: Accounts) throws(ServersError) -> Record
  {
    var record = try Record.new(nodes: nodes, data: state)
    if try !suits(state, accounts) { record.data = elsewhere(record.instance) }
    return record
  }

  /// RabbitMQ's scripts and Erlang's library want plain paths; the servers' users must get there.
  private static func suits(_ state: URL, _ accounts: Accounts) throws(ServersError) -> Bool {
    guard isPlain(state.path) else { return false }
    for account in [accounts.database, accounts.broker] {
      if let account, try !account.canReach(state) { return false }
    }
    return true
  }

  static func isPlain(_ path: String) -> Bool {
    path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"),
        UInt8(ascii: "@"):
        true
      default: false
      }
    }
  }

  /// As the Filesystem Hierarchy and the XDG Base Directory Specification have it for state.
  private static func elsewhere(_ instance: String) -> String {
    if Account.isRoot { return "/var/lib/tongban-\(instance)" }
    let home =
      ProcessInfo.processInfo.environment["HOME"]
      ?? FileManager.default.homeDirectoryForCurrentUser.path
    let suits = isPlain(home) && access(home, W_OK) == 0
    return suits ? "\(home)/.local/state/tongban-\(instance)" : "/var/tmp/tongban-\(instance)"
  }

  /// Removes what `up` made and nothing else.
  static func erase(_ record: Record, state: URL) throws(ServersError) {
    let data = URL(fileURLWithPath: record.data)
    for node in record.nodes {
      try Files.remove(BrokerNode(record: record, node: node, account: nil).folder)
    }
    try Files.remove(DatabaseServer(record: record, account: nil).folder)
    try Files.remove(data.appending(path: "epmd.log"))
    try Files.remove(Record.file(in: state))
    try Files.remove(state.appending(path: "lock"))
    // Only if they are empty: somebody else's files are not ours to remove.
    rmdir(data.path)
    rmdir(state.path)
  }
}

extension Record {
  /// Gives every server that is not running new ports for those which somebody else has taken meanwhile;
  /// says which.
  mutating func leaveTakenPorts(_ accounts: Residence.Accounts) throws(ServersError) -> [String] {
    var notes: [String] = []
    var taken = allPorts
    func moved(_ port: Int, _ what: String) throws(ServersError) -> Int {
      guard !Ports.isFree(port) else { return port }
      let fresh = try Ports.free(1, except: taken)[0]
      taken.insert(fresh)
      notes.append("\(what) moves to port \(fresh), since \(port) is in use by another program")
      return fresh
    }
    if DatabaseServer(record: self, account: nil).isAbsent {
      database = try moved(database, "the database")
    }
    let running = nodes.map { !BrokerNode(record: self, node: $0, account: nil).isAbsent }
    if !running.contains(true), !PortMapper(record: self, account: nil).isRunning {
      epmd = try moved(epmd, "epmd")
    }
    for index in nodes.indices where !running[index] {
      let name = "broker \(nodes[index].number)"
      nodes[index].amqp = try moved(nodes[index].amqp, name)
      nodes[index].management = try moved(nodes[index].management, "the management of \(name)")
      nodes[index].prometheus = try moved(nodes[index].prometheus, "the metrics of \(name)")
      nodes[index].distribution = try moved(
        nodes[index].distribution, "the distribution of \(name)")
    }
    return notes
  }
}
