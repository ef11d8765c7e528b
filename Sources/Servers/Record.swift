import Foundation

/// What a state folder remembers (`servers.json`, readable by its owner alone): ports and secrets, chosen once.
struct Record: Codable, Equatable {
  struct Node: Codable, Equatable {
    let number: Int
    var amqp: Int
    var management: Int
    var prometheus: Int
    /// Erlang's distribution: how nodes and their tools talk to each other.
    var distribution: Int

    var name: String { "tongban\(number)@localhost" }
    var ports: [Int] { [amqp, management, prometheus, distribution] }
  }

  var version = 1
  /// The mark that every process of this state carries on its command line.
  let instance: String
  /// The folder with the servers' data: the state folder, unless the servers' users cannot reach it.
  var data: String
  var nodes: [Node]
  /// Erlang's port mapper, our own.
  var epmd: Int
  var database: Int
  let brokerPassword: String
  let databasePassword: String
  /// PostgreSQL's superuser is for setting up; the hub does not use it.
  let superuserPassword: String
  /// What Erlang nodes show each other.
  let cookie: String

  static let user = "tongban"

  static func new(nodes: Int, data: URL) throws(ServersError) -> Record {
    let ports = try Ports.free(nodes * 4 + 2)
    return Record(
      instance: secret(16), data: data.path,
      nodes: (0..<nodes).map {
        Node(
          number: $0 + 1, amqp: ports[$0 * 4], management: ports[$0 * 4 + 1],
          prometheus: ports[$0 * 4 + 2], distribution: ports[$0 * 4 + 3])
      },
      epmd: ports[nodes * 4], database: ports[nodes * 4 + 1], brokerPassword: secret(32),
      databasePassword: secret(32), superuserPassword: secret(32), cookie: secret(40))
  }

  /// Letters and digits from the system's generator; no URL and no shell needs to quote them.
  private static func secret(_ length: Int) -> String {
    String((0..<length).compactMap { _ in "abcdefghijkmnpqrstuvwxyz23456789".randomElement() })
  }

  // MARK: the file

  static func file(in state: URL) -> URL { state.appending(path: "servers.json") }

  static func load(from state: URL) throws(ServersError) -> Record? {
    let file = file(in: state)
    guard Files.exists(file) else { return nil }
    guard let data = FileManager.default.contents(atPath: file.path) else {
      throw ServersError(
        .stateUnusable, at: file.path, "cannot be read: run this as the user who ran `tongban up`")
    }
    do { return try JSONDecoder().decode(Record.self, from: data) } catch {
      throw ServersError(
        .stateUnusable, at: file.path,
        "is not what `tongban up` wrote: put it back, or stop the servers and remove \(state.path)")
    }
  }

  func save(to state: URL) throws(ServersError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw ServersError(.stateUnusable, at: state.path, "its record cannot be written as JSON")
    }
    try Files.write(String(decoding: data, as: UTF8.self) + "\n", to: Self.file(in: state))
  }

  // MARK: addresses

  var addresses: Addresses {
    let urls = nodes.map { "amqp://\(Self.user):\(brokerPassword)@127.0.0.1:\($0.amqp)/%2F" }
    return Addresses(
      amqp: urls[0], amqpNodes: urls,
      management: "http://\(Self.user):\(brokerPassword)@127.0.0.1:\(nodes[0].management)",
      database: "postgresql://\(Self.user):\(databasePassword)@127.0.0.1:\(database)/\(Self.user)")
  }

  var allPorts: Set<Int> { Set(nodes.flatMap(\.ports) + [epmd, database]) }
}
