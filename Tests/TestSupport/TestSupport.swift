import Foundation

/// The real servers that the tests run against: the private RabbitMQ and PostgreSQL of `tongban up`.
///
/// `make test` starts them and passes their addresses in the environment. Every suite makes a
/// virtual host and a database of its own, so suites run in parallel.
package enum TestServers {
  /// `amqp://user:password@host:port/vhost`
  package static var amqpURL: String { variable("TONGBAN_AMQP_URL") }
  /// `http://user:password@host:port`
  package static var managementURL: String { variable("TONGBAN_AMQP_MANAGEMENT_URL") }
  /// `postgresql://user:password@host:port/database`
  package static var databaseURL: String { variable("TONGBAN_DATABASE_URL") }

  private static func variable(_ name: String) -> String {
    guard let value = ProcessInfo.processInfo.environment[name] else {
      preconditionFailure("\(name) is not set: run the tests with `make test`")
    }
    return value
  }

  /// Makes a virtual host of its own for one suite, through the management API, and returns the URL to it.
  package static func makeVirtualHost(_ prefix: String) -> String {
    let name = "\(prefix)-\(UInt64.random(in: 0...UInt64.max))"
    run("/usr/bin/curl", ["-sSf", "-X", "PUT", "\(managementURL)/api/vhosts/\(name)"])
    var components = URLComponents(string: amqpURL) ?? URLComponents()
    components.path = "/" + name
    return components.string ?? ""
  }

  package static func deleteVirtualHost(_ url: String) {
    let name = URLComponents(string: url)?.path.dropFirst() ?? ""
    run("/usr/bin/curl", ["-sSf", "-X", "DELETE", "\(managementURL)/api/vhosts/\(name)"])
  }

  /// Makes a database of its own for one suite and returns the URL to it.
  package static func makeDatabase(_ prefix: String) -> String {
    let name = "\(prefix)_\(UInt64.random(in: 0...UInt64.max))"
    run("/usr/bin/psql", [databaseURL, "-qc", "create database \(name)"])
    var components = URLComponents(string: databaseURL) ?? URLComponents()
    components.path = "/" + name
    return components.string ?? ""
  }

  package static func dropDatabase(_ url: String) {
    let name = URLComponents(string: url)?.path.dropFirst() ?? ""
    run("/usr/bin/psql", [databaseURL, "-qc", "drop database if exists \(name) with (force)"])
  }

  /// Runs a program to its end and returns what it printed; a failure stops the test run with its words.
  @discardableResult
  package static func run(_ program: String, _ arguments: [String], input: String? = nil) -> String
  {
    signal(SIGPIPE, SIG_IGN)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    if let input {
      let pipe = Pipe()
      process.standardInput = pipe
      // Written from another thread: a pipe holds only so much until somebody reads.
      Thread { [handle = pipe.fileHandleForWriting] in
        try? handle.write(contentsOf: Data(input.utf8))
        try? handle.close()
      }.start()
    }
    do { try process.run() } catch { preconditionFailure("cannot run \(program): \(error)") }
    let data = output.fileHandleForReading.drained()
    process.waitUntilExit()
    precondition(
      process.terminationStatus == 0, "\(program) failed with \(process.terminationStatus)")
    return String(decoding: data, as: UTF8.self)
  }
}

/// Waits until the condition holds, or the deadline passes; returns whether it held.
package func eventually(
  within seconds: Double = 120, _ condition: () throws -> Bool
) rethrows -> Bool {
  let deadline = Date().addingTimeInterval(seconds)
  while Date() < deadline {
    if try condition() { return true }
    usleep(20_000)
  }
  return try condition()
}
