import Foundation

/// What `tongban doctor` sees of the machine itself, without asking a server.
package struct Examination {
  private let state: URL
  /// Whether this machine is to run the servers, or they are named in the environment.
  private let runsServers: Bool

  package init(state: URL, runsServers: Bool) {
    self.state = state.absoluteURL.standardizedFileURL
    self.runsServers = runsServers
  }

  package func findings() -> [Finding] {
    [brokerProgram, databaseProgram, packages, clockYear, descriptors, disk] + stateFindings
  }

  // MARK: programs

  private var brokerProgram: Finding {
    let root = "/usr/lib/rabbitmq/lib"
    let prefix = "rabbitmq_server-"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let versions = names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    return program("RabbitMQ here", versions.max { Version($0) < Version($1) }, least: "3.10")
  }

  private var databaseProgram: Finding {
    let programs = try? DatabaseServer.programs()
    let line = programs.flatMap { try? Program.succeed("\($0)/postgres", ["--version"]) } ?? ""
    let version = line.split(separator: " ").first { $0.first?.isNumber == true }
    return program("PostgreSQL here", version.map(String.init), least: "15")
  }

  private func program(_ subject: String, _ version: String?, least: String) -> Finding {
    guard let version else {
      let found = "not installed"
      return runsServers
        ? Finding(
          subject, .wrong, found, mend: "run scripts/setup, or name a server in the environment")
        : Finding(subject, .ok, "\(found); not needed, since the environment names a server")
    }
    guard Version(version) >= Version(least) else {
      return Finding(subject, .wrong, version, mend: "version \(least) or later is needed")
    }
    return Finding(subject, .ok, version)
  }

  /// The packages of scripts/packages, which the libraries and the servers come from.
  static let packageNames = [
    "librabbitmq-dev", "libssl-dev", "libpq-dev", "libmicrohttpd-dev", "libcurl4-openssl-dev",
    "libxml2-dev", "pkg-config", "ca-certificates", "rabbitmq-server", "postgresql-15", "curl",
    "iproute2", "openssl", "python3", "python3-venv", "python3-yaml", "python3-aiosmtpd",
    "amqp-tools", "procps",
  ]

  private var packages: Finding {
    guard
      let answer = try? Program.run(
        "/usr/bin/dpkg-query",
        ["-W", "-f", "${db:Status-Abbrev}${Package} ${Version}\n"]
          + Self.packageNames)
    else { return Finding("packages", .warning, "this is no Debian: their versions are unknown") }
    let installed = answer.output.split(separator: "\n").filter { $0.hasPrefix("ii ") }
      .map { $0.dropFirst(3).split(separator: " ") }.filter { $0.count == 2 }
    let missing = Self.packageNames.filter { name in !installed.contains { $0[0] == name } }
    guard missing.isEmpty else {
      return Finding(
        "packages", .warning, "missing: \(missing.joined(separator: ", "))",
        mend: "run scripts/setup (for building, private servers and the tests)")
    }
    let libraries = installed.filter { $0[0].hasPrefix("lib") }
    return Finding(
      "packages", .ok, libraries.map { "\($0[0]) \($0[1])" }.joined(separator: ", "))
  }

  // MARK: the machine

  private var clockYear: Finding {
    let year = Calendar(identifier: .gregorian).component(.year, from: Date())
    return year >= 2024
      ? Finding("date", .ok, Date().formatted(.iso8601))
      : Finding(
        "date", .wrong, "the year is \(year)", mend: "set the clock (timedatectl set-ntp true)")
  }

  private var descriptors: Finding {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Self.judge(descriptors: UInt64(limit.rlim_cur))
  }

  static func judge(descriptors count: UInt64) -> Finding {
    let found = "\(count) open files at most"
    let mend = "raise it: ulimit -n 65536, or LimitNOFILE in the service's unit"
    return switch count {
    case ..<1_024: Finding("open files", .wrong, found, mend: mend)
    case ..<4_096: Finding("open files", .warning, found, mend: mend)
    default: Finding("open files", .ok, found)
    }
  }

  private var disk: Finding {
    var folder = state
    while !Files.exists(folder), folder.path != "/" { folder = folder.deletingLastPathComponent() }
    var status = statvfs()
    guard statvfs(folder.path, &status) == 0 else {
      return Finding("disk", .warning, "the free space of \(folder.path) is unknown")
    }
    return Self.judge(free: UInt64(status.f_bavail) * UInt64(status.f_frsize), of: folder)
  }

  static func judge(free bytes: UInt64, of folder: URL) -> Finding {
    let found = "\(bytes >> 20) MB free at \(folder.path)"
    let mend = "make room: the broker stops taking messages when its disk is full"
    return switch bytes >> 20 {
    case ..<1_024: Finding("disk", .wrong, found, mend: mend)
    case ..<5_120: Finding("disk", .warning, found, mend: mend)
    default: Finding("disk", .ok, found)
    }
  }

  // MARK: the state folder

  private var stateFindings: [Finding] {
    guard Files.exists(state) else {
      return runsServers
        ? [Finding("private servers", .warning, "none in \(state.path)", mend: "run `tongban up`")]
        : []
    }
    do {
      guard let record = try Record.load(from: state) else { return [permissions] }
      return [permissions] + secrets + ports(record)
    } catch {
      return [permissions, Finding("private servers", .wrong, error.place, mend: error.reason)]
    }
  }

  private var permissions: Finding {
    var status = stat()
    guard stat(state.path, &status) == 0 else {
      return Finding("state folder", .wrong, "\(state.path) cannot be seen", mend: "ask its owner")
    }
    guard status.st_uid == geteuid() else {
      return Finding(
        "state folder", .wrong, "\(state.path) belongs to user \(status.st_uid)",
        mend: "work as that user, or set TONGBAN_STATE to a folder of your own")
    }
    let others = status.st_mode & 0o066
    return others == 0
      ? Finding("state folder", .ok, state.path)
      : Finding(
        "state folder", .wrong, "others can read \(state.path)", mend: "chmod go-rw \(state.path)")
  }

  private var secrets: [Finding] {
    let file = Record.file(in: state)
    var status = stat()
    guard stat(file.path, &status) == 0 else { return [] }
    return [
      status.st_mode & 0o077 == 0
        ? Finding("secrets", .ok, "\(file.path) is its owner's alone")
        : Finding(
          "secrets", .wrong, "others can read \(file.path)",
          mend:
            "chmod 600 \(file.path), then `tongban down --erase` and `tongban up`, since they may be known"
        )
    ]
  }

  private func ports(_ record: Record) -> [Finding] {
    let database = DatabaseServer(record: record, account: nil)
    var findings = record.nodes.map { node in
      port(
        node.amqp, "broker \(node.number)",
        runs: !BrokerNode(record: record, node: node, account: nil).isAbsent)
    }
    findings.append(port(record.database, "database", runs: !database.isAbsent))
    return findings
  }

  private func port(_ port: Int, _ what: String, runs: Bool) -> Finding {
    let subject = "private \(what)"
    if runs { return Finding(subject, .ok, "runs on 127.0.0.1:\(port)") }
    return Ports.isFree(port)
      ? Finding(
        subject, runsServers ? .warning : .ok, "is not running",
        mend: runsServers ? "run `tongban up`" : "")
      : Finding(
        subject, .warning, "is not running, and another program has its port \(port)",
        mend: "run `tongban up`: it moves to another port")
  }
}

/// A version by its numbers: 3.10.8 is later than 3.9.
package struct Version: Comparable {
  private let numbers: [Int]

  package init(_ text: some StringProtocol) {
    let plain = text.prefix { $0.isNumber || $0 == "." }
    numbers = plain.split(separator: ".").compactMap { Int($0) }
  }

  package static func == (left: Self, right: Self) -> Bool { !(left < right) && !(right < left) }

  package static func < (left: Self, right: Self) -> Bool {
    left.numbers.lexicographicallyPrecedes(right.numbers)
  }
}
