import Foundation

/// A real SMTP server (aiosmtpd) that keeps what it receives in a Maildir of its own.
package final class MailSink {
  package let port: UInt16
  private let folder: URL
  private let process = Process()

  /// - Parameter options: further words for aiosmtpd's command line.
  package init(port: UInt16 = freePort(), options: [String] = []) throws {
    self.port = port
    folder = FileManager.default.temporaryDirectory.appending(
      path: "tongban-mail-\(UUID().uuidString)")
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments =
      ["-m", "aiosmtpd", "-n", "-l", "127.0.0.1:\(port)"] + options
      + ["-c", "aiosmtpd.handlers.Mailbox", folder.path]
    process.standardError = FileHandle.nullDevice
    try process.run()
    guard eventually(within: 30, { isListening }) else {
      preconditionFailure("aiosmtpd does not listen: is python3-aiosmtpd installed?")
    }
  }

  deinit {
    // A child of a test's thread is born with SIGTERM blocked, so it has to be the other signal.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  /// The mails so far, as they came, each with CR LF made LF.
  package func mails() throws -> [String] {
    let new = folder.appending(path: "new")
    guard FileManager.default.fileExists(atPath: new.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(at: new, includingPropertiesForKeys: nil).map
    {
      try String(contentsOf: $0, encoding: .utf8).replacing("\r\n", with: "\n")
    }
  }

  private var isListening: Bool {
    TestServers.run(
      "/bin/bash",
      ["-c", "(exec 3<>/dev/tcp/127.0.0.1/\(port)) 2>/dev/null && echo yes || echo no"]
    )
    .contains("yes")
  }
}

/// A port of the loopback that nobody listens on.
package func freePort() -> UInt16 {
  let script =
    "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
  let text = TestServers.run("/usr/bin/python3", ["-c", script])
  return UInt16(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
}
