import Foundation

/// Erlang's port mapper (epmd) on a port of our own, so that no other Erlang program of the machine meets ours.
struct PortMapper {
  static let program = "/usr/bin/epmd"

  let record: Record
  let account: Account?

  /// epmd takes no mark, so its port is its mark: two that listen cannot share it.
  func owns(_ words: [String]) -> Bool {
    guard words.contains(where: { $0 == "epmd" || $0.hasSuffix("/epmd") }),
      let index = words.firstIndex(of: "-port")
    else { return false }
    return words[words.index(after: index)...].first == String(record.epmd)
  }

  var isRunning: Bool { !ProcessTable.find(owns).isEmpty }

  /// Starts it if it is not running, and waits until it listens.
  func ensure() throws(ServersError) {
    if isRunning { return }
    let data = URL(fileURLWithPath: record.data)
    try Program.detach(
      Self.program, ["-port", String(record.epmd), "-address", "127.0.0.1"], environment: [:],
      as: account, folder: URL(fileURLWithPath: "/"), log: data.appending(path: "epmd.log"))
    let port = record.epmd
    guard try waitUntil(within: Limits.start, { Ports.answers(port) }) else {
      throw ServersError(.notReady, at: Self.program, "it does not listen on 127.0.0.1:\(port)")
    }
  }

  func stop() throws(ServersError) {
    try ProcessTable.end(owns, by: [(SIGTERM, 5), (SIGKILL, 5)], what: "epmd")
  }
}
