import Foundation

/// One node of the private RabbitMQ: its folder, its settings, its processes.
struct BrokerNode {
  static let program = URL(fileURLWithPath: "/usr/lib/rabbitmq/bin/rabbitmq-server")
  static let plugins = [
    "rabbitmq_management", "rabbitmq_prometheus", "rabbitmq_consistent_hash_exchange",
    "rabbitmq_shovel", "rabbitmq_shovel_management",
  ]

  let record: Record
  let node: Record.Node
  let account: Account?

  var folder: URL { URL(fileURLWithPath: record.data).appending(path: "broker-\(node.number)") }
  var log: URL { folder.appending(path: "server.log") }
  private var home: URL { folder.appending(path: "home") }

  /// The shell that Debian starts a node by and the node itself.
  func owns(_ words: [String]) -> Bool {
    guard let index = words.firstIndex(of: "-tongban") else { return false }
    return words[words.index(after: index)...].first == mark
  }

  /// The node itself, which is what takes a signal: the shell would only pass a second one on, and a
  /// node that is told twice to stop may wait for itself.
  func isNode(_ words: [String]) -> Bool {
    owns(words) && words.first?.hasSuffix("/beam.smp") == true
  }

  private var mark: String { "\(record.instance)-\(node.number)" }

  var pids: [pid_t] { ProcessTable.find(owns) }
  var isAbsent: Bool { ProcessTable.hasNone(owns) }

  /// Listening is not enough: a node that is stopped in the last moments of its start hangs.
  var isReady: Bool { Files.tail(log).contains("completed with") && Ports.speaksAMQP(node.amqp) }

  /// Writes the settings and starts the node; it is not ready yet.
  func start() throws(ServersError) {
    guard Files.exists(Self.program) else {
      throw ServersError(
        .programMissing, at: Self.program.path,
        "Debian's rabbitmq-server is needed: run scripts/setup")
    }
    for part in [folder, home, folder.appending(path: "log"), folder.appending(path: "mnesia")] {
      try Files.folder(part, mode: 0o700, owner: account)
    }
    try write(settings, to: folder.appending(path: "rabbitmq.conf"))
    try write(
      "[\(Self.plugins.joined(separator: ","))].\n", to: folder.appending(path: "enabled_plugins"))
    try write("", to: folder.appending(path: "env.conf"))
    try write(record.cookie, to: home.appending(path: ".erlang.cookie"), mode: 0o400)
    // What `isReady` reads is this start's.
    try Files.remove(log)
    try Program.detach(
      Self.program.path, ["-tongban", mark], environment: environment, as: account, folder: folder,
      log: log)
  }

  /// Runs `rabbitmqctl` against this node.
  func control(_ words: [String]) throws(ServersError) -> String {
    try Program.succeed(
      Self.program.deletingLastPathComponent().appending(path: "rabbitmqctl").path, words,
      environment: environment, as: account)
  }

  private func write(_ text: String, to file: URL, mode: mode_t = 0o600) throws(ServersError) {
    try Files.write(text, to: file, mode: mode, owner: account)
  }

  private var environment: [String: String] {
    [
      "HOME": home.path,
      "RABBITMQ_NODENAME": node.name,
      "RABBITMQ_BASE": folder.path,
      "RABBITMQ_MNESIA_BASE": folder.appending(path: "mnesia").path,
      "RABBITMQ_LOG_BASE": folder.appending(path: "log").path,
      "RABBITMQ_CONFIG_FILE": folder.appending(path: "rabbitmq.conf").path,
      "RABBITMQ_ADVANCED_CONFIG_FILE": folder.appending(path: "advanced.config").path,
      // Without this the machine's own /etc/rabbitmq/rabbitmq-env.conf would have its say.
      "RABBITMQ_CONF_ENV_FILE": folder.appending(path: "env.conf").path,
      "RABBITMQ_ENABLED_PLUGINS_FILE": folder.appending(path: "enabled_plugins").path,
      "RABBITMQ_PID_FILE": folder.appending(path: "pid").path,
      "RABBITMQ_DIST_PORT": String(node.distribution),
      "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
        "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false",
      "ERL_EPMD_ADDRESS": "127.0.0.1",
      "ERL_EPMD_PORT": String(record.epmd),
      // A crash dump holds the messages in memory, which are people's records.
      "ERL_CRASH_DUMP_SECONDS": "0",
    ]
  }

  private var settings: String {
    let peers = record.nodes.map {
      "cluster_formation.classic_config.nodes.\($0.number) = \($0.name)"
    }
    return """
      listeners.tcp.1 = 127.0.0.1:\(node.amqp)
      management.tcp.ip = 127.0.0.1
      management.tcp.port = \(node.management)
      prometheus.tcp.ip = 127.0.0.1
      prometheus.tcp.port = \(node.prometheus)
      default_user = \(Record.user)
      default_pass = \(record.brokerPassword)
      default_user_tags.administrator = true
      default_permissions.configure = .*
      default_permissions.read = .*
      default_permissions.write = .*
      loopback_users.\(Record.user) = true
      vm_memory_high_watermark.absolute = \(memory)MB
      disk_free_limit.absolute = 256MB
      # The log of quorum queues lives in memory until it is this long; it must be far below the watermark.
      raft.wal_max_size_bytes = 134217728
      # Statistics cost the broker's time, which is the hub's: seldom, and no rates.
      collect_statistics_interval = 10000
      management.rates_mode = none
      log.console = false
      log.file.level = info
      log.file.rotation.size = 10485760
      log.file.rotation.count = 3
      cluster_partition_handling = pause_minority
      cluster_formation.peer_discovery_backend = classic_config
      \(peers.joined(separator: "\n"))

      """
  }

  /// A quarter of the machine between the nodes, within 512 MB and 2 GB each.
  private var memory: Int {
    min(2_048, max(512, Machine.memory / (4 << 20) / record.nodes.count))
  }
}

/// What the machine has, as far as the servers' settings depend on it.
enum Machine {
  /// Bytes of memory: the machine's, or what the control group allows if that is less.
  static let memory: Int = {
    let total = text("/proc/meminfo").split(separator: "\n").first { $0.hasPrefix("MemTotal:") }
    let machine = total.flatMap { Int($0.filter(\.isNumber)) }.map { $0 << 10 } ?? 4 << 30
    let group = Int(
      text("/sys/fs/cgroup/memory.max").trimmingCharacters(in: .whitespacesAndNewlines))
    return min(machine, group ?? machine)
  }()

  private static func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
