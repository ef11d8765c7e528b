import Foundation
import Testing

@testable import Servers

@Suite struct RecordTests {
  @Test("a new record has ports of its own for each purpose, and secrets of its own")
  func fresh() throws {
    let one = try Record.new(nodes: 3, data: URL(fileURLWithPath: "/tmp"))
    #expect(one.allPorts.count == 14)
    #expect(one.allPorts.allSatisfy { Limits.ports.contains($0) })
    let two = try Record.new(nodes: 3, data: URL(fileURLWithPath: "/tmp"))
    #expect(one.brokerPassword != two.brokerPassword)
    #expect(one.databasePassword != two.databasePassword)
    #expect(
      Set([one.brokerPassword, one.databasePassword, one.superuserPassword, one.cookie]).count == 4)
    #expect(one.addresses.amqpNodes.count == 3)
    #expect(!one.addresses.amqp.contains("guest"))
  }

  @Test("a file that is not a record is named in the error, and never written over")
  func damaged() throws {
    let state = FileManager.default.temporaryDirectory.appending(
      path: "record-\(UInt32.random(in: 0...UInt32.max))")
    try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: state) }
    #expect(try Record.load(from: state) == nil)
    try "{}".write(to: Record.file(in: state), atomically: true, encoding: .utf8)
    for attempt in [
      { _ = try PrivateServers(state: state).addresses() },
      { _ = try PrivateServers(state: state).up() },
    ] {
      let error = #expect(throws: ServersError.self) { try attempt() }
      #expect(error?.code == .stateUnusable)
      #expect(error?.place == Record.file(in: state).path)
    }
    #expect(try String(contentsOf: Record.file(in: state), encoding: .utf8) == "{}")
  }

  @Test("a saved record is read back, and only its owner may read it")
  func saved() throws {
    let state = FileManager.default.temporaryDirectory.appending(
      path: "record-\(UInt32.random(in: 0...UInt32.max))")
    try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: state) }
    let record = try Record.new(nodes: 1, data: state)
    try record.save(to: state)
    try record.save(to: state)
    #expect(try Record.load(from: state) == record)
    #expect(try mode(Record.file(in: state)) == 0o600)
  }

  struct Line: Sendable {
    let words: [String]
    let node, mapper, database: Bool
  }

  @Test(
    "a process is ours by its mark alone",
    arguments: [
      Line(
        words: ["beam.smp", "-W", "w", "-tongban", "mark-1", "-x"], node: true, mapper: false,
        database: false),
      Line(words: ["beam.smp", "-tongban", "mark-2"], node: false, mapper: false, database: false),
      Line(words: ["beam.smp", "-tongban"], node: false, mapper: false, database: false),
      Line(
        words: ["/usr/bin/epmd", "-port", "20001", ""], node: false, mapper: true, database: false),
      Line(
        words: ["/usr/bin/epmd", "-port", "20002"], node: false, mapper: false, database: false),
      Line(words: ["/usr/bin/epmd", "-daemon"], node: false, mapper: false, database: false),
      Line(words: ["vi", "-port", "20001"], node: false, mapper: false, database: false),
      Line(
        words: ["/x/postgres", "-c", "cluster_name=tongban-mark"], node: false, mapper: false,
        database: true),
      Line(
        words: ["/x/postgres", "-c", "cluster_name=tongban-other"], node: false, mapper: false,
        database: false),
      Line(words: [], node: false, mapper: false, database: false),
    ])
  func ownership(line: Line) {
    let node = Record.Node(number: 1, amqp: 1, management: 2, prometheus: 3, distribution: 4)
    let record = Record(
      instance: "mark", data: "/tmp", nodes: [node], epmd: 20_001, database: 6, brokerPassword: "",
      databasePassword: "", superuserPassword: "", cookie: "")
    #expect(BrokerNode(record: record, node: node, account: nil).owns(line.words) == line.node)
    #expect(PortMapper(record: record, account: nil).owns(line.words) == line.mapper)
    #expect(DatabaseServer(record: record, account: nil).owns(line.words) == line.database)
  }
}

@Suite struct ResidenceTests {
  @Test(
    "Erlang and the broker's scripts get plain paths only",
    arguments: [
      ("/work/main/.tongban", true), ("/home/li_1/a-b+c@d", true), ("/work/my folder", false),
      ("/work/通办", false), ("/a'b", false), ("/a$b", false), ("/a,b", false),
    ])
  func plain(path: String, isPlain: Bool) { #expect(Residence.isPlain(path) == isPlain) }
}

@Suite struct ProgramTests {
  @Test("a program's status and words come back, and it gets nothing of our environment")
  func run() throws {
    let outcome = try Program.run(
      "/bin/sh", ["-c", "echo out; echo err >&2; env; exit 3"], environment: ["A": "b"])
    #expect(outcome.status == 3)
    #expect(outcome.output.hasPrefix("out\nerr\n"))
    #expect(outcome.output.contains("A=b"))
    #expect(!outcome.output.contains("TONGBAN_"))
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    defer { pthread_sigmask(SIG_UNBLOCK, &all, nil) }
    let mask = try Program.run("/bin/grep", ["^SigBlk", "/proc/self/status"]).output
    #expect(mask.contains("0000000000000000"), "a program blocks no signal because we do")
    let killed = try Program.run("/bin/sh", ["-c", "kill -9 $$"])
    #expect(killed.status == 137)
  }

  @Test("a program that does not end in time is killed; one that is not there is named")
  func failures() throws {
    let late = #expect(throws: ServersError.self) {
      try Program.run("/bin/sleep", ["600"], within: 0.05)
    }
    #expect(late?.code == .programFailed)
    let missing = #expect(throws: ServersError.self) { try Program.run("/no/such/program", []) }
    #expect(missing?.code == .programMissing)
    #expect(missing?.place == "/no/such/program")
    let failed = #expect(throws: ServersError.self) {
      try Program.succeed("/bin/sh", ["-c", "echo why; exit 1"])
    }
    #expect(failed?.reason.contains("why") == true)
  }

  @Test("a lock is held by one at a time and let go at the end")
  func lock() throws {
    let state = FileManager.default.temporaryDirectory
    let file = state.appending(path: "lock").path
    func isTaken() -> Bool {
      let other = open(file, O_RDWR)
      defer { close(other) }
      return flock(other, LOCK_EX | LOCK_NB) != 0
    }
    do {
      let held = try Lock(state)
      #expect(isTaken())
      _ = consume held
    }
    #expect(!isTaken())
  }
}
