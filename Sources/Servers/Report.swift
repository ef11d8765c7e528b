import Foundation

/// What `up` or `down` found and did; holds no secret.
package struct Report: Encodable, Sendable {
  package enum Action: String, Encodable, Sendable {
    case started
    case running = "already running"
    case stopped
    case killed
    case absent = "not running"
  }

  package struct Server: Encodable, Sendable {
    package let name: String
    package let action: Action
    /// Host and port, of the broker those for AMQP.
    package let address: String
    package var management: String?
    package var prometheus: String?
    package var pid: Int32?
    package let seconds: Double
  }

  /// The folder with ports and secrets.
  package let state: String
  /// The folder with the servers' data.
  package let data: String
  package internal(set) var servers: [Server] = []
  /// What the reader should know besides.
  package internal(set) var notes: [String] = []
  package internal(set) var erased = false

  /// A few lines for people.
  package var lines: [String] {
    let width = servers.map(\.name.count).max() ?? 0
    let table = servers.map { server in
      let name = server.name + String(repeating: " ", count: width - server.name.count)
      let time = server.seconds >= 0.05 ? String(format: " (%.1f s)", server.seconds) : ""
      let console = server.management.map { "; management \($0)" } ?? ""
      return "\(name)  \(server.action.rawValue): \(server.address)\(console)\(time)"
    }
    let place = erased ? "erased: \(state)" : "state in \(state)"
    return table + notes + [place]
  }
}
