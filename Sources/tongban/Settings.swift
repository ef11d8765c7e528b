import Foundation
import Lanes
import Messaging
import Servers

/// What the environment says: where the servers are and where the configuration stands.
struct Settings {
  /// The folder with `topology/` and `adapters/`.
  let home: URL
  let servers: Addresses
  let log: Log

  /// - Parameter needsDatabase: false for what works at a department's edge with the broker alone.
  /// - Throws: `SettingsError` if no server is named and none has been started.
  static func load(
    defaultLevel: Log.Level = .warning, needsDatabase: Bool = true
  ) throws -> Settings {
    Settings(
      home: home, servers: try addresses(needsDatabase: needsDatabase),
      log: Log(level: try level(defaultLevel)))
  }

  /// The same; where no broker or no database is named, the private ones are started first.
  static func loadOrStart() throws -> Settings {
    let isNamed = { (names: [String]) in
      names.contains { variable($0) != nil || variable($0 + "_FILE") != nil }
    }
    if !isNamed(["TONGBAN_AMQP_URL", "AMQP_URL"])
      || !isNamed(["TONGBAN_DATABASE_URL", "DATABASE_URL"])
    {
      _ = try PrivateServers(state: state).up()
    }
    return try load()
  }

  static var home: URL {
    URL(fileURLWithPath: variable("TONGBAN_HOME") ?? FileManager.default.currentDirectoryPath)
  }

  /// Where `tongban up` keeps its servers: `TONGBAN_STATE`, or `.tongban` in the home.
  static var state: URL {
    variable("TONGBAN_STATE").map { URL(fileURLWithPath: $0) } ?? home.appending(path: ".tongban")
  }

  static func level(_ fallback: Log.Level) throws -> Log.Level {
    guard let name = variable("TONGBAN_LOG") else { return fallback }
    guard let level = Log.Level(name) else {
      throw SettingsError(
        "TONGBAN_LOG is \"\(name)\"; expected debug, info, warning, error or silent")
    }
    return level
  }

  private static func addresses(needsDatabase: Bool) throws -> Addresses {
    let started = try PrivateServers(state: state).addresses()
    guard let amqp = try secret("TONGBAN_AMQP_URL") ?? secret("AMQP_URL") ?? started?.amqp else {
      throw SettingsError("no broker: set TONGBAN_AMQP_URL, or run `tongban up` in \(home.path)")
    }
    let database =
      try secret("TONGBAN_DATABASE_URL") ?? secret("DATABASE_URL") ?? started?.database ?? ""
    guard !database.isEmpty || !needsDatabase else {
      throw SettingsError(
        "no database: set TONGBAN_DATABASE_URL, or run `tongban up` in \(home.path)")
    }
    return Addresses(
      amqp: amqp, amqpNodes: started?.amqpNodes ?? [amqp],
      management: try secret("TONGBAN_AMQP_MANAGEMENT_URL") ?? started?.management ?? "",
      database: database)
  }

  /// A variable, or the content of the file that `NAME_FILE` names.
  private static func secret(_ name: String) throws -> String? {
    if let value = variable(name) { return value }
    guard let path = variable(name + "_FILE") else { return nil }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw SettingsError("\(name)_FILE names \(path), which cannot be read")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func variable(_ name: String) -> String? {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
    return value
  }

  func endpoints() throws -> Endpoints {
    Endpoints(broker: try BrokerURI(servers.amqp), database: servers.database)
  }
}

struct SettingsError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
