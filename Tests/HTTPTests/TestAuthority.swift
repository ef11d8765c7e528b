import Foundation
import TestSupport

/// A certificate authority made by openssl for one test, with a certificate for `localhost` and no other name.
struct TestAuthority {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "tongban-ca-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    openssl(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=Test-CA",
      "-keyout", path("ca.key"), "-out", path("ca.pem"))
    openssl(
      "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost",
      "-keyout", path("server.key"), "-out", path("server.csr"))
    let names = folder.appending(path: "names")
    try Data("subjectAltName=DNS:localhost\n".utf8).write(to: names)
    openssl(
      "x509 -req -days 2 -CAcreateserial", "-in", path("server.csr"), "-CA", path("ca.pem"),
      "-CAkey", path("ca.key"), "-extfile", names.path, "-out", path("server.pem"))
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  private func openssl(_ words: String, _ more: String...) {
    let command = "openssl " + ([words] + more).joined(separator: " ") + " 2>/dev/null"
    TestServers.run("/bin/sh", ["-c", command])
  }
}
