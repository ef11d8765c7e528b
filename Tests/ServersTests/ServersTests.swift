import Foundation
import TestSupport
import Testing

@testable import Servers

/// A state folder of its own; whatever runs there is stopped and erased at the end.
final class Ground: Sendable {
  let state: URL
  var servers: PrivateServers { PrivateServers(state: state) }

  init(_ name: String = "state", below root: String = NSTemporaryDirectory()) throws {
    let folder = URL(fileURLWithPath: root).appending(
      path: "tongban-servers-\(UInt32.random(in: 0...UInt32.max))")
    state = folder.appending(path: name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // As a checkout is: others may pass.
    chmod(folder.path, 0o755)
  }

  deinit {
    _ = try? servers.down(erasing: true)
    try? FileManager.default.removeItem(at: state.deletingLastPathComponent())
  }

  static let quorum = #"{"durable":true,"arguments":{"x-queue-type":"quorum"}}"#

  func record() throws -> Record { try #require(try Record.load(from: state)) }

  /// Runs SQL as the hub would.
  func sql(_ text: String) throws -> String {
    let url = try #require(try servers.addresses()).database
    return try Program.succeed("/usr/bin/psql", [url, "-XAtqc", text])
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Asks the broker's management API.
  @discardableResult
  func ask(_ path: String, method: String = "GET", body: String = "", node: Int = 0) throws
    -> String
  {
    let record = try record()
    return try Program.succeed(
      "/usr/bin/curl",
      [
        "-sSf", "-X", method, "-H", "content-type: application/json", "-d", body, "-u",
        "\(Record.user):\(record.brokerPassword)",
        "http://127.0.0.1:\(record.nodes[node].management)/api/\(path)",
      ])
  }
}

/// The addresses on which a process listens, as `ss` shows them.
func listeners(of pids: [Int32]) throws -> [String] {
  try Program.succeed("/usr/bin/ss", ["-Hltnp"]).split(separator: "\n")
    .filter { line in pids.contains { line.contains("pid=\($0),") } }
    .compactMap { $0.split(separator: " ", omittingEmptySubsequences: true)[3] }.map(String.init)
}

func mode(_ file: URL) throws -> Int {
  try #require(
    FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int)
}

/// Several seconds of a real broker and database each, so one after the other.
@Suite(.serialized) struct PrivateServersTests {
  @Test(
    "one state's life: up, up again, killed, half running, a strange pid file, down, up with its data, erased"
  )
  func life() throws {
    let ground = try Ground()
    let first = try ground.servers.up()
    #expect(first.servers.map(\.action) == [.started, .started])
    #expect(try ground.servers.up().servers.map(\.action) == [.running, .running])
    let addresses = try ground.servers.addresses()
    try check(ground)

    // Killed: both come back, on their ports, with their data.
    #expect(try ground.sql("create table kept (a int); insert into kept values (7)") == "")
    try ground.ask("queues/%2F/kept", method: "PUT", body: Ground.quorum)
    for part in PrivateServers.Part.allCases {
      for pid in try ground.servers.pids(of: part) { kill(pid, SIGKILL) }
    }
    #expect(try ground.servers.up().servers.map(\.action) == [.started, .started])
    #expect(try ground.servers.addresses() == addresses)
    #expect(try ground.sql("select a from kept") == "7")
    #expect(try ground.ask("queues/%2F/kept").contains("quorum"))

    // Half running: only what is missing is started; restarts are of one part alone.
    let broker = try ground.servers.pids(of: .broker)
    try ground.servers.restartDatabase()
    #expect(try ground.servers.pids(of: .broker) == broker)
    _ = try ground.servers.down(only: [.database])
    #expect(try ground.servers.up().servers.map(\.action) == [.running, .started])
    #expect(try ground.sql("select a from kept") == "7")

    try strangePid(ground)
    try erase(ground)
  }

  /// Loopback only, plugins on, nobody's guest, secrets for their owner alone.
  private func check(_ ground: Ground) throws {
    let record = try ground.record()
    let mapper = ProcessTable.find(PortMapper(record: record, account: nil).owns)
    #expect(mapper.count == 1)
    let pids =
      try ground.servers.pids(of: .broker) + ground.servers.pids(of: .database) + mapper
    let addresses = try listeners(of: pids)
    #expect(addresses.count >= record.allPorts.count)
    #expect(addresses.filter { !$0.hasPrefix("127.0.0.1:") && !$0.hasPrefix("[::1]:") } == [])
    for plugin in BrokerNode.plugins {
      #expect(try eventually { try ground.ask("nodes").contains("\"\(plugin)\"") }, "\(plugin)")
    }
    #expect(try !ground.ask("users").contains("guest"))
    #expect(try mode(Record.file(in: ground.state)) == 0o600)
    let data = URL(fileURLWithPath: record.data)
    #expect(try mode(data.appending(path: "broker-1/rabbitmq.conf")) == 0o600)
    #expect(try mode(data.appending(path: "broker-1/home/.erlang.cookie")) == 0o400)
    #expect(try mode(data.appending(path: "database")) == 0o700)
    #expect(try ground.sql("show fsync") == "on")
    #expect(try ground.sql("select rolsuper from pg_roles where rolname = current_user") == "f")
    #expect(try ground.sql("show listen_addresses") == "127.0.0.1")
    let wrong = "postgresql://tongban:wrong@127.0.0.1:\(record.database)/tongban"
    #expect(try Program.run("/usr/bin/psql", [wrong, "-c", "select 1"]).status == 2)
  }

  /// A pid file that names a living process of somebody else neither hinders the start nor has it signalled.
  private func strangePid(_ ground: Ground) throws {
    _ = try ground.servers.down()
    let other = Process()
    other.executableURL = URL(fileURLWithPath: "/usr/bin/sleep")
    other.arguments = ["600"]
    try other.run()
    defer { kill(other.processIdentifier, SIGKILL) }
    let data = URL(fileURLWithPath: try ground.record().data)
    let stale = "\(other.processIdentifier)\n"
    try stale.write(
      to: data.appending(path: "database/cluster/postmaster.pid"), atomically: true, encoding: .utf8
    )
    try stale.write(to: data.appending(path: "broker-1/pid"), atomically: true, encoding: .utf8)
    #expect(try ground.servers.up().servers.map(\.action) == [.started, .started])
    #expect(try ground.servers.down().servers.map(\.action) == [.stopped, .stopped], "politely")
    #expect(other.isRunning)
    #expect(try ground.servers.down().servers.map(\.action) == [.absent, .absent])
  }

  private func erase(_ ground: Ground) throws {
    let record = try ground.record()
    let stranger = ground.state.appending(path: "not-ours")
    try "kept".write(to: stranger, atomically: true, encoding: .utf8)
    _ = try ground.servers.up()
    #expect(try ground.servers.down(erasing: true).erased)
    #expect(ProcessTable.find { $0.contains { $0.contains(record.instance) } }.isEmpty)
    #expect(ProcessTable.find(PortMapper(record: record, account: nil).owns).isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: ground.state.path) == ["not-ours"])
    #expect(try ground.servers.addresses() == nil)
    #expect(try ground.servers.down().notes == ["there is nothing to stop"])
  }

  @Test(
    "three nodes form one cluster, and a quorum queue has a member on each; one killed node comes back"
  )
  func cluster() throws {
    let ground = try Ground()
    #expect(
      try ground.servers.up(nodes: 3).servers.map(\.action) == Array(repeating: .started, count: 4))
    try ground.ask("queues/%2F/three", method: "PUT", body: Ground.quorum)
    func members() throws -> Int {
      let queue = try JSONSerialization.jsonObject(with: Data(ground.ask("queues/%2F/three").utf8))
      return ((queue as? [String: Any])?["online"] as? [String])?.count ?? 0
    }
    #expect(try eventually { try members() == 3 })
    let record = try ground.record()
    #expect(Set(record.nodes.flatMap(\.ports)).count == 12)
    let third = BrokerNode(record: record, node: record.nodes[2], account: nil)
    for pid in third.pids { kill(pid, SIGKILL) }
    #expect(
      try ground.servers.up().servers.map(\.action) == [.running, .running, .started, .running])
    #expect(try eventually { try members() == 3 })
    let error = #expect(throws: ServersError.self) { try ground.servers.up(nodes: 1) }
    #expect(error?.code == .nodesDecided)
    try ground.servers.restartBroker()
    #expect(try eventually { try members() == 3 }, "a whole cluster comes back")
  }

  @Test(
    "a first start that was killed in the middle of initdb is made good, in a folder with any name")
  func interrupted() throws {
    let ground = try Ground("with space 通办")
    let accounts = try Residence.accounts()
    try Files.folder(ground.state, mode: Residence.stateMode)
    let record = try Residence.settle(ground.state, nodes: 1, accounts)
    try record.save(to: ground.state)
    let half = URL(fileURLWithPath: record.data).appending(path: "database/cluster/base")
    try FileManager.default.createDirectory(at: half, withIntermediateDirectories: true)
    #expect(try ground.servers.up().servers.map(\.action) == [.started, .started])
    #expect(try ground.sql("select 1") == "1")
  }

  @Test(
    "a port that another program has taken meanwhile is left for another, and the report says so")
  func takenPort() throws {
    let ground = try Ground()
    try Files.folder(ground.state, mode: Residence.stateMode)
    let before = try Residence.settle(ground.state, nodes: 1, try Residence.accounts())
    try before.save(to: ground.state)
    let squatter = Process()
    squatter.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    squatter.arguments = ["-m", "http.server", "--bind", "127.0.0.1", "\(before.database)"]
    squatter.standardError = FileHandle.nullDevice
    squatter.standardOutput = FileHandle.nullDevice
    try squatter.run()
    defer { kill(squatter.processIdentifier, SIGKILL) }
    #expect(eventually { Ports.answers(before.database) })
    let report = try ground.servers.up()
    let after = try ground.record()
    #expect(after.database != before.database)
    #expect(after.nodes == before.nodes)
    #expect(report.notes.contains { $0.contains("\(before.database) is in use") })
    #expect(try ground.sql("select 1") == "1")
  }

  @Test(
    "a state that the servers' users cannot reach keeps its data elsewhere, and erases it there",
    .enabled(if: Account.isRoot))
  func unreachable() throws {
    let ground = try Ground()
    chmod(ground.state.deletingLastPathComponent().path, 0o700)
    let report = try ground.servers.up()
    #expect(report.data.hasPrefix("/var/lib/tongban-"))
    #expect(report.notes.contains { $0.contains(report.data) })
    #expect(try ground.sql("select 1") == "1")
    _ = try ground.servers.down(erasing: true)
    #expect(!Files.exists(URL(fileURLWithPath: report.data)))
  }
}
