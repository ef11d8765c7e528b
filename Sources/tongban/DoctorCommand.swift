import Foundation
import HTTP
import Messaging
import Servers
import Storage

/// `tongban doctor`: the machine, then each configured server through the very door the hub uses.
enum DoctorCommand {
  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    try arguments.end()
    var findings = Examination(state: Settings.state, runsServers: !namesServers).findings()
    do {
      let settings = try Settings.load()
      findings += broker(settings.servers.amqp)
      findings += management(settings.servers.management)
      findings += database(settings.servers.database)
    } catch let error as SettingsError {
      findings.append(Finding("settings", .wrong, "\(error)", mend: "set it, or run `tongban up`"))
    }
    try show(findings, json: json)
    return switch findings.verdict {
    case .ok, .warning: .done
    case .wrong: .no
    case .unreachable: .unreachable
    }
  }

  /// Whether the environment names both servers, so that none is needed here.
  private static var namesServers: Bool {
    let environment = ProcessInfo.processInfo.environment
    func isSet(_ names: String...) -> Bool {
      names.contains {
        !(environment[$0] ?? "").isEmpty || !(environment[$0 + "_FILE"] ?? "").isEmpty
      }
    }
    return isSet("TONGBAN_AMQP_URL", "AMQP_URL") && isSet("TONGBAN_DATABASE_URL", "DATABASE_URL")
  }

  private static func show(_ findings: [Finding], json: Bool) throws {
    guard !json else {
      for finding in findings { try printJSON(finding) }
      return
    }
    var table = Table([("", .left), ("WHAT", .left), ("FOUND", .left)])
    for finding in findings {
      table.add([finding.verdict.rawValue, finding.subject, finding.found])
      if !finding.mend.isEmpty { table.add(["", "", "→ \(finding.mend)"]) }
    }
    print(table.text)
  }

  // MARK: the servers

  private static func broker(_ url: String) -> [Finding] {
    do {
      let uri = try BrokerURI(url)
      let administration = try Administration(uri, name: "tongban doctor")
      administration.close()
      var findings = [Finding("broker", .ok, "answers: \(uri.masked)")]
      if uri.tls == nil, !isThisMachine("http://\(uri.authority)") {
        findings.append(
          Finding(
            "broker's transport", .warning, "amqp:// to another machine", mend: "use amqps://"))
      }
      if uri.user == "guest" {
        findings.append(
          Finding("broker's user", .warning, "guest", mend: "give the hub a user of its own"))
      }
      return findings
    } catch {
      return [
        Finding(
          "broker", error.isTransient ? .unreachable : .wrong, "\(error)",
          mend: "check TONGBAN_AMQP_URL, and that the broker runs (`tongban up` for a private one)")
      ]
    }
  }

  /// What is read of `GET /api/nodes`.
  private struct Node: Decodable {
    let name: String
    let running: Bool
    let enabledPlugins: [String]?
    let memAlarm: Bool?
    let diskFreeAlarm: Bool?
  }

  private struct Refusal: Error, CustomStringConvertible {
    let status: Int
    var description: String { "status \(status)" }
  }

  private struct Overview: Decodable { let rabbitmqVersion: String }

  private static func management(_ url: String) -> [Finding] {
    let subject = "management"
    guard !url.isEmpty else {
      return [
        Finding(
          subject, .warning, "no address: `tongban topology` cannot work",
          mend: "set TONGBAN_AMQP_MANAGEMENT_URL")
      ]
    }
    do {
      let overview = try ask(url, "overview", as: Overview.self)
      let version = overview.rabbitmqVersion
      let isNew = Version(version) >= Version("3.10")
      return [
        Finding(
          subject, isNew ? .ok : .wrong, "RabbitMQ \(version)",
          mend: isNew ? "" : "3.10 or later is needed")
      ] + nodes(try ask(url, "nodes", as: [Node].self))
    } catch let error as HTTPError {
      return [
        Finding(
          subject, error.isTransient ? .unreachable : .wrong, "\(error)",
          mend:
            "check TONGBAN_AMQP_MANAGEMENT_URL, and that the plugin rabbitmq_management is enabled")
      ]
    } catch {
      return [
        Finding(
          subject, .wrong, "its answer is not RabbitMQ's: \(error)",
          mend: "check TONGBAN_AMQP_MANAGEMENT_URL and the user's tag (monitoring or administrator)"
        )
      ]
    }
  }

  private static func ask<Answer: Decodable>(
    _ url: String, _ path: String, as: Answer.Type
  ) throws -> Answer {
    let response = try HTTPClient().send(
      HTTPRequest(method: "GET", url: "\(url)/api/\(path)", timeout: 10))
    guard response.status == 200 else { throw Refusal(status: response.status) }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Answer.self, from: Data(response.body))
  }

  private static func nodes(_ nodes: [Node]) -> [Finding] {
    var findings: [Finding] = []
    for node in nodes {
      var troubles: [String] = []
      if !node.running { troubles.append("not running") }
      if node.memAlarm == true { troubles.append("memory alarm: it takes no messages") }
      if node.diskFreeAlarm == true { troubles.append("disk alarm: it takes no messages") }
      // A node lists its plugins some seconds after its start.
      if let plugins = node.enabledPlugins, !plugins.contains("rabbitmq_consistent_hash_exchange") {
        troubles.append("plugin rabbitmq_consistent_hash_exchange is not enabled")
      }
      findings.append(
        troubles.isEmpty
          ? Finding("node \(node.name)", .ok, "no alarm, plugins enabled")
          : Finding(
            "node \(node.name)", .wrong, troubles.joined(separator: "; "),
            mend: "see its log; rabbitmq-plugins enable; free memory or disk"))
    }
    return findings
  }

  private static func database(_ url: String) -> [Finding] {
    let database = Database(url, name: "tongban doctor")
    defer { database.close() }
    do {
      let asked = Date()
      let row = try database.query(
        """
        select current_setting('server_version'), current_setting('server_version_num')::bigint,
               extract(epoch from clock_timestamp())::double precision, current_setting('fsync') = 'on',
               has_database_privilege(current_database(), 'create')
        """)[0]
      let middle = asked.addingTimeInterval(Date().timeIntervalSince(asked) / 2)
      let version = try row.text(0)
      let isNew = try row.int(1) >= 150_000
      return [
        Finding(
          "database", isNew ? .ok : .wrong, "PostgreSQL \(version)",
          mend: isNew ? "" : "15 or later is needed"),
        judge(clock: try row.double(2) - middle.timeIntervalSince1970),
        try row.bool(3)
          ? Finding("database's fsync", .ok, "on")
          : Finding(
            "database's fsync", .wrong, "off",
            mend: "set fsync = on: a crash would lose what was promised"),
        try row.bool(4)
          ? Finding("database's rights", .ok, "may make its tables")
          : Finding(
            "database's rights", .wrong, "may not make its tables",
            mend: "grant create on the database to the hub's user"),
      ]
    } catch {
      let transient = error.isTransient
      return [
        Finding(
          "database", transient ? .unreachable : .wrong, "\(error)",
          mend:
            "check TONGBAN_DATABASE_URL, and that the database runs (`tongban up` for a private one)"
        )
      ]
    }
  }

  /// Ledger and deadlines compare the two clocks.
  private static func judge(clock difference: Double) -> Finding {
    let found = String(format: "%+.3f s against the database's", difference)
    let mend = "let both machines follow one time server (timedatectl set-ntp true)"
    return switch abs(difference) {
    case ..<1: Finding("clock", .ok, found)
    case ..<10: Finding("clock", .warning, found, mend: mend)
    default: Finding("clock", .wrong, found, mend: mend)
    }
  }
}
