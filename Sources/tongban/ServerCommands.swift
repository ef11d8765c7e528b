import Foundation
import Servers

/// `tongban up`, `down` and `doctor`: the private servers, and whether all is well.
enum ServerCommands {
  static let all = [
    Command(
      "up", "[--nodes 1|3] [--print-env | --env FILE] [--json]",
      "start a private RabbitMQ and PostgreSQL, or what of them is missing", run: up),
    Command(
      "down", "[--only broker|database] [--erase] [--json]",
      "stop what up started; --erase removes the data and the secrets", run: down),
    Command(
      "doctor", "[--json]", "examine servers, versions, clock, permissions; say how to mend each",
      run: DoctorCommand.run),
  ]

  static func up(_ arguments: inout Arguments) throws -> ExitCode {
    let nodes = try arguments.option("--nodes")
    let printsEnvironment = arguments.flag("--print-env")
    let file = try arguments.option("--env")
    let json = arguments.flag("--json")
    try arguments.end()
    guard nodes == nil || nodes == "1" || nodes == "3" else {
      throw UsageError("--nodes is 1 or 3: a cluster decides by majority")
    }
    guard !(printsEnvironment && json) else {
      throw UsageError("--print-env and --json both want standard output")
    }
    return try reporting {
      let servers = PrivateServers(state: Settings.state)
      let report = try servers.up(nodes: nodes.flatMap { Int($0) })
      let exports = try servers.addresses()?.exports ?? ""
      if let file { try writeSecret(exports, to: file) }
      if printsEnvironment {
        print(exports, terminator: "")
        for line in report.lines { FileHandle.standardError.write(Data("# \(line)\n".utf8)) }
      } else {
        try show(report, json: json)
      }
    }
  }

  static func down(_ arguments: inout Arguments) throws -> ExitCode {
    let only = try arguments.option("--only")
    let erases = arguments.flag("--erase")
    let json = arguments.flag("--json")
    try arguments.end()
    guard !(erases && only != nil) else {
      throw UsageError("--erase is for all of them, without --only")
    }
    var parts = PrivateServers.Part.allCases
    if let only {
      guard let part = PrivateServers.Part(rawValue: only) else {
        throw UsageError("--only is broker or database")
      }
      parts = [part]
    }
    return try reporting {
      try show(PrivateServers(state: Settings.state).down(only: parts, erasing: erases), json: json)
    }
  }

  private static func show(_ report: Report, json: Bool) throws {
    if json { try printJSON(report) } else { print(report.lines.joined(separator: "\n")) }
  }

  /// What the servers' errors mean to a shell.
  private static func reporting(_ work: () throws -> Void) throws -> ExitCode {
    do {
      try work()
      return .done
    } catch let error as ServersError {
      complain("\(error)")
      switch error.code {
      case .notReady: return .unreachable
      case .nodesDecided, .stateUnusable: return .usage
      case .programMissing, .programFailed, .notStopped, .stateBusy, .noPort: return .no
      }
    }
  }

  /// The addresses hold passwords: a file for its owner alone, from its first moment on.
  private static func writeSecret(_ text: String, to path: String) throws {
    unlink(path)
    guard
      FileManager.default.createFile(
        atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else { throw SettingsError("\(path) cannot be written") }
  }
}
